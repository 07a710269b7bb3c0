"""Annotated articles: what a careful reader finds in each, as kept in ``tests/gold`` and ``tests/corpus``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from kg.errors import InputError

Kind = Literal["visit", "meeting", "statement"]
KINDS: tuple[Kind, ...] = ("visit", "meeting", "statement")


@dataclass(frozen=True)
class GoldActor:
    """An actor as annotated: its full name, the forms the article uses, the office as the article has it."""

    name: str
    kind: str
    aliases: tuple[str, ...] = ()
    office: str | None = None
    of: str | None = None
    wikidata: str | None = None


@dataclass(frozen=True)
class GoldEvent:
    """An annotated visit, meeting or statement.

    ``actors`` are the visitors, the participants or the speaker. ``edtf`` is the day or stretch, a visit's
    with its end if there is one. ``required`` is false for the borderline: neither missing nor finding it counts.
    """

    kind: Kind
    actors: tuple[str, ...]
    evidence: str
    required: bool = True
    place: str | None = None
    country: str | None = None
    edtf: str | None = None
    status: str = "occurred"
    mode: str | None = None
    act: str | None = None
    direct: bool | None = None
    about: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trap:
    """Words that must not become an event, and why not: hypothetical, negated, metaphor, tourism, sports, other."""

    text: str
    why: str


@dataclass(frozen=True)
class Retelling:
    """Another sentence that tells an annotated event again; ``event`` is its place in ``Gold.events``."""

    event: int
    evidence: str


@dataclass(frozen=True)
class Gold:
    """One annotated article."""

    id: str
    actors: tuple[GoldActor, ...] = ()
    events: tuple[GoldEvent, ...] = ()
    traps: tuple[Trap, ...] = ()
    retellings: tuple[Retelling, ...] = ()
    style: str = "unstated"
    published: str | None = None


def load_gold(folder: Path) -> dict[str, Gold]:
    """Return the annotations of a folder by article id, with the retellings of ``<id>.coref.json`` where present.

    ``consolidated.json``, which speaks of several articles at once, is not one of them.

    Raises:
        InputError: the folder holds no annotations, or a file is not one.
    """
    paths = [p for p in sorted(folder.glob("*.json")) if p.stem != "consolidated" and not p.stem.endswith(".coref")]
    if not paths:
        raise InputError(f"{folder}: no annotations (*.json) here; name a folder such as tests/gold")
    return {gold.id: gold for gold in map(_read, paths)}


def _read(path: Path) -> Gold:
    try:
        data = json.loads(path.read_text("utf-8"))
        events = (
            *(_visit(v) for v in data["visits"]),
            *(_meeting(m) for m in data["meetings"]),
            *(_statement(s) for s in data["statements"]),
        )
        return Gold(
            id=data["id"],
            actors=tuple(
                GoldActor(
                    name=a["name"],
                    kind=a["kind"],
                    aliases=tuple(a["aliases"]),
                    office=a.get("office"),
                    of=a.get("of"),
                    wikidata=a.get("qid"),
                )
                for a in data["actors"]
            ),
            events=events,
            traps=tuple(Trap(n["text"], n["why"]) for n in data["non_events"]),
            retellings=_retellings(path, data),
            style=data.get("style", "unstated"),
            published=data.get("published"),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: not an annotation ({error!r}); see tests/corpus/GUIDELINES.md") from error


def _visit(data: dict[str, Any]) -> GoldEvent:
    start, end = data["start"], data["end"]
    return GoldEvent(
        kind="visit",
        actors=tuple(data["visitor"]),
        evidence=data["evidence"],
        required=data["required"],
        place=data["destination"],
        country=data["country"],
        edtf=f"{start or '..'}/{end}" if end else start,
        status=data["status"],
    )


def _meeting(data: dict[str, Any]) -> GoldEvent:
    return GoldEvent(
        kind="meeting",
        actors=tuple(data["participants"]),
        evidence=data["evidence"],
        required=data["required"],
        place=data["place"],
        country=data["country"],
        edtf=data["date"],
        status=data["status"],
        mode=data["mode"],
    )


def _statement(data: dict[str, Any]) -> GoldEvent:
    return GoldEvent(
        kind="statement",
        actors=(data["speaker"],),
        evidence=data["content"],
        required=data["required"],
        act=data["act"],
        direct=data["direct"],
        about=tuple(data["about"]),
    )


def _retellings(path: Path, data: dict[str, Any]) -> tuple[Retelling, ...]:
    coref = path.with_suffix(".coref.json")
    if not coref.is_file():
        return ()
    first = {"visits": 0, "meetings": len(data["visits"])}
    found = []
    for retelling in json.loads(coref.read_text("utf-8"))["retellings"]:
        kind, _, index = retelling["event"].partition("/")
        found.append(Retelling(first[kind] + int(index), retelling["evidence"]))
    return tuple(found)
