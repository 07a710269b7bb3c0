"""A release as files to download: the same graph in several forms, whole and in parts, and as tables.

All of them follow from the release alone, so equal releases have equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from pyoxigraph import Store

from kg.dumps.citation import citation
from kg.dumps.files import CITATION
from kg.dumps.forms import write_forms
from kg.dumps.tables import write_tables
from kg.iri import Names


def write_dumps(
    folder: Path, lines: Iterable[bytes], store: Store, *, names: Names, version: str, issued: date | None = None
) -> list[Path]:
    """Write all files of a release that are made of its quads, beside those that it has anyway; return them.

    ``lines`` are those of its dump, sorted, and ``store`` holds the same. ``issued`` is the day that its citation
    names.

    Raises:
        OSError: The folder cannot be written.
    """
    cite = folder / CITATION
    cite.write_text(citation(version, names, issued), encoding="utf-8")
    tables = write_tables(store, folder, base=names.base, version=version)
    return [*write_forms(folder, lines, version=version), *tables, cite]
