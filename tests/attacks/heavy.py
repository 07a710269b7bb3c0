"""Queries that would take all the time, memory or disk there is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

from tests.attacks.table import Seen
from tests.attacks.target import NEIGHBOUR, Target
from tests.attacks.wire import Answer, Call, get

PRODUCT = "?s ?p ?o . ?a ?b ?c . ?d ?e ?f"
ALL = "{ ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } }"
ENDLESS = {
    "ORDER BY over a product": f"SELECT * {{ {PRODUCT} }} ORDER BY ?o ?c ?f",
    "ORDER BY DESC, LIMIT 1": f"SELECT * {{ {PRODUCT} }} ORDER BY DESC(CONCAT(STR(?o), STR(?c), STR(?f))) LIMIT 1",
    "count of a product": f"SELECT (COUNT(*) AS ?n) {{ {PRODUCT} }}",
    "distinct product": f"SELECT DISTINCT ?s ?b ?f {{ {PRODUCT} }}",
    "GROUP_CONCAT of everything": f"SELECT (GROUP_CONCAT(CONCAT(STR(?s), STR(?c))) AS ?x) {{ {PRODUCT} }}",
    "groups of a product": f"SELECT ?s ?a ?d (COUNT(*) AS ?n) {{ {PRODUCT} }} GROUP BY ?s ?a ?d",
    "path (a|!a)*": "SELECT (COUNT(*) AS ?n) { ?s (a|!a)* ?o }",
    "path (!a)*": "SELECT * { ?s (!a)* ?o }",
    "path (!a|^!a)*": "SELECT (COUNT(*) AS ?n) { ?s (!a|^(!a))* ?o }",
    "paths after one another": "SELECT * { ?s (a|!a)*/(a|!a)*/(a|!a)* ?o } ORDER BY ?o",
    "regular expression, product": f'SELECT * {{ {PRODUCT} FILTER(REGEX(CONCAT(STR(?s), STR(?f)), "(.*a){{20}}$")) }}',
    "doubling by CONCAT": "SELECT (STRLEN(?v40) AS ?n) { BIND('xxxxxxxxxx' AS ?v0) "
    + " ".join(f"BIND(CONCAT(?v{n}, ?v{n}) AS ?v{n + 1})" for n in range(40))
    + " }",
    "growth by REPLACE": "SELECT (STRLEN(?v9) AS ?n) { BIND('xxxxxxxxxxxxxxxx' AS ?v0) "
    + " ".join(f"BIND(REPLACE(?v{n}, 'x', ?v0) AS ?v{n + 1})" for n in range(9))
    + " }",
    "growth by ENCODE_FOR_URI": "SELECT (STRLEN(?v9) AS ?n) { BIND('%%%%%%%%%%' AS ?v0) "
    + " ".join(f"BIND(ENCODE_FOR_URI(CONCAT(?v{n}, ?v{n}, ?v{n}, ?v{n})) AS ?v{n + 1})" for n in range(9))
    + " }",
    "CONSTRUCT of a product": f"CONSTRUCT {{ ?s ?b ?f }} WHERE {{ {PRODUCT} }}",
    "DESCRIBE over a product": f"DESCRIBE ?s ?a ?d {{ {PRODUCT} }}",
    "SELECT of a product": f"SELECT * {{ {PRODUCT} }}",
    "NOT EXISTS over a product": "SELECT * { ?s ?p ?o FILTER NOT EXISTS { ?a ?b ?c . ?d ?e ?f FILTER(?o = ?f) } }",
    "OPTIONAL over a product": "SELECT * { ?s ?p ?o OPTIONAL { ?a ?b ?c FILTER(?o > ?c) } } ORDER BY ?a",
    "MINUS over a product": f"SELECT * {{ {PRODUCT} MINUS {{ ?s ?b ?f }} }}",
    "random numbers": f"SELECT (SUM(RAND()) AS ?n) {{ {PRODUCT} }}",
    "VALUES crossed": "SELECT (COUNT(*) AS ?n) { "
    + " ".join(f"VALUES ?v{n} {{ {' '.join(map(str, range(100)))} }}" for n in range(9))
    + " }",
}
"""Hardly any of these ends by itself within the time that a query has; a limit ends it."""

BOMBS = {
    "nested quantifiers": '(a*)*b" , "(x+x+)+y',
    "repetitions of repetitions": "((a{1,1000}){1,1000}){1,1000}",
    "a large repetition": "a{1000000}",
    "alternatives": "|".join(f"a{n}" for n in range(9_000)),
    "nested groups": "(" * 5_000 + ")" * 5_000,
    "classes": r"[\\w\\W]{100}" * 50,
    "unicode classes": r"(\\p{L}{100}){100}",
    "backward reference": r"(a)\\1",
    "unclosed": "(((",
}
BULK = {
    "SELECT of everything": f"SELECT * {{ {ALL} }}",
    "CONSTRUCT of everything": "CONSTRUCT WHERE { ?s ?p ?o }",
    "DESCRIBE of everything": "DESCRIBE * { ?s ?p ?o }",
    "a row that is long": "SELECT (GROUP_CONCAT(STR(?o)) AS ?x) { ?s ?p ?o }",
}
TIMEOUTS = ("0", "-1", "1e99", "nan", "inf", "-inf", "abc", "", "1e-300", "0x10", "1_0", "٣", "9" * 400, "1;2", "\x00")


def overwork(target: Target, *, allowed_s: float) -> Iterator[Seen]:
    """Send what hardly ends in the time allowed; other clients must be answered meanwhile as well as after."""
    for name, query in ENDLESS.items():
        answer, slowest = _meanwhile(target, get(query, ("timeout", f"{allowed_s:g}")))
        # What begins to answer and then meets a limit has its connection broken.
        fine = answer.status in {"200", "413", "503", "504", "broken"} and answer.seconds < allowed_s + target.within_s
        told = f"{name}: status {answer.status} after {answer.seconds:.1f} s" if not fine else ""
        if slowest > target.within_s:
            told = f"{name}: meanwhile a small query took {slowest:.2f} s. {told}"
        yield Seen(answer.status, told)


def bomb(target: Target) -> Iterator[Seen]:
    """Send regular expressions that are large or slow."""
    for name, pattern in BOMBS.items():
        for call in (
            f'SELECT * {{ BIND("{"a" * 3000}" AS ?x) FILTER(REGEX(?x, "{pattern}")) }}',
            f'SELECT * {{ ?s ?p ?o FILTER(REGEX(STR(?o), "{pattern}", "i")) }}',
            f'SELECT (REPLACE("{"a" * 3000}", "{pattern}", "$0$0$0$0$1") AS ?x) {{}}',
        ):
            answer, slowest = _meanwhile(
                target,
                Call(
                    "/sparql",
                    "POST",
                    urlencode({"query": call, "timeout": 2}).encode(),
                    {"Content-Type": "application/x-www-form-urlencoded"},
                ),
            )
            late = answer.seconds > 2 + target.within_s or slowest > target.within_s
            yield Seen(answer.status, f"{name}: {answer.seconds:.1f} s, others {slowest:.1f} s" if late else "")


def bulk(target: Target) -> Iterator[Seen]:
    """Ask for everything at once; the answer is whole, or visibly not."""
    for name, query in BULK.items():
        for accept in (
            "*/*",
            "application/rdf+xml, text/csv;q=0.5",
            "application/ld+json, text/tab-separated-values;q=0.5",
        ):
            answer, slowest = _meanwhile(target, get(query, accept=accept))
            fine = answer.status in {"200", "413", "503", "504", "broken"} and slowest <= target.within_s
            yield Seen(answer.status, "" if fine else f"{name}: status {answer.status}, others {slowest:.2f} s")


def set_deadlines(target: Target) -> Iterator[Seen]:
    """Ask for time that there is not, with a query that does not end."""
    for value in TIMEOUTS:
        answer = target.send(get(ENDLESS["count of a product"], ("timeout", value)))
        late = answer.seconds > target.timeout_s + target.within_s or answer.status not in {"400", "504"}
        yield Seen(answer.status, f"timeout={value!r}: {answer.status}, {answer.seconds:.1f} s" if late else "")
    answer = target.send(get("ASK {}", ("timeout", "1"), ("timeout", "2")))
    yield Seen(answer.status)


def _meanwhile(target: Target, call: Call) -> tuple[Answer, float]:
    """Return the answer, and the slowest small query of another client until it was there."""
    slowest, done = 0.0, threading.Event()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(target.send, call)
        asked.add_done_callback(lambda _: done.set())
        while not done.wait(0.2):
            slowest = max(slowest, target.next_query(NEIGHBOUR).seconds)
        return asked.result(), slowest
