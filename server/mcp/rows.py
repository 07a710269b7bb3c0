"""The answer to a query, cut to a size that fits a conversation, and never without saying so."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import islice
from typing import TypeVar

from pyoxigraph import BlankNode, Literal, NamedNode, QueryBoolean, QuerySolution, QueryTriples, Triple

from kg.release import Release
from server.formats import write_graph
from server.guard import vet
from server.mcp.answers import Answer
from server.syntax import told_plainly

MOST_CHARACTERS = 100_000
"""Most characters of all values together."""

COUNTED = 100_000
"""How many of those left out are counted; more would take too long."""

_Found = TypeVar("_Found")
_Told = TypeVar("_Told")


def answer(release: Release, sparql: str, as_csv: bool, most: int) -> Answer:
    """Return what the release answers, up to ``most`` rows or triples of at most :data:`MOST_CHARACTERS`.

    Raises:
        Problem: The query is refused, as at the endpoint.
    """
    vetted = vet(sparql)
    with told_plainly(vetted.text):
        result = release.store.query(vetted.text, use_default_graph_as_union=not vetted.has_dataset)
        if isinstance(result, QueryBoolean):
            return Answer(release=release.version, kind="yes or no", complete=True, boolean=bool(result))
        if isinstance(result, QueryTriples):
            triples, left = _cut(result, most, make=_same, size=lambda triple: len(str(triple)))
            text = write_graph(sorted(triples, key=str), "text/turtle").decode("utf-8")
            cut = _said(len(triples), left, "triples")
            return Answer(
                release=release.version,
                kind="graph",
                complete=not left,
                text=text,
                count=len(triples),
                left_out=left,
                note=cut,
            )
        columns = tuple(variable.value for variable in result.variables)
        rows, left = _cut(result, most, make=partial(_row, columns), size=lambda row: sum(map(len, row.values())))
    return Answer(
        release=release.version,
        kind="rows",
        complete=not left,
        columns=columns,
        rows=() if as_csv else tuple(rows),
        text=_csv(columns, rows) if as_csv else "",
        count=len(rows),
        left_out=left,
        note=_said(len(rows), left, "rows"),
    )


def _cut(
    found: Iterable[_Found], most: int, *, make: Callable[[_Found], _Told], size: Callable[[_Told], int]
) -> tuple[list[_Told], int]:
    """Return what is made of the first ones up to the limits, and how many follow, at most :data:`COUNTED`."""
    told: list[_Told] = []
    room, rest = MOST_CHARACTERS, iter(found)
    for one in rest:
        made = make(one)
        room -= size(made)
        if room < 0 or len(told) == most:
            return told, 1 + sum(1 for _ in islice(rest, COUNTED - 1))
        told.append(made)
    return told, 0


def _said(given: int, left: int, what: str) -> str:
    if not left:
        return ""
    more = f"at least {left:,}" if left == COUNTED else f"{left:,}"
    remedy = "Count or group in the query, ask for fewer and shorter values, page with ORDER BY, LIMIT and OFFSET"
    return f"Only {given:,} {what} are given; {more} more are left out. {remedy}, or raise max_rows."


def _row(columns: Sequence[str], solution: QuerySolution) -> dict[str, str]:
    return {name: _plain(solution[name]) for name in columns if solution[name] is not None}


def _same(triple: Triple) -> Triple:
    return triple


def _plain(value: object) -> str:
    match value:
        case NamedNode() | Literal():
            return value.value
        case BlankNode() | Triple():
            return str(value)
    raise TypeError(f"not a term: {value!r}")


def _csv(columns: Sequence[str], rows: Iterable[dict[str, str]]) -> str:
    """Return a table after RFC 4180; what is unbound stays empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
