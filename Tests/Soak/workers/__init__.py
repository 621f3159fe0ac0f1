"""The clients that load a server, one kind of use each."""

from __future__ import annotations

from Soak.workers.disturbing import DISTURBING
from Soak.workers.reading import READING, READING_AT_SEVERAL
from Soak.workers.worker import Worker
from Soak.workers.writing import WRITING

__all__ = ["DISTURBING", "READING", "READING_AT_SEVERAL", "WRITING", "Worker"]
