"""Official records of who travelled where, and whom they met: what reports can be held against.

The tables in ``kg/data/records`` are the Office of the Historian's (US Department of State): ``us_travels.csv``, all
journeys abroad of Presidents and Secretaries of State, and ``us_visits.csv``, foreign leaders whom the President
received or who came for an occasion of state; a leader who only went to the United Nations is not in it.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from importlib.resources import files

from kg.records import OfficialRecord

Records = Mapping[str, tuple[OfficialRecord, ...]]

_TABLES = (("us_travels.csv", True), ("us_visits.csv", False))


def records_of(travellers: Set[str]) -> Records:
    """Return the records of these travellers by their key, by first day; travellers without any are left out.

    Some 50 ms for reading the tables, which is why one build asks once.
    """
    index: dict[str, list[OfficialRecord]] = defaultdict(list)
    for name, complete in _TABLES:
        for record in _read(name, travellers, complete=complete):
            index[record.traveller].append(record)
    return {key: tuple(sorted(stays, key=lambda r: (r.start, r.end, r.id))) for key, stays in sorted(index.items())}


def _read(name: str, travellers: Set[str], *, complete: bool) -> Iterator[OfficialRecord]:
    table = csv.reader((files("kg") / "data" / "records" / name).read_text("utf-8").splitlines())
    next(table)
    # The columns in their order: naming them in each row would double the time.
    for id_, start, end, who, name, office, _, countries, country, locale, places, met, text, origin in table:
        if who and f"person/{who}" in travellers:
            yield OfficialRecord(
                id=id_,
                start=start,
                end=end,
                traveller=f"person/{who}",
                name=name,
                office=office,
                countries=_keys(countries),
                country=country,
                locale=locale,
                places=_keys(places, "place/"),
                met=_keys(met, "person/"),
                text=text,
                origin=origin,
                complete=complete,
            )


def _keys(field: str, path: str = "") -> tuple[str, ...]:
    return tuple(path + key for key in field.split("|")) if field else ()
