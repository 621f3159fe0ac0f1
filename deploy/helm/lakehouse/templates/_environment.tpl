{{/* A quantity in mebibytes; nothing for units other than Mi, Gi and Ti. */}}
{{- define "lakehouse.mebibytes" -}}
{{- $units := dict "Mi" 1 "Gi" 1024 "Ti" 1048576 }}
{{- $unit := regexFind "[A-Za-z]*$" . }}
{{- if hasKey $units $unit }}{{ mulf (trimSuffix $unit . | float64) (get $units $unit) | floor | int64 }}{{ end }}
{{- end }}

{{/* The settings as variables. Secrets are files, and only their paths are here. */}}
{{- define "lakehouse.environment" -}}
{{- $v := .Values }}
{{- $e := dict
  "LAKEHOUSE_HOST" "0.0.0.0"
  "LAKEHOUSE_USERNAME" $v.auth.username
  "LAKEHOUSE_DUCKLAKE_DATA_PATH" $v.lake.dataPath
  "LAKEHOUSE_DUCKLAKE_ALIAS" $v.lake.alias
}}
{{- if not (hasPrefix "/" $v.lake.dataPath) }}{{- if not $v.postgres.host }}
{{- $_ := set $e "LAKEHOUSE_DUCKLAKE_CATALOG" "/data/lake.ducklake" }}
{{- end }}{{- end }}
{{- if $v.auth.existingSecret }}
{{- $_ := set $e "LAKEHOUSE_PASSWORD_FILE" "/run/secrets/lakehouse/auth/password" }}
{{- if $v.auth.secretKeyKey }}{{- $_ := set $e "LAKEHOUSE_SECRET_KEY_FILE" "/run/secrets/lakehouse/auth/secret-key" }}{{- end }}
{{- end }}
{{- if $v.auth.usersSecret }}{{- $_ := set $e "LAKEHOUSE_USERS_FILE" "/run/secrets/lakehouse/users/users" }}{{- end }}
{{- if $v.tls.existingSecret }}
{{- $_ := set $e "LAKEHOUSE_TLS_CERT" "/run/secrets/lakehouse/tls/tls.crt" }}
{{- $_ := set $e "LAKEHOUSE_TLS_KEY" "/run/secrets/lakehouse/tls/tls.key" }}
{{- end }}
{{- if $v.tls.clientCASecret }}{{- $_ := set $e "LAKEHOUSE_MTLS_CA" "/run/secrets/lakehouse/client-ca/ca.crt" }}{{- end }}
{{- if $v.postgres.host }}
{{- $_ := set $e "LAKEHOUSE_PG_HOST" $v.postgres.host }}
{{- $_ := set $e "LAKEHOUSE_PG_PORT" (toString (int $v.postgres.port)) }}
{{- $_ := set $e "LAKEHOUSE_PG_DATABASE" $v.postgres.database }}
{{- $_ := set $e "LAKEHOUSE_PG_USER" $v.postgres.user }}
{{- $_ := set $e "LAKEHOUSE_PG_SSLMODE" $v.postgres.sslmode }}
{{- if $v.postgres.schema }}{{- $_ := set $e "LAKEHOUSE_PG_SCHEMA" $v.postgres.schema }}{{- end }}
{{- if $v.postgres.existingSecret }}{{- $_ := set $e "LAKEHOUSE_PG_PASSWORD_FILE" "/run/secrets/lakehouse/postgres/password" }}{{- end }}
{{- end }}
{{- if $v.azure.storageAccount }}{{- $_ := set $e "LAKEHOUSE_AZURE_STORAGE_ACCOUNT" $v.azure.storageAccount }}{{- end }}
{{- if $v.azure.credential }}{{- $_ := set $e "LAKEHOUSE_AZURE_CREDENTIAL" $v.azure.credential }}{{- end }}
{{- if $v.azure.connectionStringSecret }}{{- $_ := set $e "LAKEHOUSE_AZURE_CONNECTION_STRING_FILE" "/run/secrets/lakehouse/azure/connection-string" }}{{- end }}
{{- if hasPrefix "s3://" $v.lake.dataPath }}
{{- $_ := set $e "LAKEHOUSE_S3_PATH_STYLE" (toString $v.s3.pathStyle) }}
{{- $_ := set $e "LAKEHOUSE_S3_TLS" (toString $v.s3.tls) }}
{{- if $v.s3.endpoint }}{{- $_ := set $e "LAKEHOUSE_S3_ENDPOINT" $v.s3.endpoint }}{{- end }}
{{- if $v.s3.region }}{{- $_ := set $e "LAKEHOUSE_S3_REGION" $v.s3.region }}{{- end }}
{{- if $v.s3.existingSecret }}{{- $_ := set $e "LAKEHOUSE_S3_SECRET_FILE" "/run/secrets/lakehouse/s3/secret" }}{{- end }}
{{- end }}
{{- /* The pod would be ended for what DuckDB takes of the node: it may have two thirds of the pod's memory, and four fifths of
its disk, where results that are set aside need room too. */}}
{{- with dig "limits" "memory" "" ($v.resources | default dict) }}{{- with include "lakehouse.mebibytes" (toString .) }}
{{- $_ := set $e "LAKEHOUSE_MEMORY_LIMIT" (printf "%dMiB" (div (mul (int64 .) 2) 3)) }}
{{- end }}{{- end }}
{{- with include "lakehouse.mebibytes" (toString $v.spill.sizeLimit) }}
{{- $_ := set $e "LAKEHOUSE_MAX_SPILL_BYTES" (printf "%dMiB" (div (mul (int64 .) 4) 5)) }}
{{- end }}
{{- range $name, $value := $v.settings }}
{{- /* Helm writes large numbers as 1e+07. */}}
{{- if kindIs "float64" $value }}{{- $value = ternary (printf "%.0f" $value) (toString $value) (eq $value (floor $value)) }}{{- end }}
{{- $_ := set $e (printf "LAKEHOUSE_%s" ($name | upper | replace "-" "_")) (toString $value) }}
{{- end }}
{{- range $name, $value := $e }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- if and (hasPrefix "s3://" $v.lake.dataPath) $v.s3.existingSecret }}
- name: LAKEHOUSE_S3_KEY_ID
  valueFrom:
    secretKeyRef: { name: {{ $v.s3.existingSecret | quote }}, key: {{ $v.s3.keyIdKey | quote }} }
{{- end }}
{{- end }}

{{/* The secrets that are mounted: a list of name, secret, items. */}}
{{- define "lakehouse.secrets" -}}
{{- $v := .Values }}
{{- $all := list }}
{{- if $v.auth.existingSecret }}
{{- $items := list (dict "key" $v.auth.passwordKey "path" "password") }}
{{- if $v.auth.secretKeyKey }}{{- $items = append $items (dict "key" $v.auth.secretKeyKey "path" "secret-key") }}{{- end }}
{{- $all = append $all (dict "name" "auth" "secret" $v.auth.existingSecret "items" $items) }}
{{- end }}
{{- if $v.auth.usersSecret }}{{- $all = append $all (dict "name" "users" "secret" $v.auth.usersSecret "items" (list (dict "key" $v.auth.usersKey "path" "users"))) }}{{- end }}
{{- if $v.tls.existingSecret }}{{- $all = append $all (dict "name" "tls" "secret" $v.tls.existingSecret "items" (list (dict "key" "tls.crt" "path" "tls.crt") (dict "key" "tls.key" "path" "tls.key"))) }}{{- end }}
{{- if $v.tls.clientCASecret }}{{- $all = append $all (dict "name" "client-ca" "secret" $v.tls.clientCASecret "items" (list (dict "key" "ca.crt" "path" "ca.crt"))) }}{{- end }}
{{- if and $v.postgres.host $v.postgres.existingSecret }}{{- $all = append $all (dict "name" "postgres" "secret" $v.postgres.existingSecret "items" (list (dict "key" $v.postgres.passwordKey "path" "password"))) }}{{- end }}
{{- if $v.azure.connectionStringSecret }}{{- $all = append $all (dict "name" "azure" "secret" $v.azure.connectionStringSecret "items" (list (dict "key" $v.azure.connectionStringKey "path" "connection-string"))) }}{{- end }}
{{- if and (hasPrefix "s3://" $v.lake.dataPath) $v.s3.existingSecret }}{{- $all = append $all (dict "name" "s3" "secret" $v.s3.existingSecret "items" (list (dict "key" $v.s3.secretKey "path" "secret"))) }}{{- end }}
{{- $all | toJson }}
{{- end }}
