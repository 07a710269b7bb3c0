"""What a table is: its columns, each defined once for CSV, Parquet and the metadata of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

Kind = Literal["text", "iri", "edtf", "day", "flag", "count", "number"]
Single = str | int | float | date | None
Cell = Single | tuple[Single, ...]
Row = Mapping[str, Cell]
"""The cells of a row by the names of their columns; a column that is left out is empty."""

SEPARATOR = "|"
"""Between the values of a cell that has several, in CSV."""


@dataclass(frozen=True)
class Column:
    """A column: ``name`` for metadata, ``header`` as it stands in the file, the same unless given.

    A ``listed`` column has any number of values; those of one prefix (``visitor_ids``, ``visitor_names``) have as many
    and in the same order, empty ones included. ``means`` is what the ontology calls the relation between the row's
    thing and the value as it stands here, or, where the values are local names (``Occurred``), between it and
    ``value`` with the name put in; None where the column is made from more than one statement.
    """

    name: str
    kind: Kind
    description: str
    listed: bool = False
    required: bool = False
    means: str | None = None
    value: str | None = None
    header: str = ""

    @property
    def title(self) -> str:
        """What stands in the first line of the file."""
        return self.header or self.name


@dataclass(frozen=True)
class Reference:
    """That a column, which is never empty, has a value of another table's column.

    Columns that are listed or may be empty have none: validators compare whole cells, and strict ones take an empty
    cell for a value that is missing there. What they name is in the other table all the same.
    """

    column: str
    table: str
    to: str = "id"


@dataclass(frozen=True)
class Table:
    """A table: rows are sorted by ``key``, whose cells no two rows share."""

    name: str
    title: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ("id",)
    references: tuple[Reference, ...] = ()
