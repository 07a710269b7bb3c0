"""One event an occasion: the tellings of one meeting or visit in an article become one."""

from __future__ import annotations

from dataclasses import dataclass

from kg.edtf import finer, overlaps
from kg.extract.candidate import Draft, Scene
from kg.extract.nominal import UNPLACED, Nominal
from kg.records import Status

_ANEW = frozenset(
    {
        "again",
        "another",
        "earlier",
        "previous",
        "previously",
        "last",
        "second",
        "third",
        "subsequent",
        "subsequently",
        "then",
        "next",
        "follow-up",
    }
)


@dataclass
class Telling:
    """A draft with its status and date; ``own`` says that the date stands in its own sentence.

    ``nominal`` is where it lies from its article's day, if that is unknown.
    """

    kind: str
    draft: Draft
    status: Status
    edtf: str | None
    own: bool
    nominal: Nominal = UNPLACED


def settle(scene: Scene, tellings: list[Telling]) -> list[Telling]:
    """Return one telling a meeting: the same people (or some of them) on days that can be one, told without "again".

    The likeliest telling gives the words, the status and the people; a finer date of another refines its date.
    """
    kept: list[Telling] = []
    for telling in sorted(tellings, key=lambda t: (-len(t.draft.entities), -t.draft.score, t.draft.evidence)):
        host = None
        if telling.kind == "meeting":
            host = next((k for k in kept if k.kind == "meeting" and _one_occasion(scene, telling, k)), None)
        if host is None:
            kept.append(telling)
            continue
        if telling.draft.score > host.draft.score and set(telling.draft.entities) == set(host.draft.entities):
            kept[kept.index(host)] = telling
            telling, host = host, telling
        if (
            host.edtf is None
            or (telling.own and not host.own)
            or (telling.edtf and overlaps(host.edtf, telling.edtf) and finer(host.edtf, telling.edtf) == telling.edtf)
        ):
            host.edtf, host.own = telling.edtf or host.edtf, host.own or telling.own
        if host.nominal == UNPLACED:
            host.nominal = telling.nominal
    return kept


def _one_occasion(scene: Scene, one: Telling, two: Telling) -> bool:
    if not set(one.draft.entities) <= set(two.draft.entities):
        return False
    if one.edtf and two.edtf and one.own and two.own and not overlaps(one.edtf, two.edtf):
        return False
    if set(one.draft.entities) != set(two.draft.entities):
        # Some of a larger gathering's people: told of it in passing, unless their sentence has its own day or word.
        return not (one.own and one.edtf != two.edtf) and one.draft.score < 0.6
    later = max(one.draft.cue, two.draft.cue)
    start, stop = scene.sents[scene.sent_of[later]]
    words = {t.lower_ for t in scene.doc[start:stop]}
    return not (words & _ANEW and one.status != two.status)
