# What postprovision.sh does, for Windows: see there.
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false

$attempts = if ($env:POSTGRES_LOGIN_ATTEMPTS) { [int]$env:POSTGRES_LOGIN_ATTEMPTS } else { 12 }
$delay = if ($env:POSTGRES_LOGIN_DELAY_SECONDS) { [int]$env:POSTGRES_LOGIN_DELAY_SECONDS } else { 25 }
$rule = 'AllowCurrentClientIp'
$api = '2025-08-01'

function Say($text) { [Console]::Error.WriteLine("postprovision: $text") }

function Test-Run([scriptblock]$command) {
  & $command
  return $LASTEXITCODE -eq 0
}

# The server refuses changes while another one is at work.
function Test-Insisted([scriptblock]$command) {
  foreach ($try in 1..6) {
    if (Test-Run $command) { return $true }
    if ($try -lt 6) { Start-Sleep -Seconds $delay }
  }
  return $false
}

if ($env:SKIP_POSTGRES_GRANTS -eq 'true') {
  Say 'skipped, as SKIP_POSTGRES_GRANTS says'
  exit 0
}
$needed = @(
  'AZURE_SUBSCRIPTION_ID', 'AZURE_RESOURCE_GROUP', 'POSTGRES_SERVER_NAME', 'POSTGRES_SERVER_FQDN',
  'POSTGRES_DATABASE_NAME', 'POSTGRES_ADMIN_ROLE', 'CONTAINER_APP_IDENTITY_NAME',
  'CONTAINER_APP_IDENTITY_PRINCIPAL_ID'
)
foreach ($name in $needed) {
  if (-not [Environment]::GetEnvironmentVariable($name)) {
    throw "$name is not set. Run this as: azd hooks run postprovision"
  }
}
foreach ($tool in 'az', 'psql') {
  if (-not (Get-Command $tool -ErrorAction SilentlyContinue)) {
    throw "$tool is missing. Install it, then: azd up"
  }
}
if (-not (Test-Run { az account show --output none 2>$null })) {
  throw 'az is not logged in. Run: az login, then: azd up'
}
$address = $env:CURRENT_IP
if (-not $address) { $address = (Invoke-RestMethod -TimeoutSec 20 'https://api.ipify.org').Trim() }
if ($address -notmatch '^[0-9.]+$') {
  throw "this machine's public IPv4 address is unknown. Set CURRENT_IP, then: azd up"
}

$url = "/subscriptions/$env:AZURE_SUBSCRIPTION_ID/resourceGroups/$env:AZURE_RESOURCE_GROUP/providers" +
  "/Microsoft.DBforPostgreSQL/flexibleServers/$env:POSTGRES_SERVER_NAME/firewallRules/$($rule)?api-version=$api"
$grants = Join-Path $PSScriptRoot 'postgres-grants.sql'
$body = New-TemporaryFile
$isClosed = $false
try {
  Say "opening PostgreSQL's firewall to $address"
  # From a file: quotes in arguments reach az.cmd changed.
  @{ properties = @{ startIpAddress = $address; endIpAddress = $address } } | ConvertTo-Json |
    Set-Content -Path $body
  if (-not (Test-Insisted { az rest --method put --url $url --output none --body "@$body" })) {
    throw "the firewall rule $rule could not be made"
  }
  # Not verify-full, as the other one has it where it can: psql finds none of Windows' authorities.
  if (-not $env:PGSSLMODE) { $env:PGSSLMODE = 'require' }
  $env:PGHOST = $env:POSTGRES_SERVER_FQDN
  $env:PGUSER = $env:POSTGRES_ADMIN_ROLE
  $env:PGDATABASE = 'postgres'
  $env:PGCONNECT_TIMEOUT = '15'
  $isIn = $false
  foreach ($try in 1..$attempts) {
    $env:PGPASSWORD = az account get-access-token --resource-type oss-rdbms --query accessToken --output tsv
    $isIn = Test-Run { psql --no-psqlrc --quiet --command 'SELECT 1' | Out-Null }
    if ($isIn) { break }
    Say "waiting for PostgreSQL to let $env:PGUSER in ($try of $attempts)"
    if ($try -lt $attempts) { Start-Sleep -Seconds $delay }
  }
  if (-not $isIn) { throw "PostgreSQL does not let $env:PGUSER in" }
  $isGranted = Test-Run {
    psql --no-psqlrc --file $grants --set "role=$env:CONTAINER_APP_IDENTITY_NAME" `
      --set "oid=$env:CONTAINER_APP_IDENTITY_PRINCIPAL_ID" `
      --set "database=$env:POSTGRES_DATABASE_NAME" | Out-Null
  }
  if (-not $isGranted) { throw 'the rights could not be granted' }
  Say "$env:CONTAINER_APP_IDENTITY_NAME may keep the lake's catalog in $env:POSTGRES_DATABASE_NAME"
}
finally {
  Remove-Item -Path $body -ErrorAction SilentlyContinue
  $env:PGPASSWORD = $null
  $isClosed = Test-Insisted { az rest --method delete --url $url --output none }
  if ($isClosed) {
    Say "PostgreSQL's firewall is closed again"
  }
  else {
    Say "the firewall rule $rule of $env:POSTGRES_SERVER_NAME could not be removed: remove it by hand"
  }
}
if (-not $isClosed) { exit 1 }
