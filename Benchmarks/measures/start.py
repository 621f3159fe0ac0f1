"""From the start of the process to the first answer."""

from __future__ import annotations

import time

import pyarrow.flight as flight

from Benchmarks.report import Row
from Benchmarks.setting import Setting
from support.flightsql import read_table


def measure(setting: Setting) -> list[Row]:
  figures = [first_answer_milliseconds(setting) for _ in range(setting.runs + 1)][1:]
  return [Row("start to first answer", "ms", figures, at_most=200)]


def first_answer_milliseconds(setting: Setting) -> float:
  begun = time.perf_counter()
  with setting.lakehouse() as lakehouse, flight.connect(lakehouse.uri) as client:
    read_table(client, "SELECT 42")
    return (time.perf_counter() - begun) * 1000
