"""Tables for R, pandas and DuckDB: what a release says of each event, actor, term in office and link in one row."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from pyoxigraph import Store

from kg.dumps.answers import Answers
from kg.dumps.columns import SEPARATOR, Cell, Row, Single, Table
from kg.dumps.csvw import metadata
from kg.dumps.happened import happened
from kg.dumps.known import actors, links, offices
from kg.dumps.layout import METADATA, TABLES
from kg.dumps.parquet import ParquetFile
from kg.dumps.plover import dyads
from kg.dumps.told import sources
from kg.dumps.who import who
from kg.iri import Names

BATCH = 16_384
"""Rows that are made, and held as a row group of Parquet, at a time."""

_BREAK = re.compile(r"\s*[\x00-\x1f\x85\u2028\u2029]+\s*")


def write_tables(store: Store, folder: Path, *, base: str, version: str) -> list[Path]:
    """Write all tables of a release into a folder that exists, and return the files in order.

    ``base`` is what the data's IRIs begin with. The same store gives the same bytes. Rows are made one at a time, from
    a few hundred bytes held for each event.
    """
    answers = Answers(store, Names(base))
    cast = who(answers)
    events = happened(answers, cast, sources(answers))
    rows: dict[str, Iterable[Row]] = {
        "visits": events.visits(),
        "meetings": events.meetings(),
        "statements": events.statements(),
        "actors": actors(answers, cast),
        "offices": offices(answers, cast),
        "links": links(answers, cast),
        "events": dyads(events, version).rows(),
    }
    paths = [path for table in TABLES for path in _write(table, rows[table.name], folder)]
    about = folder / METADATA
    about.write_text(json.dumps(metadata(TABLES, version=version), indent=1, ensure_ascii=False) + "\n", "utf-8")
    return [*paths, about]


def _write(table: Table, rows: Iterable[Row], folder: Path) -> tuple[Path, Path]:
    """Write one table in both formats."""
    plain, typed = folder / f"{table.name}.csv", folder / f"{table.name}.parquet"
    with plain.open("w", encoding="utf-8", newline="") as file, ParquetFile(typed, table) as parquet:
        out = csv.writer(file, lineterminator="\n")
        out.writerow([column.title for column in table.columns])
        for batch in _batches(rows):
            clean = [{column.title: _clean(row.get(column.name)) for column in table.columns} for row in batch]
            out.writerows([[in_csv(cell) for cell in row.values()] for row in clean])
            parquet.write(clean)
    return plain, typed


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    rest = iter(rows)
    while batch := list(islice(rest, BATCH)):
        yield batch


def in_csv(cell: Cell) -> str:
    """Return a cell as CSV has it, before quoting: empty for none, ``true`` or ``false``, ISO dates.

    Several values have ``|`` between them; a ``|`` within one of them becomes ``¦``. A value that a spreadsheet would
    take for a formula stays as it is.
    """
    if isinstance(cell, tuple):
        return SEPARATOR.join(_in_csv(one).replace(SEPARATOR, "¦") for one in cell)
    return _in_csv(cell)


def _in_csv(value: Single) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _clean(cell: Cell) -> Cell:
    """Return a cell whose words stand on one line, with a space for each break of a line or a tabulator."""
    if isinstance(cell, str):
        return _BREAK.sub(" ", cell) if _BREAK.search(cell) else cell
    if isinstance(cell, tuple):
        return tuple(_BREAK.sub(" ", one) if isinstance(one, str) else one for one in cell) or None
    return cell
