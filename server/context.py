"""The JSON-LD context that all data here are written with: ``/context.jsonld``."""

from __future__ import annotations

import json
from collections.abc import Iterable

from flask import Blueprint, Response, request
from pyoxigraph import Triple

from kg.context import context
from kg.jsonld import compacted

PATH = "/context.jsonld"

FRESH_S = 3600
"""Seconds for which processors may keep the context without asking again; they read it with every document."""


def blueprint() -> Blueprint:
    """Return the address of the context."""
    routes = Blueprint("context", __name__)

    @routes.get(PATH)
    def served() -> Response:
        response = Response(_written({"@context": context()}), mimetype="application/ld+json")
        response.cache_control.public, response.cache_control.max_age = True, FRESH_S
        response.add_etag()
        response.make_conditional(request)
        return response

    return routes


def written(triples: Iterable[Triple], *, first: str) -> bytes:
    """Return triples as JSON-LD that names the context by its address on this server; ``first`` stands ahead."""
    address = request.root_url.rstrip("/") + PATH
    return _written({"@context": address, "@graph": compacted(triples, first=first)})


def _written(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"
