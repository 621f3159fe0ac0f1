"""Calls whose SQL is wrong, and what they are answered with."""

from __future__ import annotations

import grpc
import pytest

from .flightsql import Command, RawClient, any_message, descriptor
from .protobuf import message

WRONG = "SELECT a FROM nosuch_table"

FAILING_METHODS = ["GetFlightInfo", "DoAction", "DoPut"]


def trailers_of_failure(raw: RawClient, method: str) -> dict[str, str]:
  """What a call of this method is answered with: trailers, and nothing before them."""
  prepare = any_message("ActionCreatePreparedStatementRequest", message((1, WRONG)))
  requests = {
    "GetFlightInfo": descriptor(Command.query(WRONG)),
    "DoAction": message((1, "CreatePreparedStatement"), (2, prepare)),
    "DoPut": iter([message((1, descriptor(Command.update(WRONG))))]),
  }
  with pytest.raises(grpc.RpcError) as caught:
    list(raw.call(method, requests[method]))
  assert caught.value.code() == grpc.StatusCode.NOT_FOUND
  assert not caught.value.initial_metadata()
  return dict(caught.value.trailing_metadata())
