"""Users of a file, tokens signed by others' keys, and certificates that name their principal."""

from __future__ import annotations

import base64
import concurrent.futures
import hashlib
import http.server
import json
import os
import ssl
import threading
import time

import grpc
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from support import tokens
from support.authentication import UNAUTHENTICATED, basic, client, command, headers, refusal, rows
from support.certificates import Authority
from support.flightsql import Command, RawClient, descriptor
from support.server import eventually, run_to_end
from support.tokens import SECRET, claims, token

# Users


@pytest.fixture(scope="module")
def hashes() -> dict[str, str]:
  return {name: command("password", stdin=f"{name}'s\n") for name in ("ada", "rea", "root")}


@pytest.fixture
def users(start, tmp_path, hashes):
  path = tmp_path / "users"
  path.write_text(
    f"ada:user:{hashes['ada']}\nrea:reader:{hashes['rea']}\nroot:admin:{hashes['root']}\n"
  )
  return start("--users-file", str(path), "--secret-key", SECRET)


def test_users_of_a_file(users, tmp_path, hashes):
  for name in ("ada", "rea", "root"):
    assert rows(users, basic(name, f"{name}'s")) == [(42,)]
  assert refusal(users, basic("ada", "rea's")) == (UNAUTHENTICATED, "Invalid credentials")
  assert refusal(users, basic("nobody", "rea's")) == (UNAUTHENTICATED, "Invalid credentials")
  assert refusal(users, basic("ada", hashes["ada"])) == (UNAUTHENTICATED, "Invalid credentials")
  with client(users) as raw:
    bearer = headers(raw, [("authorization", basic("rea", "rea's"))])["authorization"]
  assert rows(users, bearer) == [(42,)]
  (tmp_path / "users").write_text(f"ada:user:{hashes['ada']}\n")
  assert eventually(lambda: "using the changed file" in users.stderr, 20)
  assert refusal(users, bearer) == (UNAUTHENTICATED, "Invalid token")
  assert refusal(users, basic("rea", "rea's")) == (UNAUTHENTICATED, "Invalid credentials")
  assert rows(users, basic("ada", "ada's")) == [(42,)]


def test_a_users_file_that_breaks_is_not_used(users, tmp_path):
  (tmp_path / "users").write_text("ada:user:plain-secret\n")
  assert eventually(lambda: "keeping the ones there are" in users.stderr, 20)
  assert "plain-secret" not in users.stderr
  assert rows(users, basic("ada", "ada's")) == [(42,)]


def test_a_user_who_is_gone_while_a_password_is_checked_is_not_remembered(start, tmp_path):
  path = tmp_path / "users"
  salt = os.urandom(16)
  slow = hashlib.scrypt(b"ada's", salt=salt, n=1 << 17, r=8, p=1, dklen=32, maxmem=1 << 28)
  salt, slow = (base64.b64encode(part).decode().rstrip("=") for part in (salt, slow))
  path.write_text(f"ada:user:$scrypt$ln=17,r=8,p=1${salt}${slow}\nrea:user:-\n")
  server = start("--users-file", str(path))

  def is_let_in(_) -> bool:
    try:
      return rows(server, basic("ada", "ada's")) == [(42,)]
    except grpc.RpcError:
      return False

  # More than can be checked before the file is read again.
  with concurrent.futures.ThreadPoolExecutor(60) as pool:
    asked = pool.map(is_let_in, range(60))
    path.write_text("rea:user:-\n")
    outcomes = list(asked)
  assert True in outcomes and False in outcomes, "the file was read in the midst of them"
  assert not is_let_in(None)


def test_a_file_read_again_may_not_have_the_configured_user(start, tmp_path, hashes):
  path = tmp_path / "users"
  path.write_text("rea:reader:-\n")
  server = start("--users-file", str(path), "--username", "ada", "--password", "another")
  path.write_text(f"ada:admin:{hashes['ada']}\n")
  assert eventually(lambda: "both have the user 'ada'" in server.stderr, 20)
  assert refusal(server, basic("ada", "ada's")) == (UNAUTHENTICATED, "Invalid credentials")
  assert rows(server, basic("ada", "another")) == [(42,)]


@pytest.mark.parametrize(
  "content, expected",
  [("ada:user", "line 1"), ("#\nada:boss:-", "line 2"), ("ada:user:secret", "line 1")],
)
def test_users_files_that_are_not(tmp_path, content, expected):
  path = tmp_path / "users"
  path.write_text(content)
  ended = run_to_end("serve", "--port", "0", "--users-file", str(path))
  assert ended.returncode != 0
  assert expected in ended.stderr and "secret" not in ended.stderr


# Public keys


class KeySet:
  """A JSON Web Key Set on a local port."""

  def __init__(self):
    self.keys: list[dict] = []
    self.status = 200
    self.requests = 0
    self.never_ends = False
    outer = self

    class Handler(http.server.BaseHTTPRequestHandler):
      def do_GET(self):
        outer.requests += 1
        content = json.dumps({"keys": outer.keys}).encode()
        self.send_response(outer.status)
        if outer.never_ends:
          self.send_drops()
          return
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

      def send_drops(self):
        """An answer that goes on for as long as somebody listens."""
        self.send_header("content-length", "1000000")
        self.end_headers()
        try:
          while not outer.closing.wait(0.2):
            self.wfile.write(b" ")
        except OSError:
          pass

      def log_message(self, *_):
        pass

    self.closing = threading.Event()
    self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    self.url = f"http://127.0.0.1:{self.server.server_port}/keys"
    threading.Thread(target=self.server.serve_forever, daemon=True).start()

  def close(self):
    self.closing.set()
    self.server.shutdown()
    self.server.server_close()


@pytest.fixture
def key_set():
  made = KeySet()
  yield made
  made.close()


@pytest.fixture(scope="module")
def keys():
  return {
    "rsa": rsa.generate_private_key(65537, 2048),
    "ec": ec.generate_private_key(ec.SECP256R1()),
    "stranger": rsa.generate_private_key(65537, 2048),
    "next": ec.generate_private_key(ec.SECP256R1()),
  }


def test_published_keys(start, key_set, keys):
  key_set.keys = [
    {"kty": "OKP", "crv": "Ed25519", "x": "AAAA", "kid": "other"}, {"kty": "RSA", "kid": "empty"},
    {"kty": "RSA", "kid": 7}, None, "no key",
    tokens.jwk(keys["rsa"], "one"), tokens.jwk(keys["ec"], "two"),
  ]
  server = start("--jwks-url", key_set.url, "--secret-key", SECRET)
  assert rows(server, "Bearer " + token(keys["rsa"], claims(), kid="one")) == [(42,)]
  assert rows(server, "Bearer " + token(keys["ec"], claims(), kid="two")) == [(42,)]
  for wrong in (
    token(keys["stranger"], claims(), kid="one"),
    token(keys["ec"], claims(), kid="one"),
    token(keys["rsa"], claims(), kid="one", alg="ES256"),
    token(keys["rsa"], claims(), kid="one", alg="none"),
    token(keys["rsa"], claims(), kid="one", alg="HS256"),
  ):
    assert refusal(server, "Bearer " + wrong) == (UNAUTHENTICATED, "Invalid token")
  key_set.status = 500
  key_set.close()
  other = claims(sub="somebody else")
  assert rows(server, "Bearer " + token(keys["rsa"], other, kid="one")) == [(42,)]
  assert refusal(server, "Bearer " + token(keys["next"], other, kid="three"))[0] == UNAUTHENTICATED


def test_replaced_keys(start, key_set, keys):
  key_set.keys = [tokens.jwk(keys["ec"], "one")]
  server = start("--jwks-url", key_set.url)
  assert rows(server, "Bearer " + token(keys["ec"], claims(), kid="one")) == [(42,)]
  key_set.keys = [tokens.jwk(keys["next"], "two")]
  fresh = "Bearer " + token(keys["next"], claims(), kid="two")

  def is_known() -> bool:
    try:
      return rows(server, fresh) == [(42,)]
    except grpc.RpcError as error:
      assert error.code() == UNAUTHENTICATED
      return False

  assert eventually(is_known, 30, 0.5)
  assert key_set.requests == 2, "unknown keys don't make it ask at once again"
  other = token(keys["ec"], claims(sub="somebody else"), kid="one")
  assert refusal(server, "Bearer " + other)[1] == "Invalid token"


def test_withdrawn_keys(start, key_set, keys):
  key_set.keys = [tokens.jwk(keys["ec"], "one")]
  server = start("--jwks-url", key_set.url)
  assert rows(server, "Bearer " + token(keys["ec"], claims(), kid="one")) == [(42,)]
  key_set.keys = []
  # A key that isn't known makes it ask.
  other = "Bearer " + token(keys["next"], claims(), kid="two")
  fresh = lambda: "Bearer " + token(keys["ec"], claims(sub=f"user {time.monotonic()}"), kid="one")

  def is_withdrawn() -> bool:
    refusal(server, other)
    try:
      return rows(server, fresh()) != [(42,)]
    except grpc.RpcError as error:
      return error.code() == UNAUTHENTICATED

  assert eventually(is_withdrawn, 30, 0.5)
  assert "no token of others counts" in server.stderr


def test_a_key_set_that_never_ends(start, key_set, keys):
  """It holds up neither logins for long nor what else is looked after."""
  key_set.never_ends = True
  server = start("--jwks-url", key_set.url)
  bearer = "Bearer " + token(keys["ec"], claims(), kid="one")
  with client(server, bearer) as raw:
    asked = descriptor(Command.query("SELECT 1"))
    with pytest.raises(grpc.RpcError) as caught:
      raw.methods["GetFlightInfo"](asked, metadata=raw.metadata, timeout=15)
  assert caught.value.code() == UNAUTHENTICATED
  assert "the answer takes longer than 5 s" in server.stderr


def test_a_key_set_that_is_not_answered_holds_up_no_other_key_and_no_end(
  start, key_set, keys, tmp_path
):
  key_set.never_ends = True
  path = tmp_path / "key.pem"
  path.write_bytes(
    keys["ec"].public_key().public_bytes(
      serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
  )
  server = start("--jwks-url", key_set.url, "--jwt-public-key", str(path))
  assert eventually(lambda: key_set.requests == 1)
  with client(server, "Bearer " + token(keys["ec"], claims(), kid="mine")) as raw:
    asked = descriptor(Command.query("SELECT 1"))
    raw.methods["GetFlightInfo"](asked, metadata=raw.metadata, timeout=3)
  assert server.stop(timeout_seconds=3) == 0
  assert "the answer takes longer" not in server.stderr, "it is still being waited for"


def test_a_key_set_of_an_unknown_authority(start, key_set, keys, tmp_path):
  served = Authority(tmp_path).sign("keys")
  context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
  context.load_cert_chain(served.certificate, served.key)
  key_set.server.socket = context.wrap_socket(key_set.server.socket, server_side=True)
  url = key_set.url.replace("http://127.0.0.1", "https://localhost")
  server = start("--jwks-url", url)
  assert eventually(lambda: "its certificate isn't of an authority" in server.stderr, 10)
  assert "checkouts" not in server.stderr, "nothing of the machine it was built on"


def test_why_a_token_is_refused_is_logged(start, keys, tmp_path):
  """The client is told as little as before."""
  path = tmp_path / "key.pem"
  path.write_bytes(
    keys["rsa"].public_key().public_bytes(
      serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
  )
  server = start(
    "--jwt-public-key", str(path), "--jwt-audience", "lake", "--log-level", "error,auth=notice"
  )
  good = claims(aud="lake")
  for wrong, reason in (
    ("not.a.token", "no JSON Web Token"),
    (token(keys["stranger"], good, kid="k\n1"), "isn't by the key"),
    (token(keys["ec"], good), "no key is known"),
    (token(keys["rsa"], claims(aud="sea")), "--jwt-audience"),
    (token(keys["rsa"], good | {"role": "king"}), "none of reader, user, admin"),
    (token(keys["rsa"], good | {"sub": "a\0b"}), "names nobody"),
    (token(keys["rsa"], {name: good[name] for name in good if name != "exp"}), "no end"),
    (token(keys["rsa"], good | {"nbf": good["exp"]}), "doesn't count yet"),
  ):
    assert refusal(server, "Bearer " + wrong) == (UNAUTHENTICATED, "Invalid token")
    assert eventually(lambda: reason in server.stderr), (reason, server.stderr)
  assert r'key="k\n1"' in server.stderr and "algorithm=RS256" in server.stderr
  assert all(" notice auth: a token was refused" in line for line in server.stderr.splitlines()[1:])


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_public_key_of_a_file(start, tmp_path, keys, kind):
  public = keys[kind].public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
  )
  path = tmp_path / "key.pem"
  path.write_bytes(public)
  server = start("--jwt-public-key", str(path))
  assert rows(server, "Bearer " + token(keys[kind], claims())) == [(42,)]
  assert refusal(server, "Bearer " + token(keys["stranger"], claims()))[0] == UNAUTHENTICATED
  confused = token(public.decode(), claims())
  assert refusal(server, "Bearer " + confused) == (UNAUTHENTICATED, "Invalid token")


# Certificates


def test_a_certificate_names_its_principal(start, tmp_path):
  authority = Authority(tmp_path)
  served = authority.sign("server")
  server = start(
    "--tls-cert", str(served.certificate), "--tls-key", str(served.key),
    "--mtls-ca", str(authority.path), "--mtls-principal",
  )
  mine = authority.sign("robot")
  credentials = grpc.ssl_channel_credentials(authority.pem, mine.key_pem, mine.pem)
  with RawClient(server.address, credentials=credentials) as raw:
    issued = headers(raw, [])["authorization"]
    assert tokens.claims_of(issued.removeprefix("Bearer "))["sub"] == "robot"
    assert raw.rows("SELECT 42") == [(42,)]


def test_a_certificate_whose_name_cannot_be_written_names_nobody(start, tmp_path):
  authority = Authority(tmp_path)
  served = authority.sign("server")
  server = start(
    "--tls-cert", str(served.certificate), "--tls-key", str(served.key),
    "--mtls-ca", str(authority.path), "--mtls-principal",
  )
  mine = authority.sign("mine", common_name="robot\0x")
  credentials = grpc.ssl_channel_credentials(authority.pem, mine.key_pem, mine.pem)
  with RawClient(server.address, credentials=credentials) as raw:
    with pytest.raises(grpc.RpcError) as caught:
      raw.rows("SELECT 42")
  assert caught.value.code() == UNAUTHENTICATED


def test_a_token_for_a_certificate_ends_with_its_role(start, tmp_path):
  authority = Authority(tmp_path)
  served = authority.sign("server")
  path = tmp_path / "users"
  path.write_text("robot:admin:-\n")
  server = start(
    "--tls-cert", str(served.certificate), "--tls-key", str(served.key),
    "--mtls-ca", str(authority.path), "--mtls-principal", "--users-file", str(path),
  )
  mine = authority.sign("robot")
  credentials = grpc.ssl_channel_credentials(authority.pem, mine.key_pem, mine.pem)
  with RawClient(server.address, credentials=credentials) as raw:
    issued = headers(raw, [])["authorization"]
    assert tokens.claims_of(issued.removeprefix("Bearer "))["role"] == "admin"
    raw.metadata = [("authorization", issued)]
    assert raw.rows("SELECT 42") == [(42,)]
    path.write_text("robot:reader:-\n")
    assert eventually(lambda: "using the changed file" in server.stderr, 20)
    with pytest.raises(grpc.RpcError) as caught:
      raw.rows("SELECT 42")
    assert caught.value.code() == UNAUTHENTICATED
    raw.metadata = []
    with pytest.raises(grpc.RpcError) as caught:
      raw.query("CREATE TABLE t AS SELECT 1 AS a")
    assert caught.value.code() == grpc.StatusCode.PERMISSION_DENIED
