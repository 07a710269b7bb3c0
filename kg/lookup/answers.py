"""Answers kept on disk, so that nobody is asked the same thing twice and an interrupted run goes on where it was."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

from kg.errors import InputError
from kg.lookup.question import Candidate, Question

FILE = "links.cache"
FORM = "1"
"""Goes up when what is kept changes, so that older answers are asked for again."""


class Answers:
    """The answers of one service; ``path`` None keeps nothing. Each batch is on disk before the next is asked."""

    def __init__(self, path: Path | None, endpoint: str) -> None:
        """Open the file, which several services may share.

        Raises:
            InputError: The file is no such cache.
        """
        self._service = f"{FORM} {endpoint}"
        self._path = path
        try:
            self._file = sqlite3.connect(path or ":memory:", timeout=30)
            self._file.execute(
                "CREATE TABLE IF NOT EXISTS answer (service TEXT, asked TEXT, told TEXT, PRIMARY KEY (service, asked))"
            )
        except sqlite3.Error as error:
            raise InputError(
                f"{path}: no cache of answers ({error}); remove the file, and all is asked anew"
            ) from error

    def __enter__(self) -> Answers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def get(self, question: Question) -> tuple[Candidate, ...] | None:
        """Return what the service once answered, or None."""
        told = self._read(_asked(question))
        return None if told is None else tuple(_candidate(one) for one in told)

    def put(self, answers: Mapping[Question, tuple[Candidate, ...]]) -> None:
        """Keep the answers of a batch."""
        self._write({_asked(question): [asdict(one) for one in found] for question, found in answers.items()})

    def manifest(self) -> Any:
        """Return what :meth:`keep_manifest` kept: a list of one thing, or None."""
        return self._read("manifest")

    def keep_manifest(self, data: Any) -> None:
        """Keep what the service says of itself, or that it says nothing (None)."""
        self._write({"manifest": [data]})

    def _read(self, asked: str) -> Any:
        row = self._file.execute(
            "SELECT told FROM answer WHERE service = ? AND asked = ?", (self._service, asked)
        ).fetchone()
        return json.loads(row[0]) if row else None

    def _write(self, told: Mapping[str, Any]) -> None:
        with self._file:  # one transaction
            self._file.executemany(
                "INSERT OR REPLACE INTO answer VALUES (?, ?, ?)",
                [(self._service, asked, json.dumps(one, ensure_ascii=False)) for asked, one in told.items()],
            )


def _asked(question: Question) -> str:
    """Return what makes two questions one: all but the key, which services do not see."""
    return json.dumps([question.kind, question.name, question.aliases, question.country], ensure_ascii=False)


def _candidate(told: dict[str, Any]) -> Candidate:
    lists = {name: tuple(told[name]) for name in ("also", "types", "countries")}
    return Candidate(**{**told, **lists})
