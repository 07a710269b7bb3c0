"""Who has the floor: who speaks before and after, how often each does, and who else may have said the same words."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from kg.extract.candidate import Scene
from kg.extract.saying import Candidate
from kg.records import Span

SURE = frozenset({"subject", "agent", "according", "turn", "paper"})


@dataclass
class Floor:
    """What the candidates of one article say of each other, gathered once for all."""

    sayers: list[tuple[int, int]] = field(default_factory=list)
    often: Counter[int] = field(default_factory=Counter)
    named: Counter[int] = field(default_factory=Counter)
    total: int = 0
    groups: dict[int, list[Candidate]] = field(default_factory=dict)
    lengths: dict[int, int] = field(default_factory=dict)
    contents: dict[Span, list[float]] = field(default_factory=dict)
    words: dict[Span, tuple[frozenset[str], dict[int, bool]]] = field(default_factory=dict)


def floor(scene: Scene, found: Sequence[Candidate]) -> Floor:
    """Return the article's sayers in order, and for each candidate (by ``id``) those that overlap it by half."""
    made = Floor()
    cues: dict[int, int] = {}
    for candidate in found:
        cue = candidate.cue
        if cue is None:
            continue
        length = candidate.content.end - candidate.content.start
        made.lengths[cue.i] = max(made.lengths.get(cue.i, 0), length)
        if candidate.link in {"subject", "agent"} and candidate.entity in candidate.speaker.entities:
            cues.setdefault(cue.i, candidate.entity)
    made.sayers = sorted(cues.items())
    made.often = Counter(cues.values())
    made.named = Counter(e for m in scene.cast.mentions for e in m.entities)
    made.total = sum(made.named.values())
    ordered = sorted(found, key=lambda c: (c.content.start, -c.content.end))
    open_: list[Candidate] = []
    for candidate in ordered:
        span = candidate.content
        open_ = [o for o in open_ if o.content.end > span.start]
        own = made.groups.setdefault(id(candidate), [])
        for other in open_:
            shared = min(other.content.end, span.end) - span.start
            if shared >= 0.5 * min(span.end - span.start, other.content.end - other.content.start):
                own.append(other)
                made.groups[id(other)].append(candidate)
        open_.append(candidate)
    return made


def features(scene: Scene, candidate: Candidate, made: Floor, first: int, stop: int) -> list[float]:
    """Return what the turns around a candidate and its rivals say for or against its speaker."""
    doc, entity = scene.doc, candidate.entity
    kind = scene.cast.entities[entity].kind
    at = bisect_left(made.sayers, (first, -1))
    before = made.sayers[at - 1] if at else None
    later = bisect_right(made.sayers, (stop - 1, 10**9))
    after = made.sayers[later] if later < len(made.sayers) else None
    start, end = candidate.content.start, candidate.content.end
    others: set[int] = set()
    sure: set[int] = set()
    gaps: set[int] = set()
    same = own_sure = own_direct = shared = earlier = longer = 0
    best = 0.0
    rivals = made.groups.get(id(candidate), [])
    for rival in rivals:
        earlier |= rival.content.start < start and rival.content.end >= end
        longer |= rival.content.start <= start and rival.content.end > end
        if rival.entity == entity:
            same += 1
            own_sure |= rival.link in SURE
            own_direct += rival.direct
            continue
        others.add(rival.entity)
        shared |= rival.speaker is candidate.speaker
        gaps.add(_gap(rival, first, stop))
        if rival.link in SURE:
            sure.add(rival.entity)
            best = max(best, rival.features[0])
    head = candidate.speaker.head
    gap = _gap(candidate, first, stop)
    nearer = sum(1 for g in gaps if g < gap)
    words, own = _words(scene, candidate.content, made, first, stop)
    cue = candidate.cue
    subject = next((c for c in cue.children if c.dep_ in {"nsubj", "nsubjpass"}), None) if cue is not None else None
    gender = scene.cast.entities[entity].gender
    pronoun = subject.lower_ if subject is not None else doc[head].lower_
    sign = {"he": "m", "she": "f"}.get(pronoun)
    length = candidate.content.end - candidate.content.start
    return [
        float(before is not None and before[1] == entity),
        float(first - before[0]) if before is not None else 99.0,
        float(after is not None and after[1] == entity),
        float(after[0] - stop) if after is not None else 99.0,
        float(made.often[entity]),
        made.named[entity] / max(1, made.total),
        float(own.get(entity) is False),
        float(own.get(entity) is True),
        float(len(others)),
        float(len(sure)),
        float(same),
        float(own_sure),
        float(nearer),
        float(gap - min(gaps)) if gaps else -30.0,
        best,
        float(shared),
        float(candidate.entity in candidate.speaker.entities),
        float(sign is not None and kind == "person" and gender is not None and gender != sign),
        float(sign is not None and kind == "person" and gender == sign),
        float(sign is not None and kind != "person"),
        float(pronoun in {"they", "we", "both"}),
        float(bool(words & {"i", "my", "me", "i'm"}) and kind != "person"),
        float(bool(words & {"we", "our", "us"})),
        float(bool(words & {"you", "your"})),
        float(bool(words & {"he", "his", "him"} and gender == "m") or bool(words & {"she", "her"} and gender == "f")),
        float(cue is not None and doc[head].dep_ in {"dobj", "dative"} and doc[head].head.i == cue.i),
        float(subject is not None and subject.i == head),
        float(subject is not None and subject.i != head and candidate.link in {"near", "before", "previous"}),
        length / max(1, made.lengths.get(cue.i, length) if cue is not None else length),
        float(scene.parsed.zone_of[head] == scene.parsed.zone_of[first]),
        float(scene.sent_of[first] - scene.sent_of[head]),
        float(earlier),
        float(longer),
        float(own_direct),
        *_phrase(scene, entity, subject.i if subject is not None else head),
    ]


def _words(scene: Scene, content: Span, made: Floor, first: int, stop: int) -> tuple[frozenset[str], dict[int, bool]]:
    """Return the words said and whom they mention, each with whether by pronouns only; kept for the next candidate."""
    if content not in made.words:
        last = min(stop, first + 120)
        named: dict[int, bool] = {}
        for i in range(first, last):
            mention = scene.cast.at.get(i)
            for entity in mention.entities if mention is not None else ():
                named[entity] = named.get(entity, True) and mention is not None and mention.kind == "pronoun"
        made.words[content] = frozenset(t.lower_ for t in scene.doc[first:last]), named
    return made.words[content]


def _phrase(scene: Scene, number: int, at: int) -> list[float]:
    """Return how an actor agrees with the phrase that speaks: "the Spaniard", "the Dutch premier"."""
    mention = scene.cast.at.get(at) or scene.cast.covering.get(at)
    role, entity = mention.role if mention is not None else None, scene.cast.entities[number]
    if role is None:
        return [0.0] * 5
    words = {word for r in entity.roles for word in r.words}
    return [
        1.0,
        float(bool(role.countries) and entity.country in role.countries),
        float(bool(role.countries) and entity.country is not None and entity.country not in role.countries),
        float(bool(role.words & words)),
        float(bool(words) and not role.words & words),
    ]


def _gap(candidate: Candidate, first: int, stop: int) -> int:
    speaker = candidate.speaker
    return speaker.first - stop if speaker.first >= stop else abs(first - speaker.head)
