"""Queries made up by chance: after the grammar, from good ones with something changed, and from nothing."""

from __future__ import annotations

import random
import string

from kg.iri import PREFIXES

PROLOGUE = "".join(f"PREFIX {name}: <{space}>\n" for name, space in PREFIXES.items())
TERMS = (
    "?a", "?b", "?c", "?d", "leg:Visit", "leg:visitor", "rdfs:label", "a", "leg:Event", "rdf:type", "<http://a/b>",
    '"x"', '"x"@en', "1",
    "2.5", "true", "_:n", '"2020-01-01"^^xsd:date', "''", "-1e9", "[]", "()", '"1"^^xsd:integer', "leg:Occurred",
)  # fmt: skip
FUNCTIONS = (
    "STR", "LANG", "DATATYPE", "IRI", "STRLEN", "UCASE", "LCASE", "ENCODE_FOR_URI", "ABS", "CEIL", "ROUND", "YEAR",
    "MONTH", "TZ", "MD5",
    "SHA512", "isIRI", "isLITERAL", "xsd:date", "xsd:integer", "xsd:decimal", "xsd:dateTime", "BOUND", "TIMEZONE",
    "SECONDS",
)  # fmt: skip
TWO = (
    "CONCAT",
    "CONTAINS",
    "STRSTARTS",
    "STRAFTER",
    "REGEX",
    "SUBSTR",
    "sameTerm",
    "COALESCE",
    "STRDT",
    "STRLANG",
    "langMatches",
)
PARTS = (
    "OPTIONAL {group}", "{group} UNION { ?a ?b ?c }", "MINUS {group}", "GRAPH ?g {group}", "FILTER EXISTS {group}",
    "FILTER NOT EXISTS {group}", "FILTER({expression})", "BIND({expression} AS ?{variable})",
    "VALUES ?a { 1 'x' <http://a/b> }",
    "{ SELECT * WHERE {group} LIMIT 3 }", "LATERAL {group}", "SERVICE <http://127.0.0.1:1/> {group}",
    "FILTER({expression} < {expression})",
)  # fmt: skip
OPERATORS = ("=", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "&&", "||", " IN ")
EDGES = "'\"\\<>{}()[]#?$|^/*+!=&%@:;,.~`\x00\x7f\u00e9\u2028\ufeff\U0001f4a9\ud800"


def query(rng: random.Random) -> str:
    """Return a query that is mostly after the grammar."""
    pattern = group(rng, 3)
    kind = rng.random()
    if kind < 0.6:
        modifiers = rng.choice(("DISTINCT ", "REDUCED ", "", "", ""))
        chosen = rng.choice(
            ("*", "?a ?b", "?a", "(COUNT(*) AS ?n)", f"({expression(rng, 2)} AS ?x)", "?a (SAMPLE(?b) AS ?y)")
        )
        text = f"SELECT {modifiers}{chosen} WHERE {pattern}"
        text += rng.choice(("", "", "", " GROUP BY ?a", f" GROUP BY ({expression(rng, 1)} AS ?k) HAVING(COUNT(*) > 1)"))
    elif kind < 0.75:
        text = f"ASK {pattern}"
    elif kind < 0.9:
        text = f"CONSTRUCT {{ {triple(rng)} }} WHERE {pattern}"
    else:
        text = f"DESCRIBE {rng.choice(('?a', '*', 'leg:Visit'))} WHERE {pattern}"
    text += rng.choice(("", "", f" ORDER BY {expression(rng, 1)}", " ORDER BY DESC(?a) ?b"))
    text += rng.choice(
        ("", " LIMIT 10", " LIMIT 0", " OFFSET 99999999999999999999", " LIMIT 18446744073709551615 OFFSET 3")
    )
    text += rng.choice(("", "", "", " VALUES ?a { 1 leg:Visit UNDEF }"))
    return (PROLOGUE if rng.random() < 0.95 else "") + text


def group(rng: random.Random, depth: int) -> str:
    """Return a group of patterns."""
    return "{ " + " ".join(_part(rng, depth) for _ in range(rng.choice((1, 1, 2, 3, 4)))) + " }"


def _part(rng: random.Random, depth: int) -> str:
    if rng.random() < 0.5 or depth == 0:
        return triple(rng)
    shape = rng.choice(PARTS)
    return (
        shape.replace("{group}", group(rng, depth - 1))
        .replace("{expression}", expression(rng, depth - 1))
        .replace("{variable}", rng.choice("abcxyz"))
    )


def triple(rng: random.Random) -> str:
    """Return a pattern of one triple, with a path now and then."""
    predicate = rng.choice(("?p", "a", "rdfs:label", "leg:visitor", path(rng, 2)))
    return f"{rng.choice(TERMS)} {predicate} {rng.choice(TERMS)} ."


def path(rng: random.Random, depth: int) -> str:
    """Return a property path."""
    if depth == 0:
        return rng.choice(("a", "rdfs:label", "!a", "^a", "!(a|^rdfs:label)", "<http://a/b>"))
    inner, other = path(rng, depth - 1), path(rng, depth - 1)
    return rng.choice(
        (f"({inner})*", f"({inner})+", f"({inner})?", f"{inner}/{other}", f"({inner}|^{inner})", f"^({inner})")
    )


def expression(rng: random.Random, depth: int) -> str:
    """Return an expression."""
    if depth <= 0:
        return rng.choice(TERMS)
    one, two, kind = expression(rng, depth - 1), expression(rng, depth - 1), rng.randrange(10)
    if kind < 3:
        return f"{rng.choice(FUNCTIONS)}({one})"
    if kind < 5:
        return f"{rng.choice(TWO)}({one}, {two})"
    if kind < 7:
        return f"({one} {rng.choice(OPERATORS)} {two})"
    if kind == 7:
        return f"EXISTS {group(rng, depth - 1)}"
    return rng.choice(
        (f"!{one}", f"IF({one}, {two}, 1)", f"REPLACE({one}, {two}, '$1')", f"({one} IN ({two}, 1))", "NOW()", "RAND()")
    )


def mutated(rng: random.Random, text: str) -> str:
    """Return a query with some places cut, doubled, swapped or overwritten."""
    for _ in range(rng.choice((0, 1, 1, 2, 4, 9))):
        start = rng.randrange(len(text) + 1)
        end = min(len(text), start + rng.choice((0, 1, 1, 5, 40)))
        put = rng.choice(
            (
                "",
                rng.choice(EDGES),
                text[start:end] * 2,
                rng.choice(TERMS),
                "SERVICE <http://127.0.0.1:1/> {}",
                "\\u0022",
            )
        )
        text = text[:start] + put + text[end:]
    return text


def noise(rng: random.Random) -> str:
    """Return characters by chance, mostly those that mean something."""
    letters = rng.choice((string.printable, EDGES, string.ascii_letters + " {}?.", EDGES + string.digits))
    return "".join(rng.choice(letters) for _ in range(rng.choice((0, 1, 5, 30, 200, 1000))))
