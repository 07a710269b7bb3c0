"""What a request to ``/sparql`` asks: the SPARQL 1.1 Protocol, section 2.1, for queries only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from flask import Request
from pyoxigraph import NamedNode

from server.guard import READ_ONLY
from server.problem import Problem

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"

UPDATE_TERMS = frozenset({"update", "using-graph-uri", "using-named-graph-uri"})


@dataclass(frozen=True)
class Question:
    """A query as the protocol brings it; None stands for what the request does not name."""

    query: str
    default_graphs: tuple[NamedNode, ...] | None = None
    named_graphs: tuple[NamedNode, ...] | None = None
    timeout_s: float | None = None


def read(incoming: Request) -> Question:
    """Return what a request asks (SPARQL 1.1 Protocol, section 2.1).

    Raises:
        Problem: 400 when the query is missing, repeated or not UTF-8, 403 for an update, 415 for another body.
    """
    pairs = _pairs(incoming.query_string, "query string")
    if incoming.method == "POST":
        kind = incoming.mimetype
        if kind == UPDATE:
            raise Problem(403, READ_ONLY)
        if kind not in (FORM, DIRECT) or incoming.mimetype_params.get("charset", "utf-8").lower() != "utf-8":
            accepted = f"{DIRECT}, {FORM}"
            raise Problem(415, f"POST a query as {accepted}, in UTF-8.", headers={"Accept-Post": accepted})
        body = incoming.get_data(cache=False)
        pairs += _pairs(body, "body") if kind == FORM else [("query", _utf8(body, "body"))]
    if any(name in UPDATE_TERMS for name, _ in pairs):
        raise Problem(403, READ_ONLY)
    queries = [value for name, value in pairs if name == "query"]
    if len(queries) != 1:
        found = f"{len(queries)} were found" if queries else "there is none"
        raise Problem(400, f"A request carries exactly one query, as the parameter 'query'; here {found}.")
    default, named = _graphs(pairs, "default-graph-uri"), _graphs(pairs, "named-graph-uri")
    timeout_s = _timeout([value for name, value in pairs if name == "timeout"])
    if default or named:
        return Question(queries[0], default, named, timeout_s)
    return Question(queries[0], timeout_s=timeout_s)


def _timeout(given: list[str]) -> float | None:
    """Return the seconds that a request wants to wait, which is no part of the protocol."""
    if not given:
        return None
    try:
        seconds = float(given[0])
    except ValueError:
        seconds = 0.0
    if len(given) > 1 or not 0 < seconds < float("inf"):
        raise Problem(400, "The parameter 'timeout' is one number of seconds above 0, such as timeout=10.")
    return seconds


def _graphs(pairs: Iterable[tuple[str, str]], name: str) -> tuple[NamedNode, ...]:
    try:
        return tuple(NamedNode(value) for key, value in pairs if key == name)
    except ValueError as error:
        raise Problem(400, f"Each {name} is an absolute IRI: {error}.") from error


def _pairs(encoded: bytes, where: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=1000)
    except UnicodeDecodeError as error:
        raise Problem(400, f"The {where} is not UTF-8 in percent encoding; encode the parameters.") from error
    except ValueError as error:
        raise Problem(400, f"The {where} has more than 1,000 parameters; send one query a request.") from error


def _utf8(body: bytes, where: str) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem(
            400, f"The {where} is not UTF-8, from byte {error.start} on; encode the query in UTF-8."
        ) from error
