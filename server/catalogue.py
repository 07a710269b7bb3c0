"""What the current release says of itself, for catalogues and crawlers: ``/void.ttl`` and ``/catalog.ttl``.

Both are the release's own words from its store. The catalogue gets what no dump can say of itself, sizes and checksums
of the files, and the addresses at which this very server has them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Any

from cachetools import LRUCache, cached
from flask import Blueprint, Response, redirect, request
from pyoxigraph import Literal, NamedNode, Quad, Store, Triple
from werkzeug.wrappers import Response as BaseResponse

from kg.iri import PREFIXES, Names, term
from kg.literals import count
from kg.rdf.catalogue import distribution, dump_path
from kg.release import Release
from kg.release.sums import SUMS, read_sums
from server.current import Current
from server.formats import content_type, write_graph
from server.negotiate import for_graph
from server.problem import Problem

ONLY_VOID = ("#part-", "#class-", "#property-", "#links-")
"""Parts of the release's IRI that stand for subsets; the catalogue leaves these out."""

VOID_TYPES = frozenset({term("void:Dataset"), term("void:Linkset")})


def blueprint(current: Current, *, base: str) -> Blueprint:
    """Return the two descriptions, for IRIs that start with ``base``, and the address where VoID is looked for."""
    routes = Blueprint("catalogue", __name__)
    names = Names(base)

    @routes.get("/void.ttl")
    def void() -> Response:
        release = current()
        return _answer(release, void_triples(release.store, names))

    @routes.get("/catalog.ttl")
    def catalog() -> Response:
        release = current()
        root = request.root_url.rstrip("/")
        return _answer(release, [*catalogue_triples(release.store, names), *_files(release, names, root)])

    @routes.get("/.well-known/void")
    def well_known() -> BaseResponse:
        return redirect(f"{request.script_root}/void.ttl", code=302)

    return routes


def void_triples(store: Store, names: Names) -> list[Triple]:
    """Return what a release says of itself after VoID: the data set, its parts, partitions and links."""
    quads = list(_own(store, names))
    described = {quad.subject for quad in quads if quad.predicate == term("rdf:type") and quad.object in VOID_TYPES}
    elsewhere = (PREFIXES["dcat"], PREFIXES["schema"])
    return [
        quad.triple
        for quad in quads
        if quad.subject in described
        and not quad.predicate.value.startswith(elsewhere)
        and not (isinstance(quad.object, NamedNode) and quad.object.value.startswith(elsewhere))
    ]


def catalogue_triples(store: Store, names: Names) -> list[Triple]:
    """Return what a release says of itself after DCAT, schema.org and PROV: all but the subsets of VoID."""
    return [
        quad.triple
        for quad in _own(store, names)
        if not quad.predicate.value.startswith(PREFIXES["void"])
        and not (isinstance(quad.object, NamedNode) and quad.object.value.startswith(PREFIXES["void"]))
        and not (isinstance(quad.subject, NamedNode) and any(part in quad.subject.value for part in ONLY_VOID))
    ]


def file_triples(names: Names, version: str, path: Path, address: str) -> Iterator[Triple]:
    """Yield size, SHA-256 and address of each file of the release in ``path``; ``address`` is that of this server.

    The node of a checksum is named after its file.
    """
    sums = read_sums(path / SUMS)
    algorithm = term("spdx:checksumAlgorithm_sha256")
    for name, digest in sorted(sums.items()):
        file = path / name
        if not name.startswith("dumps/") or not file.is_file():
            continue
        node = distribution(names, version, file.name)
        checksum = NamedNode(f"{node.value}-sha256")
        here = f"{address}/{dump_path(version, file.name)}"
        yield Triple(node, term("dcat:byteSize"), count(file.stat().st_size))
        yield Triple(node, term("dcat:downloadURL"), NamedNode(here))
        yield Triple(node, term("spdx:checksum"), checksum)
        yield Triple(checksum, term("rdf:type"), term("spdx:Checksum"))
        yield Triple(checksum, term("spdx:algorithm"), algorithm)
        yield Triple(checksum, term("spdx:checksumValue"), Literal(digest, datatype=term("xsd:hexBinary")))
        yield Triple(algorithm, term("rdf:type"), term("spdx:ChecksumAlgorithm"))


@cached(LRUCache(maxsize=2), key=lambda release, base: (release.path, base), lock=Lock())
def card(release: Release, base: str) -> dict[str, Any] | None:
    """Return the current data set for search engines, as JSON-LD in the terms of schema.org.

    None is for a release that says nothing of itself. It is made once for a release, since its files are many.
    """
    names = Names(base)
    node = names.release(release.version)
    about: dict[str, Any] = {"@context": PREFIXES["schema"], "@type": "Dataset", "@id": node.value}
    about |= _values(release.store, node)
    if "name" not in about:
        return None
    maker = NamedNode(about["creator"])
    about["creator"] = {"@type": "Organization", "@id": maker.value, **_values(release.store, maker)}
    about["distribution"] = [
        {"@type": "DataDownload", **_values(release.store, NamedNode(iri))} for iri in _listed(about["distribution"])
    ]
    return about


def _files(release: Release, names: Names, root: str) -> Iterator[Triple]:
    """Yield what is known of files only now, of those that the release says it has."""
    known = {quad.object for quad in release.store.quads_for_pattern(None, term("dcat:distribution"), None, None)}
    found = list(file_triples(names, release.version, release.path, root))
    checks = {t.object for t in found if t.predicate == term("spdx:checksum") and t.subject in known}
    algorithms = {t.object for t in found if t.predicate == term("spdx:algorithm")} if checks else set()
    return (triple for triple in found if triple.subject in known | checks | algorithms)


def _own(store: Store, names: Names) -> Iterator[Quad]:
    return store.quads_for_pattern(None, None, None, names.graph("release"))


def _answer(release: Release, triples: list[Triple]) -> Response:
    if not triples:
        raise Problem(404, f"The release {release.version} says nothing of itself; /dumps/ lists what there is of it.")
    named = request.args.getlist("format")
    # A browser that follows a link shows Turtle as text, if it is asked for nothing else.
    of_browser = not named and "text/html" in request.accept_mimetypes.values()
    media_type = "text/turtle" if of_browser else for_graph(request.accept_mimetypes, named)
    body = write_graph(sorted(set(triples), key=str), media_type)
    response = Response(body, content_type=content_type(media_type))
    response.vary.add("Accept")
    response.headers["Cache-Control"] = "no-cache"  # the next release has another
    response.add_etag()
    response.make_conditional(request)
    return response


def _values(store: Store, node: NamedNode) -> dict[str, Any]:
    """Return what schema.org's properties say of a node: a value each, or a list where there are several."""
    found: dict[str, list[Any]] = {}
    for quad in store.quads_for_pattern(node, None, None, None):
        if quad.predicate.value.startswith(PREFIXES["schema"]) and isinstance(quad.object, NamedNode | Literal):
            value = quad.object.value
            plain = isinstance(quad.object, Literal) and quad.object.datatype == term("xsd:boolean")
            name = quad.predicate.value.removeprefix(PREFIXES["schema"])
            found.setdefault(name, []).append(value == "true" if plain else value)
    return {name: sorted(values) if len(values) > 1 else values[0] for name, values in sorted(found.items())}


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
