"""How well reports are put together: pairs, and the measures of coreference (MUC, B³, CEAF-e, CoNLL) by a library.

A :class:`Mention` is one report with the occasion it tells of and the event it was put into.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from scorch.scores import b_cubed, ceaf_e, muc


@dataclass(frozen=True)
class Mention:
    """A report: where it stands, the annotated occasion, the key of the event that it was merged into."""

    article: str
    number: int
    occasion: str
    event: str
    kind: str = "visit"
    required: bool = True


@dataclass(frozen=True)
class Counts:
    """Pairs of reports: rightly joined, joined, and those that tell of one occasion."""

    right: int
    joined: int
    sought: int

    @property
    def precision(self) -> float | None:
        """The share of the joined that is right; None where nothing was joined."""
        return self.right / self.joined if self.joined else None

    @property
    def recall(self) -> float | None:
        """The share of the sought that was joined; None where nothing is sought."""
        return self.right / self.sought if self.sought else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of the two."""
        return 2 * self.right / (self.joined + self.sought) if self.joined + self.sought else None


Wrong = tuple[Mention, Mention]


def pairs(mentions: Sequence[Mention], *, across: bool) -> Counts:
    """Return the counts over pairs of reports, only those of two articles if ``across``."""
    right = joined = sought = 0
    for one, other in combinations(mentions, 2):
        if across and one.article == other.article:
            continue
        same, together = one.occasion == other.occasion, one.event == other.event
        right, joined, sought = right + (same and together), joined + together, sought + same
    return Counts(right, joined, sought)


def coreference(mentions: Sequence[Mention]) -> dict[str, tuple[float, float, float]]:
    """Return precision, recall and F1 of MUC, B³ and CEAF-e, and the mean of the three F1 as ``CoNLL``.

    The library gives recall first. MUC counts no singletons: it is 0 where nothing is to be joined.
    """
    key = _sets(mentions, lambda m: m.occasion)
    response = _sets(mentions, lambda m: m.event)
    found = {}
    for name, measure in (("MUC", muc), ("B³", b_cubed), ("CEAF-e", ceaf_e)):
        recall, precision, f1 = (float(value) for value in measure(key, response))
        found[name] = precision, recall, f1
    mean = sum(f1 for _, _, f1 in found.values()) / len(found)
    return {**found, "CoNLL": (mean, mean, mean)}


def _sets(mentions: Iterable[Mention], by: Callable[[Mention], Hashable]) -> list[set[Mention]]:
    groups: dict[Hashable, set[Mention]] = defaultdict(set)
    for mention in mentions:
        groups[by(mention)].add(mention)
    return list(groups.values())


def violations(mentions: Iterable[Mention], apart: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the pairs of look-alikes of which two reports came into one event."""
    events: dict[str, set[str]] = defaultdict(set)
    for mention in mentions:
        events[mention.occasion].add(mention.event)
    return [(one, other) for one, other in apart if events[one] & events[other]]


def split(mentions: Iterable[Mention]) -> dict[str, list[Mention]]:
    """Return the occasions whose reports came into more than one event, with these reports."""
    told: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        told[mention.occasion].append(mention)
    return {key: same for key, same in sorted(told.items()) if len({m.event for m in same}) > 1}


def wrong_joins(mentions: Sequence[Mention]) -> list[Wrong]:
    """Return the pairs of reports that came into one event and tell of two occasions."""
    return [(a, b) for a, b in combinations(mentions, 2) if a.event == b.event and a.occasion != b.occasion]
