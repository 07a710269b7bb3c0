"""Tables for R, pandas and DuckDB: what a release says of each event, actor, term in office and link in one row."""

from __future__ import annotations

import csv
import json
import re
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from pyoxigraph import Store

from kg.dumps.answers import Answers
from kg.dumps.columns import SEPARATOR, Cell, Row, Table
from kg.dumps.csvw import metadata
from kg.dumps.happened import happened
from kg.dumps.known import actors, links, offices
from kg.dumps.layout import (
    ACTORS,
    DYADS,
    LINKS,
    MEETINGS,
    METADATA,
    OFFICES,
    STATEMENTS,
    TABLE_FILES,
    TABLES,
    VISITS,
)
from kg.dumps.plover import dyads
from kg.dumps.told import sources
from kg.dumps.who import who
from kg.iri import Names

BATCH = 8_192
"""Rows that are made, and held as a row group of Parquet, at a time."""

_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_BREAK = re.compile(rf"\s*{_BREAKS.pattern}+\s*")


def write_tables(store: Store, folder: Path, *, base: str, version: str) -> list[Path]:
    """Write all tables of a release into a folder that exists, and return the files in order.

    ``base`` is what the data's IRIs begin with. The same store gives the same bytes. Rows are made one at a time, from
    some four kilobytes held for each event; a million quads take about twelve seconds of a processor.
    """
    answers = Answers(store, Names(base))
    cast = who(answers)
    events = happened(answers, cast, sources(answers))
    pairs = dyads(events, version)
    with TableFile(DYADS, folder) as dyadic:
        for table, rows in (
            (MEETINGS, events.meetings()),
            (STATEMENTS, events.statements()),
            (VISITS, events.visits()),
        ):
            with TableFile(table, folder) as file:
                for row in rows:
                    file.add(row)
                    for pair in pairs.of(row):
                        dyadic.add(pair)
    for table, rows in (
        (ACTORS, actors(answers, cast)),
        (OFFICES, offices(answers, cast)),
        (LINKS, links(answers, cast)),
    ):
        with TableFile(table, folder) as file:
            for row in rows:
                file.add(row)
    about = json.dumps(metadata(TABLES, version=version), indent=1, ensure_ascii=False)
    (folder / METADATA).write_text(about + "\n", "utf-8")
    return [folder / name for name, *_ in TABLE_FILES]


class TableFile:
    """A table that takes row after row and writes them as CSV and Parquet, :data:`BATCH` at a time."""

    def __init__(self, table: Table, folder: Path) -> None:
        """Name what to write; the files are there once it is entered."""
        self._table = table
        self._folder = folder
        self._rows: list[Row] = []

    def __enter__(self) -> TableFile:
        # Arrow takes 60 MB and a fifth of a second, which is too much for those who only list the files.
        from kg.dumps.parquet import ParquetFile

        with ExitStack() as stack:
            path = self._folder / f"{self._table.name}.csv"
            file = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
            self._parquet = stack.enter_context(ParquetFile(path.with_suffix(".parquet"), self._table))
            self._csv = csv.writer(file, lineterminator="\n")
            self._csv.writerow([column.title for column in self._table.columns])
            self._open = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._open:
            if kind is None and self._rows:
                self._flush()

    def add(self, row: Row) -> None:
        """Take one more row, which comes after the last by the table's key."""
        self._rows.append(row)
        if len(self._rows) == BATCH:
            self._flush()

    def _flush(self) -> None:
        cells = [[_clean(row.get(column.name)) for row in self._rows] for column in self._table.columns]
        self._csv.writerows(zip(*([in_csv(cell) for cell in column] for column in cells), strict=True))
        self._parquet.write(cells)
        self._rows.clear()


def in_csv(cell: Cell) -> str:
    """Return a cell as CSV has it, before quoting: empty for none, ``true`` or ``false``, ISO dates.

    Several values have ``|`` between them; a ``|`` within one of them becomes ``¦``. A value that a spreadsheet would
    take for a formula stays as it is.
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, tuple):
        return SEPARATOR.join([in_csv(one).replace(SEPARATOR, "¦") for one in cell])
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return str(cell)


def _clean(cell: Cell) -> Cell:
    """Return a cell whose words stand on one line, with a space for each break of a line or a tabulator."""
    if isinstance(cell, str):
        return _BREAK.sub(" ", cell) if _BREAKS.search(cell) else cell
    if isinstance(cell, tuple):
        return tuple([_BREAK.sub(" ", one) if isinstance(one, str) else one for one in cell]) or None
    return cell
