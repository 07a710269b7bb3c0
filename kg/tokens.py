"""What a SPARQL query is made of, as far as must be known before the engine parses it."""

from __future__ import annotations

import re
from collections.abc import Iterator

IRI = r"<[^<>\"{}|^`\x00-\x20]*>"
STRING = "|".join(
    rf"{quote * 3}(?:[^{quote}\\]++|\\.|{quote}(?!{quote * 2}))*+{quote * 3}|{quote}(?:[^{quote}\\\n\r]++|\\.)*+{quote}"
    for quote in "\"'"
)
"""A literal's text, the long kind before the short, as a parser tries them: ``''`` may be the start of ``'''``."""

VARIABLE = r"[?$][A-Za-z0-9_]+"
ESCAPED = r"\\."
r"""Outside of literals and IRIs, a character that a name takes as it is: in ``a:b\#c`` no comment begins."""

TOKENS = re.compile(
    rf"""
    \#[^\n\r]* | {IRI} | {STRING} | {VARIABLE} | @[a-z0-9-]+
    | (?P<word>[\w.-]++)(?!:) | (?P<prefix>[\w.-]*+)(?P<local>:(?:[\w.-]|{ESCAPED})*+) | {ESCAPED} | ["'].* | .
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
"""Words and prefixed names, in the likelier reading; whatever else there is matches without a group."""


def keywords(query: str) -> Iterator[str]:
    """Yield the bare words of a query in upper case: no names, literals, comments or IRIs."""
    return (match["word"].upper() for match in TOKENS.finditer(query) if match["word"])
