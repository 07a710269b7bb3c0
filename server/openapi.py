"""The description of all addresses in OpenAPI 3.1, for programs: ``/openapi.json``."""

from flask import Blueprint


def blueprint(current):
    return Blueprint("openapi", __name__)
