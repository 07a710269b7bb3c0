"""Addresses of the ontology, of each of its terms, and of the shapes, in the format that a client wants.

``/ontology`` is where https://w3id.org/legation/ontology leads, so that ``#Visit`` in a browser finds the term on the
page; ``/ontology/Visit`` is the same term alone. Without an ``Accept`` header, and for clients that take anything, the
answer is Turtle.
"""

from __future__ import annotations

import re

from flask import Blueprint, Response, request

from ontology import IRI
from server.current import Current
from server.formats import EXTENSIONS, content_type, write_graph
from server.headers import link
from server.negotiate import choose
from server.problem import Problem
from server.vocabulary.documents import earlier, packaged
from server.vocabulary.pages import Pages, diagram, vocabulary
from server.vocabulary.profile import SHAPES

FORMATS = {**EXTENSIONS, "html": "text/html"}
"""Endings of addresses, and what they give; the first is for clients that do not care."""


def blueprint(current: Current, *, base: str) -> Blueprint:
    """Return the addresses; ``base`` is the start of the data's IRIs."""
    routes = Blueprint("vocabulary", __name__)
    pages = Pages(current, base=base)

    @routes.get("/ontology")
    def ontology() -> Response:
        return _ontology(pages, choose(request.accept_mimetypes, [*FORMATS.values()]))

    @routes.get("/ontology.<any(ttl, nt, jsonld, rdf, html):ending>")
    def ontology_file(ending: str) -> Response:
        return _ontology(pages, FORMATS[ending])

    @routes.get("/ontology.svg")
    def drawing() -> Response:
        return _sent(diagram(f"{request.script_root}/ontology/"), "image/svg+xml")

    @routes.get("/ontology/<name>")
    def term(name: str) -> Response:
        return _named(pages, name, choose(request.accept_mimetypes, [*FORMATS.values()]))

    @routes.get("/ontology/<name>.<any(ttl, nt, jsonld, rdf, html):ending>")
    def term_file(name: str, ending: str) -> Response:
        return _named(pages, name, FORMATS[ending])

    @routes.get("/shapes")
    def shapes() -> Response:
        return _shapes(pages, choose(request.accept_mimetypes, [*FORMATS.values()]))

    @routes.get("/shapes.<any(ttl, nt, jsonld, rdf, html):ending>")
    def shapes_file(ending: str) -> Response:
        return _shapes(pages, FORMATS[ending])

    @routes.get("/shapes/<version>")
    def shapes_version(version: str) -> Response:
        return _shapes(pages, choose(request.accept_mimetypes, [*FORMATS.values()]), version)

    @routes.get("/shapes/<version>.<any(ttl, nt, jsonld, rdf, html):ending>")
    def shapes_version_file(version: str, ending: str) -> Response:
        return _shapes(pages, FORMATS[ending], version)

    return routes


def _ontology(pages: Pages, media_type: str) -> Response:
    html = media_type == "text/html"
    response = _sent(pages.ontology() if html else packaged("ontology").written(media_type), media_type)
    return _with_links(response, IRI, "/ontology", media_type)


def _shapes(pages: Pages, media_type: str, version: str = "") -> Response:
    iri = SHAPES.removesuffix("#")
    served = vocabulary().header(packaged("shapes"), iri).told("owl:versionIRI")
    if version and f"{iri}/{version}" != served:
        raise Problem(404, f"There is no version {version} of the shapes here; /shapes has those that are served.")
    html = media_type == "text/html"
    response = _sent(pages.shapes() if html else packaged("shapes").written(media_type), media_type)
    return _with_links(response, iri, "/shapes", media_type)


def _named(pages: Pages, name: str, media_type: str) -> Response:
    """Return the document about a term, or the ontology where the name is that of a version of it."""
    if f"{IRI}/{name}" == vocabulary().about.told("owl:versionIRI"):
        return _ontology(pages, media_type)
    each = vocabulary().terms.get(name)
    if each is None and (before := earlier(name)):  # which has no page: browsers get it as it is
        kind = "text/turtle" if media_type == "text/html" else media_type
        return _with_links(_sent(before.written(kind), kind), f"{IRI}/{name}", f"/ontology/{name}", kind)
    if each is None:
        raise _absent(name)
    html = media_type == "text/html"
    content = pages.term(each) if html else write_graph(vocabulary().description(name), media_type)
    response = _with_links(_sent(content, media_type), each.iri, f"/ontology/{name}", media_type)
    response.headers.add("Link", link(f"{request.script_root}/ontology", "collection"))
    return response


def _absent(name: str) -> Problem:
    """Return what to tell of a name that is neither a term nor a version."""
    version = vocabulary().about.told("owl:versionInfo")
    if re.fullmatch(r"v?\d+([.]\d+)*", name):
        return Problem(404, f"There is no version {name} of the ontology here; /ontology has version {version}.")
    alike = next((each for each in vocabulary().terms if each.casefold() == name.casefold()), "")
    remedy = f"did you mean /ontology/{alike}?" if alike else "/ontology lists them all."
    return Problem(404, f"The ontology has no term of the name {name}; {remedy}")


def _sent(content: str | bytes, media_type: str) -> Response:
    """Return an answer that clients may keep, if they ask each time whether it is still the same."""
    response = Response(content, content_type=content_type(media_type))
    response.add_etag()
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response


def _with_links(response: Response, about: str, path: str, media_type: str) -> Response:
    """Add what the document is about, its other formats, and its licence (RFC 8288)."""
    links = [link(about, "describes")]
    for ending, other in FORMATS.items():
        if other != media_type:
            links.append(link(f"{request.script_root}{path}.{ending}", "alternate", type_=other))
    if licence := vocabulary().about.told("dct:license"):
        links.append(link(licence, "license"))
    response.headers.add("Link", ", ".join(links))
    return response
