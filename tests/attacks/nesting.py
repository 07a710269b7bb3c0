"""Queries that are deep or long: what overflows a parser's stack, and what passes the guard just so."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from server.guard import MAX_BYTES, MAX_DEPTH
from tests.attacks.table import Seen
from tests.attacks.target import Target
from tests.attacks.wire import direct, form, get

DEEP = 10_000
ALLOWED_S = "1"
"""Seconds that a long query may take here; most of those that pass the guard are given up then."""

NESTED: dict[str, Callable[[int], str]] = {
    "braces": lambda n: "ASK " + "{" * n + "}" * n,
    "braces, unclosed": lambda n: "ASK " + "{" * n,
    "parentheses": lambda n: "ASK { FILTER(" + "(" * n + "1" + ")" * n + ") }",
    "not": lambda n: "ASK { FILTER(" + "!(" * n + "1" + ")" * n + ") }",
    "lists": lambda n: "ASK { " + "(" * n + "1" + ")" * n + " ?p 1 }",
    "brackets": lambda n: "ASK { ?s ?p " + "[ ?p " * n + "1" + "]" * n + " }",
    "path": lambda n: "ASK { ?s " + "(" * n + "a" + ")" * n + " ?o }",
    "path, repeated": lambda n: "ASK { ?s " + "(" * n + "a" + ")*" * n + " ?o }",
    "functions": lambda n: "ASK { FILTER(" + "ABS(" * n + "1" + ")" * n + ") }",
    "OPTIONAL": lambda n: "ASK { " + "OPTIONAL{" * n + "}" * n + " }",
    "UNION": lambda n: "ASK { " + "{}UNION{" * n + "}" * n + " }",
    "MINUS": lambda n: "ASK { ?s ?p ?o " + "MINUS{?s ?p ?o " * n + "}" * n + " }",
    "subselect": lambda n: "ASK { " + "{SELECT*{" * n + "}}" * n + " }",
    "EXISTS": lambda n: "ASK { " + "FILTER NOT EXISTS{" * n + "}" * n + " }",
    "GRAPH": lambda n: "ASK { " + "GRAPH?g{" * n + "}" * n + " }",
    "quoted triples": lambda n: "ASK { " + "<<" * n + "?s ?p ?o" + ">> ?p ?o" * n + " }",
    "triple terms": lambda n: "ASK { ?s ?p " + "<<(?s ?p " * n + "1" + ")>>" * n + " }",
    "annotations": lambda n: "ASK { ?s ?p 1" + "{|?p 1" * n + "|}" * n + " }",
    "CONSTRUCT": lambda n: "CONSTRUCT { ?s ?p " + "[ ?p " * n + "1" + "]" * n + " } WHERE {}",
}

CHAINS = {  # head, what is repeated up to the permitted length, tail
    "plus": ("ASK { FILTER(?x", "+?x", ") }"),
    "times": ("ASK { FILTER(1", "*1", ") }"),
    "signed numbers": ("ASK { FILTER(1", "-1", ") }"),
    "or": ("ASK { FILTER(1", "||1", ") }"),
    "and": ("ASK { FILTER(1", "&&1", ") }"),
    "not": ("ASK { FILTER(", "!", "1) }"),
    "in": ("ASK { FILTER(1 IN (1", ",1", ")) }"),
    "concat": ("ASK { FILTER(CONCAT(''", ",''", ")) }"),
    "coalesce": ("ASK { FILTER(COALESCE(1", ",1", ")) }"),
    "path in sequence": ("PREFIX :<a:> ASK { ?s :", "/:", " ?o }"),
    "path of alternatives": ("ASK { ?s a", "|a", " ?o }"),
    "path of inverses": ("ASK { ?s ^a", "/^a", " ?o }"),
    "path of repetitions": ("ASK { ?s a*", "/a*", " ?o }"),
    "path of negations": ("PREFIX :<a:> ASK { ?s !(:", "|:", ") ?o }"),
    "union": ("ASK {{}", "UNION{}", "}"),
    "union of patterns": ("ASK {{?s a 1}", "UNION{?s a 1}", "}"),
    "groups": ("ASK {", "{}", "}"),
    "groups of patterns": ("ASK {", "{?s a 1}", "}"),
    "optional": ("ASK {", "OPTIONAL{?s a 1}", "}"),
    "minus": ("ASK {?s a 1", "MINUS{?s a 1}", "}"),
    "filter": ("ASK {", "FILTER(?x)", "}"),
    "not exists": ("ASK {?s a 1 ", "FILTER NOT EXISTS{?s a 1}", "}"),
    "graph": ("ASK {", "GRAPH?g{?s a 1}", "}"),
    "lateral": ("ASK {", "LATERAL{}", "}"),
    "values": ("ASK { VALUES?x{", "1 ", "}}"),
    "rows of values": ("ASK { VALUES(?x){", "(1)", "}}"),
    "blocks of values": ("ASK {", "VALUES?x{1}", "}"),
    "subselects": ("ASK {", "{SELECT*{?s a 1}}", "}"),
    "triples": ("ASK {", "?s a 1.", "}"),
    "objects": ("ASK {?s a 1", ",1", "}"),
    "predicates": ("ASK {?s a 1", ";a 1", "}"),
    "paths": ("ASK {", "?s a* 1.", "}"),
    "list": ("ASK { (", "1 ", ") a 1 }"),
    "anonymous nodes": ("ASK {", "[]a[].", "}"),
    "annotations": ("ASK { ?s a 1", "{|a 1|}", "}"),
    "quoted triples": ("ASK {", "<<?s a 1>>a 1.", "}"),
    "construct": ("CONSTRUCT {", "?s a 1.", "} WHERE {}"),
    "describe": ("DESCRIBE ", "<a:> ", ""),
    "order": ("SELECT * {} ORDER BY ", "ASC(1)", ""),
    "having": ("SELECT (1 AS ?x) {} GROUP BY ?y HAVING ", "(1)", ""),
    "base": ("BASE <http://a/> ", "BASE<a/>", "ASK {}"),
    "digits": ("ASK { FILTER(", "1", ") }"),
    "parent folders": ("BASE <http://a/> ASK { FILTER(<", "../", ">) }"),
    "comments": ("ASK {", "#\n", "}"),
}

NUMBERED = {  # the same, with the number of each
    "bind": ("ASK {", "BIND(1 AS?v{n})", "}"),
    "bind in a chain": ("ASK {BIND(1 AS?v0)", "BIND(?v{n} AS?v{m})", "}"),
    "expressions": ("SELECT ", "(1 AS?v{n})", " {}"),
    "aggregates": ("SELECT ", "(SUM({n})AS?v{n})", " {}"),
    "keys": ("SELECT (1 AS ?x) {} GROUP BY ", "(1 AS?v{n})", ""),
    "datasets": ("ASK ", "FROM<a:{n}>", "{}"),
    "prefixes": ("", "PREFIX p{n}:<a:>", "ASK {}"),
    "product": ("ASK {", "?a{n} ?b{n} ?c{n}.", "}"),
}


def long_queries() -> Iterator[tuple[str, str]]:
    """Yield queries of just the permitted length, by name."""
    for name, (head, part, tail) in CHAINS.items():
        yield name, head + part * ((MAX_BYTES - len(head) - len(tail)) // len(part)) + tail
    for name, (head, part, tail) in NUMBERED.items():
        parts, left, number = [], MAX_BYTES - len(head) - len(tail), 0
        while left >= len(text := part.replace("{n}", str(number)).replace("{m}", str(number + 1))):
            parts.append(text)
            left, number = left - len(text), number + 1
        yield name, head + "".join(parts) + tail


def nest(target: Target) -> Iterator[Seen]:
    """Send each kind of nesting far too deep, and as deep as is allowed."""
    for name, make in NESTED.items():
        for depth in (DEEP // 4, DEEP):  # the first passes the limit of length, in most
            answer = target.send(direct(make(depth)))
            refused = answer.status in {"400", "413"}
            yield Seen(answer.status, "" if refused else f"{name}, {depth} deep: status {answer.status}")
        within = next(depth for depth in range(MAX_DEPTH, 0, -1) if _brackets(make(depth)) <= MAX_DEPTH)
        answer = target.send(direct(make(within), ("timeout", ALLOWED_S)))
        fine = answer.status in {"200", "400", "503", "504"}
        yield Seen(answer.status, "" if fine else f"{name}, {within} deep: status {answer.status}")


def _brackets(query: str) -> int:
    """Return how deep brackets nest in a query without literals."""
    depth = deepest = 0
    for character in query.replace("<<", "{").replace(">>", "}"):
        depth += (character in "{([") - (character in "})]")
        deepest = max(deepest, depth)
    return deepest


def chain(target: Target, *, names: frozenset[str] = frozenset()) -> Iterator[Seen]:
    """Send each kind of chain in the longest query allowed; none may end a process unasked."""
    for name, query in long_queries():
        if names and name not in names:
            continue
        answer = target.send(direct(query, ("timeout", ALLOWED_S)))
        fine = answer.status in {"200", "400", "504"}
        detail = answer.body[-200:].decode("utf-8", "replace")
        yield Seen(answer.status, "" if fine else f"chain of {name}: status {answer.status}, {detail}")


def outsize(target: Target) -> Iterator[Seen]:
    """Send two megabytes by each way."""
    query = "ASK {} #" + "x" * 2 * 1024 * 1024
    for way in (get, form, direct):
        answer = target.send(way(query))
        refused = answer.status in {"400", "413", "414", "431"}
        yield Seen(answer.status, "" if refused else f"2 MB by {way.__name__}: status {answer.status}")
