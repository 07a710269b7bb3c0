"""Takes certainty from offices of one holder that two people would hold at once.

The sources list acting presidents beside the one they stood in for, give the day of an election for that of the
inauguration, or never saw an office end. Which is so cannot be told from the dates; what can be told is that not both
are sure. Offices that several do hold are named in ``tests/tools/authority/shared_offices.csv``.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from datetime import date, timedelta

from tests.tools.tables import Row, own

HANDOVER = 31
"""Days for which two holders may both stand in the sources, many of which know the month alone."""

SINGLE = frozenset(
    {"head-of-state", "head-of-government", "governor-general", "foreign-minister", "defence-minister"}
    | {"organisation-head"}
)
"""Kinds of office that one person at a time holds."""


def doubted(table: list[Row]) -> list[Row]:
    """Return the rows, with less certainty where two of different people are sure of the same days.

    A stint inside another's is ``within`` (perhaps the holder's deputy), unless the longer one has no known end: then
    that one is sure only until the stint begins. Of two that overlap in part, the earlier is sure only until the later
    begins.
    """
    rows = dict(enumerate(table))
    held: dict[tuple[str, str], list[int]] = defaultdict(list)
    for n, row in rows.items():
        if row["kind"] in SINGLE and (row["country"] or row["organisation"]):
            held[row["country"] or row["organisation"], row["kind"]].append(n)
    shared = own("shared_offices.csv")
    for (of, kind), numbers in held.items():
        pardons = [row for row in shared if (row["of"], row["kind"]) == (of, kind)]
        # By start, then the longer one first, then by person: the same input gives the same doubts.
        numbers.sort(key=lambda n: (sure(rows[n]) or ("", ""))[0] + table[n]["person"] + table[n]["start"])
        again = True
        while again:
            again = False
            for place, first in enumerate(numbers):
                for second in numbers[place + 1 :]:
                    if clash(rows[first], rows[second], pardons):
                        again = _weaken(rows, first, second) or again
    return list(rows.values())


def sure(row: Row) -> tuple[str, str] | None:
    """Return the first and the last day on which an office is surely held; see ``kg.known.Office.held``."""
    if row["closing"] in {"within", "unrecorded"} or not row["start"]:
        return None
    start, end = _after(row["start"]), row["end"]
    if row["closing"] == "attested":
        end = min(end, f"{int(start[:4]) + 1}{start[4:]}") if len(row["start"]) == 10 else ""
    elif row["closing"] == "stated":
        end = end if len(end) == 10 else _day_before(end)
    elif row["closing"] == "by":
        end = min(row["as_of"], end if len(end) == 10 else f"{end}-31"[:10] if len(end) == 7 else f"{end}-12-31")
    elif row["closing"] == "open":
        end = row["as_of"]
    return (start, end) if start <= end else None


def clash(first: Row, second: Row, pardons: list[Row]) -> bool:
    """Say whether two people are sure to hold one office for longer than a handover, and nothing pardons it."""
    one, other = sure(first), sure(second)
    if first["person"] == second["person"] or one is None or other is None:
        return False
    start, end = max(one[0], other[0]), min(one[1], other[1])
    if start > end or (_date(end) - _date(start)).days <= HANDOVER:
        return False
    return not any(row["from"] <= start and end <= row["until"] for row in pardons)


def _weaken(rows: dict[int, Row], first: int, second: int) -> bool:
    """Doubt one of two rows, or both; ``first`` begins no later than ``second``."""
    one, other = sure(rows[first]), sure(rows[second])
    if one is None or other is None:
        return False
    if one[0] == other[0] and one[1] < other[1]:
        first, second, one, other = second, first, other, one
    loose = rows[first]["closing"] == "by"
    if one == other:
        rows[first] = {**rows[first], "closing": "within"}
        rows[second] = {**rows[second], "closing": "within"}
    elif other[1] <= one[1] and not (loose and rows[second]["closing"] in {"stated", "open"}):
        rows[second] = {**rows[second], "closing": "within"}
        if loose:
            rows[first] = _until(rows[first], other[0])
    else:
        rows[first] = _until(rows[first], other[0])
    return True


def _until(row: Row, day: str) -> Row:
    """Return a row that is sure only until a day, and possible until its own end."""
    if day <= _after(row["start"]):
        return {**row, "closing": "within"}
    return {**row, "closing": "by", "end": row["end"] or row["as_of"], "as_of": min(day, row["as_of"])}


def _after(start: str) -> str:
    """Return the first day that is surely not before a start of any precision."""
    if len(start) == 10:
        return start
    year, month = int(start[:4]), int(start[5:7] or 12)
    return f"{year + month // 12:04}-{month % 12 + 1:02}-01"


def _day_before(end: str) -> str:
    return (_date(f"{end}-01-01"[:10] if len(end) == 4 else f"{end}-01") - timedelta(1)).isoformat()


def _date(day: str) -> date:
    """Return a day; one that its month does not have, such as 31 February, is the month's last."""
    year, month, number = int(day[:4]), int(day[5:7]), int(day[8:10])
    return date(year, month, min(number, monthrange(year, month)[1]))
