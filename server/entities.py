"""Addresses of the things in the graph: ``/id/…`` for the thing, ``/data/…`` and ``/page/…`` for what is said of it.

After "Cool URIs for the Semantic Web" (W3C, 2008): the thing answers 303 with the address of a document about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote

from flask import Blueprint, Response, redirect, render_template, request
from pyoxigraph import NamedNode, Store, Triple
from werkzeug.wrappers import Response as BaseResponse

from kg.iri import term
from server.current import Current
from server.facts import PATH_CHARACTERS, gather
from server.formats import EXTENSIONS, content_type, write_graph
from server.gone import Gone
from server.negotiate import choose
from server.problem import Problem


def blueprint(current: Current, *, base: str) -> Blueprint:
    """Return the three kinds of addresses, for IRIs that start with ``base``."""
    routes = Blueprint("entities", __name__)
    gone = Gone(current.release_dir)

    @routes.get("/id/<path:key>")
    def thing(key: str) -> BaseResponse:
        store, keys = current().store, _keys("/id/", key)
        if successor := _successor(store, gone, base, keys):
            path = quote(successor.removeprefix(base), safe=PATH_CHARACTERS)
            return redirect(f"{request.script_root}/id/{path}", code=301)
        node = _find(store, gone, base, keys)
        media_type = choose(request.accept_mimetypes, [*EXTENSIONS.values(), "text/html"])
        path = quote(node.value.removeprefix(base), safe=PATH_CHARACTERS)
        ending = next((f".{ending}" for ending, kind in EXTENSIONS.items() if kind == media_type), "")
        response = redirect(f"{request.script_root}/{'data' if ending else 'page'}/{path}{ending}", code=303)
        response.vary.add("Accept")
        return response

    @routes.get("/data/<path:key>.<any(ttl, nt, jsonld, rdf):ending>")
    def data(key: str, ending: str) -> Response:
        store, keys = current().store, [sent.removesuffix(f".{ending}") for sent in _keys("/data/", f"{key}.{ending}")]
        node = _find(store, gone, base, keys)
        triples = sorted(set(describe(store, node, base=base)), key=str)
        media_type = EXTENSIONS[ending]
        return Response(write_graph(triples, media_type), content_type=content_type(media_type))

    @routes.get("/page/<path:key>")
    def page(key: str) -> Response:
        store = current().store
        node = _find(store, gone, base, _keys("/page/", key))
        path = quote(node.value.removeprefix(base), safe=PATH_CHARACTERS)
        query = f"DESCRIBE <{node.value}>"
        html = render_template(
            "page.html", facts=gather(store, node, base=base), path=path, endings=EXTENSIONS, query=quote(query)
        )
        return Response(html, mimetype="text/html")

    return routes


def describe(store: Store, node: NamedNode, *, base: str) -> Iterator[Triple]:
    """Yield all triples with the node as subject, whatever their graph; of an article, its spans' as well.

    A named graph is described by what it holds.
    """
    for quad in store.quads_for_pattern(node, None, None, None):
        yield quad.triple
    if node.value.startswith(f"{base}article/"):
        graph = NamedNode(f"{base}graph/{node.value.removeprefix(base)}")
        for quad in store.quads_for_pattern(None, None, None, graph):
            if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(f"{node.value}#"):
                yield quad.triple
    if store.contains_named_graph(node):
        for quad in store.quads_for_pattern(None, None, None, node):
            yield quad.triple


def _keys(route: str, decoded: str) -> list[str]:
    """Return what the path can mean: as it was sent, decoded and encoded again, and decoded.

    Servers decode paths, but the ids of articles keep their percent signs in IRIs, and other scripts have none.
    """
    sent = str(request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or "")
    raw = sent.partition("?")[0].partition(request.script_root + route)[2]
    return list(dict.fromkeys([raw, quote(decoded, safe="/"), decoded]))


def _find(store: Store, gone: Gone, base: str, keys: list[str]) -> NamedNode:
    for node in _nodes(base, keys):
        if _described(store, node):
            return node
    for node in _nodes(base, keys):
        if (successor := gone(node.value)) is not None:
            what = f"{successor} took its place" if successor else "nothing took its place"
            raise Problem(410, f"Earlier releases told of {node.value}, and this one does not; {what}.")
    raise Problem(404, f"This release says nothing about {base}{keys[-1]}; search for it with a query at /sparql.")


def _successor(store: Store, gone: Gone, base: str, keys: list[str]) -> str | None:
    """Return the IRI that took the place of one that the release does not describe, if it is one of ours."""
    for node in _nodes(base, keys):
        replaced = next(store.quads_for_pattern(node, term("dct:isReplacedBy"), None, None), None)
        found = str(replaced.object.value) if replaced and isinstance(replaced.object, NamedNode) else None
        if found is None and not _described(store, node):
            found = gone(node.value)
        if found and found.startswith(base):
            return found
    return None


def _nodes(base: str, keys: list[str]) -> Iterator[NamedNode]:
    for key in keys:
        with suppress(ValueError):  # not a character that an IRI can have
            yield NamedNode(base + key)


def _described(store: Store, node: NamedNode) -> bool:
    return next(store.quads_for_pattern(node, None, None, None), None) is not None or store.contains_named_graph(node)
