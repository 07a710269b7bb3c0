"""The offices that an article gives its actors, those that the authority dates, and where the two disagree.

The article's word and the authority's are kept apart: each is a claim with its source. What an article says of an
office is held against the authority on the day of publication only, and only where the person is known; neither side
is taken to be right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from kg.authority import Authority
from kg.cast import Cast, Entity
from kg.known import Office, Organisation, Person, State
from kg.records import Contradiction, OfficeHolding
from kg.roles import Role
from kg.titles import HIGHEST, cased

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_HANDOVER = 31
"""Days for which news may still, or already, call someone by an office after it changed hands."""
_ONE_HOLDER = HIGHEST | {"defence-minister"}

Owner = Callable[[State | Organisation | None], str | None]
"""From a known state or organisation to its actor's key."""


def holdings(entity: Entity, holder: str, cast: Cast, authority: Authority, owner: Owner) -> Iterator[OfficeHolding]:
    """Yield the offices that the article gives somebody, and for a known person those that the authority dates."""
    for role in entity.roles:
        if role.kind == "office" and role.number == 1:
            of = owner(_whose(authority, role.countries[:1], role.organisations[:1]))
            span = cast.parsed.span(role.first, role.stop)
            yield OfficeHolding(holder, cased(role.title), of, role.former, source="article", span=span)
    if isinstance(entity.known, Person):
        for office in authority.offices(entity.known.key):
            whose = _whose(authority, (office.country or "",), (office.organisation or "",))
            if not office.kind or whose is None:
                continue
            first, last = office.bounds()
            yield OfficeHolding(
                holder, office.title, owner(whose), False, office.start or None, office.end or None,
                office.source, None, first, last, office.as_of or None,
            )  # fmt: skip


def _whose(authority: Authority, codes: Sequence[str], keys: Sequence[str]) -> State | Organisation | None:
    states = (authority.state_by_code(code) for code in codes if code)
    bodies = (authority.organisation_by_key(key) for key in keys if key)
    return next((known for known in (*states, *bodies) if known is not None), None)


def contradictions(
    entity: Entity, holder: str, authority: Authority, published: date | None, article: str, text: str
) -> Iterator[Contradiction]:
    """Yield what the article of that id says of somebody's office against the authority.

    Either the person had left the office, or not entered it, more than a month away from the day; or the article says
    former of one who was in it. Articles that look back at the years of the office are right to give it.
    """
    person = entity.known
    if not isinstance(person, Person) or published is None:
        return
    years = {int(year) for year in _YEAR.findall(text)} - {published.year}
    for role in entity.roles:
        whose = role.countries[0] if role.countries else entity.country or person.country
        kind = authority.office_kind(role.title, country=whose)
        if kind not in _ONE_HOLDER or role.number != 1 or not whose:
            continue
        terms = [office for office in authority.offices(person.key) if office.kind == kind and office.country == whose]
        if terms and (told := _disagreement(role, terms, published, years)):
            said = f"{'former ' if role.former else ''}{cased(role.title)} of {whose} on {published}"
            yield Contradiction("office", holder, said, told.source, _term(told), (article,))


def _disagreement(role: Role, terms: Sequence[Office], day: date, years: set[int]) -> Office | None:
    """Return the term that speaks against a title, None where nothing does."""
    held = {office.held(day) for office in terms}
    if role.former:
        sitting = [office for office in terms if office.held(day) == "yes"]
        return sitting[-1] if sitting and held == {"yes"} else None
    if held != {"no"} or any(_within(year, office) for year in years for office in terms):
        return None
    nearest = min(terms, key=lambda office: _days_apart(day, office))
    return nearest if _days_apart(day, nearest) > _HANDOVER else None


def _within(year: int, office: Office) -> bool:
    first, last = office.bounds()
    return (first or "0000")[:4] <= str(year) <= (last or "9999")[:4]


def _days_apart(day: date, office: Office) -> int:
    first, last = (date.fromisoformat(bound) if bound else day for bound in office.bounds())
    return max((first - day).days, (day - last).days, 0)


def _term(office: Office) -> str:
    return f"{office.title} of {office.country}, {office.start or '..'} to {office.end or f'.. (seen {office.as_of})'}"
