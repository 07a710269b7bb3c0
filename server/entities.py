"""Addresses of the things in the graph: ``/id/…`` for the thing, ``/data/…`` and ``/page/…`` for what is said of it.

After "Cool URIs for the Semantic Web" (W3C, 2008): the thing answers 303 with the address of a document about it.
``/data/…`` without an ending is the data in whatever format the client asks for, and the name that they have in
themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import quote

from flask import Blueprint, Response, redirect, render_template, request, url_for
from pyoxigraph import NamedNode, Store
from werkzeug.wrappers import Response as BaseResponse

from kg.iri import Names, term
from kg.release import Release
from server.context import written
from server.current import Current
from server.document import document
from server.errors import MEDIA_TYPE, problem
from server.facts import gather, path_of
from server.formats import EXTENSIONS, content_type, write_graph
from server.gone import Gone
from server.headers import link
from server.markup import markup
from server.negotiate import choose
from server.problem import Problem
from server.texts import Texts, passages

IRI_CHARACTERS = ":/?#[]@!$&'()*+,;=%~"

MOST_PAGES = 1000
"""Pages of data that are counted off for one thing: a page costs a look at all before it."""

LENIENT = {"application/json": "application/ld+json", "application/xhtml+xml": "text/html"}
"""What is sent to clients that take none of the formats offered, by what they take."""


def blueprint(current: Current, *, base: str, texts: Texts | None = None) -> Blueprint:
    """Return the three kinds of addresses, for IRIs that start with ``base``; pages of articles show ``texts``."""
    routes = Blueprint("entities", __name__)
    gone = Gone(current.release_dir)
    names = Names(base)

    @routes.get("/id/")
    def things() -> BaseResponse:
        offered = [*EXTENSIONS.values(), "text/html"]
        wanted = choose(request.accept_mimetypes, offered, also=list(LENIENT))
        is_page = LENIENT.get(wanted, wanted) == "text/html"
        response = redirect(url_for("pages.home" if is_page else "catalogue.void"), code=303)
        response.vary.add("Accept")
        return response

    # The router would tidy "//" away, which ids of articles may hold (encoded, but it sees paths decoded).
    @routes.get("/id/<path:key>", merge_slashes=False)
    def thing(key: str) -> BaseResponse:
        store, keys = current().store, _keys("/id/", key)
        if successor := _successor(store, gone, base, keys):
            return redirect(request.script_root + path_of("id", successor, base=base), code=301)
        node = _find(store, gone, base, keys)
        offered = [*EXTENSIONS.values(), "text/html"]
        wanted = choose(request.accept_mimetypes, offered, also=list(LENIENT))
        wanted = LENIENT.get(wanted, wanted)
        ending = next((f".{ending}" for ending, kind in EXTENSIONS.items() if kind == wanted), "")
        place = path_of("data" if ending else "page", node.value, base=base) + ending
        response = redirect(request.script_root + place, code=303)
        response.vary.add("Accept")
        response.headers["Link"] = ", ".join(_links(node, base))
        return response

    @routes.get("/data/<path:key>.<any(ttl, nt, jsonld, rdf):ending>", merge_slashes=False)
    def data(key: str, ending: str) -> Response:
        release, keys = current(), _keys("/data/", f"{key}.{ending}")
        bare = [each.removesuffix(f".{ending}") for each in keys]
        if _look(release.store, base, bare) is None and _look(release.store, base, keys) is not None:
            return negotiated(f"{key}.{ending}")  # an article that is called "x.ttl" itself
        return _data(release, _find(release.store, gone, base, bare), names, ending)

    @routes.get("/data/<path:key>", merge_slashes=False)
    def negotiated(key: str) -> Response:
        release = current()
        node = _find(release.store, gone, base, _keys("/data/", key))
        media_type = choose(request.accept_mimetypes, list(EXTENSIONS.values()), also=["application/json"])
        media_type = LENIENT.get(media_type, media_type)
        ending = next(ending for ending, kind in EXTENSIONS.items() if kind == media_type)
        response = _data(release, node, names, ending, asked="")
        place = path_of("data", node.value, base=base)
        response.headers["Content-Location"] = f"{request.script_root}{place}.{ending}"
        response.vary.add("Accept")
        return response

    @routes.get("/page/<path:key>", merge_slashes=False)
    def page(key: str) -> Response:
        release = current()
        store = release.store
        node = _find(store, gone, base, _keys("/page/", key))
        place = path_of("page", node.value, base=base)
        facts = gather(store, node, base=base)
        text = texts.of(release, node) if texts else None
        graph = names.graph(node.value.removeprefix(base))
        html = render_template(
            "page.html",
            facts=facts,
            graph=graph.value if store.contains_named_graph(graph) else "",
            path=place.removeprefix("/page/"),
            endings=EXTENSIONS,
            query=quote(f"DESCRIBE <{node.value}>"),
            canonical=names.site + place.removeprefix("/"),
            markup=markup(store, node, base=base, version=release.version),
            passages=list(passages(store, text, [NamedNode(span.iri) for span in facts.spans])) if text else [],
            page_of=lambda iri: path_of("page", iri, base=base),
        )
        links = [*_links(node, base, but="text/html"), link(_header(names.site + place[1:]), "canonical")]
        return _kept(Response(html, mimetype="text/html"), links)

    @routes.errorhandler(Problem)
    def refused(error: Problem) -> Response:
        """Tell people what is not there in words, and programs as ever."""
        offered = [MEDIA_TYPE, "application/json", "text/html"]
        best = request.accept_mimetypes.best_match(offered, MEDIA_TYPE) if request.accept_mimetypes else MEDIA_TYPE
        response = problem(error.status, error.detail, headers=error.headers, **error.members)
        if best == "text/html":
            title = HTTPStatus(error.status).phrase
            response.set_data(render_template("problem.html", status=error.status, title=title, detail=error.detail))
            response.content_type = "text/html; charset=utf-8"
        response.vary.add("Accept")
        return response

    return routes


def _data(release: Release, node: NamedNode, names: Names, ending: str, *, asked: str | None = None) -> Response:
    """Return a page of the data about a node; ``asked`` is the ending of the address, if it is another."""
    media_type, number = EXTENSIONS[ending], _page_number()
    told = document(release.store, node, base=names.base, version=release.version, number=number)
    if told is None:
        raise Problem(404, f"There are not that many pages about {node.value}; the first is this without ?page=.")
    if media_type == "application/ld+json":
        body = written(told.triples, first=node.value)
    else:
        body = write_graph(told.triples, media_type)
    place = path_of("data", node.value, base=names.base)
    here = place + (f".{ending}" if asked is None else asked)
    links = list(_links(node, names.base, but=media_type if asked is None else ""))
    if number > 1:
        links.append(link(f"{request.script_root}{here}?page={number - 1}", "prev"))
    if told.more:
        links.append(link(f"{request.script_root}{here}?page={number + 1}", "next"))
    if number == 1:
        links.append(link(_header(names.site + place[1:]), "canonical"))
    return _kept(Response(body, content_type=content_type(media_type)), links)


def _kept(response: Response, links: Iterable[str]) -> Response:
    """Return the response with its links, or 304 to a client that has it; a new release may come any moment."""
    response.headers["Link"] = ", ".join(links)
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


def _links(node: NamedNode, base: str, *, but: str = "") -> Iterator[str]:
    """Yield the links between a thing, its page and its data in each format but the one at hand (RFC 8288, 6892)."""
    root, data = request.script_root, path_of("data", node.value, base=base)
    if request.endpoint != "entities.thing":
        yield link(_header(node.value), "describes")
    for ending, media_type in EXTENSIONS.items():
        if media_type != but:
            yield link(f"{root}{data}.{ending}", "alternate", type_=media_type)
    if but != "text/html":
        yield link(root + path_of("page", node.value, base=base), "alternate", type_="text/html")


def _header(iri: str) -> str:
    """Return an IRI as a URI, which is what a header may hold (RFC 3987, section 3.1)."""
    return quote(iri, safe=IRI_CHARACTERS)


def _page_number() -> int:
    number = request.args.get("page", "1")
    if not number.isdecimal() or not 1 <= int(number) <= MOST_PAGES:
        raise Problem(404, f"?page={number} is no page; give a number from 1 to {MOST_PAGES}, or leave it out.")
    return int(number)


def _keys(route: str, decoded: str) -> list[str]:
    """Return what the path can mean: as it was sent, decoded and encoded again, and decoded.

    Servers decode paths, but the ids of articles keep their percent signs in IRIs, and other scripts have none.
    """
    sent = str(request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or "")
    raw = sent.partition("?")[0].partition(request.script_root + route)[2]
    upper = re.sub("%[0-9a-f]{2}", lambda code: code[0].upper(), raw, flags=re.IGNORECASE)
    return list(dict.fromkeys([raw, upper, quote(decoded, safe="/"), decoded]))


def _find(store: Store, gone: Gone, base: str, keys: list[str]) -> NamedNode:
    """Return the node of which the release tells.

    Raises:
        Problem: 410, when an earlier release told of it, else 404.
    """
    if node := _look(store, base, keys):
        return node
    for node in _nodes(base, keys):
        if (successor := gone(node.value)) is not None:
            what = f"{successor} took its place" if successor else "nothing took its place"
            raise Problem(410, f"Earlier releases told of {node.value}, and this one does not; {what}.")
    raise Problem(404, f"This release says nothing about {base}{keys[-1]}; search for it with a query at /sparql.")


def _look(store: Store, base: str, keys: list[str]) -> NamedNode | None:
    return next((node for node in _nodes(base, keys) if _described(store, node)), None)


def _successor(store: Store, gone: Gone, base: str, keys: list[str]) -> str | None:
    """Return the IRI that stands today for one that was merged into others, if it is one of ours.

    What took its place may have been merged in its turn; a ring of such leads nowhere, and nobody is sent around it.
    """
    for node in _nodes(base, keys):
        seen, here = [node.value], node.value
        while (onward := _replaced(store, gone, here)) and onward.startswith(base) and onward not in seen:
            here = onward
            seen.append(here)
        if onward in seen:
            continue
        if here != node.value and _described(store, NamedNode(here)):
            return here
    return None


def _replaced(store: Store, gone: Gone, iri: str) -> str | None:
    """Return what took the place of an IRI, by this release or by what is noted of earlier ones."""
    node = NamedNode(iri)
    replaced = next(store.quads_for_pattern(node, term("dct:isReplacedBy"), None, None), None)
    if replaced and isinstance(replaced.object, NamedNode):
        return replaced.object.value
    return None if _described(store, node) else gone(iri)


def _nodes(base: str, keys: list[str]) -> Iterator[NamedNode]:
    for key in keys:
        with suppress(ValueError):  # not a character that an IRI can have
            yield NamedNode(base + key)


def _described(store: Store, node: NamedNode) -> bool:
    return next(store.quads_for_pattern(node, None, None, None), None) is not None or store.contains_named_graph(node)
