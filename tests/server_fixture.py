"""A small release made by hand, and a real server on it, for the tests of the web side."""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import httpx
import pyoxigraph as ox
from pyoxigraph import NamedNode, Quad, RdfFormat, Store

from kg.iri import DEFAULT_BASE, PREFIXES
from server.examples import Example

ROOT = Path(__file__).parent.parent
LEG = PREFIXES["leg"]
BASE = DEFAULT_BASE

DATA = """
GRAPH <graph/article/news%20one> {
  <article/news%20one> a leg:Article, schema:NewsArticle ;
    dct:identifier "news one" ; dct:title "Minister travels to Norland" ; dct:issued "2031-05-02"^^xsd:date .
  <report/news%20one/aaaaaaaaaaaa> a leg:Report ;
    leg:reports <visit/1111> ; leg:article <article/news%20one> ; leg:status leg:Planned ; leg:rule "visit/arrive" ;
    leg:confidence "0.9000"^^xsd:decimal ; leg:evidence <article/news%20one#char=0,27> .
  <article/news%20one#char=0,27> a oa:TextPositionSelector, oa:TextQuoteSelector ;
    oa:start "0"^^xsd:nonNegativeInteger ; oa:end "27"^^xsd:nonNegativeInteger ;
    oa:exact "Minister travels to Norland" .
}
GRAPH <graph/events> {
  <visit/1111> a leg:Event, leg:Visit ; rdfs:label "Ada Example visits Norland"@en ; leg:status leg:Planned ;
    leg:visitor <person/ada-example> ; leg:destination <place/norland> ;
    leg:edtf "2031-05"^^<http://id.loc.gov/datatypes/edtf/EDTF> ;
    leg:earliest "2031-05-01"^^xsd:date ; leg:latest "2031-05-31"^^xsd:date ;
    gaf:denotedBy <article/news%20one#char=0,27> .
  <meeting/2222> a leg:Event, leg:Meeting ; rdfs:label "Ada Example meets Bo Sample"@en ; leg:status leg:Occurred ;
    leg:participant <person/ada-example>, <person/bo-sample> ; leg:mode leg:InPerson .
  <statement/3333> a leg:Event, leg:Statement ; rdfs:label "Bo Sample warns"@en ; leg:status leg:Occurred ;
    leg:speaker <person/bo-sample> ; leg:act leg:Warn ; leg:direct true ; leg:about <person/ada-example> ;
    leg:content "The \\"service\\" at this café, \\n<b>it is</b> slow" .
}
GRAPH <graph/actors> {
  <person/ada-example> a leg:Actor, leg:Person ; rdfs:label "Ada Example"@en ; skos:altLabel "Ms Example"@en .
  <person/bo-sample> a leg:Actor, leg:Person ; rdfs:label "Bo Sample"@en .
  <place/norland> a leg:Place ; rdfs:label "Norland"@en ; leg:countryCode "XN" .
  <office/外相> a leg:Office ; rdfs:label "外相"@ja .
}
"""

PROLOGUE = f"PREFIX leg: <{LEG}>\nPREFIX rdfs: <{PREFIXES['rdfs']}>\n\n"

EXAMPLES = (
    Example(
        name="who-visits",
        audience="researchers",
        title="Who visits where?",
        question="Visitors and destinations, with the status of each visit.",
        query=PROLOGUE + "SELECT ?visit ?visitor ?label ?status WHERE {\n"
        "  ?visit a leg:Visit ; leg:visitor ?visitor ; leg:status ?status .\n  ?visitor rdfs:label ?label .\n}\n",
    ),
    Example(
        name="all-labels",
        title="What is there?",
        question="Everything that has a name, with its name.",
        query=PROLOGUE + "SELECT ?thing ?name WHERE { ?thing rdfs:label ?name } ORDER BY ?name\n",
    ),
)


def quads() -> list[Quad]:
    """Return the release's contents, with the packaged ontology."""
    prefixes = "".join(f"PREFIX {name}: <{space}>\n" for name, space in PREFIXES.items())
    graph = NamedNode(f"{BASE}graph/ontology")
    ontology = ox.parse(files("ontology").joinpath("legation.ttl").read_bytes(), RdfFormat.TURTLE)
    return [
        *ox.parse((prefixes + DATA).encode(), RdfFormat.TRIG, base_iri=BASE),
        *(Quad(quad.subject, quad.predicate, quad.object, graph) for quad in ontology),
    ]


def write_release(folder: Path, version: str = "0.1.0-test", *, extra: str = "") -> Path:
    """Write a release as the builder lays it out, point ``folder/current`` at it, and return its path."""
    path = folder / "releases" / version
    (path / "dumps").mkdir(parents=True)
    contents = quads()
    if extra:
        contents += ox.parse(extra.encode(), RdfFormat.N_QUADS)
    store = Store(str(path / "store"))
    store.extend(contents)
    store.flush()
    del store
    dump = path / "dumps" / f"legation-{version}.nq.gz"
    dump.write_bytes(gzip.compress(ox.serialize(contents, format=RdfFormat.N_QUADS) or b"", mtime=0))
    manifest = {"version": version, "base": BASE, "counts": {"quads": len(contents)}}
    (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    digest = hashlib.sha256(dump.read_bytes()).hexdigest()
    (path / "SHA256SUMS").write_text(f"{digest}  dumps/{dump.name}\n", encoding="utf-8")
    point(folder, version)
    return path


def point(folder: Path, version: str) -> None:
    """Switch ``folder/current`` in one step."""
    fresh = folder / "fresh"
    fresh.symlink_to(Path("releases") / version, target_is_directory=True)
    fresh.replace(folder / "current")


@contextmanager
def serving(folder: Path, **limits: float) -> Iterator[str]:
    """Run the real server on a free port in a process of its own, within such limits, and give its address.

    It must end by itself with 0 on SIGTERM.
    """
    program = (
        "import json, sys; from pathlib import Path; from server.limits import Limits; from server.serve import serve\n"
        "serve(Path(sys.argv[1]), port=0, limits=Limits(**json.loads(sys.argv[2])),"
        " on_ready=lambda address: print(address, flush=True))"
    )
    command = [sys.executable, "-c", program, str(folder), json.dumps(limits)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    try:
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), "the server did not start; see its messages above"
        yield address
    finally:
        process.terminate()
        code = process.wait(timeout=60)
        process.stdout.close()
    assert code == 0


Send = Callable[..., httpx.Response]


"""Sends a query, with an Accept header and a dataset if there are any."""


def by_get(http: httpx.Client, query: str, accept: str | None = None, **dataset: list[str]) -> httpx.Response:
    """Ask by GET, the query in the address."""
    params = {"query": query, **{name.replace("_", "-"): values for name, values in dataset.items()}}
    return http.get("/sparql", params=params, headers=accepting(accept))


def by_form(http: httpx.Client, query: str, accept: str | None = None, **dataset: list[str]) -> httpx.Response:
    """Ask by POST, the query in a form."""
    data = {"query": query, **{name.replace("_", "-"): values for name, values in dataset.items()}}
    return http.post("/sparql", data=data, headers=accepting(accept))


def by_body(http: httpx.Client, query: str, accept: str | None = None, **dataset: list[str]) -> httpx.Response:
    """Ask by POST, the query as the body."""
    headers = {**accepting(accept), "Content-Type": "application/sparql-query"}
    params = {name.replace("_", "-"): values for name, values in dataset.items()}
    return http.post("/sparql", content=query.encode(), params=params, headers=headers)


def accepting(accept: str | None) -> dict[str, str]:
    """Return the headers for what a client accepts."""
    return {} if accept is None else {"Accept": accept}


GRAPH_FORMATS = [
    (None, "text/turtle; charset=utf-8", "turtle", RdfFormat.TURTLE),
    ("text/turtle", "text/turtle; charset=utf-8", "turtle", RdfFormat.TURTLE),
    ("application/n-triples", "application/n-triples", "nt", RdfFormat.N_TRIPLES),
    ("application/ld+json", "application/ld+json", "json-ld", RdfFormat.JSON_LD),
    ("application/rdf+xml", "application/rdf+xml", "xml", RdfFormat.RDF_XML),
]
"""Accept header, Content-Type of the answer, and the parsers of both libraries."""
