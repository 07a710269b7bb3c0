"""What the endpoint says of itself: SPARQL 1.1 Service Description, as nodes with IRIs below the endpoint's address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Store, Triple

from kg.iri import PREFIXES
from server.formats import GRAPHS, RESULTS

SD = "http://www.w3.org/ns/sparql-service-description#"
SIMPLE = "http://www.w3.org/ns/entailment/Simple"
GEOSPARQL = "http://www.opengis.net/def/function/geosparql/"

FUNCTIONS = tuple(
    GEOSPARQL + name
    for name in (
        *("area", "asGeoJSON", "centroid", "convexHull", "difference", "dimension", "distance", "envelope", "getSRID"),
        *("intersection", "isEmpty", "isSimple", "length", "perimeter", "relate", "symDifference", "union"),
        *("ehContains", "ehCoveredBy", "ehCovers", "ehDisjoint", "ehEquals", "ehInside", "ehMeet", "ehOverlap"),
        *("rcc8dc", "rcc8ec", "rcc8eq", "rcc8ntpp", "rcc8ntppi", "rcc8po", "rcc8tpp", "rcc8tppi"),
        *("sfContains", "sfCrosses", "sfDisjoint", "sfEquals", "sfIntersects", "sfOverlaps", "sfTouches", "sfWithin"),
    )
)
"""Functions that the engine has beyond SPARQL 1.1; the tests call each."""

MOST_ARTICLES = 200
"""How many graphs of articles are described one by one; a large release has tens of thousands."""


@dataclass(frozen=True)
class Graphs:
    """The named graphs of a release: those that are described, and how many articles have one."""

    described: tuple[str, ...]
    articles: int

    @classmethod
    def of(cls, store: Store, *, base: str) -> Graphs:
        """Return those in a store, which takes some 0.1 s for 20,000."""
        names = sorted(graph.value for graph in store.named_graphs() if isinstance(graph, NamedNode))
        articles = [name for name in names if name.startswith(f"{base}graph/article/")]
        others = [name for name in names if not name.startswith(f"{base}graph/article/")]
        return cls((*others, *articles[:MOST_ARTICLES]), len(articles))


def describe(
    graphs: Graphs, *, endpoint: str, base: str, triples: int | None = None, federated: bool = False
) -> Iterator[Triple]:
    """Yield the description of the service at the address ``endpoint``, over data whose IRIs start with ``base``.

    ``triples`` is how many the data has, where that is known, and ``federated`` whether queries may use SERVICE.
    """

    def about(node: NamedNode, name: str, value: NamedNode | Literal) -> Triple:
        return Triple(node, NamedNode(name), value)

    service, dataset, default = (NamedNode(endpoint + part) for part in ("#service", "#dataset", "#default-graph"))
    kind = PREFIXES["rdf"] + "type"
    yield about(service, kind, NamedNode(SD + "Service"))
    yield about(service, SD + "endpoint", NamedNode(endpoint))
    yield about(service, SD + "supportedLanguage", NamedNode(SD + "SPARQL11Query"))
    for feature in ("UnionDefaultGraph", *(["BasicFederatedQuery"] if federated else [])):
        yield about(service, SD + "feature", NamedNode(SD + feature))
    yield about(service, SD + "defaultEntailmentRegime", NamedNode(SIMPLE))
    for iri in dict.fromkeys([*(form.iri for form in RESULTS.values()), *(form.iri for form in GRAPHS.values())]):
        yield about(service, SD + "resultFormat", NamedNode(iri))
    for function in FUNCTIONS:
        yield about(service, SD + "extensionFunction", NamedNode(function))
        yield about(NamedNode(function), kind, NamedNode(SD + "Function"))

    yield about(service, SD + "defaultDataset", dataset)
    yield about(service, SD + "availableGraphs", dataset)
    yield about(dataset, kind, NamedNode(SD + "Dataset"))
    yield about(dataset, SD + "defaultGraph", default)
    yield about(default, kind, NamedNode(SD + "Graph"))
    if triples is not None:
        yield about(default, PREFIXES["void"] + "triples", Literal(triples))
    comment = (
        f"Each article has a graph of its own, {base}graph/article/<id>: there are {graphs.articles:,}, of which"
        f" {min(graphs.articles, MOST_ARTICLES):,} are described here. SELECT DISTINCT ?g {{ GRAPH ?g {{}} }} lists all"
        " graphs, and the default graph is the union of them."
    )
    yield about(dataset, PREFIXES["rdfs"] + "comment", Literal(comment, language="en"))
    for graph in graphs.described:
        name = quote(graph.removeprefix(f"{base}graph/"), safe="/%")
        node = NamedNode(f"{endpoint}#graph-{name}")
        yield about(dataset, SD + "namedGraph", node)
        yield about(node, kind, NamedNode(SD + "NamedGraph"))
        yield about(node, SD + "name", NamedNode(graph))
