"""What is wrong with a query, in words that help its author: the engine's parser says little and means much."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from kg.iri import PREFIXES
from kg.tokens import TOKENS
from server.problem import Problem

_POSITION = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_CHARACTER_CLASSES = {r"\['0'[^\]]*\]": "a digit", r"\['A'[^\]]*\]": "a name", r"\[_\]": "something more"}
"""How the engine's parser names kinds of characters, and how a reader would."""


@contextmanager
def told_plainly(query: str) -> Iterator[None]:
    """Raise what the engine says against a query in words that help its author.

    Raises:
        Problem: 400, with ``line`` and ``column`` when the query cannot be parsed.
    """
    try:
        yield
    except SyntaxError as error:
        line, column, reason = explain(query, error.msg)
        detail = f"The query cannot be parsed at line {line}, column {column}: {reason}."
        raise Problem(400, detail, line=line, column=column) from error
    except RuntimeError as error:  # a function or a type that the engine does not have
        raise Problem(400, f"The query cannot be evaluated: {error}.") from error


def explain(query: str, message: str) -> tuple[int, int, str]:
    """Return line, column and reason for a query that the engine refused with ``message``.

    Lines and columns count from 1. The engine gives the farthest position that it could make sense of, which may lie
    after the mistake; a prefix that was never declared, the most frequent one, is found here.
    """
    undeclared = _undeclared(query)
    if undeclared:
        at, prefix = undeclared
        line, column = query.count("\n", 0, at) + 1, at - query.rfind("\n", 0, at)
        namespace = PREFIXES.get(prefix, "…")
        return line, column, f"the prefix {prefix}: is not declared; begin with PREFIX {prefix}: <{namespace}>"
    found = _POSITION.match(message)
    line, column, reason = (int(found[1]), int(found[2]), found[3]) if found else (1, 1, message)
    for pattern, words in _CHARACTER_CLASSES.items():
        reason = re.sub(pattern, words, reason)
    return line, column, reason if len(reason) <= 300 else f"{reason[:300]} …"


def _undeclared(query: str) -> tuple[int, str] | None:
    """Return where a prefix is used that no PREFIX declares, and the prefix."""
    declared, declares = {"_"}, False
    for token in TOKENS.finditer(query):
        if token["word"]:
            declares = token["word"].upper() == "PREFIX"
        elif token["local"] is not None:
            prefix = token["prefix"]
            if declares:
                declared.add(prefix)
            elif prefix not in declared:
                return token.start(), prefix
            declares = False
    return None
