r"""Queries that must not reach the engine, found before its parser sees them.

The engine's own parser overflows its stack on deep nesting, and its SERVICE makes real HTTP requests, so that both
are refused here. Whether ``<`` opens an IRI or means "less than" depends on grammar, which only a parser knows:
``FILTER(1<2)SERVICE?x#>`` is an IRI to a simple lexer and a call to the engine. Therefore the scan follows both
readings and refuses when either is deep or calls out. It errs on the side of refusal, but ordinary IRIs
(``<http://…>``) have one reading only, since no operand begins with ``//``.

Other tokens change their meaning where the engine rejects the likelier one, which it does later than a lexer:

* ``'''…\q…'''`` has an escape that does not exist, so that the engine takes ``''`` and goes on after it;
* ``a:SERVICE`` is the name ``a:`` and a call, if the namespace ends in a port (``<http://a:80>``) and the whole is no
  IRI.

The engine's keywords need no space around them: ``1SERVICE``, ``SERVICESILENT`` and ``SERVICEex:name`` are calls.
Names take characters after a backslash as they are: no comment begins in ``a:b\#c`` and no string in ``a:b\'c``.
Code point escapes (``\u0053``) are read both as they stand and as what they stand for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from heapq import heappop, heappush

from kg.dataset import has_dataset
from kg.tokens import ESCAPED, IRI, STRING, VARIABLE, keywords
from server.problem import Problem

MAX_BYTES = 64 * 1024
"""Longest query, in bytes of UTF-8."""

MAX_DEPTH = 100
"""Deepest nesting of braces, brackets, parentheses and ``<<`` together."""

REMEMBERED = 256
"""Queries that need not be looked at again: pages and programs ask the same ones again and again."""

UPDATES = frozenset({"ADD", "CLEAR", "COPY", "CREATE", "DELETE", "DROP", "INSERT", "LOAD", "MOVE", "WITH"})
READ_ONLY = "This endpoint answers queries only: releases never change over the web, so no update is carried out."

_BLANK = r"(?:\s|\#[^\n\r]*+(?:[\n\r]|\Z))*+"
_NAME = r"""[^\s{}()<>"'\#?$:]"""

_CODE = re.compile(
    rf"""
    (?P<comment>\#) | (?P<address><[a-z][a-z0-9+.-]*://[^<>"{{}}|^`\x00-\x20]*>) | (?P<iri>{IRI})
    | (?P<string>{STRING}) | (?P<variable>{VARIABLE}) | (?P<escaped>{ESCAPED}) | (?P<endless>["'])
    | (?P<opening>[{{(\[]) | (?P<closing>[}})\]]) | (?P<quoting><<) | (?P<quoted>>>) | (?P<between>[;,=&|])
    | (?P<service>service) | (?P<plain>[^\#<>"'\\?${{}}()\[\];,=&|s]+|.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL | re.ASCII,
)
_SERVICE = re.compile(
    rf"""
    service {_BLANK} (?:silent{_BLANK})? (?:
        (?P<long>[?$]?{_NAME}{{100}})  # longer than any name, and too long to look at again and again
        | (?: <[^<>]*+> | [?$]{_NAME}*+ | {_NAME}*+:(?:\\.|[^\s{{}}<>"'\#\\])*+ ) {_BLANK} (?P<call>\{{)?
    )?
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_VALID_ESCAPE = re.compile(r"""\\[tbnrf"'\\]""")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")

_LOOKED_AHEAD = 8 * MAX_BYTES
"""Characters that may be read after the word "service" altogether, which else takes the square of a query's length."""


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


@lru_cache(maxsize=REMEMBERED)
def vet(query: str) -> Vetted:
    """Return the query as one that the engine may parse; what was vetted lately is remembered.

    Raises:
        CallsOut: 403, when it calls SERVICE.
        Problem: 413 when it is too long, 400 when nested too deeply, both with ``limit``; 403 when it is an update.
    """
    size = len(query.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        detail = f"The query has {size:,} bytes; 64 KiB are allowed. Split it, or use the dumps."
        raise Problem(413, detail, limit="length")
    for reading in {query, _ESCAPE.sub(_character, query)}:
        deepest, calls_out = _scan(reading)
        if deepest > MAX_DEPTH:
            detail = f"The query nests brackets more than {MAX_DEPTH} deep; write it flatter."
            raise Problem(400, detail, limit="depth")
        if calls_out:
            raise CallsOut
    verb = next((word for word in keywords(query) if word not in {"BASE", "PREFIX", "VERSION"}), "")
    if verb in UPDATES:
        raise Problem(403, READ_ONLY)
    return Vetted(query, has_dataset=has_dataset(query))


def _scan(text: str) -> tuple[int, bool]:
    """Return how deep brackets nest in the deepest reading, and whether any reading calls SERVICE.

    A reading is a chain of positions at which tokens start. All chains advance together, lowest position first,
    and keep the greatest depths where they meet, so that the time is linear in the number of tokens. A depth is that
    of brackets, and within them that of ``<<``, which ends with them and with whatever cannot stand in a triple:
    ``?a<<http://b/> && ?c<<http://d/>`` opens nothing.
    """
    waiting, depths = [0], {0: (0, 0)}
    deepest, looked_ahead, line_end = 0, 0, 0
    while waiting and deepest <= MAX_DEPTH:
        at = heappop(waiting)
        brackets, quoted = depths.pop(at)
        token = _CODE.match(text, at)
        if token is None:  # the end
            continue
        ends = [token.end()]
        match token.lastgroup:
            case "comment":
                line_end = max(line_end, _end_of_line(text, at) if at >= line_end else 0)
                ends = [line_end]
            case "iri":
                ends.append(at + 1)
            case "string" if _may_be_two(token[0]):
                ends.append(at + 2)
            case "endless":  # a string without its closing quote: the engine stops here, and so does this reading
                continue
            case "opening":
                brackets, quoted = brackets + 1, 0 if token[0] == "{" else quoted
            case "closing":
                brackets, quoted = max(brackets - 1, 0), 0 if token[0] == "}" else quoted
            case "quoting":
                ends = [at + 1]
                _reach(at + 2, (brackets, quoted + 1), waiting, depths)
                deepest = max(deepest, brackets + quoted + 1)
            case "quoted":
                quoted = max(quoted - 1, 0)
            case "between":
                quoted = 0
            case "service":
                ahead = _SERVICE.match(text, at)
                if ahead and (ahead["call"] or ahead["long"]):
                    return deepest, True
                looked_ahead += ahead.end() - at if ahead else 0
                if looked_ahead > _LOOKED_AHEAD:
                    raise Problem(400, "The query says 'service' before long comments or names, again and again.")
        deepest = max(deepest, brackets + quoted)
        for end in ends:
            _reach(end, (brackets, quoted), waiting, depths)
    return deepest, False


def _reach(at: int, depth: tuple[int, int], waiting: list[int], depths: dict[int, tuple[int, int]]) -> None:
    """Let a reading go on at this position, where it may meet another."""
    if at in depths:
        depth = max(depth[0], depths[at][0]), max(depth[1], depths[at][1])
    else:
        heappush(waiting, at)
    depths[at] = depth


def _end_of_line(text: str, at: int) -> int:
    return min((end for end in (text.find("\n", at), text.find("\r", at)) if end >= 0), default=len(text))


def _may_be_two(string: str) -> bool:
    r"""Tell whether the engine may reject a long string for an escape in it, and read its first quotes as ``''``."""
    return "\\" in string and string[:3] in {"'''", '"' * 3} and "\\" in _VALID_ESCAPE.sub("", string)


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1] or escape[2], 16)
    return chr(code) if code <= 0x10FFFF else escape[0]
