"""What every answer carries: leave for other origins to read it, bounds for browsers, and links to what belongs to it.

All that is served is public and no answer hangs on who asks, so pages of any origin may read it (Fetch Standard,
"CORS protocol"); credentials are not allowed, and none are known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from flask import Flask, Response, request
from pyoxigraph import NamedNode

from kg.iri import Names, term
from kg.release import Release
from server.current import Current

EXPOSED = (
    "Accept-Post", "Accept-Ranges", "Allow", "Content-Disposition", "Content-Encoding", "Content-Length",
    "Content-Location", "Content-Range", "ETag", "Link", "Location", "Repr-Digest", "Retry-After", "Vary",
    "X-Absent-Graphs", "X-Request-Id",
)  # fmt: skip
"""Headers that scripts may read beside the safe ones of the Fetch Standard (such as ``Content-Type``)."""

ALLOWED = (
    "Accept", "Accept-Language", "Cache-Control", "Content-Language", "Content-Type", "If-Match", "If-Modified-Since",
    "If-None-Match", "If-Range", "Pragma", "Range", "User-Agent", "X-Request-Id", "X-Requested-With", "*",
)  # fmt: skip
"""Headers that scripts may send. ``*`` stands for all others but ``Authorization``; older browsers do not know it."""

SAME_ORIGIN = (
    "default-src 'self'; img-src 'self' data:; font-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Content security policy of pages: they load and call nothing but this server (the editor sets styles inline)."""

INERT = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
"""Content security policy of data: XML that a query made up must not run as a script of this origin."""

NEGOTIATED = frozenset(
    {
        "catalogue.catalog",
        "catalogue.void",
        "dumps.listing",
        "entities.negotiated",
        "entities.thing",
        "entities.things",
        "metrics.exposition",
        "sparql.sparql",
        "vocabulary.ontology",
        "vocabulary.shapes",
        "vocabulary.shapes_version",
        "vocabulary.term",
    }
)
"""Addresses whose answers hang on ``Accept``, also when they are errors."""


EVERYWHERE = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", ", ".join(EXPOSED)),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),  # addresses hold queries
)
"""What every answer has; added where it leaves the application, since that takes no time."""

PREFLIGHT = {"Access-Control-Allow-Headers": ", ".join(ALLOWED), "Access-Control-Max-Age": "86400"}


def add_headers(app: Flask, current: Current, *, base: str) -> None:
    """Let every answer of the application carry the headers of this module; its routes' own ones stay."""
    licences = dict[str, str]()  # by version and not by store: nothing here may keep an old store open

    @app.after_request
    def _headers(response: Response) -> Response:
        headers = response.headers
        if request.method == "OPTIONS":
            headers.extend(PREFLIGHT)
            headers["Access-Control-Allow-Methods"] = headers.get("Allow", "GET, HEAD, OPTIONS")
            headers.remove("Content-Type")  # of nothing
        if response.mimetype == "text/html":
            headers.setdefault("Content-Security-Policy", SAME_ORIGIN)
        elif request.endpoint != "static":  # a script's own policy would bind the workers that it starts
            headers.setdefault("Content-Security-Policy", INERT)
        if request.endpoint in NEGOTIATED and not headers.get("Vary", "").startswith("Accept,"):
            response.vary.add("Accept")
        release = current.opened
        if release.version not in licences:
            licences.clear()
            licences[release.version] = _licence(release, base)
        if found := ", ".join(_links(response, release.version, licences.get(release.version, ""))):
            headers["Link"] = ", ".join(filter(None, (headers.get("Link"), found)))
        return response


def _links(response: Response, version: str, licence: str) -> Iterator[str]:
    """Yield the links of an answer (RFC 8288), with relations as IANA has them registered."""
    root = request.script_root
    match request.endpoint:
        case "sparql.sparql" | "pages.home":
            yield link(f"{root}/openapi.json", "service-desc", type_="application/json")
            yield link(f"{root}/", "service-doc", type_="text/html")
            for description in ("ontology", "void.ttl", "catalog.ttl"):
                yield link(f"{root}/{description}", "describedby", type_="text/turtle")
        case "entities.page" | "entities.data" | "entities.negotiated" | "entities.thing" if response.status_code < 400:
            if licence:  # else the release does not describe itself
                yield link(f"{root}/id/release/{quote(version, safe='')}", "collection")
        case "dumps.listing":
            for media_type in ("application/json", "text/html"):
                yield link(f"{root}/dumps/", "alternate", type_=media_type)
        case "dumps.download" if response.status_code < 400:
            folder = quote(str((request.view_args or {})["version"]), safe="")
            yield link(f"{root}/dumps/", "collection")
            yield link(f"{root}/dumps/latest", "latest-version")
            if folder == quote(version, safe=""):
                yield link(f"{root}/dumps/{folder}/manifest.json", "describedby", type_="application/json")
        case _:
            return
    if licence and response.status_code < 400:
        yield link(licence, "license")


def link(target: str, relation: str, *, type_: str = "") -> str:
    """Return a link for the header ``Link``; ``target`` is encoded already."""
    return f'<{target}>; rel="{relation}"' + (f'; type="{type_}"' if type_ else "")


def _licence(release: Release, base: str) -> str:
    """Return the IRI of the licence that a release names for itself, empty where it names none."""
    node = Names(base).release(release.version)
    found = next(release.store.quads_for_pattern(node, term("dct:license"), None, None), None)
    return found.object.value if found and isinstance(found.object, NamedNode) else ""
