// The two secrets: the password of the server and the key that it signs tokens with.
param name string
param location string
param tags object
param purgeProtection bool

@description('The server, which reads the two secrets and no others.')
param readerPrincipalId string

@description('Who deploys: azd reads the secrets back at each provision, and people change them.')
param officerPrincipalId string
param officerPrincipalType string

@secure()
param password string

@secure()
param secretKey string

@description('Made anew by Azure at each provision, and used at the first alone.')
@secure()
param secretKeyEnding string = newGuid()

var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
var secretsOfficer = 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 7
    // Azure refuses false here, and to switch it off.
    enablePurgeProtection: purgeProtection ? true : null
    publicNetworkAccess: 'Enabled'
  }
}

resource passwordSecret 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = {
  parent: vault
  name: 'lakehouse-password'
  properties: { value: password }
}

resource secretKeySecret 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = {
  parent: vault
  name: 'lakehouse-secret-key'
  // What azd makes has 15 characters; a key should have 32. One that was read back has them.
  properties: { value: length(secretKey) < 32 ? '${secretKey}-${secretKeyEnding}' : secretKey }
}

resource passwordReader 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(passwordSecret.id, readerPrincipalId, secretsUser)
  scope: passwordSecret
  properties: {
    principalId: readerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
  }
}

resource secretKeyReader 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(secretKeySecret.id, readerPrincipalId, secretsUser)
  scope: secretKeySecret
  properties: {
    principalId: readerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
  }
}

resource officer 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, officerPrincipalId, secretsOfficer)
  scope: vault
  properties: {
    principalId: officerPrincipalId
    principalType: officerPrincipalType
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsOfficer)
  }
}

output name string = vault.name
output uri string = vault.properties.vaultUri
// Without a version: the app takes up a secret that was changed.
output passwordSecretUri string = '${vault.properties.vaultUri}secrets/${passwordSecret.name}'
output secretKeySecretUri string = '${vault.properties.vaultUri}secrets/${secretKeySecret.name}'
