"""Takes DuckDB's library, header, extensions and licences out of the fetched packages.

Usage: unpack.py DOWNLOADED TARGET
"""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

VERSION = "1.5.5"
PLATFORMS = {"x86_64": "linux_amd64", "aarch64": "linux_arm64"}

# In the source release: DuckDB's licence, and those of the parts that its library is made of.
LICENCE = re.compile(
  r"duckdb-[^/]+/external/duckdb/(third_party/(?P<part>[^/]+)/)?(?P<file>(LICEN[CS]E|COPYING)[^/]*)"
)


def main(downloaded: Path, target: Path) -> None:
  for folder in ("lib", "include", "extensions", "licenses"):
    shutil.rmtree(target / folder, ignore_errors=True)
  library = target / "lib" / "libduckdb.so"
  extensions = target / "extensions" / f"v{VERSION}" / PLATFORMS[os.uname().machine]
  for wheel in sorted(downloaded.glob("*.whl")):
    with zipfile.ZipFile(wheel) as members:
      for member in members.namelist():
        if member.endswith(".duckdb_extension"):
          save(members.open(member), extensions / Path(member).name)
        elif Path(member).name == "libduckdb.so":
          save(members.open(member), library)
        elif re.fullmatch(r"_duckdb\..*\.so", member):
          save(members.open(member), library)
          make_plain(library)
        elif match := re.fullmatch(r"([^/]+)\.dist-info/licenses/([^/]+)", member):
          save(members.open(member), target / "licenses" / match[1] / match[2])
  with tarfile.open(downloaded / f"duckdb-{VERSION}.tar.gz") as source:
    header = f"duckdb-{VERSION}/external/duckdb/src/include/duckdb.h"
    save(source.extractfile(header), target / "include" / "duckdb.h")
    for member in source.getmembers():
      if match := LICENCE.fullmatch(member.name):
        name = "duckdb-" + (match["part"] or VERSION)
        save(source.extractfile(member), target / "licenses" / name / match["file"])


def save(source, path: Path) -> None:
  path.parent.mkdir(parents=True, exist_ok=True)
  with source, path.open("wb") as file:
    shutil.copyfileobj(source, file)


def make_plain(library: Path) -> None:
  """Turns DuckDB's Python module into a library that loads without Python.

  The module holds all of DuckDB's C interface. What it takes from Python is never used through
  that interface, so a second library defines those names: functions that abort, and room for data.
  """
  symbols = subprocess.run(
    ["nm", "-D", "--undefined-only", str(library)], check=True, capture_output=True, text=True
  ).stdout
  names = sorted(set(re.findall(r"\b[Uw] (_?Py\w+)", symbols)))
  data = re.compile(r"^PyExc_|_Type$|Struct$|^_Py_(No|Not|True|False|Ellipsis)")
  code = ["void abort(void);"] + [
    f"void *{name}[128];" if data.search(name) else f"void {name}(void) {{ abort(); }}"
    for name in names
  ]
  with tempfile.TemporaryDirectory() as folder:
    source = Path(folder) / "python.c"
    source.write_text("\n".join(code) + "\n")
    stand_in = library.with_name("libpython-absent.so")
    subprocess.run(["clang", "-shared", "-fPIC", "-w", "-o", stand_in, source], check=True)
  subprocess.run(
    ["patchelf", "--add-needed", stand_in.name, "--set-soname", library.name,
     "--set-rpath", "$ORIGIN", library],
    check=True,
  )


main(Path(sys.argv[1]), Path(sys.argv[2]))
