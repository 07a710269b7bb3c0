"""The description of all addresses in OpenAPI 3.1, for programs: ``/openapi.json``.

The text is ``openapi.yaml``. Here it gets what changes (the version, the address) and what all operations share.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from flask import Blueprint, Response, jsonify, request

from kg.release import software_version

REQUEST_ID = {
    "name": "X-Request-Id",
    "in": "header",
    "description": "The client's own word for its request; if it is up to 128 visible ASCII characters, it is used.",
    "schema": {"type": "string"},
}

UNBOUND = frozenset({"healthz", "metrics"})
"""Operations that may be asked at any rate: those of ``server.app.UNBOUND``."""


def blueprint() -> Blueprint:
    """Return the address of the description."""
    routes = Blueprint("openapi", __name__)

    @routes.get("/openapi.json")
    def openapi() -> Response:
        return jsonify(description(server=request.root_url.rstrip("/")))

    return routes


def description(*, server: str) -> dict[str, Any]:
    """Return the description for a server at that address, which has no slash at the end."""
    return {**_template(), "servers": [{"url": server}]}


@cache
def _template() -> dict[str, Any]:
    """Return the description with the version, and with the id of the request in each operation."""
    about: dict[str, Any] = yaml.safe_load(files("server").joinpath("openapi.yaml").read_text("utf-8"))
    about["info"]["version"] = software_version()
    about["components"]["parameters"]["RequestId"] = REQUEST_ID
    named = {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}}
    for response in about["components"]["responses"].values():
        response["headers"] = {**response.get("headers", {}), **named}
    for path in about["paths"].values():
        for operation in path.values():
            if operation["operationId"] not in UNBOUND:
                operation["responses"].setdefault("429", {"$ref": "#/components/responses/TooMany"})
            parameters = operation.get("parameters", [])
            operation["parameters"] = [*parameters, {"$ref": "#/components/parameters/RequestId"}]
            for response in operation["responses"].values():
                if "$ref" not in response:
                    response["headers"] = {**response.get("headers", {}), **named}
    return about
