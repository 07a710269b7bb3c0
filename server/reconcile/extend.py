"""Data extension: the values of properties for entities that were found before."""

from __future__ import annotations

from collections.abc import Callable

from pyoxigraph import Store

from server.reconcile.ask import Extension, Wanted
from server.reconcile.index import Index
from server.reconcile.properties import Property
from server.reconcile.values import Value, count, values

THINGS = {"officeOf": "Actor", "visit": "Visit", "meeting": "Meeting", "statement": "Statement"}
"""Properties with things as values, and the class of these."""

SETTINGS = (
    {
        "name": "limit", "label": "Limit", "type": "number", "default": 0,
        "help_text": "Most values for each row; 0 means all",
    },
    {
        "name": "count", "label": "Number only", "type": "checkbox", "default": False,
        "help_text": "How many values there are, in place of the values",
    },
)  # fmt: skip
"""What a client can set for each property."""


def extended(
    store: Store, index: Index, asked: Extension, *, base: str, check: Callable[[], None]
) -> dict[str, object]:
    """Return the properties asked for, and a row for each id: no values for what is not known, be it id or property.

    ``check`` is called before each row and raises when the time is over.
    """
    known = [(wanted, index.properties.find(wanted.property)) for wanted in asked.wanted]
    rows = {}
    for id_ in asked.ids:
        check()
        rows[id_] = {wanted.property: _cell(store, index, id_, wanted, found, base) for wanted, found in known}
    return {"meta": [_meta(wanted, found) for wanted, found in known], "rows": rows}


def _meta(wanted: Wanted, found: Property | None) -> dict[str, object]:
    if found is None:
        return {"id": wanted.property, "name": f"{wanted.property} (not known here)"}
    about: dict[str, object] = {"id": wanted.property, "name": found.name}
    if found.id in THINGS and not wanted.count:
        about["type"] = {"id": THINGS[found.id], "name": THINGS[found.id].lower()}
    return about


def _cell(store: Store, index: Index, id_: str, wanted: Wanted, found: Property | None, base: str) -> list[Value]:
    number = index.numbers.get(id_)
    if found is None or number is None:
        return []
    entity = index.entities[number]
    if wanted.count:
        return [{"int": count(store, index, entity, found, base=base)}]
    return values(store, index, entity, found, base=base)[: wanted.limit or None]
