#!/bin/sh
# Grants the server's identity its rights in PostgreSQL, as the Entra administrator. azd runs it after
# each provision; by hand: azd hooks run postprovision. May be run again at any time.
#
# PostgreSQL's firewall is opened to this machine alone and closed again, however this ends.
# CURRENT_IP: this machine's public address, where api.ipify.org can't tell it.
# SKIP_POSTGRES_GRANTS=true: leaves PostgreSQL alone; hooks/postgres-grants.sql is then somebody else's to run.
set -eu

folder=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
attempts=${POSTGRES_LOGIN_ATTEMPTS:-12}
delay=${POSTGRES_LOGIN_DELAY_SECONDS:-25}
rule=AllowCurrentClientIp
api=2025-08-01

say() { echo "postprovision: $*" >&2; }
fail() {
  say "$*"
  exit 1
}

if [ "${SKIP_POSTGRES_GRANTS:-false}" = true ]; then
  say "skipped, as SKIP_POSTGRES_GRANTS says"
  exit 0
fi
for name in AZURE_SUBSCRIPTION_ID AZURE_RESOURCE_GROUP POSTGRES_SERVER_NAME POSTGRES_SERVER_FQDN \
  POSTGRES_DATABASE_NAME POSTGRES_ADMIN_ROLE CONTAINER_APP_IDENTITY_NAME \
  CONTAINER_APP_IDENTITY_PRINCIPAL_ID; do
  eval "value=\${$name:-}"
  [ -n "$value" ] || fail "$name is not set. Run this as: azd hooks run postprovision"
done
command -v az >/dev/null || fail "the Azure CLI (az) is missing. Install it, then: azd up"
command -v psql >/dev/null || fail "psql is missing. Install PostgreSQL's client, then: azd up"
az account show --output none 2>/dev/null || fail "az is not logged in. Run: az login, then: azd up"

address=${CURRENT_IP:-$(curl -fsS --max-time 20 https://api.ipify.org || true)}
case $address in
  *[!0-9.]* | "") fail "this machine's public IPv4 address is unknown. Set CURRENT_IP, then: azd up" ;;
esac

url="/subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/$AZURE_RESOURCE_GROUP/providers"
url="$url/Microsoft.DBforPostgreSQL/flexibleServers/$POSTGRES_SERVER_NAME/firewallRules/$rule"
# Not `az postgres`, whose arguments differ between versions of az.
firewall() {
  method=$1
  shift
  az rest --method "$method" --url "$url?api-version=$api" --output none "$@"
}

# The server refuses changes while another one is at work.
insist() {
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    [ "$tries" -lt 6 ] || return 1
    sleep "$delay"
  done
}

close_firewall() {
  code=$?
  trap - EXIT HUP INT TERM
  [ -z "${errors:-}" ] || rm -f "$errors"
  if insist firewall delete; then
    say "PostgreSQL's firewall is closed again"
  else
    say "the firewall rule $rule of $POSTGRES_SERVER_NAME could not be removed: remove it by hand"
    [ "$code" != 0 ] || code=1
  fi
  exit "$code"
}
trap close_firewall EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

say "opening PostgreSQL's firewall to $address"
insist firewall put --body "{\"properties\":{\"startIpAddress\":\"$address\",\"endIpAddress\":\"$address\"}}" ||
  fail "the firewall rule $rule could not be made"

# Tokens are sent to the server that the certificate names, if psql can tell (from version 16 on it
# finds the system's authorities by itself).
bundle=/etc/ssl/certs/ca-certificates.crt
if [ -z "${PGSSLMODE:-}" ]; then
  version=$(psql --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
  PGSSLMODE=verify-full
  if [ -z "${PGSSLROOTCERT:-}" ]; then
    if [ "$version" -ge 16 ]; then
      PGSSLROOTCERT=system
    elif [ -r "$bundle" ]; then
      PGSSLROOTCERT=$bundle
    else
      PGSSLMODE=require
    fi
  fi
fi
export PGSSLMODE PGSSLROOTCERT="${PGSSLROOTCERT:-}"
[ -n "$PGSSLROOTCERT" ] || unset PGSSLROOTCERT
export PGHOST="$POSTGRES_SERVER_FQDN" PGUSER="$POSTGRES_ADMIN_ROLE" PGDATABASE=postgres PGCONNECT_TIMEOUT=15

log_in() {
  PGPASSWORD=$(az account get-access-token --resource-type oss-rdbms --query accessToken --output tsv) || return 1
  export PGPASSWORD
  psql --no-psqlrc --quiet --command "SELECT 1" >/dev/null 2>"$errors"
}

errors=$(mktemp)
tried=1
until log_in; do
  [ "$tried" -lt "$attempts" ] || fail "PostgreSQL does not let $PGUSER in: $(tail -n 1 "$errors")"
  say "waiting for PostgreSQL to let $PGUSER in ($tried of $attempts)"
  tried=$((tried + 1))
  sleep "$delay"
done
psql --no-psqlrc --file "$folder/postgres-grants.sql" \
  --set "role=$CONTAINER_APP_IDENTITY_NAME" --set "oid=$CONTAINER_APP_IDENTITY_PRINCIPAL_ID" \
  --set "database=$POSTGRES_DATABASE_NAME" >/dev/null
say "$CONTAINER_APP_IDENTITY_NAME may keep the lake's catalog in $POSTGRES_DATABASE_NAME"
