"""Who a pronoun or a definite phrase stands for; where the best reading is weak, nobody.

Candidates are the people (or bodies) named before, scored on gender, number, office, country, grammar and distance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from kg.authority import Authority
from kg.cast import PRONOUNS, Cast, Entity, Mention
from kg.lexicon import roles as words
from kg.quotes import Quote
from kg.records import Span
from kg.roles import Role

THRESHOLD = 0.2
_RIVAL = 0.12
Rank = Callable[[Span, Sequence[Entity], list[list[float]]], Sequence[float]]
"""Gives each candidate entity of a mention its probability, from one row of features each."""

_GENERIC = frozenset(
    {
        "leader",
        "visitor",
        "guest",
        "host",
        "man",
        "woman",
        "politician",
        "statesman",
        "veteran",
        "diplomat",
        "official",
        "ruler",
        "strongman",
        "head",
        "chief",
    }
)
_SHARED = frozenset({"counterpart", "colleague", "opposite"})
_BELOW = frozenset(
    {"spokesman", "spokeswoman", "spokesperson", "aide", "adviser", "advisor", "official", "envoy", "representative"}
)
_SOURCES = frozenset(
    {
        "official",
        "diplomat",
        "analyst",
        "expert",
        "lawmaker",
        "source",
        "critic",
        "commentator",
        "observer",
        "aide",
        "adviser",
        "historian",
        "activist",
        "witness",
    }
)
_SUBJECT = frozenset({"nsubj", "nsubjpass", "csubj"})


class Resolver:
    """Resolves the open mentions of a cast in the order of the text."""

    def __init__(
        self, cast: Cast, quotes: tuple[Quote, ...], authority: Authority, published: date | None, rank: Rank
    ) -> None:
        """Take the cast to complete; ``published`` dates the holders of offices named by title alone."""
        self.cast, self.quotes, self.authority, self.published, self.rank = cast, quotes, authority, published, rank
        self.last: dict[int, list[Mention]] = {}
        self.protagonist = min((e.first for e in cast.people() if e.named), default=0)
        self.doc = cast.parsed.doc
        self.sent: list[int] = [0] * len(self.doc)
        for number, sentence in enumerate(self.doc.sents):
            for i in range(sentence.start, sentence.end):
                self.sent[i] = number
        self.quoted = [any(q.span.start <= s < q.span.end for q in quotes) for s in cast.parsed.starts]
        self.seen: list[Mention] = []

    def run(self) -> None:
        """Resolve what can be resolved; the rest keeps ``entities == ()``."""
        for mention in sorted(self.cast.mentions, key=lambda m: (m.first, m.stop)):
            if not mention.entities and mention.role is not None:
                self._role(mention, mention.role)
            elif not mention.entities:
                self._pronoun(mention)
            if mention.entities:
                self.seen.append(mention)
                for index in mention.entities:
                    self.last.setdefault(index, []).append(mention)
        self.cast.reindex()

    # -- pronouns -------------------------------------------------------------------------------------------------

    def _pronoun(self, mention: Mention) -> None:
        kind = PRONOUNS[self.doc[mention.head].lower_]
        token = self.doc[mention.head]
        if kind in {"m", "f"}:
            best = self._best(mention, [e for e in self.cast.people() if e.gender in {None, kind}])
            if best and best[1] >= THRESHOLD:
                mention.entities, mention.score = (best[0].index,), best[1]
                if best[0].gender is None and best[1] > 0.6:
                    best[0].gender = kind
        elif kind == "r":
            head = token.head
            while head.dep_ != "relcl" and head.head.i != head.i:
                head = head.head
            owner = self.cast.at.get(head.head.i) if head.dep_ == "relcl" else None
            if owner and owner.entities and owner.first < mention.first:
                mention.entities, mention.score = owner.entities, 0.95
        elif kind == "p":
            self._plural(mention, 0)
        elif kind == "n":
            for other in reversed(self.seen):
                if self.sent[mention.first] - self.sent[other.first] > 1:
                    break
                if other.kind in {"state", "organization", "group"} and self.doc[other.head].dep_ in _SUBJECT:
                    mention.entities, mention.score = other.entities, 0.5
                    break

    def _plural(self, mention: Mention, number: int, lemma: str | None = None) -> None:
        """Give "they", "the two presidents" the people named together last, of that office where one is named."""
        here = self.sent[mention.first]
        wanted = max(2, number)
        people: dict[int, None] = {}
        for other in reversed(self.seen):
            if here - self.sent[other.first] > (6 if number >= 2 else 3):
                break
            if other.kind not in {"name", "role", "pronoun"}:
                continue
            fitting = tuple(e for e in other.entities if self._of_office(e, lemma))
            if len(other.entities) > 1 and len(fitting) == len(other.entities) and number in {0, len(fitting)}:
                mention.entities, mention.score = other.entities, 0.7
                return
            joined = tuple(e for e in self._joined(other) if self._of_office(e, lemma))
            if len(joined) == wanted and other.kind == "name":
                mention.entities, mention.score = joined, 0.65
                return
            people.update(dict.fromkeys(fitting))
            if number >= 2 and len(people) >= number and (lemma is None or self.sent[other.first] < here):
                first = sorted(list(people)[:number])
                mention.entities, mention.score = tuple(first), 0.5
                return
        if number == 0 and mention.kind == "pronoun":
            last = next((m for m in reversed(self.seen) if m.kind == "group" and here - self.sent[m.first] <= 1), None)
            if last is not None:
                mention.entities, mention.score = last.entities, 0.5

    def _of_office(self, index: int, lemma: str | None) -> bool:
        """Say whether an entity may be one of "the presidents"; any person may be one of "the leaders"."""
        entity = self.cast.entities[index]
        if entity.kind != "person":
            return False
        if lemma is None or lemma in _GENERIC or lemma in {"secretary", "side"} or not entity.roles:
            return True
        return any(role.lemma == lemma or {role.lemma, lemma} <= {"premier", "minister", "pm"} for role in entity.roles)

    def _joined(self, mention: Mention) -> tuple[int, ...]:
        found: list[int] = []
        token = self.doc[mention.head]
        for part in (token, *token.conjuncts):
            other = self.cast.at.get(part.i)
            if other and other.entities and other.kind in {"name", "role"}:
                found.extend(other.entities)
        return tuple(dict.fromkeys(found))

    # -- role phrases ---------------------------------------------------------------------------------------------

    def _role(self, mention: Mention, role: Role) -> None:
        if role.number != 1:
            self._roles(mention, role)
            return
        owner = self._owner(role)
        if role.lemma in _SHARED:
            self._counterpart(mention, role, owner)
            return
        if (
            role.lemma in _BELOW
            and (owner is not None or not role.definite)
            and not (role.countries and role.lemma in {"envoy", "representative"})
        ):
            self._make(mention, role, owner)
            return
        fits = [e for e in self.cast.people() if self._fits(e, role)]
        best = self._best(mention, fits, role=role)
        if best and best[1] >= THRESHOLD:
            mention.entities, mention.score = (best[0].index,), best[1]
            return
        if role.kind == "person" or role.lemma in _GENERIC:
            if not role.definite and role.lemma in {
                "analyst",
                "expert",
                "source",
                "aide",
                "official",
                "diplomat",
                "critic",
                "witness",
            }:
                self._make(mention, role, owner)
            return
        country = role.countries[0] if role.countries else self.cast.home
        if owner is not None and owner.country:
            country = role.countries[0] if role.countries else owner.country
        if not role.definite and not role.countries and not self.doc[role.head].text[:1].isupper():
            return
        holder = self._holder(role, country)
        if holder is not None:
            mention.entities, mention.score = (holder.index,), 0.6
        elif role.countries or role.organisations or (role.title[:1].isupper() and country):
            self._make(mention, role, owner, country=country)

    def _listed(self, role: Role) -> tuple[int, ...]:
        """Return the people whom a plural title introduces: "the two ministers, A and B", "Presidents A, B and C"."""
        found: list[int] = []
        i = role.stop
        while i < len(self.doc) and len(found) < 6:
            if self.doc[i].text in {",", "(", "—", ":"} or self.doc[i].lower_ in {"and", "mr", "ms", "mrs", "."}:
                i += 1
                continue
            named = next((m for m in self.cast.mentions if m.first == i and m.kind == "name"), None)
            if named is None:
                break
            found.extend(named.entities)
            i = named.stop
        return tuple(dict.fromkeys(found))

    def _roles(self, mention: Mention, role: Role) -> None:
        listed = self._listed(role)
        if len(listed) >= 2 and (role.number < 2 or role.number == len(listed)):
            mention.entities, mention.score, mention.apposed = listed, 0.9, role.number < 2
            return
        if (
            role.lemma
            in {
                "minister",
                "president",
                "premier",
                "leader",
                "head",
                "secretary",
                "chief",
                "chancellor",
                "envoy",
                "ambassador",
                "spokesman",
            }
            and len(role.countries) >= 1
            and role.number in {0, len(role.countries)}
        ):
            found = []
            for code in role.countries:
                single = Role(
                    role.first,
                    role.stop,
                    role.head,
                    _singular(role.title),
                    role.lemma,
                    "office",
                    (code,),
                    definite=True,
                )
                fits = [e for e in self.cast.people() if self._fits(e, single)]
                best = self._best(mention, fits, role=single)
                if best and best[1] >= 0.25:
                    found.append(best[0].index)
                elif role.lemma in {"leader", "head"}:
                    holder = self._holder(single, code)
                    if holder:
                        found.append(holder.index)
                else:
                    found.append(self._holder_or_new(single, code).index)
            if len(found) == len(role.countries):
                mention.entities, mention.score = tuple(found), 0.8
                return
        if (
            role.kind in {"office", "person"}
            and (role.definite or role.number >= 2)
            and not (role.lemma in _SOURCES and role.number == 0)
        ):
            self._plural(mention, role.number, role.lemma)
        if (
            not mention.entities
            and role.kind in {"office", "person"}
            and role.lemma in _SOURCES | {"minister", "leader"}
        ):
            self._make(mention, role, None)

    def _holder_or_new(self, role: Role, code: str) -> Entity:
        return self._holder(role, code) or self._new(role, code, None)

    def _owner(self, role: Role) -> Entity | None:
        if role.owner is None:
            return None
        mention = self.cast.covering.get(role.owner)
        if mention is None or not mention.entities:
            return None
        return self.cast.entities[mention.entities[0]]

    def _fits(self, entity: Entity, role: Role) -> bool:
        """Say whether an entity may be whom a role phrase means: country, office, gender and "former" agree."""
        if role.countries and entity.country and entity.country not in role.countries:
            return False
        gender = words().gender.get(role.lemma)
        if gender and entity.gender and gender != entity.gender:
            return False
        if role.lemma in _GENERIC or role.kind == "person":
            return not role.countries or entity.country in role.countries
        own = [r for r in entity.roles if r.lemma == role.lemma or _same_office(r, role)]
        if not own:
            return bool(role.countries) and entity.country in role.countries and not entity.roles and role.definite
        if role.countries and not entity.country and not any(set(r.countries) & set(role.countries) for r in own):
            return self.cast.home in role.countries
        plain = role.words - {"the"}
        return any(
            plain <= r.words or r.words <= plain or role.lemma == "premier" or r.lemma == "premier" for r in own
        ) and (not role.former or any(r.former for r in own))

    def _counterpart(self, mention: Mention, role: Role, owner: Entity | None) -> None:
        office = owner.roles[0] if owner and owner.roles else None
        title = office.title if office else None
        lemma = office.lemma if office else "counterpart"
        code = role.countries[0] if role.countries else None
        fits = [
            e
            for e in self.cast.people()
            if e is not owner
            and (code is None or e.country == code)
            and (office is None or not e.roles or any(r.lemma == lemma or _same_office(r, office) for r in e.roles))
        ]
        best = self._best(mention, fits, role=role)
        if code is None:
            if best and best[1] >= THRESHOLD:
                mention.entities, mention.score = (best[0].index,), best[1]
            return
        if best and best[1] >= 0.25:
            mention.entities, mention.score = (best[0].index,), best[1]
            return
        made = Role(role.first, role.stop, role.head, title or "counterpart", lemma, "office", (code,), definite=True)
        entity = self._holder_or_new(made, code)
        entity.forms[self.cast.parsed.words(role.first, role.stop)] += 1
        mention.entities, mention.score = (entity.index,), 0.7

    def _holder(self, role: Role, code: str | None) -> Entity | None:
        """Return the person who, by the authority, held the office on the day of publication."""
        if code is None or self.published is None or role.former:
            return None
        kind = self.authority.office_kind(role.title, country=code)
        if kind not in {"head-of-state", "head-of-government", "foreign-minister"}:
            return None
        holders = self.authority.holders(code, kind, on=self.published)
        if len(holders) != 1:
            return None
        person = holders[0]
        for entity in self.cast.people():
            if entity.known is person or (entity.known is None and self.authority.may_be(entity.name, person)):
                return entity
        entity = Entity(
            len(self.cast.entities),
            "person",
            person.name,
            roles=[role],
            country=code,
            gender=person.gender,
            named=False,
            known=person,
            first=role.first,
        )
        entity.forms[self.cast.parsed.words(role.first, role.stop)] += 1
        self.cast.entities.append(entity)
        return entity

    def _make(self, mention: Mention, role: Role, owner: Entity | None, *, country: str | None = None) -> None:
        code = role.countries[0] if role.countries else country
        if owner is not None and owner.kind == "person" and role.lemma in _BELOW | {"analyst", "expert"}:
            entity = self._new(role, None, owner)
        else:
            entity = self._new(role, code or (owner.country if owner else None), None)
        entity.forms[self.cast.parsed.words(role.first, role.stop)] += 1
        mention.entities, mention.score = (entity.index,), 0.8

    def _new(self, role: Role, code: str | None, owner: Entity | None) -> Entity:
        state = self.authority.state_by_code(code) if code else None
        of = owner.name if owner else state.name if state else None
        if of is None and role.organisations:
            known = self.authority.organisation_by_key(role.organisations[0])
            of = known.name if known else None
        plural = role.number != 1
        name = (
            self.cast.parsed.words(role.first, role.stop) if plural or of is None else f"{_cased(role.title)} of {of}"
        )
        if (plural or of is None) and name.lower().startswith(("the ", "a ", "an ")):
            name = name.split(" ", 1)[1]
        for entity in self.cast.entities:
            if entity.name == name and not entity.named:
                return entity
        entity = Entity(
            len(self.cast.entities),
            "organization" if plural else "person",
            name,
            roles=[role],
            country=code,
            named=False,
            first=role.first,
        )
        self.cast.entities.append(entity)
        return entity

    # -- scoring --------------------------------------------------------------------------------------------------

    def _best(
        self, mention: Mention, candidates: list[Entity], *, role: Role | None = None
    ) -> tuple[Entity, float] | None:
        """Return the likeliest of the entities named so far and its probability, None where none was named."""
        known = [e for e in candidates if self.last.get(e.index)]
        if not known:
            return None
        order = sorted(known, key=lambda e: -self.last[e.index][-1].first)
        rows = [self._features(mention, e, role, n, len(order)) for n, e in enumerate(order)]
        scores = self.rank(self.cast.parsed.span(mention.first, mention.stop), order, rows)
        best, *others = sorted(range(len(order)), key=lambda n: (-scores[n], n))
        mention.rivals = tuple((order[n].index, float(scores[n])) for n in others[:1] if scores[n] >= _RIVAL)
        return order[best], float(scores[best])

    def _features(self, mention: Mention, entity: Entity, role: Role | None, recency: int, rivals: int) -> list[float]:
        """Return what speaks for an entity: distance, grammar, gender, office, country, weight in the article."""
        doc = self.doc
        token = doc[mention.head]
        trail = self.last[entity.index]
        other = trail[-1]
        head = doc[other.head]
        here = self.sent[mention.first]
        kind = PRONOUNS.get(token.lower_, "")
        subjects = [m for m in trail if doc[m.head].dep_ in _SUBJECT]
        same_verb = here == self.sent[other.first] and head.head.i == token.head.i
        gender = kind if kind in {"m", "f"} else words().gender.get(role.lemma, "") if role is not None else ""
        zones = self.cast.parsed.zone_of
        lemma_match = role is not None and any(r.lemma == role.lemma or _same_office(r, role) for r in entity.roles)
        word_match = (
            max((len(role.words & r.words) / max(1, len(role.words | r.words)) for r in entity.roles), default=0.0)
            if role is not None
            else 0.0
        )
        code = role.countries[0] if role is not None and role.countries else None
        return [
            float(role is not None), float(role is not None and role.kind == "office"),
            float(role is not None and role.lemma in _GENERIC), float(role is not None and role.lemma in _SHARED),
            float(role is not None and role.definite), float(role is not None and role.owner is not None),
            float(role is not None and role.former), float(kind == "m"), float(kind == "f"),
            float(token.dep_ in _SUBJECT), float(token.dep_ == "poss"), float(token.dep_ in {"dobj", "pobj"}),
            float(token.dep_ == "appos"),
            float(recency), float(rivals), float(min(here - self.sent[other.first], 12)),
            float(min(mention.first - other.first, 300)),
            float(zones[mention.first] - zones[other.first]), float(len(trail)), float(len(subjects)),
            float(min(here - self.sent[subjects[-1].first], 12)) if subjects else 12.0,
            float(head.dep_ in _SUBJECT), float(head.dep_ in _SUBJECT and head.head.dep_ == "ROOT"),
            float(head.dep_ == "poss"), float(head.dep_ in {"dobj", "pobj"}),
            float(other.kind == "pronoun"), float(other.kind == "name"), float(other.kind == "role"),
            float(same_verb), float(head.dep_ == token.dep_),
            float(self.cast.parsed.zones[zones[other.first]].kind == "headline"), float(self.quoted[mention.first]),
            float(self.quoted[other.first]),
            float(bool(gender) and entity.gender == gender), float(bool(gender) and entity.gender is None),
            float(entity.named), float(entity.first == self.protagonist),
            float(lemma_match), word_match, float(bool(entity.roles)),
            float(code is not None and entity.country == code), float(code is not None and entity.country is None),
            float(code is None and entity.country is not None and entity.country == self.cast.home),
            float(any(r.former for r in entity.roles)),
            float(head.head.i == token.head.head.i if token.head.i != token.i else False),
            float(head.head.lemma_ in {"say", "tell", "add"}), float(token.head.lemma_ in {"say", "tell", "add"}),
            float(any(m.first > mention.first and m.stop <= mention.stop for m in trail)),
            float(sum(1 for m in trail if self.sent[m.first] == here)),
            float(sum(1 for m in trail if self.sent[m.first] == here - 1)),
        ]  # fmt: skip


def _same_office(a: Role, b: Role) -> bool:
    pairs = {
        frozenset({"premier", "minister"}),
        frozenset({"pm", "minister"}),
        frozenset({"pm", "premier"}),
        frozenset({"fm", "minister"}),
    }
    if frozenset({a.lemma, b.lemma}) in pairs:
        prime = [r for r in (a, b) if r.lemma == "minister"]
        return all(("prime" in r.words) != (any(x.lemma == "fm" for x in (a, b))) for r in prime)
    return False


def _singular(title: str) -> str:
    words = title.split()
    return " ".join(
        word[:-1]
        if word.lower().endswith("s")
        and word.lower()[:-1]
        in {
            "minister",
            "president",
            "leader",
            "chancellor",
            "chief",
            "envoy",
            "ambassador",
            "head",
            "premier",
            "secretary",
            "spokesman",
        }
        else "secretary"
        if word.lower() == "secretaries"
        else word
        for word in words
    )


def _cased(title: str) -> str:
    small = {"of", "for", "and", "to", "the", "on"}
    return " ".join(word if word in small or word[:1].isupper() else word.capitalize() for word in title.split())


def resolve(cast: Cast, quotes: tuple[Quote, ...], authority: Authority, published: date | None, rank: Rank) -> None:
    """Resolve the pronouns and definite phrases of a cast in place."""
    Resolver(cast, quotes, authority, published, rank).run()
