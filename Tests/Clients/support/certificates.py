"""Certificates made for a test: an authority and what it signs, as PEM files."""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


@dataclass
class Certificate:
  """PEM files of a certificate and its key."""

  certificate: Path
  key: Path

  @property
  def pem(self) -> bytes:
    return self.certificate.read_bytes()

  @property
  def key_pem(self) -> bytes:
    return self.key.read_bytes()


class Authority:
  """A certificate authority that keeps its files in a folder."""

  def __init__(self, folder: Path, name: str = "authority"):
    self.folder = folder
    self.key = ec.generate_private_key(ec.SECP256R1())
    self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Test {name}")])
    now = datetime.datetime.now(datetime.UTC)
    own = (
      self._builder(self.name, self.key, now - DAY, now + DAY)
      .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
      .sign(self.key, hashes.SHA256())
    )
    self.path = folder / f"{name}.pem"
    self.path.write_bytes(own.public_bytes(serialization.Encoding.PEM))

  @property
  def pem(self) -> bytes:
    return self.path.read_bytes()

  def _builder(self, subject, key, begin, end) -> x509.CertificateBuilder:
    return (
      x509.CertificateBuilder()
      .subject_name(subject)
      .issuer_name(self.name)
      .public_key(key.public_key())
      .serial_number(x509.random_serial_number())
      .not_valid_before(begin)
      .not_valid_after(end)
    )

  def sign(
    self, name: str, expired: bool = False, more_names: tuple[str, ...] = (),
    common_name: str | None = None, lifetime: datetime.timedelta = DAY,
    name_type: x509.ObjectIdentifier = NameOID.COMMON_NAME,
  ) -> Certificate:
    """A certificate for this machine's loopback addresses, and for these DNS names.

    Its subject is that of its files, if no other is given.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(name_type, common_name or name)])
    now = datetime.datetime.now(datetime.UTC)
    end = now - DAY / 2 if expired else now + lifetime
    names = [x509.DNSName(host) for host in ("localhost", *more_names)]
    names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    signed = (
      self._builder(subject, key, now - DAY, end)
      .add_extension(x509.SubjectAlternativeName(names), critical=False)
      .sign(self.key, hashes.SHA256())
    )
    made = Certificate(self.folder / f"{name}.pem", self.folder / f"{name}.key")
    made.certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(
      key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
      )
    )
    return made
