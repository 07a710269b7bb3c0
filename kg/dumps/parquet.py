"""Tables as Parquet: the same cells as in CSV, with their types."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from kg.dumps.columns import Cell, Column, Kind, Table

TYPES: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "iri": pa.string(),
    "edtf": pa.string(),
    "day": pa.date32(),
    "flag": pa.bool_(),
    "count": pa.int32(),
    "number": pa.float64(),
}


class ParquetFile:
    """A Parquet file that takes rows in batches; equal batches give equal bytes by the same version of Arrow.

    Nothing in it depends on time or machine: zstd at a fixed level, one row group a batch, and as metadata only what
    describes the columns.
    """

    def __init__(self, path: Path, table: Table) -> None:
        """Begin the file."""
        self._schema = schema(table)
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd", compression_level=3)

    def __enter__(self) -> ParquetFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._writer.close()

    def write(self, cells: Sequence[Sequence[Cell]]) -> None:
        """Write the cells of some rows, column by column, as one row group."""
        arrays = [pa.array(column, field.type) for column, field in zip(cells, self._schema, strict=True)]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))


def schema(table: Table) -> pa.Schema:
    """Return the columns of a table as Arrow has them: headers as names, descriptions as metadata."""
    return pa.schema([_field(column) for column in table.columns], metadata={"title": table.title})


def _field(column: Column) -> pa.Field:
    kind = TYPES[column.kind]
    metadata = {"description": column.description}
    return pa.field(column.title, pa.list_(kind) if column.listed else kind, not column.required, metadata)
