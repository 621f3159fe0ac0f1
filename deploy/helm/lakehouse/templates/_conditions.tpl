{{/* What must go together; a release that would not work is refused with the reason. */}}
{{- define "lakehouse.conditions" -}}
{{- $v := .Values }}
{{- $isRemote := not (hasPrefix "/" $v.lake.dataPath) }}
{{- $asks := or $v.auth.existingSecret $v.auth.usersSecret (hasKey $v.settings "jwks-url") (hasKey $v.settings "jwt-public-key") (eq (toString $v.settings.insecure) "true") }}
{{- if not $asks }}
{{- fail "Say who may connect: set auth.existingSecret, auth.usersSecret, or settings.jwks-url." }}
{{- end }}
{{- if and (or (not $isRemote) (not $v.postgres.host)) (not $v.persistence.enabled) }}
{{- fail "The lake would be lost with the pod: set persistence.enabled, or both lake.dataPath to a URL and postgres.host." }}
{{- end }}
{{- if gt (int $v.replicas) 1 }}
{{- if not $v.postgres.host }}
{{- fail "With replicas above 1 the catalog must be in PostgreSQL: set postgres.host." }}
{{- end }}
{{- if and $v.persistence.enabled (not (has "ReadWriteMany" $v.persistence.accessModes)) }}
{{- fail "With replicas above 1 all must reach the data: set lake.dataPath to a URL and persistence.enabled to false, or persistence.accessModes to ReadWriteMany." }}
{{- end }}
{{- if not (and $v.auth.existingSecret $v.auth.secretKeyKey) }}
{{- fail "With replicas above 1 all must sign with one key: set auth.existingSecret and auth.secretKeyKey." }}
{{- end }}
{{- end }}
{{- if and $v.tls.clientCASecret (not $v.tls.existingSecret) }}
{{- fail "Clients' certificates need TLS: set tls.existingSecret." }}
{{- end }}
{{- if and $v.workloadIdentity.clientId (not $v.serviceAccount.create) }}
{{- fail "workloadIdentity.clientId is written on the service account that the chart makes: set serviceAccount.create, or annotate your own." }}
{{- end }}
{{- range list "password" "secret-key" "pg-password" "azure-connection-string" "s3-secret" "s3-session-token" }}
{{- if hasKey $v.settings . }}
{{- fail (printf "settings.%s would be readable in the pod's description: name a Secret in its place, under auth, postgres, azure or s3." .) }}
{{- end }}
{{- end }}
{{- range list "host" "port" "health-host" "health-port" "health-http-port" "health-check-enabled" }}
{{- if hasKey $v.settings . }}
{{- fail (printf "settings.%s is what the service and the probes rely on, and stays: service.port is the port that clients see." .) }}
{{- end }}
{{- end }}
{{- /* Five seconds before the drain, five after it for what DuckDB can't interrupt. */}}
{{- $grace := 30.0 }}
{{- if hasKey $v.settings "shutdown-grace-seconds" }}{{- $grace = float64 (get $v.settings "shutdown-grace-seconds") }}{{- end }}
{{- if lt (float64 $v.terminationGracePeriodSeconds) (addf $grace 10) }}
{{- fail (printf "The pod would be killed while it drains: terminationGracePeriodSeconds must be 10 more than settings.shutdown-grace-seconds (%v)." $grace) }}
{{- end }}
{{- end }}
