"""What a request to ``/sparql`` asks: the SPARQL 1.1 Protocol, section 2.1, for queries only.

The parameters ``format`` and ``output`` are no part of it, but of what other servers offer to clients that cannot set
headers, such as ``read.csv`` in R. ``version`` is that of SPARQL 1.2, whose queries the engine takes unannounced.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl

from flask import Request
from pyoxigraph import NamedNode

from server.guard import READ_ONLY, REMEMBERED
from server.problem import Problem

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"

FORMATS = ("format", "output")
UPDATE_TERMS = frozenset({"update", "using-graph-uri", "using-named-graph-uri"})


@dataclass(frozen=True)
class Question:
    """A query as the protocol brings it; None stands for what the request does not name.

    ``formats`` are names of the format that the request wants in place of an ``Accept`` header, the first one that is
    known counting: SPARQLWrapper gives several at once.
    """

    query: str
    default_graphs: tuple[NamedNode, ...] | None = None
    named_graphs: tuple[NamedNode, ...] | None = None
    timeout_s: float | None = None
    formats: tuple[str, ...] = ()


def read(incoming: Request) -> Question:
    """Return what a request asks (SPARQL 1.1 Protocol, section 2.1).

    Raises:
        Problem: 400 when the query is missing, repeated, not UTF-8, or by GET in a body, 403 for an update, 415 for
            a body of another type.
    """
    pairs = [*_pairs(incoming.query_string, "query string")]
    if incoming.method == "POST":
        kind = incoming.mimetype
        if kind == UPDATE:
            raise Problem(403, READ_ONLY)
        if kind not in (FORM, DIRECT) or incoming.mimetype_params.get("charset", "utf-8").lower() != "utf-8":
            accepted = f"{DIRECT}, {FORM}"
            raise Problem(415, f"POST a query as {accepted}, in UTF-8.", headers={"Accept-Post": accepted})
        body = incoming.get_data(cache=False)
        pairs += _pairs(body, "body") if kind == FORM else [("query", _utf8(body, "body"))]
    elif incoming.content_length or "Transfer-Encoding" in incoming.headers:
        raise Problem(400, "A GET has its query in the address and no body; send the query by POST to have it in one.")
    if any(name in UPDATE_TERMS for name, _ in pairs):
        raise Problem(403, READ_ONLY)
    default, named = _graphs(pairs, "default-graph-uri"), _graphs(pairs, "named-graph-uri")
    query = _only(pairs, "query")
    if query is None:
        raise Problem(400, "A request carries exactly one query, as the parameter 'query'; here there is none.")
    _only(pairs, "version")
    wanted = tuple(dict.fromkeys(value for name, value in pairs if name in FORMATS))
    timeout_s = _timeout(_only(pairs, "timeout"))
    if default or named:
        return Question(query, default, named, timeout_s, wanted)
    return Question(query, timeout_s=timeout_s, formats=wanted)


def _only(pairs: Iterable[tuple[str, str]], name: str) -> str | None:
    """Return the value of a parameter that a request may have once."""
    values = [value for key, value in pairs if key == name]
    if len(values) > 1:
        raise Problem(
            400, f"A request carries exactly one {name}, as the parameter '{name}'; here {len(values)} were found."
        )
    return values[0] if values else None


def _timeout(given: str | None) -> float | None:
    """Return the seconds that a request wants to wait, which is no part of the protocol."""
    if given is None:
        return None
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise Problem(400, "The parameter 'timeout' is one number of seconds above 0, such as timeout=10.")
    return seconds


def _graphs(pairs: Iterable[tuple[str, str]], name: str) -> tuple[NamedNode, ...]:
    """Return the graphs of a parameter, each once: the engine would match a graph's triples as often as it is named."""
    try:
        return tuple(dict.fromkeys(NamedNode(value) for key, value in pairs if key == name))
    except ValueError as error:
        raise Problem(400, f"Each {name} is an absolute IRI: {error}.") from error


@lru_cache(maxsize=REMEMBERED)
def _pairs(encoded: bytes, where: str) -> tuple[tuple[str, str], ...]:
    try:
        return tuple(parse_qsl(encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=1000))
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
