// The image that runs now, so that provisioning again doesn't put the placeholder back.
param appName string
param appExists bool

resource app 'Microsoft.App/containerApps@2026-01-01' existing = if (appExists) {
  name: appName
}

output image string = appExists ? app!.properties.template.containers[0].image : ''
