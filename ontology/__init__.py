"""The ontology of Legation: where its files are, and its namespace."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

IRI = "https://w3id.org/legation/ontology"
NAMESPACE = f"{IRI}#"


def path() -> Traversable:
    """Return the Turtle file with the ontology's header, classes and properties; the codes are in another."""
    return files(__name__) / "legation.ttl"


def paths() -> tuple[Traversable, ...]:
    """Return all files of the ontology, the one with its header first; ``read_text(encoding="utf-8")`` reads one.

    They are one ontology: a graph of the first alone lacks the concepts that ``codes.ttl`` declares.
    """
    return path(), files(__name__) / "codes.ttl"
