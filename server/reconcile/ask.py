"""What clients send, read into what it means, or refused with the place where it goes wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

from server.problem import Problem

BATCH = 50
"""Most queries in a batch, which the manifest states."""
IDS = 200
"""Most entities in a request for data extension."""
PROPERTIES = 20
"""Most properties in a query or in a request for data extension, and most types in a query."""
VALUES = 10
"""Most values given for one property."""
TEXT = 300
"""Longest name in characters that is looked for; longer ones have no candidates, for nothing is called so."""
LIMIT = 10
"""How many candidates come when a query does not say."""
MOST = 100
"""How many candidates or suggestions come at most, whatever is asked for."""

Strictness = Literal["any", "all", "should"]


@dataclass(frozen=True)
class Condition:
    """A property and the values of which one should fit, as text; entities are given by id."""

    property: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """One reconciliation query."""

    text: str = ""
    types: tuple[str, ...] = ()
    strict: Strictness = "any"
    limit: int = LIMIT
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """A property to be told of entities, at most ``limit`` values (0 means all) or only their number."""

    property: str
    limit: int = 0
    count: bool = False


@dataclass(frozen=True)
class Extension:
    """One data extension query."""

    ids: tuple[str, ...]
    wanted: tuple[Wanted, ...]


def read_queries(text: str) -> dict[str, Question]:
    """Return the queries of a batch by their keys.

    Raises:
        Problem: 400 when the JSON is not a batch of queries, 413 when it has more than :data:`BATCH`.
    """
    batch = _object(_parse(text, "queries"), "queries")
    if len(batch) > BATCH:
        raise Problem(413, f"The batch has {len(batch):,} queries; send at most {BATCH} at a time.", batchSize=BATCH)
    return {key: _question(_object(query, f"query {key!r}"), f"query {key!r}") for key, query in batch.items()}


def read_extension(text: str) -> Extension:
    """Return what a data extension query asks for; an id or property that is given twice counts once.

    Raises:
        Problem: 400 when the JSON is no such query, 413 when it names too many entities or properties.
    """
    asked = _object(_parse(text, "extend"), "extend")
    ids = _list(asked.get("ids"), "ids in extend", most=IDS)
    properties = _list(asked.get("properties"), "properties in extend", most=PROPERTIES)
    if not all(isinstance(id_, str) for id_ in ids):
        _refuse("ids in extend", "a list of strings")
    wanted = {entry.property: entry for entry in map(_wanted, properties)}
    return Extension(tuple(dict.fromkeys(ids)), tuple(wanted.values()))


def _parse(text: str, where: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        reason = "is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise Problem(400, f"The parameter '{where}' is not JSON ({reason}); send an object in JSON.") from error


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _question(query: Mapping[str, Any], where: str) -> Question:
    text = query.get("query")
    if text is not None and not isinstance(text, str):
        _refuse(f"'query' of {where}", "a string")
    conditions = _conditions(query.get("properties"), where)
    if not (text and text.strip()) and not conditions:
        _refuse(where, "an object with a 'query', which is a string that is not empty, or with 'properties'")
    return Question(
        text=(text or "").strip(),
        types=_types(query.get("type"), where),
        strict=_strict(query.get("type_strict"), where),
        limit=_limit(query.get("limit"), where),
        conditions=conditions,
    )


def _strict(given: Any, where: str) -> Strictness:
    match given:
        case None | "any":
            return "any"
        case "all":
            return "all"
        case "should":
            return "should"
    return _refuse(f"'type_strict' of {where}", "one of any, all, should")


def _types(given: Any, where: str) -> tuple[str, ...]:
    """Return type ids, given as a string, as an object with an id, or as a list of either."""
    ids: list[str] = []
    for entry in _list(given if isinstance(given, list) else [] if given is None else [given], f"'type' of {where}"):
        id_ = entry.get("id") if isinstance(entry, dict) else entry
        ids.append(id_ if isinstance(id_, str) else _refuse(f"'type' of {where}", "an id, or a list of ids"))
    return tuple(filter(str.strip, ids))


def _limit(given: Any, where: str) -> int:
    if given is None:
        return LIMIT
    if isinstance(given, bool) or not isinstance(given, int | float) or given < 1 or given % 1:
        _refuse(f"'limit' of {where}", "a positive integer")
    return int(min(given, MOST))


def _conditions(given: Any, where: str) -> tuple[Condition, ...]:
    """Return the conditions that have a value: an empty cell of a table is none."""
    found = []
    for entry in _list(given if given is not None else [], f"'properties' of {where}"):
        pid = entry.get("pid") if isinstance(entry, dict) else None
        if not isinstance(pid, str):
            _refuse(f"each of 'properties' of {where}", "an object with a string 'pid' and a value 'v'")
        place = f"'v' of property {pid!r} of {where}"
        value = entry.get("v")
        values = _list(value, place, most=VALUES) if isinstance(value, list) else [value]
        texts = tuple(filter(None, (_text(each, place).strip() for each in values if each is not None)))
        if texts:
            found.append(Condition(pid, texts))
    return tuple(found)


def _text(value: Any, where: str) -> str:
    """Return a property's value as text: a number as it is written, an entity by its id, or by name if it has none."""
    match value:
        case str():
            return value
        case bool():
            return str(value).lower()
        case int() | float():
            return str(int(value)) if abs(value) < 1e15 and not value % 1 else str(value)
        case {"id": str(id_)} if id_:
            return id_
        case {"name": str(name)}:
            return name
    return _refuse(where, "a string, a number, a truth value, an object with an 'id', or a list of such")


def _wanted(entry: Any) -> Wanted:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        _refuse("each of 'properties' in extend", "an object with a string 'id'")
    settings = entry.get("settings") or {}
    if not isinstance(settings, dict):
        _refuse(f"'settings' of property {entry['id']!r}", "an object")
    return Wanted(
        entry["id"],
        limit=_setting(settings.get("limit"), entry["id"]),
        count=settings.get("count") in (True, "true", "on", "1", 1),  # forms send text
    )


def _setting(given: Any, property_id: str) -> int:
    try:
        limit = int(given or 0)
    except (TypeError, ValueError, OverflowError):
        limit = -1
    if limit < 0:
        _refuse(f"the setting 'limit' of property {property_id!r}", "a number from 0, which means all")
    return min(limit, 10**6)


def _object(given: Any, where: str) -> dict[str, Any]:
    return given if isinstance(given, dict) else _refuse(where, "a JSON object")


def _list(given: Any, where: str, *, most: int = PROPERTIES) -> list[Any]:
    if not isinstance(given, list):
        _refuse(where, "a list")
    if len(given) > most:
        raise Problem(413, f"There are {len(given):,} {_short(where)}; send at most {most} at a time.")
    return given


def _refuse(where: str, form: str) -> NoReturn:
    raise Problem(400, f"Here {_short(where)} should be {form}; see the API 0.2 of the W3C's Reconciliation group.")


def _short(where: str) -> str:
    return where if len(where) <= 200 else f"{where[:200]}…"
