"""Encrypted connections: real handshakes by clients of each kind, and by ones that must not get in."""

from __future__ import annotations

import datetime
import socket
import ssl

import adbc_driver_flightsql
import adbc_driver_flightsql.dbapi as adbc
import grpc
import pyarrow.flight as flight
import pytest
from cryptography.x509.oid import NameOID

from support.certificates import Authority, Certificate
from support.flightsql import RawClient, read_table
from support.server import Server, eventually, run_to_end


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Authority:
  return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory) -> Authority:
  """An authority that nobody trusts."""
  return Authority(tmp_path_factory.mktemp("stranger"), "stranger")


def flags(certificate: Certificate) -> list[str]:
  return ["--tls-cert", str(certificate.certificate), "--tls-key", str(certificate.key)]


@pytest.fixture(scope="module")
def encrypted(start_module, authority) -> Server:
  return start_module(*flags(authority.sign("server")))


@pytest.fixture(scope="module")
def mutual(start_module, authority) -> Server:
  """A server that wants certificates of its clients."""
  return start_module(*flags(authority.sign("server")), "--mtls-ca", str(authority.path))


def credentials(
  authority: Authority, client: Certificate | None = None
) -> grpc.ChannelCredentials:
  if client is None:
    return grpc.ssl_channel_credentials(authority.pem)
  return grpc.ssl_channel_credentials(authority.pem, client.key_pem, client.pem)


def answer(server: Server, authority: Authority, client: Certificate | None = None) -> list[tuple]:
  with RawClient(server.address, credentials=credentials(authority, client)) as raw:
    return raw.rows("SELECT 42")


def is_logged(server: Server, text: str) -> bool:
  return eventually(lambda: text in server.stderr)


def test_the_start_line_names_the_scheme(encrypted):
  assert f"grpc+tls://{encrypted.address} " in encrypted.start_line


def test_cpp(encrypted, authority):
  with flight.connect(encrypted.uri, tls_root_certs=authority.pem) as client:
    table = read_table(client, "SELECT i, repeat('x', 100) AS s FROM range(500_000) AS r(i)")
    assert table.num_rows == 500_000
    assert table.column("i").to_pylist() == list(range(500_000))


def test_go(encrypted, authority):
  options = {
    adbc_driver_flightsql.DatabaseOptions.TLS_ROOT_CERTS.value: authority.pem.decode(),
  }
  with adbc.connect(encrypted.uri, options, autocommit=True) as connection:
    with connection.cursor() as cursor:
      for _ in range(150):
        cursor.execute("SELECT 42")
        assert cursor.fetchone() == (42,)
      cursor.execute("SELECT i, repeat('x', 100) AS s FROM range(500_000) AS r(i)")
      assert cursor.fetch_arrow_table().num_rows == 500_000


def test_python(encrypted, authority):
  assert answer(encrypted, authority) == [(42,)]


def test_a_client_that_does_not_trust_the_server(encrypted, stranger):
  with pytest.raises(grpc.RpcError) as caught:
    answer(encrypted, stranger)
  assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
  assert is_logged(encrypted, "not trust this server's certificate")


def test_a_client_that_does_not_encrypt(encrypted):
  with RawClient(encrypted.address) as raw, pytest.raises(grpc.RpcError) as caught:
    raw.rows("SELECT 42")
  assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
  assert is_logged(encrypted, "does not speak TLS")


def test_a_client_that_encrypts_where_the_server_does_not(start, authority):
  plain = start()
  with pytest.raises(grpc.RpcError) as caught:
    answer(plain, authority)
  assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
  assert is_logged(plain, "speaks TLS where there is none peer=ipv4:127.0.0.1:")


def handshake(server: Server, configure) -> ssl.SSLSocket:
  """A handshake by hand; the caller closes the socket."""
  context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
  context.check_hostname = False
  context.verify_mode = ssl.CERT_NONE
  configure(context)
  return context.wrap_socket(socket.create_connection((server.host, server.port)))


def test_a_client_without_alpn(encrypted):
  with handshake(encrypted, lambda context: None) as connection:
    assert connection.recv(1) == b"", "the server hangs up"
  assert is_logged(encrypted, "did not offer HTTP/2")


def test_a_client_of_another_protocol(encrypted):
  def only_http1(context: ssl.SSLContext) -> None:
    context.set_alpn_protocols(["http/1.1"])

  with pytest.raises((ssl.SSLError, ConnectionError, AssertionError)):
    with handshake(encrypted, only_http1) as connection:
      assert connection.recv(1) != b"", "the server hangs up"


def test_old_versions_of_tls_are_refused(encrypted):
  def old(context: ssl.SSLContext) -> None:
    context.set_alpn_protocols(["h2"])
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")

  with pytest.raises((ssl.SSLError, ConnectionError)):
    handshake(encrypted, old).close()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_new_versions_of_tls(encrypted, version):
  def only(context: ssl.SSLContext) -> None:
    context.set_alpn_protocols(["h2"])
    context.minimum_version = context.maximum_version = version

  with handshake(encrypted, only) as connection:
    assert connection.selected_alpn_protocol() == "h2"
    assert connection.version() == version.name.replace("_", ".")


def test_garbage_and_half_open_connections(encrypted, authority):
  """What never finishes a handshake is in nobody's way."""
  waiting = [socket.create_connection((encrypted.host, encrypted.port)) for _ in range(50)]
  for number, connection in enumerate(waiting):
    connection.sendall(bytes([22, 3, 1, 255, 255]) if number % 2 else b"\0" * 2_000)
  assert answer(encrypted, authority) == [(42,)]
  for connection in waiting:
    connection.close()


def test_a_probe_of_the_port_is_no_warning(start, authority):
  server = start(*flags(authority.sign("server")))
  for _ in range(3):
    socket.create_connection((server.host, server.port)).close()
  with socket.create_connection((server.host, server.port)) as peer:
    peer.sendall(bytes([22, 3, 1, 255, 255]))
    assert is_logged(server, "refusing a connection: ENCRYPTED_LENGTH_TOO_LONG peer=")
  assert server.stderr.count("refusing a connection") == 1


def test_a_server_that_stops_does_not_wait_for_a_client_that_does_not(start, authority):
  server = start(*flags(authority.sign("server")))
  with handshake(server, lambda context: context.set_alpn_protocols(["h2"])) as peer:
    settings = bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
    peer.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings)
    assert peer.recv(9)
    assert server.stop(timeout_seconds=5) == 0


def test_a_connection_above_the_limit_is_told_so(start, authority):
  server = start(*flags(authority.sign("server")), "--max-connections", "1")

  with RawClient(server.address, credentials=credentials(authority)) as first:
    assert first.rows("SELECT 42") == [(42,)]
    with pytest.raises(grpc.RpcError, match="too many connections") as caught:
      answer(server, authority)
  assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
  assert "speak TLS" not in server.stderr


def test_mutual(mutual, authority):
  assert answer(mutual, authority, authority.sign("client")) == [(42,)]


def test_mutual_with_cpp_and_go(mutual, authority):
  mine = authority.sign("client")
  with flight.connect(
    mutual.uri, tls_root_certs=authority.pem, cert_chain=mine.pem, private_key=mine.key_pem
  ) as client:
    assert read_table(client, "SELECT 42 AS a").to_pylist() == [{"a": 42}]
  names = adbc_driver_flightsql.DatabaseOptions
  options = {
    names.TLS_ROOT_CERTS.value: authority.pem.decode(),
    names.MTLS_CERT_CHAIN.value: mine.pem.decode(),
    names.MTLS_PRIVATE_KEY.value: mine.key_pem.decode(),
  }
  with adbc.connect(mutual.uri, options, autocommit=True) as connection:
    with connection.cursor() as cursor:
      cursor.execute("SELECT 42")
      assert cursor.fetchone() == (42,)


@pytest.mark.parametrize("kind", ["none", "expired", "stranger's"])
def test_clients_without_a_good_certificate(mutual, authority, stranger, kind):
  client = {
    "none": lambda: None,
    "expired": lambda: authority.sign("expired", expired=True),
    "stranger's": lambda: stranger.sign("client"),
  }[kind]()
  with pytest.raises(grpc.RpcError) as caught:
    answer(mutual, authority, client)
  assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
  expected = "showed no certificate" if client is None else "not of a trusted authority"
  assert is_logged(mutual, expected)


@pytest.mark.parametrize("name_type", [NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME])
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_session_is_not_resumed_with_a_certificate_that_has_expired(
  mutual, authority, version, name_type
):
  lifetime = datetime.timedelta(seconds=3)
  short = authority.sign(f"short {version}", lifetime=lifetime, name_type=name_type)
  context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
  context.load_verify_locations(authority.path)
  context.load_cert_chain(short.certificate, short.key)
  context.set_alpn_protocols(["h2"])
  context.minimum_version = context.maximum_version = version

  def connect(session: ssl.SSLSession | None = None) -> tuple[ssl.SSLSession, bool, bytes]:
    opened = socket.create_connection((mutual.host, mutual.port))
    with context.wrap_socket(opened, server_hostname="localhost", session=session) as connection:
      connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + b"\x04" + bytes(5))
      first = connection.recv(1)
      return connection.session, connection.session_reused, first

  session, _, first = connect()
  assert first, "the server answers"
  assert connect(session)[1:] == (True, first)
  expired = lambda: datetime.datetime.now(datetime.UTC) > begin + lifetime
  begin = datetime.datetime.now(datetime.UTC)
  assert eventually(expired)
  assert connect(session)[1:] == (True, b""), "the server hangs up"
  assert is_logged(mutual, "the client's certificate has expired")


def test_renewed_certificates_are_used_without_a_restart(start, authority):
  certificate = authority.sign("renewed")
  server = start(*flags(certificate))

  def serial() -> bytes:
    with handshake(server, lambda context: context.set_alpn_protocols(["h2"])) as connection:
      return connection.getpeercert(binary_form=True)

  before = serial()
  with RawClient(server.address, credentials=credentials(authority)) as steady:
    assert steady.rows("SELECT 42") == [(42,)]
    good = certificate.pem, certificate.key_pem
    certificate.certificate.write_text("half a file")
    assert eventually(lambda: "keeping the certificate in use" in server.stderr, 20)
    assert serial() == before
    authority.sign("renewed")
    assert eventually(lambda: serial() != before, 20)
    assert (certificate.pem, certificate.key_pem) != good
    assert steady.rows("SELECT 42") == [(42,)], "connections that are open go on"


def test_a_certificate_that_is_gone_is_told_once(start, authority):
  certificate = authority.sign("gone")
  server = start(*flags(certificate))
  content = certificate.pem
  certificate.certificate.unlink()
  assert eventually(lambda: "cannot read" in server.stderr, 20)
  certificate.certificate.write_text("half a file")
  assert eventually(lambda: "no PEM certificate" in server.stderr, 20)
  certificate.certificate.unlink()
  assert eventually(lambda: server.stderr.count("cannot read") == 2, 20)
  assert not eventually(lambda: server.stderr.count("cannot read") > 2, 12, 0.5)
  certificate.certificate.write_bytes(content)
  assert eventually(lambda: "using the renewed certificate" in server.stderr, 20)


@pytest.mark.parametrize(
  "arguments, expected",
  [
    (lambda one, two: ["--tls-cert", one.certificate], "--tls-key"),
    (lambda one, two: ["--tls-key", one.key], "--tls-cert"),
    (lambda one, two: ["--mtls-ca", one.certificate], "--mtls-ca"),
    (lambda one, two: ["--tls-cert", "/no/such", "--tls-key", one.key], "'/no/such'"),
    (lambda one, two: ["--tls-cert", one.key, "--tls-key", one.key], "no PEM certificate"),
    (lambda one, two: ["--tls-cert", one.certificate, "--tls-key", one.certificate], "private key"),
    (lambda one, two: ["--tls-cert", one.certificate, "--tls-key", two.key], "belong together"),
    (
      lambda one, two: [
        "--tls-cert", one.certificate, "--tls-key", one.key, "--mtls-ca", one.key
      ],
      "no PEM certificate",
    ),
  ],
)
def test_files_that_cannot_be_used(authority, arguments, expected):
  chosen = arguments(authority.sign("one"), authority.sign("two"))
  ended = run_to_end("serve", "--port", "0", *map(str, chosen))
  assert ended.returncode != 0
  assert expected in ended.stderr
