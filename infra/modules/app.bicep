// The server itself.
param name string
param location string
param tags object
param environmentId string
param identityId string
param registryServer string
param image string

@description('The image that answers no probe of the server: with it there are none.')
param placeholder string

@description('Empty in an environment without profiles.')
param workloadProfile string
param cpu string
param memory string
param maxReplicas int
param callsPerReplica int
param passwordSecretUri string
param secretKeySecretUri string

@description('Variables of the server that are no secrets.')
param settings object

// What DuckDB may have of a replica's memory, and of its disk, which grows with its processors:
// the rest is for results under way, the server itself, and the log.
var shares = {
  '0.5Gi': { memory: '256MiB', spill: '700MiB' }
  '1Gi': { memory: '600MiB', spill: '1500MiB' }
  '1.5Gi': { memory: '1000MiB', spill: '3GiB' }
  '2Gi': { memory: '1400MiB', spill: '3GiB' }
  '2.5Gi': { memory: '1800MiB', spill: '7GiB' }
  '3Gi': { memory: '2200MiB', spill: '7GiB' }
  '3.5Gi': { memory: '2600MiB', spill: '7GiB' }
  '4Gi': { memory: '3GiB', spill: '7GiB' }
  '6Gi': { memory: '4600MiB', spill: '7GiB' }
  '8Gi': { memory: '6200MiB', spill: '7GiB' }
}
var limits = {
  LAKEHOUSE_MEMORY_LIMIT: shares[memory].memory
  LAKEHOUSE_MAX_SPILL_BYTES: shares[memory].spill
}

// Over HTTP, since Container Apps has no gRPC probes.
var probes = [
  {
    type: 'Startup'
    httpGet: { path: '/livez', port: 8080 }
    periodSeconds: 6
    failureThreshold: 10
  }
  {
    type: 'Liveness'
    httpGet: { path: '/livez', port: 8080 }
    periodSeconds: 10
    timeoutSeconds: 5
    failureThreshold: 3
  }
  {
    type: 'Readiness'
    httpGet: { path: '/readyz', port: 8080 }
    periodSeconds: 5
    timeoutSeconds: 5
    failureThreshold: 2
  }
]

resource app 'Microsoft.App/containerApps@2026-01-01' = {
  name: name
  location: location
  tags: tags
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    environmentId: environmentId
    workloadProfileName: empty(workloadProfile) ? null : workloadProfile
    configuration: {
      activeRevisionsMode: 'Single'
      ingress: {
        external: true
        targetPort: 31337
        // TLS ends at the ingress, which speaks HTTP/2 to the server.
        transport: 'http2'
        allowInsecure: false
        // Temporary tables and transactions are at one replica.
        stickySessions: { affinity: maxReplicas > 1 ? 'sticky' : 'none' }
      }
      registries: [{ server: registryServer, identity: identityId }]
      secrets: [
        { name: 'lakehouse-password', keyVaultUrl: passwordSecretUri, identity: identityId }
        { name: 'lakehouse-secret-key', keyVaultUrl: secretKeySecretUri, identity: identityId }
      ]
    }
    template: {
      // Longer than the server lets running statements go on, which is 30 seconds.
      terminationGracePeriodSeconds: 45
      containers: [
        {
          name: 'lakehouse'
          image: image
          resources: { cpu: json(cpu), memory: memory }
          env: concat(map(items(union(settings, limits)), setting => { name: setting.key, value: setting.value }), [
            { name: 'LAKEHOUSE_PASSWORD', secretRef: 'lakehouse-password' }
            { name: 'LAKEHOUSE_SECRET_KEY', secretRef: 'lakehouse-secret-key' }
          ])
          probes: image == placeholder ? null : probes
        }
      ]
      scale: {
        minReplicas: 1
        maxReplicas: maxReplicas
        rules: maxReplicas > 1
          ? [{ name: 'calls', http: { metadata: { concurrentRequests: string(callsPerReplica) } } }]
          : []
      }
    }
  }
}

output name string = app.name
output fqdn string = app.properties.configuration.ingress.fqdn
