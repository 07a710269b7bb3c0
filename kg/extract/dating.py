"""A second look at dates: each event's among those of the article's other events.

Visits and meetings told one after the other share a day more often than not, a meeting falls within the visit that it
belongs to, and a leg of a tour comes after the leg before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from kg.edtf import bounds
from kg.extract.candidate import Draft, Scene, one_hot
from kg.extract.timeline import timeline
from kg.extract.when import DateCandidate

_FAR = 60.0


@dataclass
class Chosen:
    """A draft with its candidates and their first scores."""

    draft: Draft
    candidates: Sequence[DateCandidate]
    scores: Sequence[float]

    @cached_property
    def best(self) -> str | None:
        """The likeliest date at first look."""
        return self.candidates[max(range(len(self.scores)), key=lambda n: self.scores[n])].edtf

    @cached_property
    def of_value(self) -> dict[str | None, float]:
        """The score of each candidate by its beginning."""
        found: dict[str | None, float] = {}
        for candidate, score in zip(self.candidates, self.scores, strict=True):
            start = _start(candidate.edtf)
            found[start] = max(found.get(start, 0.0), score)
        return found


def again(scene: Scene, one: Chosen, others: Sequence[Chosen]) -> list[list[float]]:
    """Return a row for each candidate of a draft: its first score and how it agrees with the dates of the others."""
    cue = one.draft.cue
    line = timeline(scene)
    number = scene.sent_of[cue]
    who = set(one.draft.entities)
    country = one.draft.place.country if one.draft.place else None
    visit = one.draft.rule.startswith("visit")
    before = max((o for o in others if o.draft.cue <= cue and o is not one), key=lambda o: o.draft.cue, default=None)
    after = min((o for o in others if o.draft.cue > cue), key=lambda o: o.draft.cue, default=None)
    shared = [o for o in others if who & set(o.draft.entities)]
    same_place = [o for o in others if country is not None and o.draft.place and o.draft.place.country == country]
    kin = [o for o in shared if o in same_place]
    hosts = [o for o in shared if o.draft.rule.startswith("visit") != visit]
    para = [o for o in others if line.paragraph[scene.sent_of[o.draft.cue]] == line.paragraph[number]]
    sentence = [o for o in para if scene.sent_of[o.draft.cue] == number]
    groups = [list(others), shared, same_place, kin, hosts, para, sentence, [before] if before else [], [after] if after else []]
    ranked = sorted(one.scores, reverse=True)
    rows = []
    for candidate, score in zip(one.candidates, one.scores, strict=True):
        start = _start(candidate.edtf)
        row = [score, float(ranked.index(score)), score - ranked[0], score - (ranked[1] if len(ranked) > 1 else 0.0), score / (sum(ranked) + 1e-6)]
        for group in groups:
            values = [o.of_value.get(start, 0.0) for o in group]
            row += [
                max(values, default=-1.0),
                sum(values) / len(values) if values else -1.0,
                sum(_start(o.best) == start for o in group) / len(group) if group else -1.0,
            ]
        for o in (before, after, _nearest(shared, cue), _nearest(kin, cue), _nearest(hosts, cue)):
            row += [_apart(candidate.edtf, o.best if o else None), float(min(abs(o.draft.cue - cue), 200)) if o else 300.0, float(o is not None and o.draft.rule.startswith("visit"))]
        row += [float(len(others)), float(visit), *one_hot(candidate.source, ("own", "before", "other", "published", "none"))]
        rows.append([*row, *candidate.features])
    return rows


def _nearest(group: Sequence[Chosen], cue: int) -> Chosen | None:
    return min(group, key=lambda o: (abs(o.draft.cue - cue), o.draft.cue), default=None)


def _start(edtf: str | None) -> str | None:
    return edtf.partition("/")[0] if edtf else None


def _apart(one: str | None, other: str | None) -> float:
    """Return the days from one date's beginning to another's, in -60..60; -99 where one is unknown."""
    first, second = bounds(one) if one else None, bounds(other) if other else None
    if first is None or second is None:
        return -99.0
    return float(max(-_FAR, min(_FAR, (first[0] - second[0]).days)))
