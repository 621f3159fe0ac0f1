// What runs now, so that provisioning again keeps it: the image that azd deployed, and the kind of its environment.
param appName string
param appExists bool

resource app 'Microsoft.App/containerApps@2026-01-01' existing = if (appExists) {
  name: appName
}

output image string = appExists ? app!.properties.template.containers[0].image : ''
// Empty in an environment without workload profiles, of the kind that can't be given any later.
output workloadProfile string = appExists ? (app!.properties.?workloadProfileName ?? '') : 'Consumption'
