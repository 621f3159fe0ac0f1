"""The clients that load a server, one kind of use each."""

from __future__ import annotations

from Soak.workers.disturbing import DISTURBING
from Soak.workers.reading import READING
from Soak.workers.worker import Worker
from Soak.workers.writing import WRITING

__all__ = ["DISTURBING", "READING", "WRITING", "Worker"]
