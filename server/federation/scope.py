"""Which variables a group graph pattern gives values to (SPARQL 1.1 Query, section 18.2.1)."""

from __future__ import annotations

from server.federation.reading import Token, closing


def visible(tokens: list[Token]) -> tuple[str, ...]:
    """Return the names of the variables in scope of the pattern that these tokens are, braces included, in order."""
    return tuple(dict.fromkeys(_group(tokens)))


def mentioned(tokens: list[Token]) -> frozenset[str]:
    """Return the names of all variables, whatever they are there for."""
    return frozenset(token.text[1:] for token in tokens if token.kind == "variable")


def _group(tokens: list[Token]) -> list[str]:
    inside = tokens[1:-1]
    if inside and inside[0].text == "SELECT":
        return _selected(inside)
    names: list[str] = []
    at = 0
    while at < len(inside):
        token = inside[at]
        end = at
        if token.kind == "word" and token.text in ("FILTER", "MINUS", "BIND"):
            start = _opening(inside, at)
            end = closing(inside, start)
            if token.text == "BIND":  # BIND(expression AS ?name)
                names += [last.text[1:] for last in inside[end - 1 : end] if last.kind == "variable"]
        elif token.text == "{":
            end = closing(inside, at)
            names += _group(inside[at : end + 1])
        elif token.kind == "variable":
            names.append(token.text[1:])
        at = end + 1
    return names


def _selected(tokens: list[Token]) -> list[str]:
    """Return the variables of ``SELECT …``: those before its pattern, or all those of its pattern and its VALUES."""
    brace = next((at for at, token in enumerate(tokens) if token.text == "{"), len(tokens))
    if any(token.text == "*" and tokens[at - 1].text in ("SELECT", "DISTINCT", "REDUCED")
           for at, token in enumerate(tokens[:brace])):  # fmt: skip
        end = closing(tokens, brace) if brace < len(tokens) else len(tokens)
        return [*_group(tokens[brace : end + 1]), *_values(tokens[end + 1 :])]
    names: list[str] = []
    at = 0
    while at < brace:
        if tokens[at].kind == "open":  # (expression AS ?name)
            at = closing(tokens, at)
            names += [last.text[1:] for last in tokens[at - 1 : at] if last.kind == "variable"]
        elif tokens[at].kind == "variable":
            names.append(tokens[at].text[1:])
        at += 1
    return names


def _values(tokens: list[Token]) -> list[str]:
    start = next((at for at, token in enumerate(tokens) if token.text == "VALUES"), len(tokens))
    return [token.text[1:] for token in tokens[start:] if token.kind == "variable"]


def _opening(tokens: list[Token], at: int) -> int:
    """Return the index of the first bracket from ``at`` on; what has none is no SPARQL, and its last token is taken."""
    return next((index for index in range(at, len(tokens)) if tokens[index].kind == "open"), len(tokens) - 1)
