"""Solutions of an endpoint (SPARQL 1.1 Query Results JSON Format) as inline data of a query.

Every term is made anew by the engine's own types, which refuse what is no IRI or language tag, and written as they
write it, in the form of N-Triples, which is SPARQL too. So an endpoint can put terms into the query, and nothing else.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Sequence
from typing import Any

from pyoxigraph import BaseDirection, Literal, NamedNode

from kg.errors import AnswerError

_MEMBERS, _COMMAS = 40, 100
"""How many objects and lists, and commas, an answer may have for each row that it may have; it is not even read then.

An object takes twenty times the memory of the two bytes that it is in JSON.
"""

_reading = threading.Lock()  # the memory for one answer is bounded; that for many at once should be the same


def inline(body: bytes, *, wanted: frozenset[str], visible: Sequence[str], rows: int, most: int) -> tuple[str, int]:
    """Return solutions as ``VALUES …``, and how many there are; unbound variables are UNDEF.

    The columns are the variables that the endpoint tells of, as far as they are ``wanted``; where it tells of none,
    those that are ``visible``.

    Raises:
        AnswerError: There are more than ``rows``, they take more than ``most`` characters, or what is there cannot be
            written so, such as blank nodes.
    """
    if body.count(b"{") + body.count(b"[") > _MEMBERS * rows or body.count(b",") > _COMMAS * rows:
        raise AnswerError(f"its answer has far more in it than {rows:,} solutions")
    with _reading:
        try:
            answer = json.loads(body)
            named = answer["head"].get("vars") or list(visible)
            bindings = answer["results"]["bindings"]
            columns = [name for name in dict.fromkeys(named) if name in wanted]
            if len(bindings) > rows:
                raise AnswerError(f"its answer has {len(bindings):,} solutions, of which {rows:,} are allowed")
            lines: list[list[str]] = []
            for row in bindings:
                lines.append([_cell(row.get(name)) for name in columns])
                most -= sum(map(len, lines[-1])) + len(columns)
                if most < 0:  # many variables without values are short in JSON, and long here
                    raise AnswerError("its answer is too long to be put into the query")
            return table(columns, lines), len(lines)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            reason = f"{type(error).__name__}: {error!s:.100}"
            raise AnswerError(f"its answer is not in the SPARQL 1.1 results format in JSON ({reason})") from error


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return inline data from variables' names and rows of terms."""
    head = " ".join(f"?{name}" for name in columns)
    body = " ".join(f"({' '.join(row)})" for row in rows)
    return f"VALUES ({head}) {{ {body} }}"


def nothing_known(visible: Sequence[str]) -> str:
    """Return the one solution that leaves every variable unbound, which SILENT gives where a call fails."""
    return table(visible, [["UNDEF"] * len(visible)])


def _cell(term: Any) -> str:
    if term is None:
        return "UNDEF"
    kind, value = term["type"], term["value"]
    if kind != "triple" and not isinstance(value, str):
        raise TypeError("the value of a term is no string")
    if kind == "uri":
        return str(NamedNode(value))
    if kind in ("literal", "typed-literal"):  # the latter in drafts of the format, which some still speak
        return str(_literal(term, value))
    if kind == "bnode":
        raise AnswerError(
            "its answer has blank nodes, which mean nothing elsewhere; leave them out: SERVICE <…> { SELECT ?x { … } }"
        )
    raise AnswerError(f"its answer has a term of the type {kind!s:.20}, which cannot be joined here")


def _literal(term: Any, value: str) -> Literal:
    language, datatype, direction = term.get("xml:lang"), term.get("datatype"), term.get("its:dir")
    if language is not None:
        toward = {None: None, "ltr": BaseDirection.LTR, "rtl": BaseDirection.RTL}[direction]
        return Literal(value, language=language, direction=toward)
    return Literal(value, datatype=NamedNode(datatype)) if datatype is not None else Literal(value)
