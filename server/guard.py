r"""Queries that must not reach the engine, found before its parser sees them.

The engine's own parser overflows its stack on deep nesting, and its SERVICE makes real HTTP requests, so that both
are refused here. Whether ``<`` opens an IRI or means "less than" depends on grammar, which only a parser knows:
``FILTER(1<2)SERVICE?x#>`` is an IRI to a simple lexer and a call to the engine. Therefore the scan follows both
readings and refuses when either is deep or calls out. It errs on the side of refusal, but ordinary IRIs
(``<http://…>``) have one reading only, since no operand begins with ``//``.

The engine's keywords need no space around them: ``1SERVICE``, ``SERVICESILENT`` and ``SERVICEex:name`` are calls.
Code point escapes (``\u0053``) are read both as they stand and as what they stand for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from heapq import heappop, heappush

from kg.dataset import has_dataset
from kg.tokens import IRI, STRING, VARIABLE, keywords
from server.problem import Problem

MAX_BYTES = 64 * 1024
"""Longest query, in bytes of UTF-8."""

MAX_DEPTH = 100
"""Deepest nesting of braces, brackets and parentheses together."""

UPDATES = frozenset({"ADD", "CLEAR", "COPY", "CREATE", "DELETE", "DROP", "INSERT", "LOAD", "MOVE", "WITH"})
READ_ONLY = "This endpoint answers queries only: releases never change over the web, so no update is carried out."

_BLANK = r"(?:\s|\#[^\n\r]*+(?:[\n\r]|\Z))*+"
_NAME = r"""[^\s{}()<>"'\#?$:]"""

_CODE = re.compile(
    rf"""
    (?P<comment>\#[^\n\r]*) | (?P<address><[a-z][a-z0-9+.-]*://[^<>"{{}}|^`\x00-\x20]*>) | (?P<iri>{IRI})
    | (?P<string>{STRING}) | (?P<variable>{VARIABLE}) | (?P<local>:[A-Za-z0-9_]+)
    | (?P<endless>["']) | (?P<opening>[{{(\[]) | (?P<closing>[}})\]])
    | (?P<service>service) | (?P<plain>[^\#<"'?$:{{}}()\[\]s]+|.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL | re.ASCII,
)
_SERVICE = re.compile(
    rf"""
    service {_BLANK} (?:silent{_BLANK})? (?:
        (?: <[^<>]*+> | [?$]{_NAME}{{0,99}}+ | {_NAME}{{0,99}}+:(?:\\.|[^\s{{}}<>"'\#\\])*+ ) {_BLANK} \{{
        | [?$]?{_NAME}{{100}}  # longer than any name, and too long to look at again and again
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_UNCLOSED = 20
"""How often a long string may turn out to have no end, which each time takes reading to the end of the query."""

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


class CallsOut(Problem):
    """403: the query calls another endpoint, or may be read so."""

    def __init__(self) -> None:
        super().__init__(
            403, "SERVICE is not offered here: this endpoint calls no other. Join the two results on your side."
        )


@dataclass(frozen=True)
class Vetted:
    """A query that may be handed to the engine; ``has_dataset`` tells whether it has a FROM clause of its own."""

    text: str
    has_dataset: bool


def vet(query: str) -> Vetted:
    """Return the query as one that the engine may parse.

    Raises:
        CallsOut: 403, when it calls SERVICE.
        Problem: 413 when it is too long, 400 when nested too deeply, 403 when it is an update.
    """
    size = len(query.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise Problem(413, f"The query has {size:,} bytes; 64 KiB are allowed. Split it, or use the dumps.")
    for reading in {query, _ESCAPE.sub(_character, query)}:
        deepest, calls_out = _scan(reading)
        if deepest > MAX_DEPTH:
            raise Problem(400, f"The query nests brackets more than {MAX_DEPTH} deep; write it flatter.")
        if calls_out:
            raise CallsOut
    verb = next((word for word in keywords(query) if word not in {"BASE", "PREFIX", "VERSION"}), "")
    if verb in UPDATES:
        raise Problem(403, READ_ONLY)
    return Vetted(query, has_dataset=has_dataset(query))


def _scan(text: str) -> tuple[int, bool]:
    """Return how deep brackets nest in the deepest reading, and whether any reading calls SERVICE.

    A reading is a chain of positions at which tokens start. All chains advance together, lowest position first,
    and keep the greatest depth where they meet, so that the time is linear in the number of tokens.
    """
    waiting, depths, deepest, unclosed = [0], {0: 0}, 0, 0
    while waiting and deepest <= MAX_DEPTH:
        at = heappop(waiting)
        depth = depths.pop(at)
        token = _CODE.match(text, at)
        if token is None:  # the end
            continue
        match token.lastgroup:
            case "endless":  # a string without its closing quote: the engine stops here, and so does this reading
                continue
            case "string" if token.end() == at + 2 and text.startswith(text[at] * 3, at):
                unclosed += 1
                if unclosed > _UNCLOSED:
                    raise Problem(
                        400, "The query has strings that never end; close them with the quotes they open with."
                    )
            case "opening":
                depth += 1
                deepest = max(deepest, depth)
            case "closing":
                depth = max(depth - 1, 0)
            case "service" if _SERVICE.match(text, at):
                return deepest, True
        for end in (token.end(), at + 1) if token.lastgroup == "iri" else (token.end(),):
            if end not in depths:
                heappush(waiting, end)
            depths[end] = max(depths.get(end, 0), depth)
    return deepest, False


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1] or escape[2], 16)
    return chr(code) if code <= 0x10FFFF else escape[0]
