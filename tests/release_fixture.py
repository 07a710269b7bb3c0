"""Releases of invented lines, made quickly, for the tests of releases."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from pathlib import Path

from kg.iri import Names
from kg.release import Contents
from kg.release.chunks import marked

NAMES = Names()
SUBJECTS = [f"{NAMES.base}event/{number}" for number in range(400)]
MARKED = [iri for iri in SUBJECTS if marked(f"<{iri}> ".encode())]
"""Those with which a member of a dump begins."""


def line(subject: str, value: object, *, predicate: str = "http://www.w3.org/2000/01/rdf-schema#label") -> bytes:
    """Return a canonical line of N-Quads; the last digit of the subject tells in which graph."""
    told = f"<{value}>" if str(value).startswith("http") else f'"{value}"@en'
    return f"<{subject}> <{predicate}> {told} <{NAMES.graph(subject[-1]).value}> .\n".encode()


def contents(
    lines: Collection[bytes], *, previous: Path | None = None, before: Collection[bytes] = (), state: bool = True
) -> Contents:
    """Return contents of just these lines, as the change from ``previous``, which had the lines ``before``."""
    return Contents(
        previous=previous,
        added=sorted({*lines} - {*before}),
        removed=sorted({*before} - {*lines}),
        inputs=(("an-article", f"{len(lines):064d}"),),
        refused=(),
        counts={"articles": 1},
        model="a-model 1.0",
        names=NAMES,
        write_state=write_state if state else None,
    )


def write_state(path: Path) -> None:
    """Write a state that the next release could be grown from."""
    state = sqlite3.connect(path)
    state.execute("CREATE TABLE accounts (id TEXT PRIMARY KEY, sha256 TEXT)")
    state.executemany("INSERT INTO accounts VALUES (?, ?)", [(f"a{n}", "0" * 64) for n in range(500)])
    state.commit()
    state.close()
