"""The metadata of the tables, after the W3C's Metadata Vocabulary for Tabular Data (CSVW, 2015).

Converted to RDF as "Generating RDF from Tabular Data on the Web" says, a table gives statements that the graph has, but
that lists of IRIs become literals: a ``valueUrl`` stands for a whole cell. For the same reason lists are no foreign
keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kg.dumps.columns import SEPARATOR, Column, Kind, Table
from kg.iri import PREFIXES
from kg.rdf import EDTF, LICENCE

DATATYPES: dict[Kind, str | dict[str, str]] = {
    "text": "string",
    "iri": "anyURI",
    "edtf": {"@id": EDTF.value, "base": "string"},
    "day": "date",
    "flag": "boolean",
    "count": "integer",
    "number": "decimal",
}


def metadata(tables: Sequence[Table], *, version: str) -> dict[str, Any]:
    """Return the metadata of all tables of a release as JSON."""
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:title": "Legation in tables: visits, meetings and statements of diplomacy, as news reports them",
        "dc:license": {"@id": LICENCE.value},
        "dc:creator": "The Legation project",
        "schema:version": version,
        "dialect": {"encoding": "utf-8", "delimiter": ",", "quoteChar": '"', "header": True, "lineTerminators": ["\n"]},
        "null": "",
        "tables": [_table(table) for table in tables],
    }


def _table(table: Table) -> dict[str, Any]:
    schema: dict[str, Any] = {"columns": [_column(column) for column in table.columns], "primaryKey": list(table.key)}
    if table.references:
        schema["foreignKeys"] = [
            {
                "columnReference": reference.column,
                "reference": {"resource": f"{reference.table}.csv", "columnReference": reference.to},
            }
            for reference in table.references
        ]
    if table.key == ("id",):
        schema["aboutUrl"] = "{+id}"
    return {
        "url": f"{table.name}.csv",
        "dc:title": table.title,
        "dc:description": table.description,
        "tableSchema": schema,
    }


def _column(column: Column) -> dict[str, Any]:
    about: dict[str, Any] = {
        "name": column.name,
        "titles": column.title,
        "dc:description": column.description,
        "datatype": DATATYPES[column.kind],
    }
    if column.required:
        about["required"] = True
    if column.listed:
        about |= {"separator": SEPARATOR, "ordered": False}
    if column.means is None:
        return about | {"suppressOutput": True}
    prefix, _, local = column.means.partition(":")
    about["propertyUrl"] = PREFIXES[prefix] + local
    if column.value:
        about["valueUrl"] = column.value + f"{{{column.name}}}"
    elif column.kind == "iri" and not column.listed:
        about["valueUrl"] = f"{{+{column.name}}}"
    return about
