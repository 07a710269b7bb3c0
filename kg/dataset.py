"""Which graphs a query names as its dataset: FROM and FROM NAMED (SPARQL 1.1 Query, section 13.2).

The clauses stand in the head of a query, between its form and its WHERE. The head is read here as the engine reads it,
which needs no space around keywords (``ASKFROM<g>``). One thing only a full parser knows: whether ``<`` in a projected
expression opens an IRI or means "less than". Both readings are followed, and where they name other graphs, the query
is called uncertain. What a name stands for, with BASE, prefixes and escapes, the engine itself says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import cast

from pyoxigraph import QuerySolutions, Store

from kg.tokens import IRI, STRING, VARIABLE

_BLANK = r"(?:\s|\#[^\n\r]*+(?:[\n\r]|\Z))*+"
_LETTER = r"""[^\x00-\x20<>"{}|^`\\()\[\]?$*,;=!&+/@\#%~'.:]"""
_RUN = rf"{_LETTER}(?:{_LETTER}|\.++(?={_LETTER}))*+"
_PREFIX = rf"(?:{_RUN})?:"
_SIGN = rf"(?:{_LETTER}|:|%[0-9A-Fa-f]{{2}}|\\[_~.\-!$&'()*+,;=/?\#@%])"
_NAME = rf"{_PREFIX}(?:{_SIGN}|\.++(?={_SIGN}))*+"

_DECLARATION = re.compile(
    rf"{_BLANK}(?:base{_BLANK}{IRI}|prefix{_BLANK}(?P<prefix>{_PREFIX}){_BLANK}{IRI}|version{_BLANK}(?:{STRING}))",
    re.IGNORECASE | re.DOTALL,
)
_FORM = re.compile(rf"{_BLANK}(?P<form>select|ask|describe|construct){_BLANK}", re.IGNORECASE)
_FROM = re.compile(rf"from{_BLANK}(?P<graph>{IRI}|{_NAME})", re.IGNORECASE)
_FROM_NAMED = re.compile(rf"from{_BLANK}named{_BLANK}(?P<graph>{IRI}|{_NAME})", re.IGNORECASE)
_TOKEN = re.compile(
    rf"""
    (?:\s|\#[^\n\r]*)++ | <[a-z][a-z0-9+.-]*://[^<>"{{}}|^`\x00-\x20]*> | (?P<unsure>{IRI}) | (?:{STRING}) | {VARIABLE}
    | (?P<name>{_NAME}) | {_RUN} | (?P<opening>[{{(\[]) | (?P<closing>[}})\]]) | .
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_MOST_PLACES = 20_000
"""How many places of a head are looked at before a query counts as uncertain; nobody writes as many."""


class UncertainError(ValueError):
    """It cannot be told which graphs a query names."""


@dataclass(frozen=True)
class Clause:
    """A FROM clause: the graph as written, ``<…>`` or ``ex:name``, and whether it is FROM NAMED."""

    graph: str
    named: bool


def has_dataset(query: str) -> bool:
    """Tell whether a query names its dataset, also where it is uncertain which.

    The engine ignores these clauses without a word when it is asked to take the union of all graphs as the default
    graph, so that whoever asks it must know first.
    """
    try:
        return bool(clauses(query))
    except UncertainError:
        return True


def named_in(query: str, *, base: str | None = None) -> frozenset[str]:
    """Return the IRIs of the graphs that a query names in FROM and FROM NAMED.

    ``base`` is what relative IRIs are resolved against when the query has no BASE. A query that uses a prefix it does
    not declare names nothing, as the engine refuses it.

    Raises:
        UncertainError: There are two readings of the query that name different graphs, or one names what is no IRI.
    """
    found = clauses(query)
    if not found:
        return frozenset()
    prologue, prefixes = _prologue(query)
    if any(clause.graph[0] != "<" and _prefix(clause.graph) not in prefixes for clause in found):
        return frozenset()
    graphs = " ".join(dict.fromkeys(clause.graph for clause in found))
    try:
        rows = _engine().query(f"{query[:prologue]}\nSELECT ?g {{ VALUES ?g {{ {graphs} }} }}", base_iri=base)
    except (SyntaxError, ValueError) as error:
        raise UncertainError("after FROM stands what is no IRI") from error
    return frozenset(row["g"].value for row in cast(QuerySolutions, rows))


def clauses(query: str) -> tuple[Clause, ...]:
    """Return the FROM clauses of a query in their order.

    Raises:
        UncertainError: Two readings of the query have different ones.
    """
    if "from" not in query.lower():
        return ()
    start, prefixes = _prologue(query)
    form = _FORM.match(query, start)
    if not form:  # an update, or nothing that the engine would take
        return ()
    likely = _read(query, form, prefixes, both=False)
    if _read(query, form, prefixes, both=True) != likely:
        raise UncertainError("the query can be read in two ways, with different graphs after FROM")
    return tuple(clause for _, clause in sorted(likely.items()))


def _prologue(query: str) -> tuple[int, frozenset[str]]:
    """Return where the declarations of BASE and PREFIX end, and which prefixes they declare."""
    at, prefixes = 0, set()
    while declaration := _DECLARATION.match(query, at):
        at = declaration.end()
        if declaration["prefix"]:
            prefixes.add(declaration["prefix"].removesuffix(":"))
    return at, frozenset(prefixes)


def _read(query: str, form: re.Match[str], prefixes: frozenset[str], *, both: bool) -> dict[int, Clause]:
    """Return the clauses by position, of the likely reading alone or of all readings together.

    A place is a position and how many brackets are open there. A reading ends where the pattern of WHERE begins.
    """
    found: dict[int, Clause] = {}
    verb = form["form"].upper()
    waiting, seen = [(form.end(), 0)], set[tuple[int, int]]()
    while waiting:
        place = waiting.pop()
        token = _TOKEN.match(query, place[0])
        if place in seen or token is None:
            continue
        seen.add(place)
        if len(seen) > _MOST_PLACES:
            raise UncertainError("the head of the query is too long or too intricate")
        at, depth = place
        described = verb == "DESCRIBE" and token["name"] and _prefix(token["name"]) in prefixes
        if depth == 0 and not described and (clause := _clause(query, at, prefixes)):
            found[at], end = clause
            waiting.append((end, 0))
            continue
        if token["opening"]:
            if depth == 0 and token[0] == "{" and (verb != "CONSTRUCT" or at != form.end()):
                continue
            depth += 1
        elif token["closing"]:
            depth -= 1
            if depth < 0:
                continue
        waiting.append((token.end(), depth))
        if both and depth and token["unsure"]:
            waiting.append((at + 1, depth))
    return found


def _clause(query: str, at: int, prefixes: frozenset[str]) -> tuple[Clause, int] | None:
    """Return the clause that begins at a place, and where it ends; ``FROM named:g`` may be either kind."""
    default = _FROM.match(query, at)
    if default and (default["graph"][0] == "<" or _prefix(default["graph"]) in prefixes):
        return Clause(default["graph"], named=False), default.end()
    named = _FROM_NAMED.match(query, at)
    if named:
        return Clause(named["graph"], named=True), named.end()
    return (Clause(default["graph"], named=False), default.end()) if default else None


def _prefix(name: str) -> str:
    return name.partition(":")[0]


@cache
def _engine() -> Store:
    """Return an empty store, which resolves names as the one that is asked later does."""
    return Store()
