"""What an article of unknown date says of days counted from its own: "yesterday", "in two days", "on Tuesday".

Such words are read under two nominal days of publication. What keeps its distance from both is an offset, what keeps
its weekday at two distances is a weekday; a date that does not move counts from something else, and is neither.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from datetime import date
from typing import NamedTuple

from kg.extract.candidate import Scene
from kg.extract.timeline import timeline
from kg.extract.when import DateCandidate

# A Monday and the Thursday of the next week, in the middle of one month: no week, month or year divides them.
_DAYS = (date(2001, 5, 7), date(2001, 5, 17))
# Tellings of the event itself; dates carried on from elsewhere in the text, or publication itself, are guesses.
_TOLD = frozenset({"own", "other", "before", "kin"})
_WEEK = 7
_FARTHEST = 31

Dating = Callable[[Scene], Sequence[DateCandidate]]


class Nominal(NamedTuple):
    """Where an event lies from its article's unknown day: days (negative before it), or the weekday (Monday is 0)."""

    offset: int | None = None
    weekday: int | None = None


UNPLACED = Nominal()


def placed(scene: Scene, dating: Dating) -> list[Nominal]:
    """Return for each event how the words of its telling place it from the day of an undated article.

    ``dating`` chooses a date for each event of a scene; it is asked twice, as if the article were of one day and of
    another. The list is empty where something fixes the article's day: publication, a dateline, a full date in the
    text.
    """
    if timeline(scene).anchor is not None:
        return []
    first, second = (dating(_as_of(scene, day)) for day in _DAYS)
    return [_moved(one, two) for one, two in zip(first, second, strict=True)]


def _as_of(scene: Scene, day: date) -> Scene:
    other = copy(scene)
    other.published, other.timeline = day, None
    return other


def _moved(one: DateCandidate, two: DateCandidate) -> Nominal:
    days = [_day(candidate.edtf) for candidate in (one, two)]
    if not {one.source, two.source} <= _TOLD or days[0] is None or days[1] is None or days[0] == days[1]:
        return UNPLACED
    away = [(day - anchor).days for day, anchor in zip(days, _DAYS, strict=True) if day is not None]
    if away[0] == away[1]:
        return Nominal(offset=away[0]) if abs(away[0]) <= _FARTHEST else UNPLACED
    if days[0].weekday() == days[1].weekday() and max(map(abs, away)) <= _WEEK:
        return Nominal(weekday=days[0].weekday())
    return UNPLACED


def _day(edtf: str | None) -> date | None:
    first = (edtf or "").partition("/")[0]
    return date.fromisoformat(first) if len(first) == len("2001-05-07") and first[:4].isdigit() else None
