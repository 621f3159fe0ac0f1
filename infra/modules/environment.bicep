// Where the app runs, and where its log goes.
param name string
param workspaceName string
param location string
param tags object

@description('The one that is paid by use; empty for an environment without profiles, whose replicas are smaller.')
param workloadProfile string

resource workspace 'Microsoft.OperationalInsights/workspaces@2026-03-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: 30
  }
}

resource environment 'Microsoft.App/managedEnvironments@2026-01-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    appLogsConfiguration: {
      destination: 'log-analytics'
      logAnalyticsConfiguration: {
        customerId: workspace.properties.customerId
        sharedKey: workspace.listKeys().primarySharedKey
      }
    }
    workloadProfiles: empty(workloadProfile)
      ? null
      : [{ name: workloadProfile, workloadProfileType: 'Consumption' }]
    // What flows between the ingress and the app is encrypted too.
    peerAuthentication: { mtls: { enabled: true } }
  }
}

output id string = environment.id
