"""When a feed may be asked again: not before its publisher, its server and the user all say so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

DAY_S = 86_400.0
LONGEST_REST_S = 30 * DAY_S

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age=\"?(\d{1,9})", re.IGNORECASE)


@dataclass(frozen=True)
class Pace:
    """What a feed says of itself: seconds that it stays as it is, hours (0–23, UTC) and days (Monday 0) of rest."""

    lasts_s: float = 0.0
    hours: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()


def next_time(now: float, every_s: float, headers: Mapping[str, str], pace: Pace) -> float:
    """Return when to ask again, in seconds since 1970.

    The longest counts of what the user wants, ``Cache-Control: max-age`` and the feed's own ``ttl`` or update period,
    at most a day, since a mistaken year would end the watch unseen. ``Retry-After`` counts up to thirty days. The hours
    and days that the feed skips are passed over, unless it skips all.
    """
    age = _MAX_AGE.search(headers.get("cache-control", ""))
    stays = max(float(age[1]) if age else 0.0, pace.lasts_s)
    after = now + max(every_s, min(stays, DAY_S), _retry_after(headers, now))
    return _past_rest(after, pace)


def after_failure(now: float, every_s: float, failures: int, headers: Mapping[str, str]) -> float:
    """Return when to ask again after so many failures in a row: each doubles the pause, up to a day."""
    return now + max(min(every_s * 2.0 ** min(failures, 20), DAY_S), every_s, _retry_after(headers, now))


def _retry_after(headers: Mapping[str, str], now: float) -> float:
    """Return the seconds that the header Retry-After asks for, in seconds or as a date (RFC 9110, 10.2.3)."""
    value = headers.get("retry-after", "").strip()
    try:
        wait = float(value[:12]) if value.isdecimal() else parsedate_to_datetime(value).timestamp() - now
    except (ValueError, OverflowError):
        return 0.0
    return min(max(0.0, wait), LONGEST_REST_S)


def _past_rest(after: float, pace: Pace) -> float:
    first = moment = datetime.fromtimestamp(after, UTC)
    while moment.hour in pace.hours or moment.weekday() in pace.days:
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        if moment - first > timedelta(days=8):
            return after
    return moment.timestamp()
