"""The SHACL shapes of Legation: one Turtle file a concept, to be loaded together."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable


def paths() -> tuple[Traversable, ...]:
    """Return the shape files, sorted by name; ``read_text(encoding="utf-8")`` reads one."""
    return tuple(sorted((f for f in files(__name__).iterdir() if f.name.endswith(".ttl")), key=lambda f: f.name))
