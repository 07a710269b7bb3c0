r"""Queries with a call in them, in arrangements that a lexer may read otherwise than the engine.

    python -m tests.attacks.calls SEED NUMBER

gives so many to the guard, and to the engine in this same process: whatever the guard lets through must not call.
Exit code 1 when one does; the last line tells how many calls the engine made of those that the guard refused.
"""

from __future__ import annotations

import random
import sys
from collections import Counter

from pyoxigraph import Literal, NamedNode, Quad, QueryBoolean, Store

from server.guard import vet
from server.problem import Problem
from server.sealed import seal

NOWHERE = "<http://127.0.0.1:81/>"
PROLOGUES = (
    "PREFIX a:<http://a:80>", "PREFIX b:<http://a/>", "PREFIX service:<http://a/>", "PREFIX s:<http://[::1]>", "#x\n",
    "BASE <http://a/>", "VERSION '1.2' ", "PREFIX :<http://a:8> ",
)  # fmt: skip
USUAL = "PREFIX b:<http://a/> PREFIX a:<http://a:80> PREFIX s:<http://[::1]> "
CALLS = (
    f"SERVICE{NOWHERE}{{}}", f"SERVICE {NOWHERE}{{}}", "SERVICE?z{}", f"service{NOWHERE}{{?s ?p ?o}}", "SERVICE b:x{}",
    f"SERVICE#'\n{NOWHERE}#\"\n{{}}",
)  # fmt: skip
STATEMENTS = (
    "VALUES?x{T}", "VALUES?x{T T}", "FILTER(T!=T)", "FILTER(1<T)", "BIND(T AS?v)", "?s b:p T.", "OPTIONAL{?s ?p T}",
    "{?s ?p T}UNION{}", "T b:p ?o.", "?s T ?o.", "FILTER(?q<T)", "FILTER(T>?q)", "FILTER(1<2)", "FILTER(2>1)",
)  # fmt: skip
TERMS = (
    "'I'", '"I"', "'''I'''", '"""I"""', "b:bI", "b:I", "<http://a/I>", "<aI>", "<I>", "'I'@en", "'I'^^b:b", "a:I",
    "s:I",
    "1", "?q", "''", '""', ":I", "?I",
)  # fmt: skip
INSIDE = (
    "", "\\'", '\\"', "\\#", "#", "\\\\", "'", '"', "''", "\\q", "\\u0027", "\\uD800", "x", "SERVICE", "service",
    "\n", "\r",
    "{", "}", "<", ">", " } ", f"SERVICE{NOWHERE}{{}} ", " ' ", "#\n", "\\U0000FFFF", "\\U00110000", "\\u0022", "\\.",
    "\\%",
    "\\!", "%41", "é", "\x00", "\\\n", "http://a/", "?", "$",
)  # fmt: skip
BETWEEN = (
    *INSIDE,
    *"'\"\\<>{}().;~!*?$-:= ",
    "'''",
    '"""',
    "a:",
    "FILTER(",
    "VALUES?x{",
    "1",
    "<<",
    ">>",
    "||",
    "_:b",
    "@en",
)


def query(rng: random.Random) -> str:
    """Return a query in which a call stands somewhere, open to see or not."""
    if rng.random() < 0.25:
        before, after = rng.choices(BETWEEN, k=rng.randrange(1, 8)), rng.choices(BETWEEN, k=rng.randrange(5))
        parts = [*before, rng.choice(CALLS), *after]
    else:
        parts = []
        for _ in range(rng.randrange(1, 4)):
            parts.append("".join(_term(rng) if letter == "T" else letter for letter in _spelled(rng)))
            parts.append(rng.choice((" ", "", "", "\n", "{}", ".", f"#{_inside(rng)}\n")))
        parts.insert(rng.randrange(len(parts) + 1), rng.choice(CALLS))
        if rng.random() < 0.3:
            parts.append(
                rng.choice(("#", "\n'''", "'", '"', "#'''\n")) + _inside(rng) + rng.choice(("", "'''", "\n", "'"))
            )
    text = "".join(parts)
    if rng.random() < 0.3:
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice(BETWEEN) + text[at + rng.randrange(2) :]
    prologue = "".join(rng.sample(PROLOGUES, rng.randrange(4))) + USUAL
    return f"{prologue} SELECT * {{{rng.choice(('', f'VALUES ?z {{{NOWHERE}}}'))}{text}\n}}"


def _spelled(rng: random.Random) -> list[str]:
    """Return a statement in pieces, of which the terms to fill in are single letters."""
    statement = rng.choice(STATEMENTS)
    kept = statement.replace("OPTIONAL", "\1").replace("FILTER", "\2").replace("BIND", "\3").replace("UNION", "\4")
    words = {"\1": "OPTIONAL", "\2": "FILTER", "\3": "BIND", "\4": "UNION"}
    return [words.get(letter, letter) for letter in kept.replace("VALUES", "values")]


def _term(rng: random.Random) -> str:
    return rng.choice(TERMS).replace("I", _inside(rng))


def _inside(rng: random.Random) -> str:
    return "".join(rng.choice(INSIDE) for _ in range(rng.choice((0, 0, 1, 1, 2, 3, 4))))


def does_call(store: Store, text: str) -> bool:
    """Tell whether the engine tries to connect somewhere; where nobody listens, it says so."""
    try:
        result = store.query(text)
        if not isinstance(result, QueryBoolean):
            for _ in zip(range(5), result, strict=False):
                pass
    except OSError:
        return True
    except (SyntaxError, RuntimeError, ValueError):
        return False
    return False


def main(seed: int, number: int) -> int:
    """Compare guard and engine, and return the exit code."""
    seal(memory_bytes=1 << 30)
    rng, seen, store = random.Random(seed), Counter[str](), Store()
    for value in range(3):
        store.add(Quad(NamedNode("http://a/s"), NamedNode("http://a/p"), Literal(str(value))))
    for _ in range(number):
        text = query(rng)
        try:
            vet(text)
        except Problem:
            seen["calls refused"] += does_call(store, text)
            continue
        if does_call(store, text):
            print(f"passes and calls: {text!r}")
            seen["calls passed"] += 1
    print(f"{seen['calls passed']} passed, {seen['calls refused']} refused")
    return 1 if seen["calls passed"] else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
