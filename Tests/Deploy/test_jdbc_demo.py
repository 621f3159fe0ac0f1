"""The JDBC program compiles without a warning, and makes URLs of endpoints."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SOURCES = sorted((Path(__file__).resolve().parents[2] / "clients/jdbc/src").glob("**/*.java"))

pytestmark = pytest.mark.skipif(
  shutil.which("javac") is None, reason="no JDK: javac is missing"
)

URLS = {
  "lake.example.com": "lake.example.com:443/?useEncryption=true",
  "lake.example.com:31337": "lake.example.com:31337/?useEncryption=true",
  "grpc+tls://lake.example.com:443": "lake.example.com:443/?useEncryption=true",
  "grpc+tls://lake.example.com/": "lake.example.com:443/?useEncryption=true",
  "grpc://127.0.0.1": "127.0.0.1:31337/?useEncryption=false",
  "GRPC://[::1]:5": "[::1]:5/?useEncryption=false",
  "grpc://[::1]": "[::1]:31337/?useEncryption=false",
}


@pytest.fixture(scope="module")
def classes(tmp_path_factory) -> Path:
  folder = tmp_path_factory.mktemp("classes")
  built = subprocess.run(
    ["javac", "--release", "17", "-Xlint:all", "-Werror", "-d", folder, *SOURCES], check=False,
    capture_output=True, text=True,
  )
  assert built.returncode == 0, built.stderr
  return folder


# Prints the URL of each of its arguments, or why there is none.
PROBE = """
class Probe {
  public static void main(String[] endpoints) {
    for (String endpoint : endpoints) {
      try {
        System.out.println(demo.Endpoint.url(endpoint));
      } catch (IllegalArgumentException error) {
        System.out.println(error.getMessage());
      }
    }
  }
}
"""


def test_endpoints_become_urls(classes):
  probe = classes / "Probe.java"
  probe.write_text(PROBE)
  jdbc = "jdbc:arrow-flight-sql://h:1/?x=y"
  shown = subprocess.run(
    ["java", "--class-path", classes, probe, *URLS, jdbc, "ftp://host"], check=True,
    capture_output=True, text=True,
  )
  expected = [f"jdbc:arrow-flight-sql://{url}" for url in URLS.values()]
  assert shown.stdout.splitlines() == [*expected, jdbc, "Not an endpoint: ftp://host"]
