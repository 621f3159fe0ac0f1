"""What must hold in infra/ beyond its types: parameters, outputs, and names that the server knows."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
INFRA = ROOT / "infra"
MAIN = (INFRA / "main.bicep").read_text()
BICEP = {path.name: path.read_text() for path in INFRA.glob("**/*.bicep")}

# What users of the template, and azd, read: names are kept.
OUTPUTS = {
  "STORAGE_ACCOUNT_NAME", "STORAGE_ACCOUNT_ID", "POSTGRES_SERVER_NAME", "POSTGRES_SERVER_FQDN",
  "POSTGRES_DATABASE_NAME", "CONTAINER_APP_NAME", "CONTAINER_APP_IDENTITY_NAME",
  "CONTAINER_APP_IDENTITY_CLIENT_ID", "CONTAINER_APP_IDENTITY_PRINCIPAL_ID", "ACR_NAME",
  "ACR_LOGIN_SERVER", "AZURE_CONTAINER_REGISTRY_ENDPOINT", "AZURE_CONTAINER_REGISTRY_NAME",
  "KEY_VAULT_NAME", "KEY_VAULT_URI",
}


def _outputs() -> dict[str, str]:
  return dict(re.findall(r"^output (\w+) string = (.*)$", MAIN, re.MULTILINE))


def test_azd_finds_the_app_and_the_hooks():
  project = yaml.safe_load((ROOT / "azure.yaml").read_text())
  (service, settings), = project["services"].items()
  assert f"'azd-service-name': '{service}'" in MAIN
  assert settings["host"] == "containerapp" and settings["docker"]["remoteBuild"] is True
  hooks = project["hooks"]["postprovision"]
  assert (ROOT / hooks["windows"]["run"]).is_file()
  assert os.access(ROOT / hooks["posix"]["run"], os.X_OK)


def test_probes_are_for_the_servers_image_and_come_once_it_is_deployed():
  app = BICEP["app.bicep"]
  assert "probes: image == placeholder ? null : probes" in app
  assert re.findall(r"type: '(\w+)'\n    httpGet: \{ path: '(/\w+)', port: (\d+) \}", app) == [
    ("Startup", "/livez", "8080"), ("Liveness", "/livez", "8080"), ("Readiness", "/readyz", "8080"),
  ]
  assert "placeholder: containerAppImage" in MAIN
  project = yaml.safe_load((ROOT / "azure.yaml").read_text())
  steps = [step["azd"] for step in project["workflows"]["up"]["steps"]]
  assert steps == ["provision", "deploy --all", "provision"]
  pipeline = (ROOT / ".github/workflows/azure-dev.yml").read_text()
  assert re.findall(r"run: azd (provision|deploy)\b", pipeline) == ["provision", "deploy", "provision"]


def test_large_replicas_have_the_profile_that_they_need():
  assert "workloadProfileName: empty(workloadProfile) ? null : workloadProfile" in BICEP["app.bicep"]
  assert "workloadProfileType: 'Consumption'" in BICEP["environment.bicep"]
  assert MAIN.count("workloadProfile: runningApp.outputs.workloadProfile") == 2


def test_azd_sets_every_parameter_that_has_no_default_and_no_unknown_one():
  declared = dict(re.findall(r"^param (\w+) \w+( =)?", MAIN, re.MULTILINE))
  given = json.loads((INFRA / "main.parameters.json").read_text())["parameters"]
  assert {name for name, default in declared.items() if not default} <= given.keys()
  assert given.keys() <= declared.keys()


def test_outputs_keep_their_names():
  assert OUTPUTS <= _outputs().keys()


def test_variables_that_the_hook_reads_are_outputs():
  hook = (ROOT / "hooks/postprovision.sh").read_text()
  names = re.search(r"for name in (.*?); do", hook, re.DOTALL)[1].replace("\\\n", " ").split()
  from_azd = {"AZURE_SUBSCRIPTION_ID", "AZURE_RESOURCE_GROUP"}
  assert set(names) - from_azd <= _outputs().keys()
  twin = (ROOT / "hooks/postprovision.ps1").read_text()
  assert all(f"'{name}'" in twin for name in names)


def test_no_secret_leaves_a_deployment():
  secure = {
    name for text in BICEP.values()
    for name in re.findall(r"@secure\(\)(?:\n@.*)*\nparam (\w+)", text)
  }
  assert secure == {"lakehousePassword", "lakehouseSecretKey", "password", "secretKey", "secretKeyEnding"}
  for text in BICEP.values():
    for line in re.findall(r"^output .*$", text, re.MULTILINE):
      assert "list" not in line.lower().split("=", 1)[1], line
      assert not secure & set(re.findall(r"\b\w+\b", line.split("=", 1)[1])), line


def test_the_vault_and_the_parameters_agree_on_the_secrets_names():
  asked = re.findall(
    r"secretOrRandomPassword \$\{KEY_VAULT_NAME\} ([\w-]+)\)", (INFRA / "main.parameters.json").read_text()
  )
  kept = re.findall(r"name: '(lakehouse-[\w-]+)'", BICEP["key-vault.bicep"])
  assert sorted(asked) == sorted(kept) == ["lakehouse-password", "lakehouse-secret-key"]


def test_the_server_knows_every_variable_that_the_app_sets():
  sources = (ROOT / "Sources/Server/Configuration").glob("Setting+*.swift")
  known = {
    "LAKEHOUSE_" + name.upper().replace("-", "_")
    for source in sources for name in re.findall(r'Setting\(\s*"([a-z0-9-]+)"', source.read_text())
  }
  assert "LAKEHOUSE_PORT" in known
  for text in (MAIN, BICEP["app.bicep"]):
    assert set(re.findall(r"\bLAKEHOUSE_(?!ENDPOINT)\w+", text)) <= known


def test_every_size_of_a_replica_has_its_share():
  allowed = re.search(r"@allowed\(\[(.*)\]\)\nparam containerMemory", MAIN)[1]
  shares = re.findall(r"^  '([\d.]+Gi)': \{", BICEP["app.bicep"], re.MULTILINE)
  assert re.findall(r"'([^']+)'", allowed) == shares
