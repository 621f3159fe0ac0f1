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
{{- if and (not $isRemote) (not (has "ReadWriteMany" $v.persistence.accessModes)) }}
{{- fail "With replicas above 1 all must reach the data: set lake.dataPath to a URL, or persistence.accessModes to ReadWriteMany." }}
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
{{- end }}
