"""How surely two reports tell of one occasion, in bits of evidence, each with its reason.

The weights are log-likelihood ratios to base two, added to the log-odds that two reports found by their blocking keys
are one occasion at all (I. Fellegi and A. Sunter, A theory of record linkage, 1969). They are set by hand from the open
stories; agreement that is rare among different occasions weighs most.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from kg.merge.days import Grain
from kg.merge.party import Party, pair_up
from kg.merge.telling import Telling
from kg.merge.words import shared
from kg.records import Meeting, Visit

SURE = 4.0
"""Bits from which on two reports are joined: odds of sixteen to one."""

_PRIOR = {"visit": -3.0, "meeting": -3.0, "statement": -5.0}
_WHO = {"visit": 4.0, "meeting": 6.0, "statement": 2.0}
_CALLED = {"visit": "visitor", "meeting": "participants", "statement": "speaker"}
_SAME_TOWN, _SAME_COUNTRY, _OTHER_TOWN, _OTHER_COUNTRY = 3.0, 1.5, -2.0, -4.0
_SAME_DAY, _SHARED_DAYS, _NEXT_DAY, _SAME_MONTH, _SAME_YEAR, _UNDATED = 4.0, 2.0, 0.5, 1.5, 0.5, -0.5
_MOVED, _SAME_NEWS = 2.0, 1.5
_SAID_ONCE = -1.0
_AROUND, _MOST_AROUND = 0.5, 6
_SAME_STATUS, _CARRIED_OUT, _AGAINST_STATUS = 0.5, 0.5, -3.0
_OTHER_MODE, _SAME_MODE = -4.0, 1.0
_DELEGATE = -1.0
_WORDS = {2: 6.5, 3: 8.0}
_MANY_WORDS, _SHARE = 9.5, 0.4
"""By how many words two renderings share, if at least that share of the shorter one. Of 1,926 pairs of different
statements by one speaker in one annotated article 9 share two such words or more, 3 of them three."""
_VISIT_SLACK, _MEETING_SLACK = 3, 1
_NEWS_DAYS = 10
_MOVE_DAYS = 200


@dataclass(frozen=True)
class Weight:
    """Bits of evidence for one occasion, and the reasons in a few words each."""

    bits: float
    reasons: tuple[str, ...]

    @property
    def probability(self) -> float:
        """The same as a share, 0–1."""
        return 1 / (1 + math.pow(2.0, -self.bits))


def weigh(a: Telling, b: Telling) -> Weight | None:
    """Return how surely two reports of one kind tell of one occasion, or None where something forbids it.

    It is the same both ways round.
    """
    found: list[tuple[float, str]] = []
    for part in (
        _where,
        _when,
        _said if a.kind == "statement" else _around,
        _who,
        _how,
    ):  # what is cheap to refuse first
        told = part(a, b)
        if told is None:
            return None
        found += told
    bits = _PRIOR[a.kind] + sum(weight for weight, _ in found)
    return Weight(bits, tuple(reason for _, reason in found if reason))


Part = list[tuple[float, str]] | None


def _who(a: Telling, b: Telling) -> Part:
    days = max(a.when.first, b.when.first), min(a.when.last, b.when.last)
    days = days if days[0] <= days[1] else a.when.span
    pairs = pair_up(a.parties, b.parties, days)
    if not pairs:
        return None
    left = [party for party in a.parties if all(party is not pair[0] for pair in pairs)]
    right = [party for party in b.parties if all(party is not pair[1] for pair in pairs)]
    weight = _WHO[a.kind] * min(grade for _, _, grade, _ in pairs)
    first, *others = (f"{why} {_CALLED[a.kind]}" for why in sorted({why for *_, why in pairs}))
    found = [(weight, first), *((0.0, why) for why in others)]
    if not (left or right):
        return found
    if a.kind == "visit" and not (left and right):
        return [*found, (_DELEGATE, "with others")]
    if a.kind == "meeting" and len(pairs) >= 2 and not (left and right):
        together = [party for pair in pairs for party in pair[:2]]
        if all(_accompanies(party, together) for party in left or right):
            return [*found, (_DELEGATE * 2, "with a delegate")]
    return None


def _accompanies(party: Party, leaders: list[Party]) -> bool:
    """Say whether somebody can be of a leader's delegation: of the same state, without a high office."""
    return (
        party.kind == "person"
        and not party.offices
        and not party.terms
        and party.country is not None
        and any(leader.country == party.country and (leader.offices or leader.terms) for leader in leaders)
    )


def _where(a: Telling, b: Telling) -> Part:
    if a.kind == "statement" or not a.country or not b.country:
        return []
    if a.country != b.country:
        if isinstance(a.report.event, Visit):
            return None
        exact = a.when.grain is Grain.DAY and a.when.span == b.when.span  # nobody meets twice a day in two countries
        return [(_OTHER_TOWN if exact else _OTHER_COUNTRY, "another country")]
    if a.town and b.town:
        return [(_SAME_TOWN, "same town")] if a.town == b.town else [(_OTHER_TOWN, "another town")]
    if a.town is None and b.town is None:
        return [(_SAME_COUNTRY + 0.5, "same country")]
    return [(_SAME_COUNTRY, "town in the country")]


def _when(a: Telling, b: Telling) -> Part:
    one, other = sorted((a.when, b.when), key=lambda when: when.grain)
    gap = one.gap(other)
    found: list[tuple[float, str]] = []
    if gap == 0:
        if other.grain is Grain.DAY:
            found = [(_SAME_DAY, "same day" if one.span == other.span else "days in common")]
        elif other.grain is Grain.RECENT:
            found = [(_SHARED_DAYS + (one.edtf == other.edtf), "recent then")]
        elif other.grain is Grain.MONTH:
            found = [(_SAME_MONTH, "day in the month")]
        elif other.grain is Grain.YEAR:
            found = [(_SAME_YEAR, "day in the year")]
        elif other.grain is Grain.YEARLESS:
            found = (
                [(_SAME_DAY, "same day of the year")]
                if one.edtf and one.grain != Grain.NONE
                else [(_UNDATED, "no date")]
            )
        else:
            found = [(_UNDATED if a.kind != "statement" else _SAID_ONCE, "no date")]
    elif gap <= _slack(a, b) and other.grain <= Grain.RECENT:
        found = [(_NEXT_DAY, f"{gap} day{'s' if gap > 1 else ''} apart")]
    elif _rescheduled(a, b) and gap <= _MOVE_DAYS:
        found = [(_MOVED, "date moved")]
    else:
        return None
    return found + _news(a, b) if other.grain >= Grain.RECENT else found


def _slack(a: Telling, b: Telling) -> int:
    if isinstance(a.report.event, Visit):
        return _VISIT_SLACK
    if isinstance(a.report.event, Meeting) and isinstance(b.report.event, Meeting):
        return _MEETING_SLACK if {a.report.event.mode, b.report.event.mode} <= {"in-person", "unknown"} else 0
    return 0


def _rescheduled(a: Telling, b: Telling) -> bool:
    """Say whether the later article tells of a new date for what the earlier one has planned."""
    if not a.article.published or not b.article.published or a.kind == "statement":
        return False
    early, late = sorted((a, b), key=lambda telling: telling.told_on)
    return late.moved and early.report.status == "planned" and early.article.published != late.article.published


def _news(a: Telling, b: Telling) -> list[tuple[float, str]]:
    one, other = a.article.published, b.article.published
    near = one is not None and other is not None and abs((one - other).days) <= _NEWS_DAYS
    return [(_SAME_NEWS, "news of the same days")] if near else []


def _how(a: Telling, b: Telling) -> Part:
    one, other = a.report, b.report
    found: list[tuple[float, str]] = []
    if isinstance(one.event, Meeting) and isinstance(other.event, Meeting):
        modes = {one.event.mode, other.event.mode} - {"unknown"}
        if len(modes) == 2:
            found.append((_OTHER_MODE, "another mode"))
        elif modes and modes != {"in-person"} and one.event.mode == other.event.mode:
            found.append((_SAME_MODE, "same mode"))
    if a.kind != "statement":
        if one.status == other.status:
            found.append((_SAME_STATUS, ""))
        elif "cancelled" in (one.status, other.status) and "occurred" in (one.status, other.status):
            found.append((_AGAINST_STATUS, "occurred or cancelled"))
        else:
            found.append((_CARRIED_OUT, "planned before"))
    return found


def _around(a: Telling, b: Telling) -> Part:
    """What else two articles say with the event tells most where the date tells little."""
    _, number = shared(a.around, b.around)
    return [(min(number, _MOST_AROUND) * _AROUND, f"{number} words around in common")] if number > 1 else []


def _said(a: Telling, b: Telling) -> Part:
    share, number = shared(a.words, b.words)
    if share < _SHARE or number < 2:
        return None
    return [(_WORDS.get(number, _MANY_WORDS), f"{number} words in common")]
