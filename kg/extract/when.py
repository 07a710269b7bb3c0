"""Date of an event: the article's dates that it may have, each with what speaks for it.

Candidates are values, not places in the text: a date told twice is one candidate with the features of its nearest
telling. That no date is known is a candidate too.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter

from kg.edtf import contains
from kg.extract.candidate import Draft, Scene, anchor, meet, one_hot
from kg.extract.clause import Tense
from kg.extract.status import STATUSES, status_features
from kg.extract.timeline import READINGS, Moment, Timeline, timeline, widened
from kg.extract.words import Word

__all__ = ["STATUSES", "DateCandidate", "best_date", "date_candidates", "status_features"]

_SOURCES = ("own", "other", "before", "after", "far", "kin", "carried", "heading", "lead", "published", "month", "none")
_KINDS = ("day", "weekday", "relative", "range", "season", "month", "year", "holiday", "anaphoric")
_PREPOSITIONS = ("in", "to", "from", "at", "for", "of", "via", "for", "into", "through", "out", "than")
_BEARINGS = ("on", "since", "from", "until", "by", "before", "after")
_TENSES = ("past", "present", "future")
_HINTS = (
    "earlier", "later", "then", "also", "last", "first", "ago", "since", "before", "after", "during", "while", "when",
    "again", "same", "evening", "morning", "night", "afternoon", "today", "next", "previous", "recent", "recently",
    "will", "had", "has", "would",
)  # fmt: skip
_AWAY = 99.0
# What a date costs that is wrong, that is absent though the article gives it, and that is right but for its precision.
_WRONG, _ABSENT, _LOOSE = 2.0, 1.4, 0.9
# The senses of visits and meetings; and how many numbers ``_binding`` returns.
_BINDING = 15


@dataclass
class DateCandidate:
    """A date that an event may have; ``edtf`` None means that the article gives none."""

    edtf: str | None
    source: str
    features: list[float]


@dataclass(frozen=True)
class _Telling:
    """One way to a date: where it was taken from, the moment it stands at and how that was read."""

    source: str
    moment: Moment | None
    how: str
    rank: int


def date_candidates(scene: Scene, draft: Draft, status: str) -> list[DateCandidate]:
    """Return the dates of the sentence, its neighbours, other tellings, the section and publication, and none."""
    line = timeline(scene)
    number = scene.sent_of[draft.cue]
    tense = _tense(scene, draft, status)
    found: dict[str | None, list[_Telling]] = {}
    for source, moment in _moments(scene, line, draft, number):
        for value, how in moment.readings(tense):
            rank = sum(map(len, found.values()))
            found.setdefault(value, []).append(_Telling(source, moment, how, rank))
            first, _, last = value.partition("/")
            if source in {"own", "before", "other", "kin"} and how in {"told", "year"}:
                if last:
                    found.setdefault(last, []).append(_Telling(source, moment, "end", rank))
                    if draft.rule.startswith("meeting"):
                        found.setdefault(first, []).append(_Telling(source, moment, "end", rank))
                wide = widened(value)
                if wide is not None:
                    found.setdefault(wide, []).append(_Telling(source, moment, "coarse", rank))
    if line.anchor is not None:
        day = line.anchor.isoformat()
        day = f"XXXX{day[4:]}" if line.yearless else day
        found.setdefault(day, []).append(_Telling("published", None, "told", 0))
        found.setdefault(day[:7], []).append(_Telling("month", None, "told", 0))
    found.setdefault(None, []).append(_Telling("none", None, "told", 0))
    shared = _shared(scene, line, draft, number, status)
    whole = _Choice(found)
    return [
        DateCandidate(
            value, ways[0].source, [*_features(scene, line, draft, number, value, ways, whole, status), *shared]
        )
        for value, ways in found.items()
    ]


def _tense(scene: Scene, draft: Draft, status: str) -> Tense:
    if status == "cancelled":
        tense = scene.clause(scene.doc[draft.cue]).tense
        return "future" if tense == "present" else tense
    return "future" if status == "planned" else "past"


def _moments(scene: Scene, line: Timeline, draft: Draft, number: int) -> Iterator[tuple[str, Moment]]:
    """Yield the moments that may date a draft, each once, the nearest kind first."""
    seen: set[int] = set()
    others = [scene.sent_of[i] for i in draft.more.get("others", ())]  # type: ignore[attr-defined]
    kin = _kin(scene, draft, line)
    around = [("own", number), *(("other", n) for n in others), ("before", number - 1), ("after", number + 1)]
    around += [("far", number - 2), *(("kin", n) for n in sorted(kin, key=lambda n: abs(n - number))[:3])]
    for source, sentence in around:
        if not 0 <= sentence < len(scene.sents):
            continue
        if source in {"before", "after", "far"} and scene.zone(scene.sents[sentence][0]) == "headline":
            continue
        for n in line.of_sentence[sentence]:
            if n not in seen:
                seen.add(n)
                yield source, line.moments[n]
    carried = 0
    for moment in line.before(scene.sents[number][1]):
        n = bisect_left(line.at, moment.at)
        if n not in seen:
            seen.add(n)
            carried += 1
            yield "carried", moment
        if carried >= 2:
            break
    head = line.heading[number]
    if head is not None and head not in seen:
        seen.add(head)
        yield "heading", line.moments[head]
    for sentence in range(min(4, len(scene.sents))):
        for n in line.of_sentence[sentence]:
            if n not in seen:
                seen.add(n)
                yield "lead", line.moments[n]


def _kin(scene: Scene, draft: Draft, line: Timeline) -> set[int]:
    """Return the dated sentences that name the same people and the same place, or the same two people."""
    named = [line.people.get(e, set()) for e in draft.entities]
    if draft.place is not None and draft.rule.startswith("visit"):
        there = line.places.get(draft.place.country, set())
        return there if len(named) > 1 else there & named[0]
    return {n for a, one in enumerate(named) for two in named[a + 1 :] for n in one & two}


class _Choice:
    """What the candidates of one draft are among themselves."""

    def __init__(self, found: dict[str | None, list[_Telling]]) -> None:
        """Count the values and those of each source; ``bound`` keeps how each moment stands to the draft."""
        self.values = [value for value in found if value is not None]
        self.own = sum(any(w.source == "own" and w.how != "coarse" for w in ways) for ways in found.values())
        # Of sorted values the next one begins with this one if any does.
        ordered = sorted(self.values)
        self.finer = {value: follower.startswith(value) for value, follower in pairwise([*ordered, ""])}
        self.bound: dict[tuple[int, bool], list[float]] = {}


def _features(
    scene: Scene,
    line: Timeline,
    draft: Draft,
    number: int,
    value: str | None,
    ways: list[_Telling],
    choice: _Choice,
    status: str,
) -> list[float]:
    cue = scene.doc[draft.cue]
    best = ways[0]
    sources = {w.source for w in ways}
    hows = {w.how for w in ways}
    moment = best.moment
    expression = moment.expression if moment else None
    features = [*(float(s in sources) for s in _SOURCES), *one_hot(best.source, _SOURCES)]
    features += [*(float(h in hows) for h in READINGS), *one_hot(best.how, READINGS)]
    features += one_hot(expression.kind if expression else "", _KINDS)
    features += one_hot(expression.bearing if expression else "", _BEARINGS)
    if moment is not None:
        key = id(moment), best.source == "own"  # two may stand at one token
        if key not in choice.bound:
            choice.bound[key] = _of_moment(scene, line, draft, number, moment, own=best.source == "own")
        features += choice.bound[key]
    else:
        features += [_AWAY] * (23 + _BINDING) + [0.0] * len(_senses(scene, cue))
    named, dated = value or "", line.dated(value) if value else None
    precision = 0 if value is None else 4 if "/" in value else len(value.split("-"))
    distance = _days(dated, line.anchor)
    features += [
        float(precision), distance, float(_weekday(dated)), float(line.counts[named]), float(len(ways)),
        float(value is not None and value == line.lead), float(best.rank),
        float(choice.finer.get(named, False)), float(len(named) > 7 and named[:7] in choice.finer),
        float(named.startswith("X")),
        *one_hot(status, STATUSES),
        float(status == "planned" and -9999 < distance < 0), float(status == "occurred" and 0 < distance < 9999),
        float(choice.own), float(len(choice.values)),
    ]  # fmt: skip
    return features


def _of_moment(scene: Scene, line: Timeline, draft: Draft, number: int, moment: Moment, *, own: bool) -> list[float]:
    """Return how a moment stands to a draft, whatever it is read as; ``own`` says that the draft's sentence has it."""
    cue, token = scene.doc[draft.cue], scene.doc[moment.at]
    first, last = sorted((moment.at, cue.i))
    top, up_cue, up_date = meet(cue, token)
    verb = moment.clause.verb
    near = [abs(line.moments[n].at - cue.i) for n in line.of_sentence[number]]
    return [
        float(min(last - first, 200)), float(min(up_cue, 15)), float(min(up_date, 15)),
        float(scene.verbs[last] - scene.verbs[first]) if own else _AWAY,
        float(sum(1 for t in scene.doc[first:last] if t.text in ",;-—")) if own else _AWAY,
        float(verb.i == scene.clause(cue).verb.i), float(moment.at < cue.i),
        float(top is not None and top.i == cue.i), float(bool(near) and abs(moment.at - cue.i) == min(near)),
        float(scene.quoted[moment.at] == scene.quoted[cue.i]),
        float(moment.inside), float(moment.heading),
        float(number - moment.sentence), float(line.paragraph[moment.sentence] == line.paragraph[number]),
        float(line.between(first, last)),
        float(cue.is_ancestor(token)), float(verb.is_ancestor(cue) or verb.i == cue.i),
        float(scene.zone(moment.at) in {"headline", "deck"}),
        *_binding(scene, draft, moment, number, first, last),
        *one_hot(moment.clause.tense, _TENSES), moment.clause.flags[3], moment.clause.flags[2],
        *_senses(scene, verb),
    ]  # fmt: skip


@lru_cache(maxsize=4)
def _of_events(names: tuple[str, ...]) -> Callable[[tuple[float, ...]], tuple[float, ...]]:
    """Return what takes the senses of visits and meetings out of a row of all."""
    taken: Callable[[tuple[float, ...]], tuple[float, ...]] = itemgetter(
        *(n for n, name in enumerate(names) if name.startswith(("visit.", "meeting.")))
    )
    return taken


def _senses(scene: Scene, token: Word) -> tuple[float, ...]:
    """Return how near a word is to each group of words for visits and meetings."""
    return _of_events(scene.senses.names)(scene.senses.row(token))


def _binding(scene: Scene, draft: Draft, moment: Moment, number: int, first: int, last: int) -> list[float]:
    """Return what binds a moment to a draft rather than to another event: nearer cues, its place, its people."""
    cue = draft.cue
    mine = scene.clause(scene.doc[cue]).verb.i
    clauses = [scene.clause(scene.doc[i]).verb.i for i in moment.cues]
    rank = min((n for n, i in enumerate(moment.cues) if i == cue or clauses[n] == mine), default=9)
    between = sum(1 for i in moment.cues if first < i < last)
    places = scene.places_in[moment.sentence]
    features = [
        float(rank), float(between), float(len(moment.cues)), float(bool(moment.cues) and moment.cues[0] == cue),
    ]  # fmt: skip
    if draft.place is not None and draft.place.kind != "here":
        same = [p for p in places if p.country == draft.place.country]
        gap = min((abs(p.first - moment.at) for p in same), default=99)
        nearest = min((abs(p.first - moment.at) for p in places), default=99)
        at = min(same, key=lambda p: abs(p.first - moment.at)).first if same else moment.at
        low, high = sorted((at, moment.at))
        features += [
            float(bool(same)), float(gap), float(gap == nearest and bool(same)),
            float(sum(1 for p in places if low < p.first < high)), float(at < moment.at),
            float(sum(meet(scene.doc[at], scene.doc[moment.at])[1:])) if same else _AWAY,
        ]  # fmt: skip
    else:
        features += [-1.0] * 6
    who = set(draft.entities)
    named: set[int] = set()
    far: tuple[list[int], list[int]] = [], []
    for mention in scene.mentions_in[moment.sentence]:
        named.update(mention.entities)
        far[who.isdisjoint(mention.entities)].append(abs(mention.head - moment.at))
    gap, others = (min(distances, default=99) for distances in far)
    features += [
        len(who & named) / max(1, len(who)), float(gap), float(others), float(gap <= others),
        float(len(places)),
    ]  # fmt: skip
    return features


def _shared(scene: Scene, line: Timeline, draft: Draft, number: int, status: str) -> list[float]:
    """Return what is the same for all candidates of a draft: its clause, sentence and article."""
    cue = scene.doc[draft.cue]
    clause = scene.clause(cue)
    start, stop = scene.sents[number]
    words = {t.lower_ for t in scene.doc[start:stop]}
    near = {t.lower_ for t in scene.doc[max(start, cue.i - 6) : min(stop, cue.i + 8)]}
    return [
        float(draft.rule.startswith("visit")), float(scene.zone(cue.i) in {"headline", "deck"}),
        float(scene.zone(cue.i) == "caption"), float(number), number / max(1, len(scene.sents)),
        float(scene.published is not None), float(line.anchor is not None), float(line.yearless),
        *one_hot(_preposition(scene, draft), _PREPOSITIONS), float(len(line.of_sentence[number])),
        float(len(line.moments)),
        float(draft.place is not None and draft.place.kind == "here"), float(scene.dateline is not None),
        float(scene.quoted[cue.i]), float(line.heading[number] is not None),
        float(number == 0 or line.paragraph[number] != line.paragraph[number - 1]),
        *clause.flags, *one_hot(clause.tense, _TENSES),
        *(float(word in words) for word in _HINTS), *(float(word in near) for word in _HINTS),
        *_senses(scene, cue), *_senses(scene, clause.verb),
    ]  # fmt: skip


def _preposition(scene: Scene, draft: Draft) -> str:
    """Return the preposition that the draft's place hangs on: what somebody left "from" is not dated by the arrival."""
    if draft.place is None or draft.place.kind == "here":
        return ""
    token = anchor(scene.doc[draft.place.first])
    return token.head.lower_ if token.dep_ == "pobj" else ""


def _weekday(value: str | None) -> int:
    if value is None or len(value) != 10 or not value[:4].isdigit():
        return -1
    return date.fromisoformat(value).weekday()


def _days(value: str | None, published: date | None) -> float:
    if value is None or published is None or not value[:4].isdigit():
        return 9999.0
    first = value.partition("/")[0]
    if len(first) == 7:
        first = f"{first}-15" if first[5:] <= "12" else f"{first[:4]}-07-01"
    try:
        return float((date.fromisoformat(first if len(first) == 10 else f"{first[:4]}-07-01") - published).days)
    except ValueError:
        return 9999.0


def best_date(found: Sequence[DateCandidate], shares: Sequence[float]) -> DateCandidate:
    """Return the date that is expected to cost least, by the probability that each is the right one.

    What is missing to 1 is the probability that the article's dates have not been understood. A wrong date keeps
    reports of one event apart or joins two events, while one that is absent only says nothing: so a month that holds
    several likely days is taken before one of these days, and no date before a date that is likely to be wrong.
    """
    rest = max(0.0, 1.0 - sum(shares))
    costs = [_cost(candidate, found, shares, rest) for candidate in found]
    return found[min(range(len(found)), key=lambda n: (round(costs[n], 9), -shares[n], found[n].edtf or ""))]


def _cost(chosen: DateCandidate, found: Sequence[DateCandidate], shares: Sequence[float], rest: float) -> float:
    if chosen.edtf is None:
        return _ABSENT * (rest + sum(share for one, share in zip(found, shares, strict=True) if one is not chosen))
    cost = _WRONG * rest
    for one, share in zip(found, shares, strict=True):
        if one is not chosen:
            cost += share * (_LOOSE if _agree(chosen.edtf, one.edtf) else _WRONG)
    return cost


def _agree(one: str, other: str | None) -> bool:
    """Say whether one date lies within the other: one of them only says less than it could."""
    return other is not None and (contains(one, other) or contains(other, one))
