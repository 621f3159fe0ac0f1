"""The Helm chart, rendered by Helm's own code, against Kubernetes' schemas and the server's settings."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from helm_python.chart import Chart, lint
from helm_python.errors import HelmError
from support.server import binary_path

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "deploy/helm/lakehouse"
VERSIONS = ["1.27", "1.30", "1.33", kubernetes_validate.latest_version()]

EMBEDDED = {"auth": {"existingSecret": "who"}}
AZURE = {
  "image": {"repository": "acr.example.com/lakehouse", "digest": "sha256:" + "0" * 64},
  "replicas": 3,
  "auth": {"existingSecret": "who", "secretKeyKey": "secret-key"},
  "lake": {"dataPath": "az://lakehouse/data/"},
  "postgres": {"host": "psql-lake.postgres.database.azure.com", "database": "appdb", "user": "id-lake"},
  "azure": {"storageAccount": "stlake", "credential": "workload-identity"},
  "workloadIdentity": {"clientId": "00000000-0000-0000-0000-000000000001"},
  "persistence": {"enabled": False},
  "settings": {"memory-limit": "1GiB", "max-connections": 2000, "print-queries": True},
  "networkPolicy": {"from": [{"namespaceSelector": {"matchLabels": {"team": "data"}}}]},
}
S3 = {
  "auth": {"usersSecret": "users"},
  "lake": {"dataPath": "s3://bucket/lake/", "alias": "shop"},
  "postgres": {"host": "db", "schema": "lake", "existingSecret": "pg", "sslmode": "require"},
  "s3": {"endpoint": "minio:9000", "region": "eu-1", "pathStyle": True, "tls": False, "existingSecret": "s3"},
  "tls": {"existingSecret": "cert", "clientCASecret": "ca"},
  "persistence": {"enabled": False},
  "networkPolicy": {"extraEgress": [{"ports": [{"port": 9000}]}]},
  "service": {"type": "LoadBalancer", "port": 443, "annotations": {"a/b": "c"}},
}
SHARED_VOLUME = {
  "replicas": 2,
  "auth": {"existingSecret": "who", "secretKeyKey": "key"},
  "postgres": {"host": "db", "existingSecret": "pg"},
  "persistence": {"accessModes": ["ReadWriteMany"], "storageClass": "nfs"},
}
TOKENS_ALONE = {
  "settings": {"jwks-url": "https://login.example.com/keys", "jwt-issuer": "https://login.example.com"},
  "lake": {"dataPath": "az://lakehouse/data/"},
  "azure": {"connectionStringSecret": "storage"},
  "persistence": {"existingClaim": "old"},
  "serviceAccount": {"create": False, "name": "mine"},
  "nodeSelector": {"disk": "nvme"}, "podLabels": {"team": "data"}, "podAnnotations": {"x": "y"},
  "tolerations": [{"key": "spot", "operator": "Exists"}], "networkPolicy": {"enabled": False},
  "topologySpreadConstraints": [],
}
VALUES = {
  "embedded": EMBEDDED, "azure": AZURE, "s3": S3, "shared-volume": SHARED_VOLUME, "tokens": TOKENS_ALONE,
}


def _render(values: dict) -> dict[str, dict]:
  """Manifests by kind."""
  with Chart.load(str(CHART)) as chart:
    chart.validate_schema(values)
    texts = chart.render(values, name="lake", namespace="data")
  found = [one for path, text in texts.items() if path.endswith(".yaml") for one in yaml.safe_load_all(text) if one]
  assert len({one["kind"] for one in found}) == len(found)
  return {one["kind"]: one for one in found}


def _pod(values: dict) -> dict:
  return _render(values)["Deployment"]["spec"]["template"]["spec"]


def _variables(values: dict) -> dict[str, str]:
  return {one["name"]: one.get("value", "") for one in _pod(values)["containers"][0]["env"]}


each = pytest.mark.parametrize("values", VALUES.values(), ids=VALUES.keys())


@each
@pytest.mark.parametrize("version", VERSIONS)
def test_manifests_are_kubernetes_own(values, version):
  for manifest in _render(values).values():
    kubernetes_validate.validate(manifest, version, strict=True)


@each
def test_helm_finds_no_fault(values):
  report = lint(str(CHART), values, strict=True)
  assert report["errors"] == []
  assert [one for one in report["messages"] if one["severity"] > 1] == []


@each
def test_pods_are_restricted(values):
  """As the pod security standard `restricted` has it, and more."""
  pod = _pod(values)
  assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] > 0
  assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
  assert pod["automountServiceAccountToken"] is False
  for container in pod["containers"]:
    context = container["securityContext"]
    assert context["allowPrivilegeEscalation"] is False
    assert context["readOnlyRootFilesystem"] is True
    assert context["capabilities"] == {"drop": ["ALL"]}


@each
def test_every_mount_has_its_volume_and_every_secret_file_its_mount(values):
  pod = _pod(values)
  container = pod["containers"][0]
  volumes = {one["name"]: one for one in pod["volumes"]}
  mounts = {one["mountPath"]: volumes[one["name"]] for one in container["volumeMounts"]}
  assert len(mounts) == len(volumes)
  for name, value in _variables(values).items():
    if value.startswith("/run/secrets/"):
      folder, _, file = value.rpartition("/")
      assert file in [item["path"] for item in mounts[folder]["secret"]["items"]], name


@each
def test_the_server_takes_the_settings(values, tmp_path):
  """`lakehouse config` with the pod's variables, and files where its secrets would be."""
  variables = {}
  for name, value in _variables(values).items():
    if value.startswith("/run/secrets/"):
      file = tmp_path / value.lstrip("/")
      file.parent.mkdir(parents=True, exist_ok=True)
      file.write_text("a secret of some length")
      value = str(file)
    variables[name] = value or "AKIA"
  shown = subprocess.run(
    [binary_path(), "config"], env={"PATH": os.environ["PATH"]} | variables, capture_output=True,
    text=True, cwd=tmp_path, check=False, timeout=30,
  )
  assert shown.returncode == 0, shown.stderr
  assert "is not a setting" not in shown.stdout + shown.stderr
  for name in variables:
    assert f"{name}]" in shown.stdout, f"{name} doesn't hold"


@each
def test_service_and_policy_reach_the_pods_alone(values):
  manifests = _render(values)
  labels = manifests["Deployment"]["spec"]["template"]["metadata"]["labels"]
  selectors = [manifests["Deployment"]["spec"]["selector"]["matchLabels"], manifests["Service"]["spec"]["selector"]]
  if "NetworkPolicy" in manifests:
    selectors.append(manifests["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"])
  for selector in selectors:
    assert selector.items() <= labels.items()
    assert selector["app.kubernetes.io/instance"] == "lake"


def test_numbers_are_written_out():
  settings = {"max-result-rows": 2_000_000_000, "health-poll-interval": 0.5, "threads": 4}
  variables = _variables(_merged(EMBEDDED, settings=settings))
  assert variables["LAKEHOUSE_MAX_RESULT_ROWS"] == "2000000000"
  assert variables["LAKEHOUSE_HEALTH_POLL_INTERVAL"] == "0.5"
  assert variables["LAKEHOUSE_THREADS"] == "4"


def test_duckdb_keeps_to_a_share_of_what_the_pod_may_have():
  variables = _variables(EMBEDDED)
  assert variables["LAKEHOUSE_MEMORY_LIMIT"] == "1365MiB"
  assert variables["LAKEHOUSE_MAX_SPILL_BYTES"] == "8192MiB"
  larger = _variables(_merged(
    EMBEDDED, resources={"limits": {"memory": "1.5Ti"}}, spill={"sizeLimit": "500Mi"},
  ))
  assert larger["LAKEHOUSE_MEMORY_LIMIT"] == "1048576MiB"
  assert larger["LAKEHOUSE_MAX_SPILL_BYTES"] == "400MiB"
  chosen = _variables(AZURE)
  assert chosen["LAKEHOUSE_MEMORY_LIMIT"] == "1GiB"
  unknown = _variables(_merged(EMBEDDED, resources={"limits": {"memory": "2G"}}))
  assert "LAKEHOUSE_MEMORY_LIMIT" not in unknown


def test_probes_are_those_of_the_manual():
  container = _pod(EMBEDDED)["containers"][0]
  ports = {one["name"]: one["containerPort"] for one in container["ports"]}
  assert ports == {"flight": 31337, "health": 8081, "probes": 8080}
  assert container["readinessProbe"]["grpc"] == {"port": 8081, "service": "lakehouse.FlightSql"}
  assert container["livenessProbe"]["httpGet"] == {"path": "/livez", "port": "probes"}
  manual = (ROOT / "docs/health.md").read_text()
  assert "lakehouse.FlightSql" in manual and "/livez" in manual


def test_workload_identity_is_on_account_and_pod():
  manifests = _render(AZURE)
  account = manifests["ServiceAccount"]["metadata"]["annotations"]
  assert account["azure.workload.identity/client-id"] == AZURE["workloadIdentity"]["clientId"]
  pod = manifests["Deployment"]["spec"]["template"]["metadata"]["labels"]
  assert pod["azure.workload.identity/use"] == "true"


def test_a_catalog_in_a_file_is_one_pods_at_a_time():
  assert _render(EMBEDDED)["Deployment"]["spec"]["strategy"]["type"] == "Recreate"
  assert _render(AZURE)["Deployment"]["spec"]["strategy"]["type"] == "RollingUpdate"
  assert "PersistentVolumeClaim" in _render(EMBEDDED)
  assert "PersistentVolumeClaim" not in _render(AZURE)
  assert "PersistentVolumeClaim" not in _render(TOKENS_ALONE)


def test_replicas_are_kept_in_numbers():
  assert "PodDisruptionBudget" in _render(AZURE)
  assert "PodDisruptionBudget" not in _render(EMBEDDED)
  assert _render(AZURE)["Service"]["spec"]["sessionAffinity"] == "ClientIP"


def test_a_pod_may_end_when_its_drain_does():
  for grace, seconds in ((40, None), (10, 0), (130, "120")):
    settings = {} if seconds is None else {"shutdown-grace-seconds": seconds}
    pod = _pod(_merged(EMBEDDED, terminationGracePeriodSeconds=grace, settings=settings))
    assert pod["terminationGracePeriodSeconds"] == grace


def test_a_pod_that_another_replaces_is_out_of_the_service_before_it_drains():
  hook = _pod(AZURE)["containers"][0]["lifecycle"]["preStop"]
  assert hook == {"exec": {"command": ["sleep", "5"]}}
  assert "lifecycle" not in _pod(EMBEDDED)["containers"][0]


def test_replicas_keep_apart_unless_told_otherwise():
  labels = _render(AZURE)["Deployment"]["spec"]["template"]["metadata"]["labels"]
  spread = _pod(AZURE)["topologySpreadConstraints"]
  assert [one["topologyKey"] for one in spread] == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
  for one in spread:
    assert one["whenUnsatisfiable"] == "ScheduleAnyway"
    assert one["labelSelector"]["matchLabels"].items() <= labels.items()
  own = [{"topologyKey": "rack", "maxSkew": 2, "whenUnsatisfiable": "DoNotSchedule"}]
  assert _pod(_merged(AZURE, topologySpreadConstraints=own))["topologySpreadConstraints"] == own
  assert "topologySpreadConstraints" not in _pod(EMBEDDED)


def _ways_out(values: dict) -> list[tuple[int, str]]:
  """The ports that the policy lets the server out to, and whose: an address, or any."""
  return [
    (port["port"], to.get("ipBlock", {}).get("cidr", "any"))
    for rule in _render(values)["NetworkPolicy"]["spec"]["egress"]
    for to in rule.get("to", [{}]) for port in rule["ports"]
  ]


def test_the_policy_lets_the_server_out_to_what_it_needs_alone():
  names = [(53, "any"), (53, "any")]
  agents = [(80, "169.254.169.254/32"), (80, "169.254.170.23/32")]
  assert _ways_out(EMBEDDED) == names
  assert _ways_out(AZURE) == [*names, (5432, "any"), (443, "any")]
  managed = _merged(AZURE, azure={"credential": "managed-identity"})
  assert _ways_out(managed) == [*_ways_out(AZURE), *agents]
  assert _ways_out(S3) == [*names, (5432, "any"), (443, "any"), (9000, "any")]
  by_role = _merged(S3, s3={"existingSecret": ""}, networkPolicy={"extraEgress": []})
  assert _ways_out(by_role) == [*names, (5432, "any"), (443, "any"), *agents]


SECRETS = re.findall(
  r"^\| `--([a-z0-9-]+)`, `--\1-file`", (ROOT / "docs/configuration.md").read_text(), re.MULTILINE
)


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_among_the_settings_is_refused(name):
  assert "password" in SECRETS
  with pytest.raises(HelmError, match=f"settings.{name} would be readable"):
    _render(_merged(EMBEDDED, settings={name: "a secret"}))


def test_no_secret_is_in_a_manifest():
  assert not {"Secret", "ConfigMap"} & {kind for values in VALUES.values() for kind in _render(values)}


def _merged(values: dict, **changes) -> dict:
  return values | {name: {**values.get(name, {}), **change} if isinstance(change, dict) else change
                   for name, change in changes.items()}


@pytest.mark.parametrize(
  "values, told",
  [
    ({}, "auth.existingSecret"),
    (_merged(EMBEDDED, replicas=2), "postgres.host"),
    (_merged(EMBEDDED, replicas=2, postgres={"host": "db"}), "persistence.accessModes"),
    (_merged(AZURE, persistence={"enabled": True}), "persistence.accessModes"),
    (_merged(AZURE, auth={"secretKeyKey": ""}), "auth.secretKeyKey"),
    (_merged(EMBEDDED, persistence={"enabled": False}), "persistence.enabled"),
    (_merged(EMBEDDED, tls={"clientCASecret": "ca"}), "tls.existingSecret"),
    (_merged(AZURE, serviceAccount={"create": False}), "serviceAccount.create"),
    (_merged(EMBEDDED, lake={"dataPath": "/elsewhere/"}), "dataPath"),
    (_merged(EMBEDDED, lake={"dataPath": "az://lake"}), "dataPath"),
    (_merged(EMBEDDED, replica=2), "replica"),
    (_merged(EMBEDDED, replicas="2"), "replicas"),
    (_merged(EMBEDDED, settings={"Memory_Limit": "1GiB"}), "Memory_Limit"),
    (_merged(EMBEDDED, image={"digest": "latest"}), "digest"),
    (_merged(EMBEDDED, settings={"port": 4000}), "service.port"),
    (_merged(EMBEDDED, settings={"health-check-enabled": False}), "probes"),
    (_merged(EMBEDDED, terminationGracePeriodSeconds=39), "10 more"),
    (_merged(EMBEDDED, settings={"shutdown-grace-seconds": 120}), "10 more"),
  ],
)
def test_values_that_cannot_work_are_refused_with_the_reason(values, told):
  with pytest.raises(HelmError, match=told):
    _render(values)
