"""Credentials, and clients that bring them."""

from __future__ import annotations

import base64
import subprocess

import grpc
import pytest

from .flightsql import Command, RawClient, descriptor
from .server import Server, binary_path, clean_environment

NAME, PASSWORD = "anna", "correct: horse ü"
UNAUTHENTICATED = grpc.StatusCode.UNAUTHENTICATED


def basic(name: str = NAME, password: str = PASSWORD, padded: bool = True) -> str:
  content = base64.b64encode(f"{name}:{password}".encode()).decode()
  return "Basic " + (content if padded else content.rstrip("="))


def client(server: Server, authorization: str | None = None) -> RawClient:
  made = RawClient(server.address)
  made.metadata = [("authorization", authorization)] if authorization else []
  return made


def rows(server: Server, authorization: str | None) -> list[tuple]:
  with client(server, authorization) as raw:
    return raw.rows("SELECT 42")


def refusal(server: Server, authorization: str | None) -> tuple[grpc.StatusCode, str]:
  with pytest.raises(grpc.RpcError) as caught:
    rows(server, authorization)
  return caught.value.code(), caught.value.details()


def headers(raw: RawClient, metadata) -> dict[str, str]:
  """What an answer begins with."""
  asked = descriptor(Command.query("SELECT 1"))
  _, call = raw.methods["GetSchema"].with_call(asked, metadata=metadata)
  return dict(call.initial_metadata())


def command(*arguments: str, stdin: str | None = None) -> str:
  """What the program prints for these arguments."""
  ended = subprocess.run(
    [str(binary_path()), *arguments], input=stdin, capture_output=True, text=True,
    env=clean_environment(), timeout=20,
  )
  assert ended.returncode == 0, ended.stderr
  return ended.stdout.strip()
