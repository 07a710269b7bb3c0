"""The accounts that a reader without a fault would make of annotated stories: what merging is to be measured on.

An actor has the key and the identity that :mod:`kg.link` would give: known people, states and organisations their own,
others a key by their name. With ``offices`` those whom an article never names stay
an unnamed holder of the office, as they do for the reader where it cannot tell whose it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from kg.authority import Authority, City, Person, State
from kg.known import Organisation
from kg.link import slug, subkind
from kg.names import tokens
from kg.records import (
    GEONAMES,
    WIKIDATA,
    Account,
    Actor,
    Link,
    Meeting,
    OfficeHolding,
    Place,
    Report,
    Span,
    Statement,
    Visit,
)
from tests.bench.stories import Stories, Told

SURE = 0.95
"""A name that fits a known person less well (a surname, another first name) is somebody else's until read otherwise."""
_QUOTES = "\"“'‘"


def accounts(stories: Stories, authority: Authority, *, offices: bool = False) -> list[Account]:
    """Return an account an article; the reports are in the order of ``stories.of``."""
    return [_account(stories, key, authority, offices) for key in stories.articles]


def _account(stories: Stories, key: str, authority: Authority, offices: bool) -> Account:
    article = stories.articles[key]
    told = stories.of(key)
    actors: dict[str, Actor] = {}
    holdings: dict[str, OfficeHolding] = {}
    dated: set[OfficeHolding] = set()
    owners: dict[str, Actor] = {}
    for one in told:
        for name in one.who:
            if offices and name in one.roles:
                holder, holding, owner = _holder(one.roles[name], key, authority)
                actors[name], holdings[name] = holder, holding
                owners |= {owner.key: owner} if owner else {}
            else:
                forms = tuple(f for f in stories.names.get(name, ()) if f in article.text)
                actors[name] = actor(name, authority, forms, article=key)
                dated.update(_terms(name, actors[name].key, authority))
    places = [place(t.place, t.country, authority) for t in told if t.place]
    return Account(
        article=article,
        actors=tuple(sorted({a.key: a for a in (*owners.values(), *actors.values())}.values(), key=lambda a: a.key)),
        places=tuple(sorted({p.key: p for p in places}.values(), key=lambda p: p.key)),
        holdings=(*(holdings[name] for name in sorted(holdings)), *sorted(dated, key=repr)),
        reports=tuple(_report(t, article.text, {n: a.key for n, a in actors.items()}, authority) for t in told),
    )


def actor(name: str, authority: Authority, forms: tuple[str, ...] = (), *, article: str = "") -> Actor:
    """Return the actor of a canonical name, as known to the authority or else by its name alone."""
    known = _known(name, authority)
    aliases = tuple(sorted({*forms, name}))
    if known is None:
        bare = f"--{article}" if len(tokens(name)) == 1 else ""
        return Actor(f"person/{slug(name)}{bare}", "person", name, tuple(a for a in aliases if a != name))
    names = tuple(a for a in aliases if a != known.name)
    links = (Link(WIKIDATA + known.qid, "exactMatch", 1.0, ("name",)),) if known.qid else ()
    if isinstance(known, State):
        return Actor(known.path, "state", known.name, names, None, known.alpha2, links, known.notations)
    if isinstance(known, Organisation):
        return Actor(known.path, "organization", known.name, names, subkind(known.kind), known.country, links)
    return Actor(known.path, "person", known.name, names, country=known.country, links=links)


def _terms(name: str, holder: str, authority: Authority) -> Iterator[OfficeHolding]:
    """Yield the offices of states that the authority dates for a known person, as the reader gives them."""
    known = _known(name, authority)
    for office in authority.offices(known.key) if isinstance(known, Person) else ():
        state = authority.state_by_code(office.country or "")
        if state is not None:
            first, last = office.bounds()
            yield OfficeHolding(holder, office.title, state.path, source=office.source, earliest=first, latest=last)


def _known(name: str, authority: Authority) -> Person | State | Organisation | None:
    found = [candidate.person for candidate in authority.people(name) if candidate.score >= SURE]
    return (found[0] if len(found) == 1 else None) or authority.state(name) or authority.organisation(name)


def _holder(role: str, article: str, authority: Authority) -> tuple[Actor, OfficeHolding, Actor | None]:
    office, _, of = role.removeprefix("former ").partition(" of ")
    name = f"{office} of {of}"
    owner = actor(of.removeprefix("the "), authority) if _known(of.removeprefix("the "), authority) else None
    holder = Actor(f"person/{slug(name)}--{slug(article)}", "person", name, country=owner.country if owner else None)
    former = role.startswith("former ")
    return holder, OfficeHolding(holder.key, office, owner.key if owner else None, former), owner


def place(name: str, country: str | None, authority: Authority) -> Place:
    """Return the place of a name in a country (alpha-2): a state as a place, a city, a landmark, or just the name."""
    state = authority.state(name)
    if state is not None and state.alpha2 == country:
        links = (Link(f"{GEONAMES}{state.geonames}/", "exactMatch", 1.0, ("name",)),) if state.geonames else ()
        return Place(f"place/{state.alpha2.lower()}", state.name, state.alpha2, state.latitude, state.longitude, links)
    known = authority.city(name, country=country) or authority.landmark(name)
    if isinstance(known, City):
        links = (Link(f"{GEONAMES}{known.geonames}/", "exactMatch", 1.0, ("name",)),) if known.geonames else ()
        return Place(known.path, known.name, known.country, known.latitude, known.longitude, links)
    if known is not None and known.country == country:
        return Place(known.path, known.name, known.country)
    return Place(f"place/{slug(name)}", name, country)


def _report(told: Told, text: str, keys: dict[str, str], authority: Authority) -> Report:
    event = next(_events(told, text, keys, authority))
    return Report(event, told.status, told.edtf, _span(text, told.evidence), 0.9, f"{told.kind}/annotated")


def _events(told: Told, text: str, keys: dict[str, str], authority: Authority) -> Iterator[Visit | Meeting | Statement]:
    who = tuple(sorted({keys[name] for name in told.who}))
    where = place(told.place, told.country, authority).key if told.place else None
    if told.kind == "visit":
        if where is None:
            raise ValueError(f"{told.article}, {told.occasion}: a visit needs a place; annotate the country at least")
        yield Visit(who, where)
    elif told.kind == "meeting":
        yield Meeting(who, where, told.mode)
    else:
        words = _span(text, told.words or told.evidence)
        yield Statement(who[0], words, "say", text[words.start - 1 : words.start] in tuple(_QUOTES))


def _span(text: str, words: str) -> Span:
    start = text.index(words)
    return Span(start, start + len(words))
