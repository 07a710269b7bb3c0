"""The ontology of Legation: where its file is, and its namespace."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

IRI = "https://w3id.org/legation/ontology"
NAMESPACE = f"{IRI}#"


def path() -> Traversable:
    """Return the Turtle file of the ontology, which ``read_text(encoding="utf-8")`` reads."""
    return files(__name__) / "legation.ttl"
