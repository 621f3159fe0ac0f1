"""What the clients did, how it ended, and what should not have been."""

from __future__ import annotations

import collections
import re
import sys
import threading

import adbc_driver_manager as adbc
import grpc
import pyarrow as pa
import pyarrow.flight as flight

CLIENT_ERRORS = (grpc.RpcError, adbc.Error, pa.ArrowException, OSError)

# The statement certainly didn't take effect. After any other error nobody knows.
CERTAIN = {
  "INVALID_ARGUMENT", "NOT_FOUND", "ALREADY_EXISTS", "ABORTED", "FAILED_PRECONDITION",
  "RESOURCE_EXHAUSTED", "UNIMPLEMENTED", "UNAUTHENTICATED", "PERMISSION_DENIED",
}

# The server isn't there, or goes away.
GONE = {"UNAVAILABLE", "CANCELLED"}

MAXIMUM_COMPLAINTS = 200

_FLIGHT = {
  flight.FlightUnavailableError: "UNAVAILABLE",
  flight.FlightCancelledError: "CANCELLED",
  flight.FlightTimedOutError: "DEADLINE_EXCEEDED",
  flight.FlightUnauthenticatedError: "UNAUTHENTICATED",
  flight.FlightUnauthorizedError: "PERMISSION_DENIED",
  flight.FlightInternalError: "INTERNAL",
  pa.ArrowInvalid: "INVALID_ARGUMENT",
  pa.ArrowKeyError: "NOT_FOUND",
  pa.ArrowNotImplementedError: "UNIMPLEMENTED",
  pa.ArrowCancelled: "CANCELLED",
}


def code(error: Exception) -> str:
  """The gRPC status behind a client's error, as far as the client tells it."""
  if isinstance(error, grpc.RpcError):
    return error.code().name
  # Go's driver names status and call, "... (Aborted; DoPut)", or the status as gRPC prints it, also
  # in the OSError of a stream that breaks.
  if named := re.search(r"\((\w+); \w+|code = (\w+) desc", str(error)):
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", named[1] or named[2])
    return words.upper().replace("CANCELED", "CANCELLED")
  if isinstance(error, adbc.Error):
    return f"ADBC {error.status_code.name}"
  for kind, name in _FLIGHT.items():
    if isinstance(error, kind):
      return name
  return type(error).__name__


def first_error(error: Exception) -> Exception:
  """What failed before `error`, which came of closing what had failed."""
  while isinstance(error.__context__, CLIENT_ERRORS):
    error = error.__context__
  return error


class Tally:
  """Counts by operation and outcome; complaints in full. Threads may share it."""

  def __init__(self):
    self.lock = threading.Lock()
    self.counts: collections.Counter[tuple[str, str]] = collections.Counter()
    self.complaints: list[str] = []
    self.complaint_count = 0

  def count(self, operation: str, outcome: str = "OK") -> None:
    with self.lock:
      self.counts[operation, outcome] += 1

  def complain(self, text: str) -> None:
    with self.lock:
      self.complaint_count += 1
      if len(self.complaints) < MAXIMUM_COMPLAINTS:
        self.complaints.append(text)
        print(f"complaint: {text}", file=sys.stderr, flush=True)

  @property
  def operation_count(self) -> int:
    with self.lock:
      return sum(self.counts.values())

  @property
  def failure_count(self) -> int:
    with self.lock:
      return sum(n for (_, outcome), n in self.counts.items() if outcome != "OK")
