"""From one release to the next: which parts of the graph change when articles come and go, and their quads.

Only what the articles touch is made anew, before and after, by the same functions; the difference is what the next
release adds and removes. A first build starts from nothing and so makes everything. What comes of it depends on the
articles alone, not on the order or the steps in which they came.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain

from pyoxigraph import Quad

from kg.corroborate import Checked, check
from kg.iri import Names
from kg.merge import Telling, join, shelves, tellings
from kg.official import Records, records_of
from kg.rdf import article_quads, confirmation_quad, event_quads, nquads
from kg.records import Account, Contradiction, Event, Meeting, Report
from kg.state import Part, State, Where, cited
from kg.things import cast, named
from kg.units import THINGS, depends_on_number, of_account, of_event, thing_of, unit_quads


@dataclass(frozen=True)
class Delta:
    """The difference of two releases as sorted lines of canonical N-Quads, without what they say of themselves."""

    added: Sequence[bytes]
    removed: Sequence[bytes]


@dataclass(frozen=True)
class _Side:
    """What is affected, as it is before or after: articles that go or come, and the events that may be others then.

    ``told`` are the reports of the articles, ``accounts`` all that these events rest on, ``event_of`` gives the event
    of each of their reports.
    """

    changed: Mapping[str, Account]
    told: Sequence[Telling]
    events: Mapping[str, Event]
    accounts: Mapping[str, Account]
    event_of: Mapping[Where, str]


@dataclass(frozen=True)
class _Given:
    """What a side contributes to shared units, and what official records say of its events, by their keys."""

    parts: Counter[Part]
    checked: Mapping[str, Checked]


@dataclass(frozen=True)
class _Unit:
    """What is contributed to one unit, before and after."""

    before: Mapping[Part, int]
    after: Mapping[Part, int]

    @property
    def shows(self) -> bool:
        """Whether the difference shows in the quads: mostly, how many say the same does not."""
        return self.before.keys() != self.after.keys() or any(map(depends_on_number, self.after))


def update(
    state: State, names: Names, *, put: Iterable[Account], remove: Iterable[str], rows: Iterable[Part] | None = None
) -> Delta:
    """Bring the state to that of its articles without ``remove`` and with ``put``, and return what that changes.

    An account put replaces that of the same article. ``rows`` are all accepted links, None if they are as before.
    """
    fresh = {account.article.id: cited(account) for account in put}
    gone = {id_: account for id_ in sorted({*remove, *fresh}) if (account := state.account(id_)) is not None}
    before, after = _sides(state, gone, fresh)
    both = before.event_of.keys() & after.event_of.keys()
    moved = {where[0] for where in both if before.event_of[where] != after.event_of[where]} - after.changed.keys()
    records = records_of({key for side in (before, after) for event in side.events.values() for key in _people(event)})
    given_before, given = _given(names, before, records), _given(names, after, records)
    numbers = given.parts.copy()
    numbers.subtract(given_before.parts)
    if rows is not None:
        numbers.update(rows)
        numbers.subtract(state.parts_of_kind("rows"))
    units = _units(state, numbers)
    shown = [unit for unit in units.values() if unit.shows]
    shared_before = chain.from_iterable(unit_quads(names, unit.before) for unit in shown)
    shared = chain.from_iterable(unit_quads(names, unit.after) for unit in shown)
    old = nquads(chain(_quads(names, before, moved, given_before), shared_before))
    new = nquads(chain(_quads(names, after, moved, given), shared))
    _write(state, before, after, given, units)
    return Delta(_without(new, old), _without(old, new))


def _sides(state: State, gone: Mapping[str, Account], fresh: Mapping[str, Account]) -> tuple[_Side, _Side]:
    """Return what is affected when some articles go and others come, before and after."""
    going, coming = _tellings(gone.values()), _tellings(fresh.values())
    reached = _reached(state, [*going, *coming], {*gone, *fresh})
    kept = _accounts(state, {article for article, _ in reached})
    joined = {
        event.key: event for event in join([*(t for t in _tellings(kept.values()) if t.where in reached), *coming])
    }
    once = {state.event_of(where) for where in (*reached, *(telling.where for telling in going))}
    parted = _events(state, once)
    here, there = _event_of(parted), _event_of(joined)
    moved = {where[0] for where in reached if here[where] != there[where]}
    # A meeting beside these may lie within an event that is another one now, and say so.
    meetings = ((one, i) for one in moved for i, report in enumerate(kept[one].reports) if _lies_within(report))
    beside = _events(state, {state.event_of(where) for where in meetings if where not in there})
    kept |= _accounts(state, {article for event in beside.values() for article, _ in event.reports} - kept.keys())
    unmoved = {where: key for article in kept for where, key in state.told(article).items()}
    return (
        _Side(gone, going, parted | beside, {**kept, **gone}, unmoved | here),
        _Side(fresh, coming, joined | beside, {**kept, **fresh}, unmoved | there),
    )


def _reached(state: State, changed: Iterable[Telling], ids: Set[str]) -> set[Where]:
    """Return the reports of articles but ``ids`` that one of theirs can be one event with, directly or over others."""
    reached: set[Where] = set()
    waiting = {shelf for telling in changed for shelf in shelves(telling)}
    seen: set[tuple[str, int]] = set()
    while waiting:
        shelf = waiting.pop()
        seen.add(shelf)
        for where in state.meeting(*shelf):
            if where[0] not in ids and where not in reached:
                reached.add(where)
                waiting.update(other for other in state.shelves_of(where) if other not in seen)
    return reached


def _given(names: Names, side: _Side, records: Records) -> _Given:
    parts: Counter[Part] = Counter()
    checked = {}
    for account in side.changed.values():
        parts.update(of_account(names, account))
    for key, event in side.events.items():
        accounts = (side.accounts[article] for article, _ in event.reports)
        actors, places = cast(accounts, [event.event])
        checked[key] = check(event, places, records)
        parts.update(of_event(event, checked[key], actors, places))
    return _Given(parts, checked)


def _units(state: State, numbers: Mapping[Part, int]) -> dict[str, _Unit]:
    """Return the units to which more or fewer contribute than before, by path; ``numbers`` are the differences."""
    differences: dict[str, dict[Part, int]] = defaultdict(dict)
    for part, number in numbers.items():
        if number:
            differences[part.unit][part] = number
    units = {}
    for path, difference in sorted(differences.items()):
        before = state.parts(path)
        after = before | {part: before.get(part, 0) + number for part, number in difference.items()}
        units[path] = _Unit(before, {part: number for part, number in after.items() if number})
    return units


def _quads(names: Names, side: _Side, moved: Set[str], given: _Given) -> Iterator[Quad]:
    """Yield the quads of the articles and events of one side."""
    for account in (*side.changed.values(), *(side.accounts[article] for article in moved)):
        yield from article_quads(names, account, side.event_of)
    for key, event in side.events.items():
        yield from event_quads(names, event, side.accounts, side.event_of)
        for one in given.checked[key].corroborations:
            yield confirmation_quad(names, one)


def _write(state: State, before: _Side, after: _Side, given: _Given, units: Mapping[str, _Unit]) -> None:
    state.drop_accounts(before.changed)
    state.drop_events(before.events)
    state.put_accounts(after.changed.values())
    state.put_shelves({telling.where: shelves(telling) for telling in after.told})
    state.put_events(after.events.values())
    lost = {part: 0 for unit in units.values() for part in unit.before.keys() - unit.after.keys()}
    state.put_parts(lost | {part: n for u in units.values() for part, n in u.after.items() if u.before.get(part) != n})
    state.put_linked({path: thing_of(unit.after) for path, unit in units.items() if unit.shows and _is_thing(unit)})
    contradictions: dict[str, Sequence[Contradiction]] = dict.fromkeys((*before.changed, *before.events), ())
    contradictions |= {article: account.contradictions for article, account in after.changed.items()}
    contradictions |= {key: checked.contradictions for key, checked in given.checked.items()}
    state.put_contradictions(contradictions)


def _accounts(state: State, ids: Iterable[str]) -> dict[str, Account]:
    found = {id_: state.account(id_) for id_ in sorted(set(ids))}
    return {id_: account for id_, account in found.items() if account is not None}


def _events(state: State, event_keys: Iterable[str | None]) -> dict[str, Event]:
    found = {key: state.event(key) for key in sorted(filter(None, event_keys))}
    return {key: event for key, event in found.items() if event is not None}


def _event_of(events: Mapping[str, Event]) -> dict[Where, str]:
    return {where: key for key, event in events.items() for where in event.reports}


def _tellings(accounts: Iterable[Account]) -> list[Telling]:
    return [telling for account in accounts for telling in tellings(account)]


def _lies_within(report: Report) -> bool:
    return isinstance(report.event, Meeting) and report.event.during is not None


def _people(event: Event) -> Iterator[str]:
    """Yield all whom records of travel may know."""
    return (key for key in named(event.event)[0] if key.startswith("person/"))


def _is_thing(unit: _Unit) -> bool:
    return any(part.kind in THINGS for part in (*unit.before, *unit.after))


def _without(lines: Sequence[bytes], others: Iterable[bytes]) -> list[bytes]:
    there = set(others)
    return [line for line in lines if line not in there]
