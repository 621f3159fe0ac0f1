"""The server as a child process: started on a free port, watched, and always ended."""

from __future__ import annotations

import os
import re
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

READY_LINE = re.compile(
  r"^lakehouse (?P<version>\S+) listening on (?P<scheme>grpc(\+tls)?)://(?P<host>\S+):(?P<port>\d+) "
  r"\(DuckDB (?P<duckdb>v[\d.]+), (database|lake) (?P<database>.*)\)$"
)


class ServerError(Exception):
  """The server did not start, or did not end as it should; holds what it wrote."""


def binary_path() -> Path:
  """The binary under test: LAKEHOUSE_BINARY, or the newest of this checkout's builds."""
  if chosen := os.environ.get("LAKEHOUSE_BINARY"):
    return Path(chosen)
  builds = [ROOT / ".build" / kind / "lakehouse" for kind in ("release", "debug")]
  built = [path for path in builds if path.exists()]
  if not built:
    raise ServerError("no lakehouse binary: run `swift build -c release`, or set LAKEHOUSE_BINARY")
  return max(built, key=lambda path: path.stat().st_mtime)


def clean_environment(**changes: str) -> dict[str, str]:
  """This process's environment without settings meant for another server.

  Health checks are off: many servers run at a time, and their ports are fixed.
  """
  kept = {k: v for k, v in os.environ.items() if not k.startswith("LAKEHOUSE_")}
  return kept | {"LAKEHOUSE_HEALTH_CHECK_ENABLED": "false"} | changes


class Server:
  """A running `lakehouse serve`. A context manager that ends it cleanly, or kills it on failure.

  `words` is the command in front of the flags; `before` is called in the new process, in front of all.
  """

  def __init__(
    self,
    *arguments: str,
    port: int = 0,
    words: tuple[str, ...] = ("serve",),
    environment: dict[str, str] | None = None,
    binary: Path | None = None,
    start_timeout_seconds: float = 30,
    before: Callable[[], None] | None = None,
  ):
    self.command = [
      str(binary or binary_path()), *words, "--host", "127.0.0.1", "--port", str(port), *arguments,
    ]
    self.stderr_file = tempfile.TemporaryFile(mode="w+", errors="replace")
    self.started_at = time.monotonic()
    self.process = subprocess.Popen(
      self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.stderr_file,
      env=clean_environment(**(environment or {})), preexec_fn=before,
    )
    try:
      self.start_line = self.read_line(start_timeout_seconds)
      match = READY_LINE.match(self.start_line)
      if not match:
        raise ServerError(f"not a start line: {self.start_line!r}\n{self.stderr}")
    except BaseException:
      self.kill()
      raise
    self.ready_at = time.monotonic()
    self.scheme = match["scheme"]
    self.host = match["host"]
    self.port = int(match["port"])
    self.version = match["version"]
    self.duckdb_version = match["duckdb"]
    self.database = match["database"]

  @property
  def pid(self) -> int:
    return self.process.pid

  @property
  def address(self) -> str:
    return f"{self.host}:{self.port}"

  @property
  def uri(self) -> str:
    return f"{self.scheme}://{self.address}"

  @property
  def stderr(self) -> str:
    """Everything written to standard error so far (the child's file offset is left alone)."""
    size = os.fstat(self.stderr_file.fileno()).st_size
    return os.pread(self.stderr_file.fileno(), size, 0).decode(errors="replace")

  def read_line(self, timeout_seconds: float) -> str:
    """The next line on standard output."""
    stdout = self.process.stdout.fileno()
    deadline = time.monotonic() + timeout_seconds
    line = b""
    with selectors.DefaultSelector() as selector:
      selector.register(stdout, selectors.EVENT_READ)
      while not line.endswith(b"\n"):
        if not selector.select(max(0, deadline - time.monotonic())):
          raise ServerError(f"no line within {timeout_seconds} s\n{self.stderr}")
        byte = os.read(stdout, 1)
        if not byte:
          code = self.process.wait()
          raise ServerError(f"ended with code {code} before it was ready\n{self.stderr}")
        line += byte
    return line.decode().rstrip("\n")

  def send(self, number: signal.Signals) -> None:
    self.process.send_signal(number)

  def wait(self, timeout_seconds: float = 20) -> int:
    """The exit code, once it has ended by itself."""
    try:
      return self.process.wait(timeout_seconds)
    except subprocess.TimeoutExpired:
      raise ServerError(f"still running after {timeout_seconds} s\n{self.stderr}") from None

  def stop(self, timeout_seconds: float = 20) -> int:
    """Asks it to end, and returns its exit code."""
    if self.process.poll() is None:
      self.send(signal.SIGTERM)
    return self.wait(timeout_seconds)

  def kill(self) -> None:
    if self.process.poll() is None:
      self.process.kill()
    self.process.wait()

  def status_kib(self, field: str) -> int:
    """A memory figure of /proc/PID/status, in KiB: VmRSS now, VmHWM at its highest."""
    for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
      if line.startswith(field + ":"):
        return int(line.split()[1])
    raise ServerError(f"/proc/{self.pid}/status has no {field}")

  def resident_mib(self) -> float:
    return self.status_kib("VmRSS") / 1024

  def peak_resident_mib(self) -> float:
    return self.status_kib("VmHWM") / 1024

  def reset_peak(self) -> None:
    """Makes the highest resident size start again from the present one."""
    Path(f"/proc/{self.pid}/clear_refs").write_text("5")

  def cpu_seconds(self) -> float:
    """Processor time used so far by all its threads."""
    fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

  def __enter__(self) -> Server:
    return self

  def __exit__(self, error_type, error, traceback) -> None:
    if error_type is not None:
      self.kill()
      error.add_note(f"standard error of {' '.join(self.command)}:\n{self.stderr}")
    elif (code := self.stop()) != 0:
      self.kill()
      raise ServerError(f"ended with code {code}\n{self.stderr}")
    self.stderr_file.close()
    self.process.stdout.close()


def run_to_end(
  *arguments: str,
  environment: dict[str, str] | None = None,
  folder: Path | None = None,
  timeout_seconds: float = 20,
) -> subprocess.CompletedProcess[str]:
  """Runs the binary with these arguments alone, for calls that end by themselves."""
  return subprocess.run(
    [str(binary_path()), *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
    env=clean_environment(**(environment or {})), cwd=folder, timeout=timeout_seconds,
  )


def eventually(condition, timeout_seconds: float = 10, interval_seconds: float = 0.02) -> bool:
  """Whether the condition came true before the deadline."""
  deadline = time.monotonic() + timeout_seconds
  while not (result := condition()):
    if time.monotonic() > deadline:
      return False
    time.sleep(interval_seconds)
  return bool(result)
