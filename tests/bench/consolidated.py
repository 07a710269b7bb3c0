"""Whether the five seeds give what ``tests/gold/consolidated.json`` says: each event as one node, as it should be.

A node can be an event if it is of the kind, has all its actors, is in its country and one of the articles that tell
of the event reports it. One such node, which is no other event's, is right if date and status are; a visit is dated by
its beginning, as in ``legation evaluate``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kg.article import read_inputs
from kg.evaluate import load_gold
from kg.evaluate.found import FoundActor
from kg.evaluate.gold import GoldActor
from kg.evaluate.match import Cast, start_of, words
from kg.merge import Merged, merge
from kg.records import Article, Event, Meeting, Visit

ROOT = Path(__file__).parents[2]
GOLD = ROOT / "tests" / "gold"


@dataclass(frozen=True)
class Verdict:
    """One event that should be there, and the nodes that may be it."""

    kind: str
    actors: tuple[str, ...]
    place: str | None
    best: str | None
    status: str
    nodes: tuple[Event, ...]
    shared: bool = False

    @property
    def right(self) -> bool:
        """Whether exactly one node is it, with the right date and status."""
        if len(self.nodes) != 1 or self.shared:
            return False
        (node,) = self.nodes
        dated = start_of(node.edtf) == start_of(self.best) if self.kind == "visit" else node.edtf == self.best
        return dated and node.status == self.status

    def __str__(self) -> str:
        found = "; ".join(f"{n.edtf} {n.status}, {len(n.reports)} reports ({n.key})" for n in self.nodes) or "nothing"
        where = f" in {self.place}" if self.place else ""
        found += " which is another event's too" if self.shared else ""
        mark = "ok   " if self.right else "WRONG"
        return f"{mark} {self.kind} {', '.join(self.actors)}{where}: {self.best} {self.status} <- {found}"


def judge(merged: Merged) -> list[Verdict]:
    """Return a verdict on each required event of the consolidated seeds."""
    told = json.loads((GOLD / "consolidated.json").read_text("utf-8"))
    cast = Cast(_everybody())
    found = []
    for kind, role, place in (("visit", "visitor", "destination"), ("meeting", "participants", "place")):
        for row in told[f"{kind}s"]:
            if row.get("required", True):
                nodes = tuple(e for e in merged.events if _may_be(kind, row, row[role], row[place], e, merged, cast))
                found.append(Verdict(kind, tuple(row[role]), row[place], row["best_date"], row["status"], nodes))
    uses = Counter(node.key for verdict in found for node in verdict.nodes)
    return [replace(v, shared=any(uses[node.key] > 1 for node in v.nodes)) for v in found]


def _everybody() -> list[GoldActor]:
    return list({a.name: a for gold in load_gold(GOLD).values() for a in gold.actors}.values())


def _may_be(
    kind: str,
    row: Mapping[str, Any],
    sought: Sequence[str],
    place: str | None,
    event: Event,
    merged: Merged,
    cast: Cast,
) -> bool:
    match event.event:
        case Visit(visitors=keys, destination=where) if kind == "visit":
            pass
        case Meeting(participants=keys, place=where) if kind == "meeting":
            pass
        case _:
            return False
    actors = {a.key: a for a in merged.actors}
    places = {p.key: p for p in merged.places}
    numbers = {cast.find(FoundActor(a.name, a.kind, a.aliases, a.wikidata)) for a in (actors[key] for key in keys)}
    there = places[where] if where else None
    if not {cast.number(name) for name in sought} <= numbers:
        return False
    if (
        there is not None
        and row["country"]
        and there.country != row["country"]
        and words(there.name) != words(place or "")
    ):
        return False
    return any(article in row["reported_by"] for article, _ in event.reports)


def seeds() -> Merged:
    """Return what the seeds give together, read as ``legation build seeds`` reads them."""
    from kg.reader import Reader  # loads the language model, which judging does without

    reader = Reader()
    articles = [a for a in read_inputs(sorted((ROOT / "seeds").glob("*.txt"))) if isinstance(a, Article)]
    return merge([reader.read(article) for article in articles])
