"""Who and what an article names: actors with their titles, role phrases, states, organisations, places, pronouns."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date

from kg import bodies, names
from kg.article.record import UnfitError
from kg.authority import Authority
from kg.cast import PRONOUNS, Cast, Casting, Entity, Mention, PlaceMention
from kg.lexicon import roles as role_words
from kg.parse import Parsed
from kg.records import Article
from kg.roles import Role, find_counted, find_roles

_BESIDE = 8


class _FullNames:
    """The people whom an article names in full, in the order in which they were added, found by a part of the name."""

    def __init__(self) -> None:
        self._all: list[tuple[tuple[str, ...], Entity]] = []
        self._with: dict[str, list[int]] = defaultdict(list)
        self._ending: dict[str, list[int]] = defaultdict(list)

    def add(self, parts: tuple[str, ...], entity: Entity) -> None:
        for part in dict.fromkeys(parts):
            self._with[part].append(len(self._all))
        self._ending[parts[-1]].append(len(self._all))
        self._all.append((parts, entity))

    def of(self, parts: tuple[str, ...]) -> Entity | None:
        """Return the first whose name can be the same person's: one of the two names has the other's last part."""
        possible = {*self._with.get(parts[-1], ()), *(i for part in parts for i in self._ending.get(part, ()))}
        return next((self._all[i][1] for i in sorted(possible) if names.same_person(self._all[i][0], parts)), None)

    def with_part(self, part: str) -> list[tuple[Entity, tuple[str, ...]]]:
        return [(self._all[i][1], self._all[i][0]) for i in self._with.get(part, ())]


def _gazetteer(casting: Casting) -> None:
    """Take in the known names of states, places and organisations."""
    starts = {start: i for i, start in enumerate(casting.parsed.starts)}
    ends = {casting.parsed.end(i): i + 1 for i in range(len(casting.doc))}
    for hit in casting.authority.gazetteer.scan(casting.parsed.text):
        first, stop = starts.get(hit.span.start), ends.get(hit.span.end)
        if first is None or stop is None or stop <= first:
            continue
        kind = {"city": "place", "landmark": "place"}.get(hit.kind, hit.kind)
        if (
            hit.ambiguous
            and kind == "place"
            and not any(t.ent_type_ in {"GPE", "LOC", "FAC"} for t in casting.doc[first:stop])
        ):
            continue
        if (
            hit.ambiguous
            and kind in {"state", "demonym"}
            and all(t.ent_type_ == "PERSON" for t in casting.doc[first:stop])
        ):
            continue
        if (
            hit.ambiguous
            and kind == "organisation"
            and (
                not any(t.ent_type_ in {"ORG", "NORP", "GPE"} for t in casting.doc[first:stop])
                or _of_a_state(casting, first, stop)
            )
        ):
            continue
        casting.where[first] = (kind, hit.key, stop)
        if hit.kind in {"city", "landmark"}:
            casting.places.append(PlaceMention(first, stop, hit.key, hit.kind, casting.authority.country_of(hit.key)))
        elif hit.kind == "state":
            casting.places.append(PlaceMention(first, stop, hit.key, "state", hit.key))


def _of_a_state(casting: Casting, first: int, stop: int) -> bool:
    """Say whether a body is a state's own: "Russia's Security Council", "the Russian Security Council", "… of Iran"."""
    doc = casting.doc
    before = first - 1 - (first > 0 and doc[first - 1].tag_ == "POS")
    owned = any(kind in {"state", "demonym"} and end == before + 1 for kind, _, end in casting.where.values())
    return owned or (before >= 0 and doc[before].lower_ == "national") or doc[stop : stop + 1].text.lower() == "of"


def _people(casting: Casting, published: date | None) -> list[Role]:
    """Place the names of people; return the role phrases beside and between them."""
    spans = names.find_names(casting.doc, casting.where, casting.authority, published)
    inside = {i for first, stop in spans for i in range(first, stop)}
    casting.places = [p for p in casting.places if not inside.intersection(range(p.first, p.stop))]
    casting.where = {i: hit for i, hit in casting.where.items() if i not in inside}
    roles = find_roles(casting.doc, casting.where, is_name=inside.__contains__)
    full = _FullNames()
    placed: dict[tuple[int, int], Entity] = {}
    for first, stop in sorted(spans, key=lambda s: (s[0] - s[1], s[0])):
        name = casting.doc[first:stop].text.strip()
        parts = names.tokens(name)
        if len(parts) < 2:
            continue
        match = full.of(parts)
        if match is None:
            match = casting.entity("person", _titled(name), first, gender=casting.authority.gender_of(parts[0]))
            full.add(parts, match)
        match.first = min(match.first, first)
        placed[first, stop] = match
    named: dict[int, list[int]] = defaultdict(list)
    for (first, _), entity in sorted(placed.items()):
        named[entity.index].append(first)
    singles: dict[tuple[str, str], Entity] = {}
    for first, stop in spans:
        if (first, stop) in placed:
            continue
        name = casting.doc[first:stop].text.strip()
        word = names.tokens(name)[-1] if names.tokens(name) else name
        owners = full.with_part(word)
        strong = [(e, p) for e, p in owners if word in (p[-1], p[0])] or owners
        gender = _honorific(casting, first)
        fitting = [e for e, _ in strong if not (gender and e.gender and gender != e.gender)]
        if fitting:
            before = [e for e in fitting if e.first <= first]
            # Of two bearers of one surname the one last named by it, else the first of them in the text.
            match = (
                max(before, key=lambda e: _last_named(named[e.index], first))
                if before
                else min(fitting, key=lambda e: e.first)
            )
        else:
            # "Mrs Bush" is not the Bush of "Mr Bush"; a bare "Bush" is the first of them.
            alike = [e for key, e in singles.items() if key[0] == word and not (gender and key[1] and gender != key[1])]
            if not alike:
                alike = [casting.entity("person", _titled(name), first)]
                singles[word, gender or ("m" if any(key[0] == word for key in singles) else "")] = alike[0]
            match = alike[0]
            match.first = min(match.first, first)
        placed[first, stop] = match
        insort(named[match.index], first)
    for (first, stop), entity in sorted(placed.items()):
        entity.forms[casting.parsed.words(first, stop)] += 1
        gender = _honorific(casting, first)
        if gender:
            entity.gender = gender
        casting.mentions.append(Mention(first, stop, casting.head(first, stop), "name", (entity.index,)))
    return roles


def _last_named(firsts: list[int], before: int) -> int:
    """Return the last of the sorted tokens that is before another, -1 if none is."""
    place = bisect_left(firsts, before)
    return firsts[place - 1] if place else -1


def _honorific(casting: Casting, first: int) -> str | None:
    if first == 0:
        return None
    low = casting.doc[first - 1].lower_.rstrip(".")
    if low == "" and first > 1:
        low = casting.doc[first - 2].lower_
    return role_words().gender.get(low)


def _titles(casting: Casting, roles: list[Role]) -> list[Role]:
    """Give role phrases beside a name to whom they name; return the loose ones."""
    by_first = {m.first: m for m in casting.mentions if m.kind == "name"}
    by_stop = {m.stop: m for m in casting.mentions if m.kind == "name"}
    by_head = {m.head: m for m in casting.mentions if m.kind == "name"}
    doc = casting.doc
    loose: list[Role] = []
    for role in roles:
        behind = role.stop
        mention = None
        while behind < len(doc) and (
            doc[behind].lower_.rstrip(".") in role_words().honorifics or doc[behind].text == "."
        ):
            behind += 1
        if behind in by_first and role.number <= 1 and doc[role.head].text[:1].isalpha():
            mention = by_first[behind]
        elif role.stop < len(doc) and doc[role.stop].text == "," and role.number == 1:
            after = role.stop + 1
            while after < len(doc) and doc[after].lower_.rstrip(".") in role_words().honorifics | {
                "his",
                "excellency",
                "her",
                "h.e",
                ".",
            }:
                after += 1
            if (
                after in by_first
                and by_first[after].stop < len(doc)
                and doc[by_first[after].stop].text in {",", ".", ";", "—", "–", "-", ":", ")", "and"}
            ):
                mention = by_first[after]
        if mention is None:
            back = role.first - 1
            if back >= 0 and doc[back].text in {",", "(", "—", "–"} and back in by_stop and role.number <= 1:
                previous = by_stop[back]
                # "Lavrov, the foreign minister" but not the next item of a list of people.
                if (
                    role.stop >= len(doc)
                    or doc[role.stop].text in {",", ".", ";", "—", "–", ")", "who", ":"}
                    or role.definite
                    or doc[role.stop].pos_ in {"VERB", "AUX", "SCONJ", "ADP", "CCONJ", "PUNCT"}
                ):
                    mention = previous
        if mention is None and role.number == 1 and role.kind != "group":
            mention = _apposed(casting, role, by_head)
        if mention is None or (
            role.kind == "group"
            and role.lemma
            not in {
                "spokesman",
                "lawmaker",
                "negotiator",
                "mediator",
                "diplomat",
                "leader",
                "analyst",
                "expert",
                "critic",
                "official",
                "adviser",
                "aide",
                "observer",
                "commentator",
            }
        ):
            loose.append(role)
            continue
        entity = casting.entities[mention.entities[0]]
        entity.roles.append(role)
        _home_of(entity, role)
        entity.gender = entity.gender or role_words().gender.get(role.lemma)
        if role.stop <= mention.first and doc[role.stop].text != ",":
            mention.first = role.first
            entity.forms[casting.parsed.words(role.first, mention.stop)] += 1
        casting.mentions.append(
            Mention(role.first, role.stop, role.head, "role", (entity.index,), 1.0, role, apposed=True)
        )
        entity.forms[casting.parsed.words(role.first, role.stop)] += 0
    ending = {stop: (kind, key) for kind, key, stop in reversed(casting.where.values())}
    for mention in list(by_first.values()):
        _possessor(casting, mention, ending)
    return loose


def _apposed(casting: Casting, role: Role, by_head: Mapping[int, Mention]) -> Mention | None:
    """Return the name that the parse puts beside a role: "India's High Commissioner in Male, Munu Mahawar"."""
    head = casting.doc[role.head]
    beside = [child for child in head.children if child.dep_ == "appos"]
    if head.dep_ == "appos":
        beside.append(head.head)
    near = [by_head[t.i] for t in beside if t.i in by_head]
    return next((m for m in near if min(abs(m.first - role.stop), abs(role.first - m.stop)) <= _BESIDE), None)


def _home_of(entity: Entity, role: Role) -> None:
    if role.countries and not entity.country:
        entity.country = role.countries[0]


def _possessor(casting: Casting, mention: Mention, ending: Mapping[int, tuple[str, str]]) -> None:
    """Take the country from "Ukraine's Leonid Kuchma" and "Helmut Kohl of Germany".

    ``ending`` gives the kind and key of the known name that ends before a token.
    """
    entity = casting.entities[mention.entities[0]]
    if entity.country:
        return
    doc = casting.doc
    at = mention.first - 1
    if at > 0 and doc[at].tag_ == "POS":
        kind, key = ending.get(at, ("", ""))
        if kind in {"state", "capital"}:
            entity.country = key
            return
    if at >= 0:
        kind, key = ending.get(at + 1, ("", ""))
        if kind == "demonym":
            entity.country = key
            return
    after = mention.stop
    if after + 1 < len(doc) and doc[after].lower_ == "of":
        j = after + 2 if doc[after + 1].lower_ == "the" else after + 1
        if j in casting.where and casting.where[j][0] == "state":
            entity.country = casting.where[j][1]


def _others(casting: Casting, loose: list[Role]) -> None:
    """Place states, organisations, groups, loose roles and pronouns."""
    covered = {i for m in casting.mentions if m.kind == "name" for i in range(m.first, m.stop)}
    bodies.known_bodies(casting, covered)
    for role in loose:
        if role.kind == "group":
            bodies.group(casting, role)
        else:
            casting.mentions.append(Mention(role.first, role.stop, role.head, "role", (), 0.0, role))
    bodies.towns(casting, covered)
    bodies.nationals(casting, covered)
    bodies.ministries(casting, covered)
    bodies.other_organisations(casting)
    kinds = {"name", "role", "organization"}
    covering = {i for m in casting.mentions if m.kind in kinds for i in range(m.first, m.stop)}
    for role in find_counted(casting.doc, covering.__contains__):
        casting.mentions.append(Mention(role.first, role.stop, role.head, "role", (), 0.0, role))
    named = {i for m in casting.mentions if m.kind in {"name", "organization", "state"} for i in range(m.first, m.stop)}
    for token in casting.doc:
        if token.lower_ in PRONOUNS and token.i not in named and token.pos_ in {"PRON", "DET"} and token.text != "US":
            casting.mentions.append(Mention(token.i, token.i + 1, token.i, "pronoun", (), 0.0))


def _titled(name: str) -> str:
    """Return a name in ordinary capitals: "OBAMA" is "Obama"."""
    return name.title() if name.isupper() and len(name) > 3 else " ".join(name.split())


MAX_CHOICES = 5_000_000
"""Pairs of a person and a pronoun or role phrase in an article; a varied one of 200 kB has some two million."""


def find_mentions(parsed: Parsed, article: Article, authority: Authority, *, home: str | None) -> Cast:
    """Return the cast of an article with names, titles and places placed; pronouns and bare roles are still open.

    ``home`` is the alpha-2 code of the country whose ministers need no adjective (from the dateline); where it is not
    given, the country that the article names most.

    Raises:
        UnfitError: the article has too many people, pronouns and titles for all choices among them to be weighed.
    """
    casting = Casting(parsed, authority, home)
    _gazetteer(casting)
    named = Counter(key for kind, key, _ in casting.where.values() if kind in {"state", "demonym"})
    if casting.home is None and named:
        casting.home = min(named, key=lambda code: (-named[code], code))
    roles = _people(casting, article.published)
    loose = _titles(casting, roles)
    _others(casting, loose)
    people = sum(entity.kind == "person" for entity in casting.entities)
    unclear = sum(not mention.entities for mention in casting.mentions)
    if people * unclear > MAX_CHOICES:
        reason = f"it names {people:,} people and has {unclear:,} pronouns and titles that may stand for them"
        raise UnfitError(f"{reason}, more than can be weighed ({MAX_CHOICES:,} pairs)", "split it")
    return casting.finished()
