// Lakehouse on Azure Container Apps: its lake's files in Blob Storage, its catalog in PostgreSQL,
// and no secret but the two that Key Vault keeps. See README.md beside this file.
targetScope = 'resourceGroup'

@description('The name of the azd environment; it is part of the names of resources.')
@minLength(1)
@maxLength(20)
param environmentName string

@description('The region of all resources.')
param location string = resourceGroup().location

@description('Who deploys: may read and change the secrets, and administers PostgreSQL unless another is named.')
param principalId string = deployer().objectId

@description('What kind of principal that is.')
@allowed(['User', 'ServicePrincipal', 'Group'])
param principalType string = 'User'

@description('How often the files of the lake are stored.')
param storageSkuName string = 'Standard_LRS'

param postgresSkuName string = 'Standard_B1ms'

@allowed(['Burstable', 'GeneralPurpose', 'MemoryOptimized'])
param postgresSkuTier string = 'Burstable'

@allowed(['14', '15', '16', '17', '18'])
param postgresVersion string = '16'

param postgresStorageSizeGB int = 128

@description('The database with the catalog of the lake.')
param postgresDatabaseName string = 'appdb'

@description('The Entra administrator of PostgreSQL, who grants the server its rights; empty for who deploys.')
param postgresEntraAdminObjectId string = ''

@description('Its name, which is its role in PostgreSQL; empty for the name of who deploys.')
param postgresEntraAdminPrincipalName string = ''

@description('Its kind; empty for that of who deploys.')
@allowed(['', 'User', 'ServicePrincipal', 'Group'])
param postgresEntraAdminPrincipalType string = ''

@description('What runs until azd deploys the first image.')
param containerAppImage string = 'mcr.microsoft.com/azuredocs/containerapps-helloworld:latest'

@description('Whether azd has deployed before: then the image that runs is kept.')
param containerAppExists bool = false

@description('Processors of a replica. Container Apps wants twice as many Gi of memory.')
@allowed(['0.25', '0.5', '0.75', '1', '1.25', '1.5', '1.75', '2', '3', '4'])
param containerCpu string = '0.5'

@allowed(['0.5Gi', '1Gi', '1.5Gi', '2Gi', '2.5Gi', '3Gi', '3.5Gi', '4Gi', '6Gi', '8Gi'])
param containerMemory string = '1Gi'

@description('The most replicas. With more than one, clients must send the cookie of their session back.')
@minValue(1)
@maxValue(30)
param containerMaxReplicas int = 1

@description('Calls at work on a replica from which on another one is started.')
@minValue(1)
param containerCallsPerReplica int = 20

@description('Where the files of the lake are, in the storage account.')
param ducklakeDataPath string = 'az://lakehouse/data/'

@description('Whether the vault can be purged before its soft-deleted secrets expire; once on, always on.')
param keyVaultPurgeProtection bool = true

@description('The password of the server. azd makes it once and reads it back from the vault.')
@secure()
@minLength(12)
param lakehousePassword string

@description('Signs the tokens of the server, so that they outlive it and count at every replica. As the password.')
@secure()
@minLength(12)
param lakehouseSecretKey string

var unique = uniqueString(resourceGroup().id)
// azd allows more in a name than Azure does.
var environment = replace(replace(toLower(environmentName), '_', '-'), '.', '-')
var tags = { 'azd-env-name': environmentName }
var appName = 'ca-${environment}'
var administrator = {
  objectId: empty(postgresEntraAdminObjectId) ? principalId : postgresEntraAdminObjectId
  name: empty(postgresEntraAdminPrincipalName)
    ? (deployer().?userPrincipalName ?? principalId)
    : postgresEntraAdminPrincipalName
  type: empty(postgresEntraAdminPrincipalType) ? principalType : postgresEntraAdminPrincipalType
}

module identity 'modules/identity.bicep' = {
  name: 'identity'
  params: {
    name: 'id-${appName}'
    location: location
    tags: tags
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  params: {
    name: 'st${unique}'
    location: location
    tags: tags
    skuName: storageSkuName
    // az://CONTAINER/FOLDER/
    containerName: split(ducklakeDataPath, '/')[2]
    writerPrincipalId: identity.outputs.principalId
  }
}

module registry 'modules/registry.bicep' = {
  name: 'registry'
  params: {
    name: 'acr${unique}'
    location: location
    tags: tags
    pullerPrincipalId: identity.outputs.principalId
  }
}

module keyVault 'modules/key-vault.bicep' = {
  name: 'key-vault'
  params: {
    name: 'kv-${take(unique, 10)}'
    location: location
    tags: tags
    purgeProtection: keyVaultPurgeProtection
    readerPrincipalId: identity.outputs.principalId
    officerPrincipalId: principalId
    officerPrincipalType: principalType
    password: lakehousePassword
    secretKey: lakehouseSecretKey
  }
}

module postgres 'modules/postgres.bicep' = {
  name: 'postgres'
  params: {
    name: 'psql-${environment}-${take(unique, 6)}'
    location: location
    tags: tags
    skuName: postgresSkuName
    skuTier: postgresSkuTier
    version: postgresVersion
    storageSizeGB: postgresStorageSizeGB
    databaseName: postgresDatabaseName
    administratorObjectId: administrator.objectId
    administratorName: administrator.name
    administratorType: administrator.type
  }
}

module runningApp 'modules/running-app.bicep' = {
  name: 'running-app'
  params: {
    appName: appName
    appExists: containerAppExists
  }
}

module containerAppsEnvironment 'modules/environment.bicep' = {
  name: 'environment'
  params: {
    name: 'cae-${environment}'
    workspaceName: 'law-cae-${environment}'
    location: location
    tags: tags
    workloadProfile: runningApp.outputs.workloadProfile
  }
}

module app 'modules/app.bicep' = {
  name: 'app'
  params: {
    name: appName
    location: location
    tags: union(tags, { 'azd-service-name': 'lakehouse' })
    environmentId: containerAppsEnvironment.outputs.id
    identityId: identity.outputs.id
    registryServer: registry.outputs.loginServer
    workloadProfile: runningApp.outputs.workloadProfile
    image: empty(runningApp.outputs.image) ? containerAppImage : runningApp.outputs.image
    placeholder: containerAppImage
    cpu: containerCpu
    memory: containerMemory
    maxReplicas: containerMaxReplicas
    callsPerReplica: containerCallsPerReplica
    passwordSecretUri: keyVault.outputs.passwordSecretUri
    secretKeySecretUri: keyVault.outputs.secretKeySecretUri
    settings: {
      AZURE_CLIENT_ID: identity.outputs.clientId
      LAKEHOUSE_AZURE_CREDENTIAL: 'managed-identity'
      LAKEHOUSE_AZURE_STORAGE_ACCOUNT: storage.outputs.name
      LAKEHOUSE_DUCKLAKE_DATA_PATH: ducklakeDataPath
      LAKEHOUSE_PG_HOST: postgres.outputs.fqdn
      LAKEHOUSE_PG_DATABASE: postgresDatabaseName
      LAKEHOUSE_PG_USER: identity.outputs.name
    }
  }
}

output STORAGE_ACCOUNT_NAME string = storage.outputs.name
output STORAGE_ACCOUNT_ID string = storage.outputs.id
output POSTGRES_SERVER_NAME string = postgres.outputs.name
output POSTGRES_SERVER_FQDN string = postgres.outputs.fqdn
output POSTGRES_DATABASE_NAME string = postgresDatabaseName
@description('As whom the hook connects to PostgreSQL.')
output POSTGRES_ADMIN_ROLE string = administrator.name
output CONTAINER_APP_NAME string = app.outputs.name
output CONTAINER_APP_IDENTITY_NAME string = identity.outputs.name
output CONTAINER_APP_IDENTITY_CLIENT_ID string = identity.outputs.clientId
output CONTAINER_APP_IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId
output ACR_NAME string = registry.outputs.name
output ACR_LOGIN_SERVER string = registry.outputs.loginServer
output AZURE_CONTAINER_REGISTRY_ENDPOINT string = registry.outputs.loginServer
output AZURE_CONTAINER_REGISTRY_NAME string = registry.outputs.name
output KEY_VAULT_NAME string = keyVault.outputs.name
output KEY_VAULT_URI string = keyVault.outputs.uri
@description('Where clients connect.')
output LAKEHOUSE_ENDPOINT string = 'grpc+tls://${app.outputs.fqdn}:443'
