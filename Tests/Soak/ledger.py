"""What writers were told, to be compared with what the tables hold.

A batch is rows of the table `ledger` that are written by one transaction. Each row's content
follows from its writer, batch and position, so that any row can be checked by itself.
"""

from __future__ import annotations

import enum
import hashlib
import threading
from dataclasses import dataclass

import pyarrow as pa

COLUMNS = "writer INTEGER, batch BIGINT, position INTEGER, content VARCHAR"

# Whole batches only: one row for each batch that the table holds.
SUMMARY = """
SELECT writer, batch, count(*)::BIGINT AS row_count, count(DISTINCT position)::BIGINT AS positions,
  max(position) AS last_position,
  count(*) FILTER (content IS DISTINCT FROM md5(concat_ws('-', writer, batch, position)))::BIGINT
    AS wrong
FROM {table} GROUP BY writer, batch
"""


class State(enum.Enum):
  ACKNOWLEDGED = "acknowledged"
  REFUSED = "refused"
  # The connection ended before the answer: all of it is there or nothing.
  UNCERTAIN = "uncertain"


@dataclass
class Batch:
  writer: int
  number: int
  row_count: int
  state: State = State.UNCERTAIN

  def __str__(self) -> str:
    return f"batch {self.number} of writer {self.writer} ({self.state.value})"

  def acknowledge(self) -> None:
    self.state = State.ACKNOWLEDGED

  def refuse(self) -> None:
    self.state = State.REFUSED

  def insertion(self, table: str) -> str:
    """SQL that lets the server make the rows."""
    content = f"md5(concat_ws('-', {self.writer}, {self.number}, i))"
    return (
      f"INSERT INTO {table} SELECT {self.writer}, {self.number}, i, {content} "
      f"FROM range({self.row_count}) AS positions(i)"
    )

  def rows(self) -> list[tuple[int, int, int, str]]:
    """The rows themselves, for clients that send them."""
    return [
      (self.writer, self.number, position, content(self.writer, self.number, position))
      for position in range(self.row_count)
    ]

  def table(self) -> pa.Table:
    writers, numbers, positions, contents = zip(*self.rows())
    return pa.table({
      "writer": pa.array(writers, pa.int32()),
      "batch": pa.array(numbers, pa.int64()),
      "position": pa.array(positions, pa.int32()),
      "content": contents,
    })


def content(writer: int, batch: int, position: int) -> str:
  return hashlib.md5(f"{writer}-{batch}-{position}".encode()).hexdigest()


class Ledger:
  """All batches of all writers. Writers may use it at the same time."""

  def __init__(self):
    self.lock = threading.Lock()
    self.batches: dict[tuple[int, int], Batch] = {}
    self.next_number = 0
    # Those that were there when last compared, all together.
    self.confirmed_count = 0
    self.resolved_count = 0

  def begin(self, writer: int, row_count: int) -> Batch:
    with self.lock:
      self.next_number += 1
      batch = Batch(writer, self.next_number, row_count)
      self.batches[writer, batch.number] = batch
      return batch

  @property
  def acknowledged_count(self) -> int:
    with self.lock:
      return sum(batch.state is State.ACKNOWLEDGED for batch in self.batches.values())

  def compare(self, found: list[tuple]) -> list[str]:
    """What is wrong with the rows of `SUMMARY`, while no writer is at work.

    Uncertain batches are certain afterwards: what is there must stay, what isn't must not come.
    """
    with self.lock:
      wrong = []
      present = set()
      for writer, number, row_count, positions, last, wrong_count in found:
        batch = self.batches.get((writer, number))
        if batch is None:
          wrong.append(f"batch {number} of writer {writer}: nobody wrote it")
          continue
        present.add((writer, number))
        if batch.state is State.REFUSED:
          wrong.append(f"{batch}: it is there")
        whole = (batch.row_count, batch.row_count, batch.row_count - 1)
        if (row_count, positions, last) != whole or wrong_count:
          wrong.append(
            f"{batch}: {row_count} rows at {positions} positions up to {last}, {wrong_count} of "
            f"them wrong, instead of {batch.row_count}"
          )
      for key, batch in self.batches.items():
        is_present = key in present
        if batch.state is State.ACKNOWLEDGED and not is_present:
          wrong.append(f"{batch}: lost")
        if batch.state is State.UNCERTAIN:
          self.resolved_count += 1
          batch.state = State.ACKNOWLEDGED if is_present else State.REFUSED
      self.confirmed_count = len(present)
      return wrong

  def forget(self) -> None:
    """After the table was emptied."""
    with self.lock:
      self.batches.clear()
