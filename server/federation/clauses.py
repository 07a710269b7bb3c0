"""The SERVICE clauses of a query: found, and replaced by data.

``SERVICE`` is evaluated on its own and its solutions are joined with those around it (SPARQL 1.1 Federated Query,
section 4), and so is inline data, which may stand in the same places. Therefore solutions written as ``VALUES`` in the
clause's place mean what the clause means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.federation.reading import Token, closing, read
from server.federation.scope import mentioned, visible
from server.problem import Problem


@dataclass(frozen=True)
class Clause:
    """``SERVICE [SILENT] <endpoint> { … }``: where it stands, what to ask there, and the variables it speaks of.

    ``visible`` are those that it gives values to, ``mentioned`` all that occur in it.
    """

    start: int
    end: int
    endpoint: str
    silent: bool
    question: str
    visible: tuple[str, ...]
    mentioned: frozenset[str]


def find(query: str, allowed: Sequence[str], *, base: str = "") -> list[Clause]:
    """Return the SERVICE clauses of a query, in order; ``base`` is what its relative IRIs count from without BASE.

    Raises:
        Problem: 403 when one calls an endpoint that is not among those allowed, or lies within another; 400 when the
            query cannot be read with certainty.
    """
    tokens = read(query)
    prologue = (f"BASE <{base}>\n" if base else "") + _prologue(query, tokens)
    clauses: list[Clause] = []
    at = 0
    while at < len(tokens):
        if tokens[at].kind != "word" or tokens[at].text != "SERVICE":
            at += 1
            continue
        first = at
        silent = at + 1 < len(tokens) and tokens[at + 1].text == "SILENT"
        at += 2 if silent else 1
        endpoint = _endpoint(tokens[at : at + 2], allowed)
        start, at = at + 1, closing(tokens, at + 1)
        pattern = tokens[start : at + 1]
        if any(token.kind == "word" and token.text == "SERVICE" for token in pattern):
            raise Problem(403, "A SERVICE within another's pattern would be called from there; write them one by one.")
        text = query[pattern[0].start : pattern[-1].end]
        question = f"{prologue}SELECT * WHERE {text}"
        span = tokens[first].start, pattern[-1].end
        clauses.append(Clause(*span, endpoint, silent, question, visible(pattern), mentioned(pattern)))
    return clauses


def expand(query: str, clauses: Sequence[Clause], data: Sequence[str]) -> str:
    """Return the query with inline data, ``VALUES …``, in each clause's place; what follows keeps its line."""
    parts: list[str] = []
    at = 0
    for clause, values in zip(clauses, data, strict=True):
        lines = query.count("\n", clause.start, clause.end)
        parts += [query[at : clause.start], " ", values, "\n" * lines]
        at = clause.end
    return "".join([*parts, query[at:]])


def _endpoint(tokens: list[Token], allowed: Sequence[str]) -> str:
    if len(tokens) < 2 or tokens[0].kind not in ("iri", "name", "variable") or tokens[1].text != "{":
        raise Problem(400, "After SERVICE come the address of an endpoint and a pattern: SERVICE <https://…> { … }.")
    listed = "; ".join(f"<{endpoint}>" for endpoint in allowed)
    named = tokens[0].text
    if tokens[0].kind != "iri":
        detail = f"SERVICE {named:.100} leaves open whom to call; write one of these in full: {listed}."
        raise Problem(403, detail, allowed=list(allowed))
    if named[1:-1] not in allowed:
        detail = (
            f"SERVICE {named:.300} is not on the list of endpoints that this server may call, which are: {listed}. "
            "Write it exactly so, or ask the operator to allow it (--allow-service)."
        )
        raise Problem(403, detail, allowed=list(allowed))
    return named[1:-1]


def _prologue(query: str, tokens: list[Token]) -> str:
    """Return the declarations of BASE and PREFIX before the query, one a line."""
    lines: list[str] = []
    at = 0
    while at < len(tokens) and tokens[at].text in ("BASE", "PREFIX", "VERSION"):
        length = 3 if tokens[at].text == "PREFIX" else 2
        if tokens[at].text != "VERSION":  # of the language, which is for each endpoint to know
            lines.append(" ".join(query[token.start : token.end] for token in tokens[at : at + length]) + "\n")
        at += length
    return "".join(lines)
