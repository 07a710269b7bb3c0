"""The addresses below ``/reconcile``, for programs such as OpenRefine."""

from __future__ import annotations

import time
from collections.abc import Callable

from flask import Blueprint, Response, jsonify, render_template, request
from pyoxigraph import NamedNode
from werkzeug.exceptions import RequestEntityTooLarge

from kg.iri import term
from kg.release import Release
from server.facts import page_path
from server.problem import Problem
from server.reconcile import score, suggest
from server.reconcile.ask import BATCH, IDS, MOST, TEXT, Question, read_extension, read_queries
from server.reconcile.extend import extended
from server.reconcile.index import Index, Indexes
from server.reconcile.manifest import manifest
from server.reconcile.score import Candidate, candidates
from server.reconcile.types import text_of
from server.reconcile.values import describe, values

FORM = "application/x-www-form-urlencoded"

FRAMED = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors *"
"""Content security policy of previews: clients show them in a frame; they hold no script and load nothing."""

SUGGESTED = 10
"""How many suggestions come at a time; ``cursor`` asks for the next."""

PREVIEWED = ("alias", "office", "countryCode", "wikidata", "geonames", "reports")
"""Properties that a preview shows, with at most three values each."""


def blueprint(indexes: Indexes, *, base: str, timeout_s: float = 30.0) -> Blueprint:
    """Return the service, for entities whose IRIs start with ``base``; an answer has ``timeout_s`` seconds."""
    routes = Blueprint("reconcile", __name__)

    @routes.route("/reconcile", methods=["GET", "POST"])
    def service() -> Response:
        sent = _sent()
        release, index = indexes()
        match sent:
            case ("queries", text):
                questions, check = read_queries(text), _deadline(timeout_s)
                return jsonify({key: _result(release, index, each, base, check) for key, each in questions.items()})
            case ("extend", text):
                extension, check = read_extension(text), _deadline(timeout_s)
                return jsonify(extended(release.store, index, extension, base=base, check=check))
        return jsonify(manifest(index, root=_root(), base=base, version=str(release.version)))

    @routes.get("/reconcile/suggest/<any(entity, type, property):kind>")
    def suggestions(kind: str) -> Response:
        release, index = indexes()
        prefix, cursor, limit = _argument("prefix"), _number("cursor", 0), min(_number("limit", SUGGESTED), MOST)
        if kind == "entity":
            result = suggest.entities(
                release.store, index, prefix, types=request.args.getlist("type"), cursor=cursor, limit=limit, base=base
            )
            return jsonify(result=result)
        found = suggest.types(index, prefix) if kind == "type" else suggest.properties(index, prefix)
        return jsonify(result=found[cursor : cursor + limit])

    @routes.get("/reconcile/properties")
    def properties() -> Response:
        _, index = indexes()
        type_name, limit = _argument("type"), _number("limit", 0)
        found = suggest.proposals(index, type_name or None)
        about: dict[str, object] = {"properties": found[: limit or None]}
        if type_name:
            about["type"] = type_name
        if limit:
            about["limit"] = limit
        return jsonify(about)

    @routes.get("/reconcile/preview")
    def preview() -> Response:
        release, index = indexes()
        html = render_template("reconcile_preview.html", **_card(release, index, _argument("id"), base))
        response = Response(html, mimetype="text/html")
        response.headers["Content-Security-Policy"] = FRAMED
        return response

    @routes.get("/reconcile/flyout/<any(entity, type, property):kind>")
    def flyout(kind: str) -> Response:
        release, index = indexes()
        id_ = _argument("id")
        if kind == "entity":
            card = _card(release, index, id_, base)
            name, about = card["name"], card["about"]
        else:
            entry = index.types.find(id_) if kind == "type" else index.properties.find(id_)
            if entry is None:
                raise Problem(404, f"There is no {kind} {id_[:TEXT]!r} here; /reconcile/suggest/{kind} lists them.")
            name, about = entry.name, entry.description
        return jsonify(id=id_, html=render_template("reconcile_flyout.html", name=name, about=about))

    @routes.get("/reconcile/help")
    def explanation() -> Response:
        _, index = indexes()
        html = render_template("reconcile_help.html", index=index, score=score, batch=BATCH, ids=IDS, root=_root())
        return Response(html, mimetype="text/html")

    return routes


def _sent() -> tuple[str, str] | None:
    """Return the parameter that a request to the service brings, with its value; a GET without one has none.

    Raises:
        Problem: 400 when there is not exactly one in a POST, 413 or 415 for another body.
    """
    if request.method == "POST" and request.mimetype != FORM:
        raise Problem(415, f"POST 'queries' or 'extend' as {FORM}.", headers={"Accept-Post": FORM})
    try:
        given = request.form if request.method == "POST" else request.args
    except RequestEntityTooLarge as error:
        raise Problem(413, f"The body is longer than 256 KiB; send at most {BATCH} queries at a time.") from error
    found = [(name, value) for name in ("queries", "extend") for value in given.getlist(name)]
    if len(found) > 1 or (not found and request.method == "POST"):
        raise Problem(400, f"A request carries one parameter, 'queries' or 'extend'; here {len(found)} were found.")
    return found[0] if found else None


def _deadline(seconds: float) -> Callable[[], None]:
    """Return what raises a problem once so many seconds have passed: an answer is whole or none."""
    end = time.monotonic() + seconds

    def check() -> None:
        if time.monotonic() > end:
            detail = f"This was given up after {seconds:g} seconds; send fewer queries, rows or properties at a time."
            raise Problem(504, detail, timeout_seconds=seconds)

    return check


def _result(
    release: Release, index: Index, question: Question, base: str, check: Callable[[], None]
) -> dict[str, object]:
    check()
    found = candidates(release.store, index, question, base=base)
    return {"result": [_candidate(release, index, candidate, base) for candidate in found]}


def _candidate(release: Release, index: Index, candidate: Candidate, base: str) -> dict[str, object]:
    entity = candidate.entity
    return {
        "id": entity.id,
        "name": entity.name,
        "description": describe(release.store, index, entity, base=base),
        "type": [index.types.reference(id_) for id_ in entity.types],
        "score": candidate.score,
        "match": candidate.match,
        "features": [{"id": name, "value": value} for name, value in candidate.features],
    }


def _card(release: Release, index: Index, id_: str, base: str) -> dict[str, object]:
    """Return what a preview shows of an entity, or of another thing in the graph, such as an event.

    Raises:
        Problem: 404 when the graph says nothing about it.
    """
    store, number = release.store, index.numbers.get(id_)
    try:
        node = NamedNode(base + id_)
    except ValueError:  # not a character that an IRI can have
        node = NamedNode(base)
    if number is None:
        if next(store.quads_for_pattern(node, None, None, None), None) is None:
            raise Problem(404, f"This release says nothing about {base}{id_[:TEXT]}; look for it at /reconcile.")
        name, about, rows = text_of(store, node, term("rdfs:label")) or id_, "", []
    else:
        entity = index.entities[number]
        name, about = entity.name, describe(store, index, entity, base=base)
        rows = [
            (
                index.properties.by_id[each].name,
                [str(next(iter(value.values()))) for value in found[:5]],
                len(found) > 5,
            )
            for each in PREVIEWED
            if (found := values(store, index, entity, index.properties.by_id[each], base=base))
        ]
    return {
        "name": name,
        "about": about,
        "rows": rows,
        "iri": node.value,
        "page": _root() + page_path(node.value, base=base),
    }


def _root() -> str:
    return request.url_root.rstrip("/")


def _argument(name: str) -> str:
    """Return an argument, empty where there is none.

    Raises:
        Problem: 400 when it is there more than once.
    """
    given = request.args.getlist(name)
    if len(given) > 1:
        raise Problem(400, f"The parameter '{name}' may stand once; here {len(given)} were found.")
    return given[0] if given else ""


def _number(name: str, default: int) -> int:
    """Return an argument that counts.

    Raises:
        Problem: 400 when it is no number from 0 to a million.
    """
    given = _argument(name)
    if not given:
        return default
    if not (given.isascii() and given.isdigit() and len(given) <= 7):
        raise Problem(400, f"The parameter '{name}' is a number from 0; here it is {given[:TEXT]!r}.")
    return int(given)
