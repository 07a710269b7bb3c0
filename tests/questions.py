"""The competency questions: ``ontology/queries/*.rq``, each with its answer on the seed articles.

An answer is ``tests/competency/<name>.csv``: what the release gives, row by row in the query's order, below comments
that people write. The first, ``# articles:``, is the answer that the five articles support, from reading them and
their annotations in tests/gold; ``# wrong:`` and ``# missing:`` name where the release does not say that.
Nothing here is imported by the program.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import takewhile
from pathlib import Path

import pyoxigraph as ox
import rdflib
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query

from kg.query import run
from server.examples import Example, packaged

ANSWERS = Path(__file__).parent / "competency"
REMARKS = ("articles", "wrong", "missing")

Rows = list[list[str]]


@dataclass(frozen=True)
class Answer:
    """What is pinned for a question: people's remarks as (key, text), the columns, and the rows."""

    remarks: tuple[tuple[str, str], ...]
    columns: list[str]
    rows: Rows

    def remarked(self, key: str) -> list[str]:
        """Return what people wrote under one of :data:`REMARKS`."""
        return [text for said, text in self.remarks if said == key]


def questions() -> dict[str, Example]:
    """Return the packaged questions by name."""
    return {example.name: example for example in packaged()}


def terms(query: str) -> set[str]:
    """Return the IRIs that a query names by prefix or in full, the classes and properties of all vocabularies."""
    prefixes = dict(re.findall(r"PREFIX\s+(\w*):\s*<([^>]*)>", query))
    body = re.sub(r'"(?:[^"\\]|\\.)*"|^\s*#.*$|PREFIX[^\n]*', " ", query, flags=re.MULTILINE)
    named = {prefixes[prefix] + local for prefix, local in re.findall(r"\b(\w+):(\w+)", body) if prefix in prefixes}
    return named | set(re.findall(r"<(https?:[^<>\s]*)>", body))


@cache
def prepared(query: str) -> Query:
    """Return the query as rdflib reads it, which takes longer than most answers."""
    return prepareQuery(query)


def parsed(query: str) -> tuple[list[str], set[str]]:
    """Return the columns of a query, and those variables by which its answer is ordered."""
    node = prepared(query).algebra
    columns = [str(variable) for variable in node["PV"]]
    while node.name != "OrderBy":
        node = node["p"]
    return columns, {str(variable) for condition in node["expr"] for variable in condition["_vars"]}


def by_oxigraph(store: ox.Store, query: str) -> tuple[list[str], Rows]:
    """Return the columns and rows that the program's own engine gives."""
    answer = csv.reader(io.StringIO(run(store, query, form="csv").decode(), newline=""))
    head = next(answer)
    return head, _told(query, head, [[_plain(cell) for cell in row] for row in answer])


def by_rdflib(dataset: rdflib.Dataset, query: str) -> tuple[list[str], Rows]:
    """Return the columns and rows that another engine gives, which knows nothing of this program."""
    answer = dataset.query(prepared(query))
    head = [str(variable) for variable in answer.vars or ()]
    rows = [["" if cell is None else _plain(str(cell)) for cell in row] for row in answer]  # type: ignore[union-attr]
    return head, _told(query, head, rows)


def _plain(cell: str) -> str:
    """Return a number in its shortest form, since engines write 0.90 or 0.9, and anything else as it is."""
    if re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?(E-?\d+)?", cell):
        number = Decimal(cell).normalize()
        return f"{number:f}"
    return cell


def _told(query: str, head: list[str], rows: Rows) -> Rows:
    """Sort the parts of cells that GROUP_CONCAT made, since SPARQL leaves their order open."""
    for separator, name in re.findall(r'separator\s*=\s*"([^"]*)"\s*\)\s*AS\s*\?(\w+)', query, re.IGNORECASE):
        at = head.index(name)
        for row in rows:
            row[at] = separator.join(sorted(row[at].split(separator)))
    return rows


def read(name: str) -> Answer:
    """Return the pinned answer to a question.

    Raises:
        FileNotFoundError: Nothing is pinned for it.
    """
    lines = (ANSWERS / f"{name}.csv").read_text("utf-8").splitlines(keepends=True)
    remarks = list(takewhile(lambda line: line.startswith("# "), lines))
    table = list(csv.reader(io.StringIO("".join(lines[len(remarks) :]), newline="")))
    said = (line.removeprefix("# ").strip().partition(": ") for line in remarks)
    return Answer(tuple((key, text) for key, _, text in said), table[0], table[1:])


def write(name: str, head: list[str], rows: Rows) -> None:
    """Pin an answer, below the remarks that people wrote so far."""
    path = ANSWERS / f"{name}.csv"
    remarks = read(name).remarks if path.exists() else (("articles", "?"),)
    out = io.StringIO(newline="")
    out.writelines(f"# {key}: {text}\n" for key, text in remarks)
    csv.writer(out, lineterminator="\n").writerows([head, *rows])
    path.write_text(out.getvalue(), "utf-8", newline="\n")


def pinned() -> Iterator[str]:
    """Return the names of the questions that have a pinned answer."""
    return (path.stem for path in sorted(ANSWERS.glob("*.csv")))
