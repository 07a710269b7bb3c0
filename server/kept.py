"""Small answers that were given lately: a release never changes, so nobody need be asked the same again."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from cachetools import LRUCache

_AROUND = 1000
"""Bytes that an answer takes beside its own, so that many empty ones count as well."""


@dataclass(frozen=True)
class Answer:
    """A whole answer, as it went out; ``encoding`` is empty where it is not compressed."""

    body: bytes
    media_type: str
    encoding: str


class Kept:
    """Answers by their ETag, those that were not asked for longest leaving first; at most ``most_bytes`` of them."""

    def __init__(self, most_bytes: int) -> None:
        self._answers: LRUCache[str, Answer] = LRUCache(most_bytes, getsizeof=lambda kept: len(kept.body) + _AROUND)
        self._lock = threading.Lock()

    def get(self, tag: str) -> Answer | None:
        """Return the answer of that name, if it is still there."""
        with self._lock:
            return self._answers.get(tag)

    def put(self, tag: str, answer: Answer) -> None:
        """Keep an answer, unless it is larger than all that may be kept."""
        with self._lock:
            if len(answer.body) + _AROUND <= self._answers.maxsize:
                self._answers[tag] = answer
