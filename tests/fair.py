"""How far a release, as it is served, meets a published checklist of FAIR data: the metrics of F-UJI.

    python -m tests.fair [DIR]

Metrics, tests and scores are those of the FAIRsFAIR data object assessment metrics in the form that F-UJI 0.8 asks them
(Devaraju and Huber, https://doi.org/10.1016/j.patter.2021.100370; tests without a score are left out). F-UJI itself
needs the open web, to resolve identifiers and to look names up in registries; here a client asks the server of the
release in DIR (the seeds, built for this with a day of publication, unless given) for what F-UJI would ask for, and each answer is the evidence.
Identifiers below the site's address count as resolved when this server resolves them. What only a registry elsewhere
could tell counts as not met.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from flask.testing import FlaskClient
from rdflib import DCAT, DCTERMS, RDF, Graph, Namespace, URIRef
from rdflib.term import Node

from kg.iri import Names
from kg.pipeline import build
from kg.release import open_release
from server.app import create_app

VERSION_OF = URIRef(f"{DCAT}isVersionOf")  # newer than rdflib's list of the terms
SCHEMA = Namespace("https://schema.org/")
PROV = Namespace("http://www.w3.org/ns/prov#")
OPEN = ("text/csv", "text/turtle", "application/n-quads", "application/trig", "application/ld+json")
"""Media types that F-UJI's lists call open, or fit for the long term."""


class Served:
    """A release as its server tells of it; ``get`` asks for an IRI of the site, or for a path."""

    def __init__(self, client: FlaskClient, *, base: str, version: str) -> None:
        self.client = client
        self._site = Names(base).site
        self.dataset = URIRef(Names(base).release(version).value)

    def get(self, iri: str, accept: str = "*/*") -> tuple[int, str, bytes]:
        """Return status, media type and body of what is found in the end."""
        path = "/" + iri.removeprefix(self._site).removeprefix("/").partition("#")[0]
        answer = self.client.get(path, headers={"Accept": accept}, follow_redirects=True)
        return answer.status_code, answer.mimetype or "", answer.data

    @cached_property
    def embedded(self) -> Graph:
        """What the landing page says of the data in its script blocks."""
        graph, (_, _, page) = Graph(), self.get("/", "text/html")
        for block in re.findall(rb'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL):
            about = {**json.loads(block), "@context": {"@vocab": str(SCHEMA)}}  # instead of fetching schema.org's
            graph.parse(data=json.dumps(about), format="json-ld")
        return graph

    @cached_property
    def linked(self) -> Graph:
        """What is found at the addresses to which the landing page's ``Link`` header leads as its description."""
        graph = Graph()
        links = self.client.get("/").headers.get("Link", "")
        for target in re.findall(r'<([^>]*)>; rel="describedby"', links):
            status, media_type, body = self.get(target, "text/turtle")
            if status == 200 and media_type == "text/turtle":
                graph.parse(data=body, format="turtle")
        return graph

    @cached_property
    def negotiated(self) -> Graph:
        """What is found at the identifier of the data by asking for RDF."""
        status, _, body = self.get(str(self.dataset), "text/turtle")
        return Graph().parse(data=body, format="turtle") if status == 200 else Graph()

    @cached_property
    def everything(self) -> Graph:
        """All of these together."""
        return self.embedded + self.linked + self.negotiated

    def values(self, *properties: URIRef) -> list[Node]:
        """Return what the data are said to have, by any of these properties, wherever."""
        return [value for name in properties for value in self.everything.objects(self.dataset, name)]

    @cached_property
    def downloads(self) -> list[str]:
        """The addresses of files to download, without packing before packed ones."""
        found = self.everything.objects(None, DCAT.downloadURL)
        mine = sorted({str(address) for address in found if str(address).startswith(self._site)})
        return sorted(mine, key=lambda address: address.endswith((".gz", ".zst")))


@dataclass(frozen=True)
class Test:
    """A test of a metric: its number there, what is asked in our words, its score, and the evidence, empty if none."""

    number: str
    asked: str
    score: float
    evidence: Callable[[Served], str]


@dataclass(frozen=True)
class Metric:
    """A metric: the scores of its tests add up, or the best of ``alternative`` ones counts."""

    identifier: str
    tests: Sequence[Test]
    alternative: bool = False

    @property
    def score(self) -> float:
        """The most that can be reached."""
        return self._of([test.score for test in self.tests])

    def reached(self, served: Served) -> float:
        """Return what is reached."""
        return self._of([test.score for test in self.tests if test.evidence(served)])

    def _of(self, scores: list[float]) -> float:
        return max(scores, default=0.0) if self.alternative else sum(scores)


def _having(*properties: URIRef) -> Callable[[Served], str]:
    """Return a test for any of these properties of the data."""

    def evidence(served: Served) -> str:
        found = served.values(*properties)
        return f"{found[0]}" if found else ""

    return evidence


def _core(*more: tuple[URIRef, ...]) -> Callable[[Served], str]:
    """Return a test for all elements of a citation, and more."""
    wanted = (
        (DCTERMS.creator, SCHEMA.creator),
        (DCTERMS.title, SCHEMA.name),
        (DCTERMS.identifier, SCHEMA.identifier),
        (DCTERMS.issued, SCHEMA.datePublished),
        (DCTERMS.publisher, SCHEMA.publisher),
        (RDF.type,),
        *more,
    )

    def evidence(served: Served) -> str:
        return f"all {len(wanted)} elements" if all(served.values(*names) for names in wanted) else ""

    return evidence


def _persistent(served: Served) -> str:
    return str(served.dataset) if str(served.dataset).startswith("https://w3id.org/") else ""


def _registered(_: Served) -> str:
    return ""  # only w3id.org itself could tell, and it is not asked from here


def _located(served: Served) -> str:
    return f"{len(served.downloads)} addresses, such as {served.downloads[0]}" if served.downloads else ""


def _for_engines(served: Served) -> str:
    found = list(served.embedded.subjects(RDF.type, SCHEMA.Dataset))
    return "schema:Dataset in the landing page" if found else ""


def _metadata(served: Served) -> str:
    return f"{len(served.negotiated)} triples" if (served.dataset, None, None) in served.negotiated else ""


def _data(served: Served) -> str:
    found = [served.get(address) for address in served.downloads]
    whole = found and all(status == 200 and body for status, _, body in found)
    return f"all {len(found)} files, {sum(len(body) for _, _, body in found):,} bytes" if whole else ""


def _protocol(served: Served) -> str:
    return str(served.dataset) if str(served.dataset).startswith(("http://", "https://")) else ""


def _data_protocol(served: Served) -> str:
    good = served.downloads and all(address.startswith(("http://", "https://")) for address in served.downloads)
    return "all by HTTP" if good else ""


def _in_page(served: Served) -> str:
    return f"{len(served.embedded)} triples of JSON-LD" if len(served.embedded) else ""


def _by_negotiation(served: Served) -> str:
    endpoint = "query=ASK%7B%7D"
    status, media_type, _ = served.get(f"/sparql?{endpoint}", "application/sparql-results+json")
    answers = status == 200 and media_type == "application/sparql-results+json"
    return (
        f"Turtle at the identifier ({len(served.negotiated)} triples), SPARQL" if answers and _metadata(served) else ""
    )


def _vocabularies(served: Served) -> str:
    known = ("http://purl.org/dc/terms/", str(DCAT), str(SCHEMA), str(PROV), "http://rdfs.org/ns/void#")
    used = [space for space in known if any(str(p).startswith(space) for p in set(served.everything.predicates()))]
    return ", ".join(used)


def _content_kinds(served: Served) -> str:
    return ", ".join(sorted(str(kind) for kind in served.values(RDF.type)))


def _manner(served: Served) -> str:
    graph = served.everything
    sized = {file for file in graph.subjects(DCAT.byteSize) if (file, DCAT.mediaType, None) in graph}
    services = list(graph.objects(None, DCAT.endpointURL))
    return f"size and type of {len(sized)} files; {len(services)} services" if sized and services else ""


def _licence(served: Served) -> str:
    found = [str(value) for value in served.values(DCTERMS.license, SCHEMA.license)]
    return next((licence for licence in found if licence.startswith("https://creativecommons.org/")), "")


def _prov(served: Served) -> str:
    used = {str(name).removeprefix(str(PROV)) for name in served.everything.predicates() if str(name).startswith(PROV)}
    return f"prov: {', '.join(sorted(used))}" if used else ""


def _standard(served: Served) -> str:
    return "DCAT, schema.org" if (served.dataset, RDF.type, DCAT.Dataset) in served.everything else ""


def _formats(served: Served) -> str:
    offered = [served.get(address)[1] for address in served.downloads]
    return ", ".join(sorted({media_type for media_type in offered if media_type in OPEN}))


METRICS = (
    Metric("FsF-F1-01MD", [Test("1", "identifier of the metadata is unique by its form", 1, _protocol)]),
    Metric(
        "FsF-F1-02MD",
        [
            Test("1", "identifier has the form of a persistent one", 0.5, _persistent),
            Test("2", "identifier is registered with who keeps such", 0.5, _registered),
        ],
    ),
    Metric(
        "FsF-F2-01M",
        [
            Test("2", "creator, title, identifier, day of publication, publisher, type", 1, _core()),
            Test(
                "3",
                "these, a summary and keywords",
                1,
                _core((DCTERMS.description, SCHEMA.description), (DCAT.keyword, SCHEMA.keywords)),
            ),
        ],
    ),
    Metric("FsF-F3-01M", [Test("2", "metadata tell where the data are", 1, _located)]),
    Metric("FsF-F4-01M", [Test("1", "metadata as search engines take them", 2, _for_engines)]),
    Metric(
        "FsF-A1-01M",
        [Test("1", "rights or access told", 1, _having(DCTERMS.accessRights, SCHEMA.isAccessibleForFree))],
    ),
    Metric(
        "FsF-A1-02MD",
        [
            Test("1", "metadata found at their identifier", 1, _metadata),
            Test("2", "data found where the metadata say", 1, _data),
        ],
    ),
    Metric(
        "FsF-A1.1-01MD",
        [
            Test("1", "metadata by a standard protocol", 1, _protocol),
            Test("2", "data by a standard protocol", 1, _data_protocol),
        ],
    ),
    Metric(
        "FsF-A1.2-01MD",
        [
            Test("1", "protocol of the metadata knows authentication", 1, _protocol),
            Test("2", "protocol of the data knows authentication", 1, _data_protocol),
        ],
    ),
    Metric(
        "FsF-I1-01M",
        [
            Test("1", "structured metadata in the landing page", 2, _in_page),
            Test("2", "structured metadata by negotiation or SPARQL", 2, _by_negotiation),
        ],
        alternative=True,
    ),
    Metric("FsF-I2-01M", [Test("2", "terms of registered vocabularies", 2, _vocabularies)]),
    Metric(
        "FsF-I3-01M",
        [
            Test(
                "2",
                "related things by machine-readable links",
                2,
                _having(DCTERMS.isVersionOf, VERSION_OF, DCTERMS.source, SCHEMA.isBasedOn, PROV.wasDerivedFrom),
            )
        ],
    ),
    Metric(
        "FsF-R1-01M",
        [
            Test("1", "what kind of thing the data are", 1, _content_kinds),
            Test("2", "size and type of files, or service and protocol", 1, _manner),
        ],
    ),
    Metric("FsF-R1.1-01M", [Test("1", "a licence, by its address", 1, _licence)]),
    Metric(
        "FsF-R1.2-01M",
        [
            Test(
                "1",
                "provenance in common words",
                1,
                _having(DCTERMS.creator, DCTERMS.publisher, DCTERMS.isVersionOf, DCTERMS.source),
            ),
            Test("2", "provenance in PROV", 1, _prov),
        ],
        alternative=True,
    ),
    Metric("FsF-R1.3-01M", [Test("3", "a metadata standard for many fields", 1, _standard)]),
    Metric("FsF-R1.3-02D", [Test("1", "an open file format", 1, _formats)]),
)


def table(served: Served) -> Iterator[str]:
    """Yield a line for each test with its evidence, and the score at the end."""
    for metric in METRICS:
        for test in metric.tests:
            evidence = test.evidence(served)
            verdict = f"met      {evidence[:110]}" if evidence else "not met"
            yield f"{metric.identifier}-{test.number:<2} {test.asked:<62} {verdict}"
    reached, most = score(served)
    yield f"{reached:g} of {most:g} points, {100 * reached / most:.0f} %, over {len(METRICS)} metrics"


def score(served: Served) -> tuple[float, float]:
    """Return the points reached, and those that can be."""
    return sum(metric.reached(served) for metric in METRICS), sum(metric.score for metric in METRICS)


def main() -> int:
    """Print the table for a release."""
    parser = argparse.ArgumentParser(description="FAIR metrics of a release.")
    parser.add_argument("dir", type=Path, nargs="?", metavar="DIR")
    folder = parser.parse_args().dir
    with tempfile.TemporaryDirectory() as beside:
        if folder is None:
            folder = Path(beside)
            seeds = sorted((Path(__file__).parents[1] / "seeds").glob("*.txt"))
            build(seeds, folder, every_dump=True, issued=date(2024, 1, 1))
        release = open_release(folder)
        client = create_app(folder).test_client()
        served = Served(client, base=str(release.manifest["base"]), version=release.version)
        print("\n".join(table(served)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
