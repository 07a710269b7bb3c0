"""Pages for people, and what operators' programs ask: whether the server is well."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from flask import Blueprint, Response, jsonify, render_template, url_for
from pyoxigraph import Literal, QuerySolutions, Store

from kg.iri import PREFIXES, Names
from server.catalogue import card
from server.current import Current
from server.examples import Example, grouped
from server.ready import Seal

COUNTED = {
    "Article": "articles",
    "Visit": "visits",
    "Meeting": "meetings",
    "Statement": "statements",
    "Report": "reports",
    "Person": "persons",
    "State": "states",
    "Organization": "organizations",
    "Place": "places",
}
"""Classes whose members the landing page counts, and the word for several."""

GRAPHS = ("events", "actors", "derived", "records", "links", "release", "ontology")
"""Graphs from which the landing page leads to every thing, as far as there are such."""

FIRST = f"""PREFIX leg: <{PREFIXES["leg"]}>
PREFIX rdfs: <{PREFIXES["rdfs"]}>

SELECT ?event ?what ?from WHERE {{
  ?event a leg:Event ; rdfs:label ?what .
  OPTIONAL {{ ?event leg:earliest ?from }}
}}
ORDER BY ?from
LIMIT 100
"""
"""The query with which the editor opens."""

TIMEOUTS = (1, 5, 15, 60)
"""Seconds after which a user may want a query given up, as far as they are fewer than the server allows."""

LOADED = {
    "leaflet": "leaflet/leaflet.js",
    "leafletStyle": "leaflet/leaflet.css",
    "timeline": "vis-timeline/vis-timeline-graph2d.min.js",
    "world": "world/countries.geojson",
}
"""What the editor loads when an answer is first shown as a map or timeline."""


@dataclass(frozen=True)
class Count:
    """How many nodes of a class there are."""

    noun: str
    number: int


def blueprint(current: Current, *, base: str, examples: Sequence[Example], probe: Callable[[], Seal]) -> Blueprint:
    """Return the landing page, and the two checks that operators poll.

    ``/healthz`` asks whether the process answers at all, and looks at nothing else: to restart it would not help a
    broken release. ``/readyz`` asks whether queries can be sent here, by ``probe``.
    """
    routes = Blueprint("pages", __name__)
    counts = lru_cache(maxsize=1)(count)

    @routes.get("/")
    def home() -> Response:
        release = current()
        html = render_template(
            "home.html",
            release=release,
            counts=counts(release.version, release.store),
            groups=grouped(examples),
            card=card(release, base),
            graphs=[name for name in GRAPHS if release.store.contains_named_graph(Names(base).graph(name))],
        )
        return Response(html, mimetype="text/html")

    @routes.get("/healthz")
    def healthz() -> Response:
        return _state(status="ok", release=current.opened.version)

    @routes.get("/readyz")
    def readyz() -> Response:
        release = current()
        seal = probe()
        return _state(status="ok", release=release.version, sealed=seal.sealed, why=seal.why)

    return routes


def editor(current: Current, *, base: str, timeout_s: float, examples: Sequence[Example]) -> Response:
    """Return the page with the query editor, which talks to ``/sparql`` like any other client."""
    settings = {
        "base": base,
        "prefixes": PREFIXES,
        "first": FIRST,
        "queries": {each.name: {"title": each.title, "query": each.query, "show": each.show} for each in examples},
        "listings": {noun: _listing(name) for name, noun in COUNTED.items()},
        "addresses": {
            "endpoint": url_for("sparql.sparql"),
            "pages": url_for("entities.page", key=""),
            "terms": url_for("completions.vocabulary"),
            "names": url_for("completions.names"),
            **{name: url_for("static", filename=f"vendor/{path}") for name, path in LOADED.items()},
        },
    }
    html = render_template(
        "editor.html",
        release=current(),
        groups=grouped(examples),
        settings=settings,
        timeout_s=timeout_s,
        timeouts=[seconds for seconds in TIMEOUTS if seconds < timeout_s],
    )
    return Response(html, mimetype="text/html")


def count(version: str, store: Store) -> tuple[Count, ...]:
    """Return how many nodes of each class of :data:`COUNTED` the release of that version has."""
    classes = " ".join(f"leg:{name}" for name in COUNTED)
    solutions = store.query(
        f"PREFIX leg: <{PREFIXES['leg']}> SELECT ?class (COUNT(DISTINCT ?node) AS ?number) "
        f"WHERE {{ VALUES ?class {{ {classes} }} ?node a ?class }} GROUP BY ?class",
        use_default_graph_as_union=True,
    )
    if not isinstance(solutions, QuerySolutions):
        raise TypeError("SELECT gives solutions")
    numbers = {str(row["class"])[1:-1].removeprefix(PREFIXES["leg"]): _integer(row["number"]) for row in solutions}
    return tuple(Count(noun, numbers.get(name, 0)) for name, noun in COUNTED.items())


def _state(**members: object) -> Response:
    response = jsonify(members)
    response.headers["Cache-Control"] = "no-store"
    return response


def _integer(term: object) -> int:
    return int(term.value) if isinstance(term, Literal) else 0


def _listing(name: str) -> str:
    """Return a query for the members of a class with what they are called."""
    label = {"Article": "dct:title", "Report": "leg:rule"}.get(name, "rdfs:label")
    prefix = label.partition(":")[0]
    prefixes = "".join(f"PREFIX {short}: <{PREFIXES[short]}>\n" for short in sorted({"leg", prefix}))
    return f"{prefixes}\nSELECT ?{name.lower()} ?name WHERE {{\n  ?{name.lower()} a leg:{name} .\n" + (
        f"  OPTIONAL {{ ?{name.lower()} {label} ?name }}\n}}\nORDER BY ?name\nLIMIT 1000\n"
    )
