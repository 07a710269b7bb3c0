"""Who and what an article names: actors with their titles, role phrases, states, organisations, places, pronouns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from spacy.tokens import Doc

from kg import names
from kg.authority import Authority
from kg.known import Organisation, Person, State
from kg.lexicon import roles as role_words
from kg.parse import Parsed
from kg.records import ActorKind, Article
from kg.roles import Role, find_roles
from kg.spelling import normalise

PRONOUNS = {
    "he": "m", "him": "m", "his": "m", "himself": "m", "she": "f", "her": "f", "hers": "f", "herself": "f",
    "i": "1", "me": "1", "my": "1", "we": "w", "us": "w", "our": "w", "they": "p", "them": "p", "their": "p",
    "it": "n", "its": "n", "who": "r", "whom": "r", "whose": "r",
}  # fmt: skip


@dataclass
class Entity:
    """An actor of one article while it is being read; ``index`` is its place in the cast."""

    index: int
    kind: ActorKind
    name: str
    forms: Counter[str] = field(default_factory=Counter)
    roles: list[Role] = field(default_factory=list)
    country: str | None = None
    gender: str | None = None
    named: bool = True
    subkind: str | None = None
    known: Person | State | Organisation | None = None
    first: int = 0


@dataclass
class Mention:
    """A stretch of tokens that stands for actors or a place; ``head`` is its syntactic head.

    ``kind`` is name, role, pronoun, state, demonym, organization or group. ``entities`` are indexes into the cast,
    empty while unresolved; ``score`` is the confidence of that resolution, ``rivals`` are the next best readings.
    """

    first: int
    stop: int
    head: int
    kind: str
    entities: tuple[int, ...] = ()
    score: float = 1.0
    role: Role | None = None
    apposed: bool = False
    rivals: tuple[tuple[int, float], ...] = ()

    def readings(self) -> list[tuple[int, float]]:
        """Return whom the mention may stand for, with confidences: a plural's members, or the best two readings."""
        found = [(entity, self.score) for entity in self.entities]
        return found if len(found) > 1 else found + [r for r in self.rivals if r[0] not in self.entities]


@dataclass(frozen=True)
class PlaceMention:
    """A place name: ``key`` is the authority's city or landmark key, or the alpha-2 code of a state."""

    first: int
    stop: int
    key: str
    kind: str
    country: str | None


@dataclass
class Cast:
    """All of an article's entities and mentions; ``at`` gives the mention whose head is a token."""

    parsed: Parsed
    entities: list[Entity]
    mentions: list[Mention]
    places: list[PlaceMention]
    home: str | None

    def __post_init__(self) -> None:
        """Index the mentions by head and by token."""
        self.reindex()

    def reindex(self) -> None:
        """Rebuild the token indexes after mentions changed."""
        self.at: dict[int, Mention] = {}
        self.covering: dict[int, Mention] = {}
        for mention in sorted(self.mentions, key=lambda m: m.stop - m.first, reverse=True):
            self.at[mention.head] = mention
            for i in range(mention.first, mention.stop):
                self.covering[i] = mention
        self.place_at: dict[int, PlaceMention] = {i: p for p in self.places for i in range(p.first, p.stop)}

    def people(self) -> Iterator[Entity]:
        """Yield the persons of the cast."""
        return (entity for entity in self.entities if entity.kind == "person")


class _Caster:
    """Builds a cast; one instance an article."""

    def __init__(self, parsed: Parsed, article: Article, authority: Authority, home: str | None) -> None:
        self.parsed, self.doc, self.article, self.authority = parsed, parsed.doc, article, authority
        self.entities: list[Entity] = []
        self.mentions: list[Mention] = []
        self.places: list[PlaceMention] = []
        self.home = home
        self.told_home = home
        self.where: dict[int, tuple[str, str, int]] = {}
        self._states: dict[str, int] = {}
        self._organisations: dict[str, int] = {}

    def entity(self, kind: ActorKind, name: str, at: int, **more: object) -> Entity:
        made = Entity(len(self.entities), kind, name, first=at, **more)  # type: ignore[arg-type]
        self.entities.append(made)
        return made

    # -- gazetteer ------------------------------------------------------------------------------------------------

    def gazetteer(self) -> None:
        starts = {start: i for i, start in enumerate(self.parsed.starts)}
        ends = {self.parsed.end(i): i + 1 for i in range(len(self.doc))}
        for hit in self.authority.gazetteer.scan(self.parsed.text):
            first, stop = starts.get(hit.span.start), ends.get(hit.span.end)
            if first is None or stop is None or stop <= first:
                continue
            kind = {"city": "place", "landmark": "place"}.get(hit.kind, hit.kind)
            if (
                hit.ambiguous
                and kind == "place"
                and not any(t.ent_type_ in {"GPE", "LOC", "FAC"} for t in self.doc[first:stop])
            ):
                continue
            if (
                hit.ambiguous
                and kind in {"state", "demonym"}
                and all(t.ent_type_ == "PERSON" for t in self.doc[first:stop])
            ):
                continue
            if (
                hit.ambiguous
                and kind == "organisation"
                and not any(t.ent_type_ in {"ORG", "NORP", "GPE"} for t in self.doc[first:stop])
            ):
                continue
            self.where[first] = (kind, hit.key, stop)
            if hit.kind in {"city", "landmark"}:
                self.places.append(PlaceMention(first, stop, hit.key, hit.kind, self.authority.country_of(hit.key)))
            elif hit.kind == "state":
                self.places.append(PlaceMention(first, stop, hit.key, "state", hit.key))

    def state(self, code: str, at: int) -> Entity:
        if code not in self._states:
            known = self.authority.state_by_code(code)
            self._states[code] = self.entity(
                "state", known.name if known else code, at, country=code, known=known
            ).index
        return self.entities[self._states[code]]

    def organisation(self, key: str, at: int) -> Entity:
        if key not in self._organisations:
            known = self.authority.organisation_by_key(key)
            self._organisations[key] = self.entity(
                "organization", known.name if known else key, at, country=known.country if known else None, known=known
            ).index
        return self.entities[self._organisations[key]]

    def descriptive(self, name: str, at: int, **more: object) -> Entity:
        low = normalise(name)
        for entity in self.entities:
            if entity.kind == "organization" and normalise(entity.name) == low:
                return entity
        return self.entity("organization", name, at, **more)

    # -- people ---------------------------------------------------------------------------------------------------

    def people(self) -> None:
        spans = names.find_names(self.doc, self.where, self.authority)
        inside = {i for first, stop in spans for i in range(first, stop)}
        self.places = [p for p in self.places if not inside.intersection(range(p.first, p.stop))]
        self.where = {i: hit for i, hit in self.where.items() if i not in inside}
        self.roles = find_roles(self.doc, self.where, is_name=inside.__contains__)
        full: list[tuple[tuple[str, ...], Entity]] = []
        placed: dict[tuple[int, int], Entity] = {}
        for first, stop in sorted(spans, key=lambda s: (s[0] - s[1], s[0])):
            name = self.doc[first:stop].text.strip()
            parts = names.tokens(name)
            if len(parts) < 2:
                continue
            match = next((e for p, e in full if names.same_person(p, parts)), None)
            if match is None:
                match = self.entity("person", _titled(name), first, gender=self.authority.gender_of(parts[0]))
                full.append((parts, match))
            match.first = min(match.first, first)
            placed[first, stop] = match
        singles: dict[str, Entity] = {}
        for first, stop in spans:
            if (first, stop) in placed:
                continue
            name = self.doc[first:stop].text.strip()
            word = names.tokens(name)[-1] if names.tokens(name) else name
            owners = [(e, p) for p, e in full if word in p]
            strong = [(e, p) for e, p in owners if word in (p[-1], p[0])] or owners
            if strong:
                feminine = self._honorific(first)
                fitting = [e for e, _ in strong if not (feminine and e.gender and feminine != e.gender)] or [
                    e for e, _ in strong
                ]
                before = [e for e in fitting if e.first <= first]
                # Of two bearers of one surname the one last named by it, else the first of them in the text.
                match = (
                    max(before, key=lambda e: self._last_named(e, placed, first))
                    if before
                    else min(fitting, key=lambda e: e.first)
                )
            else:
                if word not in singles:
                    singles[word] = self.entity("person", _titled(name), first)
                match = singles[word]
                match.first = min(match.first, first)
            placed[first, stop] = match
        for (first, stop), entity in sorted(placed.items()):
            entity.forms[self.parsed.words(first, stop)] += 1
            gender = self._honorific(first)
            if gender:
                entity.gender = gender
            self.mentions.append(Mention(first, stop, self._head(first, stop), "name", (entity.index,)))

    def _last_named(self, entity: Entity, placed: dict[tuple[int, int], Entity], before: int) -> int:
        return max((f for (f, _), e in placed.items() if e is entity and f < before), default=-1)

    def _honorific(self, first: int) -> str | None:
        if first == 0:
            return None
        low = self.doc[first - 1].lower_.rstrip(".")
        if low == "" and first > 1:
            low = self.doc[first - 2].lower_
        return role_words().gender.get(low)

    def _head(self, first: int, stop: int) -> int:
        return self.doc[first:stop].root.i

    # -- titles ---------------------------------------------------------------------------------------------------

    def titles(self) -> None:
        by_first = {m.first: m for m in self.mentions if m.kind == "name"}
        by_stop = {m.stop: m for m in self.mentions if m.kind == "name"}
        doc = self.doc
        loose: list[Role] = []
        for role in self.roles:
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
            entity = self.entities[mention.entities[0]]
            entity.roles.append(role)
            self._home_of(entity, role)
            entity.gender = entity.gender or role_words().gender.get(role.lemma)
            if role.stop <= mention.first and doc[role.stop].text != ",":
                mention.first = role.first
                entity.forms[self.parsed.words(role.first, mention.stop)] += 1
            self.mentions.append(
                Mention(role.first, role.stop, role.head, "role", (entity.index,), 1.0, role, apposed=True)
            )
            entity.forms[self.parsed.words(role.first, role.stop)] += 0
        self.loose = loose
        for mention in list(by_first.values()):
            self._possessor(mention)

    def _home_of(self, entity: Entity, role: Role) -> None:
        if role.countries and not entity.country:
            entity.country = role.countries[0]

    def _possessor(self, mention: Mention) -> None:
        """Take the country from "Ukraine's Leonid Kuchma" and "Helmut Kohl of Germany"."""
        entity = self.entities[mention.entities[0]]
        if entity.country:
            return
        doc = self.doc
        at = mention.first - 1
        if at > 0 and doc[at].tag_ == "POS":
            for kind, key, stop in self.where.values():
                if stop == at and kind in {"state", "capital"}:
                    entity.country = key
                    return
        if at >= 0:
            for kind, key, stop in self.where.values():
                if stop == at + 1 and kind == "demonym":
                    entity.country = key
                    return
        after = mention.stop
        if after + 1 < len(doc) and doc[after].lower_ == "of":
            j = after + 2 if doc[after + 1].lower_ == "the" else after + 1
            if j in self.where and self.where[j][0] == "state":
                entity.country = self.where[j][1]

    # -- the rest -------------------------------------------------------------------------------------------------

    def others(self) -> None:
        """Place states, organisations, groups, loose roles and pronouns."""
        covered = {i for m in self.mentions if m.kind == "name" for i in range(m.first, m.stop)}
        for first, (kind, key, stop) in sorted(self.where.items()):
            if kind == "state":
                entity = self.state(key, first)
                entity.forms[self.parsed.words(first, stop)] += 1
                if first not in covered:
                    self.mentions.append(Mention(first, stop, self._head(first, stop), "state", (entity.index,)))
            elif kind == "demonym":
                entity = self.state(key, first)
                entity.forms[self.parsed.words(first, stop)] += 0
                self.mentions.append(Mention(first, stop, self._head(first, stop), "demonym", (entity.index,)))
            elif kind == "organisation":
                entity = self.organisation(key, first)
                entity.forms[self.parsed.words(first, stop)] += 1
                self.mentions.append(Mention(first, stop, self._head(first, stop), "organization", (entity.index,)))
            elif kind == "place":
                self._metonym(first, stop)
        for role in self.loose:
            if role.kind == "group":
                self._group(role)
            else:
                self.mentions.append(Mention(role.first, role.stop, role.head, "role", (), 0.0, role))
        self._towns(covered)
        self._nationals(covered)
        for token in self.doc:
            if token.text in {"FO", "MFA", "MOFA", "MoFA"} and token.i not in covered and token.i not in self.where:
                state = self.authority.state_by_code(self.told_home) if self.told_home else None
                entity = self.descriptive(
                    f"Ministry of Foreign Affairs of {state.name}" if state else "Foreign Office",
                    token.i,
                    country=self.told_home,
                    subkind="Ministry",
                )
                entity.forms[token.text] += 1
                self.mentions.append(Mention(token.i, token.i + 1, token.i, "organization", (entity.index,), 0.8))
        taken = {i for m in self.mentions for i in range(m.first, m.stop)}
        for ent in self.doc.ents:
            if (
                ent.label_ == "ORG"
                and not taken.intersection(range(ent.start, ent.end))
                and len(ent.text) > 2
                and any(t.pos_ == "PROPN" for t in ent)
            ):
                first = ent.start + (1 if ent[0].lower_ in {"the", "a", "•", "—"} else 0)
                if first >= ent.end:
                    continue
                name = self.doc[first : ent.end].text
                if name.endswith("'s"):
                    name = name[:-2].strip()
                entity = self.descriptive(name, first)
                entity.forms[self.parsed.words(first, ent.end)] += 1
                self.mentions.append(Mention(first, ent.end, ent.root.i, "organization", (entity.index,), 0.8))
        named = {
            i for m in self.mentions if m.kind in {"name", "organization", "state"} for i in range(m.first, m.stop)
        }
        for token in self.doc:
            if (
                token.lower_ in PRONOUNS
                and token.i not in named
                and token.pos_ in {"PRON", "DET"}
                and token.text != "US"
            ):
                self.mentions.append(Mention(token.i, token.i + 1, token.i, "pronoun", (), 0.0))

    def _nationals(self, covered: set[int]) -> None:
        """Let "the Canadian" and "the Pole" stand for a person of that country, as "the Canadian leader" does."""
        for first, (kind, key, stop) in sorted(self.where.items()):
            if (
                kind != "demonym"
                or first in covered
                or first == 0
                or self.doc[first - 1].lower_ not in {"the", "this"}
                or stop >= len(self.doc)
            ):
                continue
            token, after = self.doc[stop - 1], self.doc[stop]
            if (
                token.tag_ in {"NNS", "NNPS"}
                or token.lower_.endswith(("s", "ese", "ish", "ch"))
                or after.pos_ in {"NOUN", "PROPN", "ADJ"}
                or after.text == "-"
            ):
                continue
            role = Role(first - 1, stop, stop - 1, "leader", "leader", "person", (key,), definite=True)
            self.mentions = [m for m in self.mentions if not (m.kind == "demonym" and m.first == first)]
            self.mentions.append(Mention(first - 1, stop, stop - 1, "role", (), 0.0, role))

    def _towns(self, covered: set[int]) -> None:
        """Place the smaller towns that the model sees: known ones, and those whose state follows ("Berga, Sweden")."""
        known = covered | {i for p in self.places for i in range(p.first, p.stop)} | set(self.where)
        for ent in self.doc.ents:
            if ent.label_ not in {"GPE", "LOC", "FAC"} or known.intersection(range(ent.start, ent.end)):
                continue
            first = ent.start + (ent[0].lower_ == "the")
            stop = ent.end - (ent[-1].tag_ == "POS")
            if first >= stop or not self.doc[first].text[:1].isupper():
                continue
            state = next(
                (
                    self.where[i][1]
                    for i in (stop + 1,)
                    if i in self.where and self.where[i][0] == "state" and self.doc[stop].text == ","
                ),
                None,
            )
            city = self.authority.city(self.doc[first:stop].text, country=state) or (
                None if state else self.authority.city(self.doc[first:stop].text)
            )
            if city is not None:
                self.places.append(PlaceMention(first, stop, city.key, "city", city.country))
            elif state is not None:
                self.places.append(PlaceMention(first, stop, self.doc[first:stop].text, "town", state))
        self.places.sort(key=lambda p: p.first)

    def _metonym(self, first: int, stop: int) -> None:
        """Let "Islamabad" also stand for Pakistan, "the Kremlin" for the Kremlin."""
        key = self.authority_key(first, stop)
        code, house = self.authority.metonym(key), self.authority.house_of(key)
        if code is None and house is None:
            return
        entity = self.state(code, first) if code else self.organisation(house.key, first)  # type: ignore[union-attr]
        self.mentions.append(Mention(first, stop, self._head(first, stop), "capital", (entity.index,), 0.6))

    def authority_key(self, first: int, stop: int) -> str:
        return next((p.key for p in self.places if p.first == first and p.stop == stop), "")

    def _group(self, role: Role) -> None:
        """Give bodies and unnamed people that can speak an entity: "the Foreign Ministry", "Philippine officials"."""
        doc = self.doc
        country = role.countries[0] if role.countries else None
        state = self.authority.state_by_code(country) if country else None
        title = role.title
        low = title.lower()
        words = self.parsed.words(role.first, role.stop)
        plain = words.split(" ", 1)[1] if words.lower().startswith(("the ", "a ", "an ")) and " " in words else words
        if (
            role.lemma in {"government", "regime", "administration", "leadership", "authority", "junta"}
            and country
            and role.lemma in {"government", "administration"}
        ):
            entity = self.state(country, role.first)
            entity.forms[plain] += 1
        elif role.lemma == "embassy":
            if country is None:
                country, state = self._owner_state(role)
            host = self._place_after(role.stop)
            name = f"Embassy of {state.name}" if state else plain
            entity = self.descriptive(
                name + (f" in {host}" if host and state else ""),
                role.first,
                country=country,
                subkind="DiplomaticMission",
            )
        elif role.lemma in {"ministry", "office", "department"} and ("foreign" in low or "external" in low):
            country = country or self.told_home
            state = self.authority.state_by_code(country) if country else None
            name = f"Ministry of Foreign Affairs of {state.name}" if state else plain
            entity = self.descriptive(name, role.first, country=country, subkind="Ministry")
        elif role.lemma == "ministry" and doc[role.head].text[:1].isupper():
            country = country or self.told_home
            state = self.authority.state_by_code(country) if country else None
            entity = self.descriptive(
                f"{title} of {state.name}" if state else title, role.first, country=country, subkind="Ministry"
            )
        else:
            if (
                role.lemma
                in {
                    "office",
                    "side",
                    "group",
                    "party",
                    "mission",
                    "union",
                    "council",
                    "department",
                    "team",
                }
                and not country
                and role.owner is None
            ):
                return
            entity = self.descriptive(plain, role.first, country=country)
            entity.named = False
        entity.forms[words] += 1
        self.mentions.append(Mention(role.first, role.stop, role.head, "group", (entity.index,), 0.9, role))

    def _owner_state(self, role: Role) -> tuple[str | None, State | None]:
        return (self.home, self.authority.state_by_code(self.home)) if self.home else (None, None)

    def _place_after(self, i: int) -> str | None:
        if i + 1 < len(self.doc) and self.doc[i].lower_ == "in":
            for place in self.places:
                if place.first == i + 1:
                    return self.doc[place.first : place.stop].text
        return None


def _titled(name: str) -> str:
    """Return a name in ordinary capitals: "OBAMA" is "Obama"."""
    return name.title() if name.isupper() and len(name) > 3 else " ".join(name.split())


def find_mentions(parsed: Parsed, article: Article, authority: Authority, *, home: str | None) -> Cast:
    """Return the cast of an article with names, titles and places placed; pronouns and bare roles are still open.

    ``home`` is the alpha-2 code of the country whose ministers need no adjective (from the dateline); where it is not
    given, the country that the article names most.
    """
    caster = _Caster(parsed, article, authority, home)
    caster.gazetteer()
    named = Counter(key for kind, key, _ in caster.where.values() if kind in {"state", "demonym"})
    if caster.home is None and named:
        caster.home = min(named, key=lambda code: (-named[code], code))
    caster.people()
    caster.titles()
    caster.others()
    return Cast(parsed, caster.entities, caster.mentions, caster.places, caster.home)


def sentence_of(doc: Doc, i: int) -> tuple[int, int]:
    """Return the token span of the sentence around token ``i``."""
    sent = doc[i].sent
    return sent.start, sent.end
