"""JSON Web Tokens made and read by hand, with whatever header and claims a test wants."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

SECRET = "a secret key of thirty-two bytes"


def encode(content: bytes) -> str:
  return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decode(text: str) -> bytes:
  return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def claims_of(token: str) -> dict:
  return json.loads(decode(token.split(".")[1]))


def claims(**changes) -> dict:
  """Claims that hold for as long as any run of the tests, but for the changes; None leaves one out."""
  now = int(time.time())
  held = {"sub": "zoe", "iss": "lakehouse", "iat": now, "exp": now + 86_400, **changes}
  return {name: value for name, value in held.items() if value is not None}


def token(key, content: dict, **header) -> str:
  """A token signed with a secret, an RSA or an EC key, as its kind is signed with."""
  kind = {str: "HS256", rsa.RSAPrivateKey: "RS256"}
  algorithm = next((name for type_, name in kind.items() if isinstance(key, type_)), "ES256")
  head = {"alg": algorithm, "typ": "JWT", **header}
  signed = f"{encode(json.dumps(head).encode())}.{encode(json.dumps(content).encode())}"
  return f"{signed}.{encode(_signature(key, signed.encode()))}"


def _signature(key, content: bytes) -> bytes:
  if isinstance(key, str):
    return hmac.digest(key.encode(), content, hashlib.sha256)
  if isinstance(key, rsa.RSAPrivateKey):
    return key.sign(content, padding.PKCS1v15(), hashes.SHA256())
  numbers = decode_dss_signature(key.sign(content, ec.ECDSA(hashes.SHA256())))
  return b"".join(number.to_bytes(32) for number in numbers)


def jwk(key, identifier: str) -> dict:
  """The public part of a key as a JSON Web Key."""
  numbers = key.public_key().public_numbers()
  if isinstance(key, rsa.RSAPrivateKey):
    parts = {"kty": "RSA", "n": numbers.n, "e": numbers.e}
  else:
    parts = {"kty": "EC", "crv": "P-256", "x": numbers.x, "y": numbers.y}
  return {
    "kid": identifier,
    "use": "sig",
    **{
      name: encode(value.to_bytes((value.bit_length() + 7) // 8 if name in "ne" else 32))
      if isinstance(value, int) else value
      for name, value in parts.items()
    },
  }
