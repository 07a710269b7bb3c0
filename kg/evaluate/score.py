"""Count what was found, missed and invented, and how far the details of what was found are right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from kg.evaluate.found import Found, FoundEvent
from kg.evaluate.gold import KINDS, Gold, GoldEvent, Kind
from kg.evaluate.match import compatible, flat, overlap, pair, rests_on, same_date

DETAILS: dict[str, tuple[Kind, ...]] = {
    "status": ("visit", "meeting"),
    "date": ("visit", "meeting"),
    "date compatible": ("visit", "meeting"),
    "mode": ("meeting",),
    "act": ("statement",),
    "direct": ("statement",),
}


@dataclass(frozen=True)
class Tally:
    """How many events were found rightly, invented and missed."""

    found: int = 0
    extra: int = 0
    missed: int = 0

    def __add__(self, other: Tally) -> Tally:
        """Add up two tallies."""
        return Tally(self.found + other.found, self.extra + other.extra, self.missed + other.missed)

    @property
    def precision(self) -> float:
        """The share of the system's events that are right, 0 where it has none."""
        return _share(self.found, self.found + self.extra)

    @property
    def recall(self) -> float:
        """The share of the required events that were found, 0 where there are none."""
        return _share(self.found, self.found + self.missed)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall, 0 where nothing was found."""
        return _share(2 * self.found, 2 * self.found + self.extra + self.missed)


@dataclass(frozen=True)
class Accuracy:
    """How many of the matched required events have a detail right."""

    right: int = 0
    total: int = 0

    def __add__(self, other: Accuracy) -> Accuracy:
        """Add up two counts."""
        return Accuracy(self.right + other.right, self.total + other.total)

    @property
    def share(self) -> float:
        """The share that is right, 0 where there are none."""
        return _share(self.right, self.total)


@dataclass(frozen=True)
class Finding:
    """One thing to look at: a miss, an extra, a trap taken or a wrong detail, with the words it rests on."""

    sort: str
    article: str
    kind: str
    what: str
    evidence: str


@dataclass(frozen=True)
class Scores:
    """The result: tallies by kind, accuracies by detail, tallies by style and kind, traps, and the findings.

    ``retold`` are extras whose evidence is a retelling of an annotated event; ``covered`` are missed
    statements whose words lie inside another statement that was matched.
    """

    articles: int = 0
    absent: tuple[str, ...] = ()
    kinds: Mapping[str, Tally] = field(default_factory=dict)
    details: Mapping[str, Accuracy] = field(default_factory=dict)
    styles: Mapping[str, Mapping[str, Tally]] = field(default_factory=dict)
    traps: Accuracy = Accuracy()
    retold: int = 0
    covered: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def overall(self) -> Tally:
        """All kinds together."""
        return sum(self.kinds.values(), Tally())


def score(golds: Mapping[str, Gold], founds: Mapping[str, Found]) -> Scores:
    """Return the scores of what was found against what is annotated, micro-averaged over the articles.

    Borderline events (``required: false``) count on neither side; a second report of one event is an extra.
    ``traps.right`` are the traps that were taken.
    """
    kinds: dict[str, Tally] = dict.fromkeys(KINDS, Tally())
    details: dict[str, Accuracy] = dict.fromkeys(DETAILS, Accuracy())
    styles: dict[str, dict[str, Tally]] = defaultdict(lambda: dict.fromkeys(KINDS, Tally()))
    traps, retold, covered = Accuracy(), 0, 0
    findings: list[Finding] = []
    for key, gold in sorted(golds.items()):
        events = founds[key].events if key in founds else ()
        pairs = pair(gold, events)
        matched = {e: g for g, e in pairs}
        reached = set(matched.values())
        misses = [g for n, g in enumerate(gold.events) if n not in reached and g.required]
        extras = [e for n, e in enumerate(events) if n not in matched]
        hits = [(gold.events[g], events[e]) for g, e in pairs if gold.events[g].required]
        for kind in KINDS:
            tally = Tally(*(sum(x.kind == kind for x in xs) for xs in ([g for g, _ in hits], extras, misses)))
            kinds[kind] += tally
            styles[gold.style][kind] += tally
        for annotated, event in hits:
            for detail, right in _right(annotated, event).items():
                details[detail] += Accuracy(right, 1)
                if not right and detail != "date compatible":
                    findings.append(_wrong(key, detail, annotated, event))
        findings += [_finding("miss", key, g) for g in misses]
        findings += [_finding("extra", key, e) for e in extras]
        taken = [t for t in gold.traps if any(rests_on(e, [t.text]) for e in extras)]
        findings += [Finding("trap", key, t.why, "taken for an event", flat(t.text)) for t in taken]
        traps += Accuracy(len(taken), len(gold.traps))
        retold += sum(rests_on(e, [r.evidence for r in gold.retellings]) for e in extras)
        said = [e.content or "" for g, e in hits if g.kind == "statement"]
        covered += sum(g.kind == "statement" and any(overlap(g.evidence, s) == 1 for s in said) for g in misses)
    return Scores(
        articles=len(golds),
        absent=tuple(sorted(set(golds) - set(founds))),
        kinds=kinds,
        details=details,
        styles={style: styles[style] for style in sorted(styles)},
        traps=traps,
        retold=retold,
        covered=covered,
        findings=tuple(findings),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _right(gold: GoldEvent, event: FoundEvent) -> dict[str, bool]:
    right = {
        "status": gold.status == event.status,
        "date": same_date(gold, event),
        "date compatible": compatible(gold.edtf, event.edtf),
        "mode": gold.mode == event.mode,
        "act": gold.act == event.act,
        "direct": gold.direct == event.direct,
    }
    return {detail: value for detail, value in right.items() if gold.kind in DETAILS[detail]}


def _wrong(article: str, detail: str, gold: GoldEvent, event: FoundEvent) -> Finding:
    field_name = "edtf" if detail == "date" else detail
    what = f"{getattr(event, field_name)} instead of {getattr(gold, field_name)} ({', '.join(gold.actors)})"
    return Finding(f"wrong {detail}", article, gold.kind, what, flat(event.content or event.evidence))


def _finding(sort: str, article: str, event: GoldEvent | FoundEvent) -> Finding:
    if isinstance(event, GoldEvent):
        names, place, words = list(event.actors), event.place, event.evidence
        more = [event.act, None]
    else:
        names, place = [a.name for a in event.actors], event.place.name if event.place else None
        words = event.content or event.evidence
        more = [event.act, f"{event.rule} {event.confidence:.2f}"]
    if event.kind != "statement":
        more = [f"at {place}" if place else None, event.status, event.edtf or "undated", more[1]]
    return Finding(sort, article, event.kind, " · ".join([", ".join(names), *(m for m in more if m)]), flat(words))
