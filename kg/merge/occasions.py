"""Which reports are of one occasion: each joins the occasion that it fits best and surely, or begins one of its own.

Reports are taken in the order of their precision, so that a vague one meets all occasions that it may be told of. Where
it fits two of them about equally it stays alone. Two reports of one article are two occasions: the reader has seen the
whole article and kept them apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from kg.merge.days import Grain, When
from kg.merge.telling import Telling
from kg.merge.weigh import SURE, Weight, weigh

CLEARLY = 1.0
"""Bits by which the best occasion of a vague report must fit better than the second."""
ONLY = 1.0
"""Bits that it is worth to a vague report that no other occasion can be meant at all."""
RIVALS = 24
"""Occasions with which a vague report is compared; where there are more to choose from, it stays alone."""
_MONTH = 31
_REACH = 3


@dataclass(eq=False)
class Occasion:
    """Reports that are one event: ``groups`` are of reports that are so on sight, with what joined each of them."""

    groups: list[tuple[tuple[Telling, ...], Weight | None]] = field(default_factory=list)
    articles: set[str] = field(default_factory=set)
    superseded: set[int] = field(default_factory=set)

    def add(self, group: tuple[Telling, ...], weight: Weight | None) -> None:
        """Take a group in; one that moves the date takes those with the old date out of account for dates."""
        self.groups.append((group, weight))
        self.articles.update(telling.article.id for telling in group)
        if weight and "date moved" in weight.reasons:
            newest = max(range(len(self.groups)), key=lambda n: self.groups[n][0][0].told_on)
            new = self.groups[newest][0][0].when
            self.superseded.update(n for n, (old, _) in enumerate(self.groups) if old[0].when.gap(new) > 0)

    def live(self) -> Iterator[Telling]:
        """Yield a report of each group but those whose date another has since taken the place of."""
        return (group[0] for n, (group, _) in enumerate(self.groups) if n not in self.superseded)

    def includes(self, other: Occasion) -> bool:
        """Say whether another is a stop of this visit: the same days in the same country."""
        one, two = self.groups[0][0][0], other.groups[0][0][0]
        return one.kind == "visit" and one.country == two.country and one.when.gap(two.when) == 0

    def weigh(self, group: tuple[Telling, ...]) -> Weight | None:
        """Return how well a group fits: as the best of the reports, if none speaks against it."""
        if not self.articles.isdisjoint(telling.article.id for telling in group):
            return None
        best: Weight | None = None
        for n, (other, _) in enumerate(self.groups):
            found = weigh(group[0], other[0])
            if found is None:
                if n in self.superseded:
                    continue
                return None
            if best is None or found.bits > best.bits:
                best = found
        return best


def occasions(tellings: Iterable[Telling]) -> list[Occasion]:
    """Return the occasions of reports: the same for every order of these, and each report in exactly one.

    What belongs together is found through shared keys, so the cost grows with the reports, not with their pairs.
    """
    grouped: dict[str, list[Telling]] = defaultdict(list)
    for telling in tellings:
        grouped[telling.natural].append(telling)
    groups = [tuple(sorted(group, key=lambda telling: telling.where)) for group in grouped.values()]
    groups.sort(key=lambda group: (group[0].when.grain, group[0].when.first, group[0].told_on, group[0].natural))
    found: list[Occasion] = []
    index = _Index()
    for group in groups:
        occasion, weight = _choice(group, index)
        if occasion is None:
            occasion = Occasion()
            found.append(occasion)
        occasion.add(group, weight)
        index.enter(occasion, group[0])
    return found


def _choice(group: tuple[Telling, ...], index: _Index) -> tuple[Occasion | None, Weight | None]:
    """Return the occasion that a group joins and why, or nothing."""
    telling = group[0]
    candidates = index.find(telling)
    if candidates is None:
        return None, None
    ranked: list[tuple[float, int, Weight]] = []
    for n, occasion in enumerate(candidates):
        weight = occasion.weigh(group)
        if weight is not None:
            ranked.append((-weight.bits, n, weight))
    ranked.sort(key=lambda one: one[:2])
    vague = telling.when.grain not in (Grain.DAY, Grain.RECENT)
    if not ranked or -ranked[0][0] < SURE - (ONLY if vague and len(ranked) == 1 else 0):
        return None, None
    best = candidates[ranked[0][1]]
    if vague:
        close = (candidates[n] for bits, n, _ in ranked[1:] if bits - ranked[0][0] < CLEARLY)
        if any(not best.includes(other) for other in close):
            return None, None
    return best, ranked[0][2]


class _Index:
    """Occasions by key and month, so that a report with a date meets those of its time only."""

    def __init__(self) -> None:
        """Begin empty."""
        self._by_month: dict[tuple[str, int], list[Occasion]] = defaultdict(list)
        self._all: dict[str, list[Occasion]] = defaultdict(list)

    def enter(self, occasion: Occasion, telling: Telling) -> None:
        """Let an occasion be found by a report of it."""
        for key in telling.keys:
            if not self._all[key] or occasion is not self._all[key][-1]:
                self._all[key].append(occasion)
            for month in _months(telling.when):
                held = self._by_month[key, month]
                if not held or occasion is not held[-1]:
                    held.append(occasion)

    def find(self, telling: Telling) -> list[Occasion] | None:
        """Return the occasions that share a key and may share a day, each once, in order; None for too many."""
        months = None if telling.moved or telling.when.grain > Grain.MONTH else _months(telling.when)
        found: dict[int, Occasion] = {}
        for key in sorted(telling.keys):
            near: Iterable[Occasion]
            if months is None:
                near = self._all.get(key, ())
            else:
                near = (one for month in (*months, ANY) for one in self._by_month.get((key, month), ()))
            for occasion in near:
                found.setdefault(id(occasion), occasion)
                if len(found) > RIVALS and telling.when.grain > Grain.RECENT:
                    return None
        return list(found.values())


ANY = -1
"""In place of a month: any."""


def shelves(telling: Telling) -> frozenset[tuple[str, int]]:
    """Return under which keys and in which months a report meets others: only those it meets can change its event.

    Two reports meet that share a key and a month there; one in any month (:data:`ANY`) meets all of its key. What
    dates the other reports of an article meets them under that article's id, whenever they are.
    """
    of_article = {(f"article {telling.article.id}", 0)} if _dates_others(telling) else set()
    months = {*_months(telling.when), *([ANY] if telling.moved else [])}
    looked_up = telling.keys - {telling.natural}
    return frozenset({(telling.natural, 0)} | of_article | {(key, month) for key in looked_up for month in months})


def _dates_others(telling: Telling) -> bool:
    """Say whether the date of this report's event may hang on another of its article, or the other way round."""
    undated = telling.article.published is None or telling.report.offset is not None
    return undated or telling.when.grain is Grain.YEARLESS


def _months(when: When) -> Sequence[int]:
    """Return the months that a report may fall into, with some days around; a vague one is in none and in all."""
    if when.grain > Grain.MONTH:
        return (ANY,)
    return range((when.first - _REACH) // _MONTH, (when.last + _REACH) // _MONTH + 1)


def each(occasion: Occasion) -> Iterator[tuple[Telling, Weight | None]]:
    """Yield every report of an occasion with what joined it."""
    for group, weight in occasion.groups:
        for telling in group:
            yield telling, weight
