"""SPARQL on a release, for people and programs: read-only, on the union of all its graphs unless FROM names some."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

import pyoxigraph as ox
from pyoxigraph import Store

from kg.commas import write_table
from kg.dataset import has_dataset
from kg.errors import QueryError
from kg.iri import PREFIXES

RESULTS = {
    "json": ox.QueryResultsFormat.JSON,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
    "xml": ox.QueryResultsFormat.XML,
}
"""Formats of SELECT and ASK, apart from ``table``, by name."""

GRAPHS = {"turtle": ox.RdfFormat.TURTLE, "json": ox.RdfFormat.JSON_LD, "xml": ox.RdfFormat.RDF_XML}
"""Formats of CONSTRUCT and DESCRIBE by name."""

FORMATS = ("table", "json", "csv", "tsv", "xml", "turtle")


def run(store: Store, query: str, *, form: str | None = None, base: str = "") -> bytes:
    """Return the answer to a SPARQL 1.1 query, in UTF-8.

    ``form`` is one of :data:`FORMATS`; None means a table for SELECT and ASK, Turtle for a graph. IRIs below
    ``base`` are shortened to ``id:…`` in tables, and relative ones in the query are resolved against it.

    Raises:
        QueryError: The query is malformed or an update, its evaluation failed, or ``form`` does not suit it.
    """
    try:
        answer = store.query(query, base_iri=base or None, use_default_graph_as_union=not has_dataset(query))
        if isinstance(answer, ox.QueryTriples):
            return _graph(answer, form or "turtle")
        if (form or "table") == "table":
            return _table(answer, {**PREFIXES, **({"id": base} if base else {})}).encode()
        if form not in RESULTS:
            raise QueryError(f"SELECT and ASK give a table, not a graph: use --format table, {', '.join(RESULTS)}")
        out = io.BytesIO()
        write_table(answer, out, RESULTS[form])
        return out.getvalue()
    except SyntaxError as error:
        offer = "only SELECT, ASK, CONSTRUCT and DESCRIBE are offered, since a release never changes"
        raise QueryError(f"the query cannot be understood ({error.msg}); {offer}") from error
    except (OSError, RuntimeError, ValueError) as error:
        raise QueryError(f"the query stopped while it ran ({error})") from error


def _graph(answer: ox.QueryTriples, form: str) -> bytes:
    if form not in GRAPHS:
        raise QueryError(f"CONSTRUCT and DESCRIBE give a graph, not a table: use --format {', '.join(GRAPHS)}")
    syntax = GRAPHS[form]
    if syntax == ox.RdfFormat.JSON_LD:
        return _bytes(answer.serialize(format=syntax))
    # Repeating subjects apart would make Turtle unreadable, and answers come in no order.
    triples = sorted(answer, key=str)
    return _bytes(ox.serialize(triples, format=syntax, prefixes=PREFIXES))


def _table(answer: ox.QuerySolutions | ox.QueryBoolean, prefixes: dict[str, str]) -> str:
    """Return columns of text with a head line, or "yes" or "no"."""
    if isinstance(answer, ox.QueryBoolean):
        return "yes\n" if answer else "no\n"
    head = [variable.value for variable in answer.variables]
    rows = [head, *([_cell(solution[name], prefixes) for name in head] for solution in answer)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = [_line(head, widths), _line(["-" * width for width in widths], widths)]
    return "\n".join([*lines, *(_line(row, widths) for row in rows[1:])]) + "\n"


def _line(cells: Iterable[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _cell(value: object, prefixes: dict[str, str]) -> str:
    match value:
        case None:
            return ""
        case ox.NamedNode(value=iri):
            for prefix, namespace in prefixes.items():
                if iri.startswith(namespace):
                    return f"{prefix}:{iri[len(namespace) :]}"
            return f"<{iri}>"
        case ox.Literal(value=text):
            return " ".join(text.split())
    return str(value)


def _bytes(serialized: bytes | None) -> bytes:
    return serialized or b""
