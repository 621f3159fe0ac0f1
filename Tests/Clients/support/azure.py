"""Azure on this machine: a storage account and token endpoints, served by Tests/AzureDouble.

    with Azure(tmp_path) as azure:
      azure.connection_string, azure.connection_string_file   # a shared key, over plain HTTP
      azure.account, azure.account_key, azure.container       # the container "lake" is there
      azure.origin, azure.tls_origin                          # http://127.0.0.1:N, https://localhost:N
      azure.blob_endpoint, azure.dfs_endpoint                 # blob.localhost:N, dfs.localhost:N: TLS
      azure.authority.path                                    # the CA's PEM file

`azure.signed_connection_string()` has no key but a URL's signature (SAS), valid for an hour.

Environments for a server (or any client of Azure's SDK), each with CURL_CA_INFO and SSL_CERT_FILE:

      azure.managed_identity()                 # IDENTITY_ENDPOINT, IDENTITY_HEADER; the machine's own
      azure.managed_identity(assigned=True)    # the same and AZURE_CLIENT_ID: a user-assigned one
      azure.machine_identity()                 # the metadata service: AZURE_POD_IDENTITY_AUTHORITY_HOST
      azure.client_secret()                    # AZURE_TENANT_ID, _CLIENT_ID, _CLIENT_SECRET, _AUTHORITY_HOST
      azure.workload_identity()                # the same with AZURE_FEDERATED_TOKEN_FILE

Tokens. `Azure(folder, token_seconds=60)` sets their lifetime; `keep_token_until=5` issues the same
one, whose expiry doesn't advance, until 5 seconds are left of it. Later, for tokens to come:

      azure.set_tokens(lifetime_seconds=60, kept_until_seconds_left=None)
      azure.tokens(STORAGE)                    # the latest of each identity: {"clientID", "token", "expiresOn", …}
      azure.token(STORAGE)                     # the latest's text, or None; also POSTGRES
      azure.fetch_token(STORAGE)               # asks for one as the machine's own identity does
      azure.renew_tokens()                     # makes newer ones of all; what was issued stays valid
      azure.revoke_tokens()                    # all so far get 401 from now on

Faults hit the next `count` requests of a method whose URI (path and query) contains `path`; of any
without them. `skip` spares that many first.

      azure.respond(503, path="comp=block", method="PUT", count=2, retry_after=1)
      azure.delay(1.5, path="/msi/token")      # answers late
      azure.cut(100, method="GET")             # ends the connection within the body
      azure.lose(path="comp=blocklist")        # does it, and ends the connection without an answer
      azure.faults(), azure.clear_faults()

What was asked: `azure.requests(after=0)` lists {"number", "method", "host", "uri", "authorization"
("SharedKey", "Bearer", "SAS"), "status", "isEncrypted", "isDisturbed", …}. Token endpoints have the
paths TOKEN_PATH, MACHINE_TOKEN_PATH, and /TENANT/oauth2/v2.0/token.

`Azure(folder, "--page-size", "3")` passes further flags: see `AzureDouble --help`. For blobs that
outlive it: `"--folder", path`.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import json
import re
import secrets
import selectors
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

from support.certificates import Authority
from support.server import ROOT

STORAGE = "https://storage.azure.com"
POSTGRES = "https://ossrdbms-aad.database.windows.net"
TOKEN_PATH = "/msi/token"
MACHINE_TOKEN_PATH = "/metadata/identity/oauth2/token"
# The role in PostgreSQL that lets the tokens in.
IDENTITY = "identity"

_READY_LINE = re.compile(r"^azure-double http=(\d+) https=(\d+)$")
_START_SECONDS = 20


def binary_path() -> Path:
  """The newest build of the double."""
  builds = [ROOT / ".build" / kind / "AzureDouble" for kind in ("release", "debug")]
  built = [path for path in builds if path.exists()]
  if not built:
    raise RuntimeError("no AzureDouble: run `swift build -c release`")
  return max(built, key=lambda path: path.stat().st_mtime)


class Azure:
  """A running AzureDouble."""

  container = "lake"
  account = "devaccount"

  def __init__(
    self,
    folder: Path,
    *flags: str,
    token_seconds: int = 3_600,
    keep_token_until: int | None = None,
  ):
    self.folder = folder / "azure"
    self.folder.mkdir(parents=True, exist_ok=True)
    self.authority = Authority(self.folder)
    certificate = self.authority.sign(
      "storage", more_names=("*.blob.localhost", "*.dfs.localhost")
    )
    self.account_key = base64.b64encode(secrets.token_bytes(64)).decode()
    key_file = self.folder / "account-key"
    key_file.write_text(self.account_key)
    self.federated_token_file = self.folder / "federated-token"
    self.federated_token_file.write_text(secrets.token_hex(32))
    self.connection_string_file = self.folder / "connection-string"
    self.command = [
      str(binary_path()), "--account", self.account, "--account-key-file", str(key_file),
      "--container", self.container, "--credentials", str(self.folder),
      "--tls-certificate", str(certificate.certificate), "--tls-key", str(certificate.key),
      "--federated-token-file", str(self.federated_token_file),
      "--token-seconds", str(token_seconds), *flags,
    ]
    if keep_token_until is not None:
      self.command += ["--keep-token-until-seconds-left", str(keep_token_until)]
    self.process: subprocess.Popen | None = None

  def __enter__(self) -> Azure:
    self.process = subprocess.Popen(
      self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    try:
      with selectors.DefaultSelector() as selector:
        selector.register(self.process.stdout, selectors.EVENT_READ)
        line = self.process.stdout.readline() if selector.select(_START_SECONDS) else ""
      match = _READY_LINE.match(line.strip())
      if not match:
        raise RuntimeError(f"AzureDouble did not start: {line!r}")
    except BaseException:
      self.stop()
      raise
    port, tls_port = match.groups()
    self.origin = f"http://127.0.0.1:{port}"
    self.tls_origin = f"https://localhost:{tls_port}"
    self.blob_endpoint = f"blob.localhost:{tls_port}"
    self.dfs_endpoint = f"dfs.localhost:{tls_port}"
    self.connection_string = self.connection_string_file.read_text().strip()
    lines = (self.folder / "environment").read_text().splitlines()
    self._environment = dict(line.split("=", 1) for line in lines)
    return self

  def __exit__(self, error_type, error, traceback) -> None:
    code = self.process.poll()
    self.stop()
    if error_type is None and code is not None:
      raise RuntimeError(f"AzureDouble ended by itself with code {code}")

  def stop(self) -> None:
    self.process.kill()
    self.process.wait()
    self.process.stdout.close()

  def signed_connection_string(self) -> str:
    """An account's signature that allows everything."""
    expiry = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
    parameters = {
      "sp": "rwdlacup", "ss": "b", "srt": "sco", "se": expiry.strftime("%Y-%m-%dT%H:%M:%SZ"),
      "spr": "https,http", "sv": "2022-11-02",
    }
    signed = ("sp", "ss", "srt", "st", "se", "sip", "spr", "sv", "ses")
    lines = [self.account, *(parameters.get(name, "") for name in signed), ""]
    key = base64.b64decode(self.account_key)
    code = hmac.digest(key, "\n".join(lines).encode(), hashlib.sha256)
    parameters["sig"] = base64.b64encode(code).decode()
    url = f"{self.origin}/{self.account}"
    return (
      f"BlobEndpoint={url};DfsEndpoint={url};AccountName={self.account};"
      f"SharedAccessSignature={urllib.parse.urlencode(parameters)}"
    )

  # Environments

  def _variables(self, *names: str) -> dict[str, str]:
    authorities = str(self.authority.path)
    return {
      "CURL_CA_INFO": authorities, "SSL_CERT_FILE": authorities,
      **{name: self._environment[name] for name in names},
    }

  def managed_identity(self, assigned: bool = False) -> dict[str, str]:
    names = ("AZURE_CLIENT_ID",) if assigned else ()
    return self._variables("IDENTITY_ENDPOINT", "IDENTITY_HEADER", *names)

  def machine_identity(self, assigned: bool = False) -> dict[str, str]:
    names = ("AZURE_CLIENT_ID",) if assigned else ()
    return self._variables("AZURE_POD_IDENTITY_AUTHORITY_HOST", *names)

  def client_secret(self) -> dict[str, str]:
    return self._variables(
      "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_AUTHORITY_HOST"
    )

  def workload_identity(self) -> dict[str, str]:
    return self._variables(
      "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_AUTHORITY_HOST"
    )

  # Administration

  def _ask(self, method: str, path: str, body: dict | None = None, headers: dict | None = None):
    request = urllib.request.Request(
      self.origin + path, method=method, headers=headers or {},
      data=None if body is None else json.dumps(body).encode(),
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
      request, timeout=10
    ) as response:
      content = response.read()
    return json.loads(content) if content else None

  def requests(self, after: int = 0) -> list[dict]:
    return [
      {"authorization": None} | entry
      for entry in self._ask("GET", f"/double/requests?after={after}")
    ]

  def tokens(self, resource: str) -> list[dict]:
    return [token for token in self._ask("GET", "/double/tokens") if token["resource"] == resource]

  def token(self, resource: str) -> str | None:
    tokens = self.tokens(resource)
    return tokens[-1]["token"] if tokens else None

  def fetch_token(self, resource: str) -> str:
    query = urllib.parse.urlencode({"api-version": "2019-08-01", "resource": resource})
    header = {"X-IDENTITY-HEADER": self._environment["IDENTITY_HEADER"]}
    return self._ask("GET", f"{TOKEN_PATH}?{query}", headers=header)["access_token"]

  def set_tokens(self, lifetime_seconds: int, kept_until_seconds_left: int | None = None) -> None:
    settings = {"lifetimeSeconds": lifetime_seconds}
    if kept_until_seconds_left is not None:
      settings["keptUntilSecondsLeft"] = kept_until_seconds_left
    self._ask("PUT", "/double/tokens", settings)

  def renew_tokens(self) -> None:
    self._ask("POST", "/double/tokens")

  def revoke_tokens(self) -> None:
    self._ask("DELETE", "/double/tokens")

  # Faults

  def _fault(self, effect: dict, method, path, count: int, skip: int) -> None:
    fault = {"effect": effect, "count": count, "skip": skip}
    fault |= {name: value for name, value in (("method", method), ("path", path)) if value}
    self._ask("POST", "/double/faults", fault)

  def respond(
    self, status: int, *, code=None, retry_after=None, method=None, path=None, count=1, skip=0
  ) -> None:
    effect = {"status": status, "code": code, "retryAfterSeconds": retry_after}
    self._fault({"respond": effect}, method, path, count, skip)

  def delay(self, seconds: float, *, method=None, path=None, count=1, skip=0) -> None:
    self._fault({"delay": {"seconds": seconds}}, method, path, count, skip)

  def cut(self, after_bytes: int, *, method=None, path=None, count=1, skip=0) -> None:
    self._fault({"cut": {"afterBytes": after_bytes}}, method, path, count, skip)

  def lose(self, *, method=None, path=None, count=1, skip=0) -> None:
    self._fault({"lose": {}}, method, path, count, skip)

  def faults(self) -> list[dict]:
    return self._ask("GET", "/double/faults")

  def clear_faults(self) -> None:
    self._ask("DELETE", "/double/faults")


class IssuedTokens:
  """Knows which tokens for PostgreSQL have been issued, as Azure's PostgreSQL does."""

  def __init__(self, azure: Azure):
    self.azure = azure
    self.known: set[str] = set()
    self.ended = threading.Event()
    self.thread = threading.Thread(target=self._watch, daemon=True)
    self.thread.start()

  def _look(self) -> None:
    self.known |= {token["token"] for token in self.azure.tokens(POSTGRES)}

  def _watch(self) -> None:
    while not self.ended.wait(0.1):
      self._look()

  def counts(self, token: str) -> bool:
    if token not in self.known:
      self._look()
    if token not in self.known:
      return False
    content = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(content + "=" * (-len(content) % 4)))
    return time.time() < claims["exp"]

  def close(self) -> None:
    self.ended.set()
    self.thread.join()
