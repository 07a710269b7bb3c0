"""A query as tokens, where these are certain: what could be read in two ways is refused and not guessed.

Whoever rewrites a query must see the braces, strings and IRIs that the engine sees. The tokens are those of SPARQL 1.1
Query, section 19.8, and the one doubt in them is ``<``: it opens an IRI or means "less than". It cannot mean the latter
after anything but an operand; nor where the IRI begins like ``http://``, as no operand begins with ``//``; nor where
what follows is a single operand up to ``>``, as comparisons do not chain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from server.problem import Problem

_LETTER = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME = rf"{_LETTER}_0-9\u00b7\u0300-\u036f\u203f-\u2040"
_DOTTED = rf"(?:[{_NAME}.-]{{0,99}}[{_NAME}-])?"  # a dot at the end is not part of a name, nor are names longer
_PLX = r"%[0-9A-Fa-f]{2}|\\[_~.!$&'()*+,;=/?\#@%-]"
_LOCAL = rf"(?:[{_LETTER}_0-9:]|{_PLX})(?:[{_NAME}:-]|{_PLX})*+(?:\.++(?:[{_NAME}:-]|{_PLX})++)*+"
_ECHAR = r"\\(?:[tbnrf\"'\\]|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})"

_TOKEN = re.compile(
    rf"""
    (?P<blank>[ \t\r\n]++|\#[^\n\r]*+)
    | (?P<iri><[^<>"{{}}|^`\x00-\x20]*+>)
    | (?P<string>\"{{3}}(?:\"{{0,2}}(?:[^"\\]|{_ECHAR}))*+\"{{3}}|'{{3}}(?:'{{0,2}}(?:[^'\\]|{_ECHAR}))*+'{{3}}
        | "(?!"")(?:[^"\\\n\r]|{_ECHAR})*+" | '(?!'')(?:[^'\\\n\r]|{_ECHAR})*+')
    | (?P<variable>[?$][{_LETTER}_0-9][{_NAME}]*+)
    | (?P<node>_:[{_LETTER}_0-9]{_DOTTED})
    | (?P<name>(?:[{_LETTER}]{_DOTTED})?:(?:{_LOCAL})?+)
    | (?P<language>@[A-Za-z]++(?:--?[A-Za-z0-9]++)*+)
    | (?P<number>(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?)
    | (?P<word>[A-Za-z][A-Za-z0-9_]*+)
    | (?P<open>[{{(\[]) | (?P<close>[}})\]])
    | (?P<sign>\^\^|[\^|&=!<>*+/,;.?-])
    """,
    re.VERBOSE,
)
_ADDRESS = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*://")
_ONE_OPERAND = re.compile(r"<[\w.~:/%@*+-]*>")
_OPERANDS = frozenset({"iri", "string", "variable", "node", "name", "language", "number", "close"})
_PAIRS = {"}": "{", ")": "(", "]": "["}
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")


@dataclass(frozen=True)
class Token:
    """A token that is no space and no comment: its kind, its text (words in upper case) and where it stands."""

    kind: str
    text: str
    start: int
    end: int


def read(query: str) -> list[Token]:
    """Return the tokens of a query; brackets are in pairs.

    Raises:
        Problem: 400, with ``line`` and ``column``, for what may be read in two ways or in none.
    """
    for escape in _ESCAPE.finditer(query):
        code = int(escape[1] or escape[2], 16)
        if not (0xA0 < code < 0x110000 and chr(code).isalnum()):
            raise _doubt(query, escape.start(), "write this character as it is: escaped, it may mean two things")
    tokens: list[Token] = []
    opened: list[Token] = []
    at = 0
    while at < len(query):
        match = _TOKEN.match(query, at)
        if match is None:
            raise _doubt(query, at, "nothing in SPARQL begins so, or it has no end")
        kind, text = match.lastgroup or "", match[0]
        token = Token(kind, text.upper() if kind == "word" else text, at, match.end())
        if kind == "iri" and not _certain(text, after=tokens[-2:]):
            raise _doubt(
                query, at, "this may be an IRI or a comparison; put a space behind '<', or a prefix for the IRI"
            )
        if kind == "sign" and text == "<" and query.startswith("<", match.end()):
            raise _doubt(query, at, "'<<' cannot be used beside SERVICE here; put a space between")
        if kind == "open":
            opened.append(token)
        elif kind == "close" and (not opened or opened.pop().text != _PAIRS[text]):
            raise _doubt(query, at, f"'{text}' closes nothing that is open")
        if kind != "blank":
            tokens.append(token)
        at = match.end()
    if opened:
        raise _doubt(query, opened[-1].start, f"'{opened[-1].text}' is never closed")
    return tokens


def closing(tokens: list[Token], at: int) -> int:
    """Return the index of the bracket that closes the one at ``at``."""
    depth = 0
    for index in range(at, len(tokens)):
        depth += {"open": 1, "close": -1}.get(tokens[index].kind, 0)
        if depth == 0:
            return index
    raise ValueError("the brackets are not in pairs")


def _certain(text: str, *, after: list[Token]) -> bool:
    """Tell whether ``<…>`` can only be an IRI, by the one or two tokens before it."""
    operand = bool(after) and (after[-1].kind in _OPERANDS or after[-1].text in ("TRUE", "FALSE"))
    declared = len(after) == 2 and after[0].text == "PREFIX" and after[0].kind == "word"
    return not operand or declared or bool(_ADDRESS.match(text) or _ONE_OPERAND.fullmatch(text))


def _doubt(query: str, at: int, reason: str) -> Problem:
    line, column = query.count("\n", 0, at) + 1, at - query.rfind("\n", 0, at)
    detail = f"A query with SERVICE must leave no doubt in how it is read: at line {line}, column {column}, {reason}."
    return Problem(400, detail, line=line, column=column)
