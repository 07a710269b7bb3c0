"""Who a pronoun or a definite phrase stands for; where the best reading is weak, nobody.

Pronouns take an antecedent only; a phrase of office may also name its holder on the day, or somebody new.
"""

from __future__ import annotations

from datetime import date

from kg import plurals
from kg.antecedents import GENERIC, SHARED, SUBJECT, Antecedents, Rank, fits, may_fit, same_office
from kg.authority import Authority
from kg.cast import PRONOUNS, Cast, Entity, Identity, Mention
from kg.quotes import Quote
from kg.roles import COUNTED, SIDES, Role
from kg.titles import HIGHEST, cased

THRESHOLD = 0.35
_BELOW = frozenset(
    {"spokesman", "spokeswoman", "spokesperson", "aide", "adviser", "advisor", "official", "envoy", "representative"}
)
_SOURCES = frozenset(
    {"official", "diplomat", "analyst", "expert", "lawmaker", "source", "critic", "commentator", "observer",
     "aide", "adviser", "historian", "activist", "witness"}
)  # fmt: skip

_NEWCOMERS = frozenset({"analyst", "expert", "source", "aide", "official", "diplomat", "critic", "witness"})
"""Whom "a diplomat" brings in anew."""


class Resolver:
    """Resolves the open mentions of a cast in the order of the text."""

    def __init__(
        self, cast: Cast, quotes: tuple[Quote, ...], authority: Authority, published: date | None, rank: Rank
    ) -> None:
        """Take the cast to complete; ``published`` dates the holders of offices named by title alone."""
        self.cast, self.authority, self.published = cast, authority, published
        self.doc = cast.parsed.doc
        self.before = Antecedents(cast, quotes, rank, authority, published)
        self.plurals = plurals.Plurals(self.before)

    def run(self) -> None:
        """Resolve what can be resolved; the rest keeps ``entities == ()``."""
        for mention in sorted(self.cast.mentions, key=lambda m: (m.first, m.stop)):
            if not mention.entities and mention.role is not None:
                self._role(mention, mention.role)
            elif not mention.entities:
                self._pronoun(mention)
            if mention.entities:
                self.before.add(mention)
        for mention in self.cast.mentions:
            if not mention.entities and mention.kind == "pronoun" and PRONOUNS[self.doc[mention.head].lower_] == "1":
                self._first_person(mention)
        self.cast.reindex()

    # -- pronouns -------------------------------------------------------------------------------------------------

    def _pronoun(self, mention: Mention) -> None:
        kind = PRONOUNS[self.doc[mention.head].lower_]
        token = self.doc[mention.head]
        if kind in {"m", "f"}:
            best = self.before.best(mention, [e for e in self.cast.people() if e.gender in {None, kind}])
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
            for other in reversed(self.before.seen):
                if self.before.sent[mention.first] - self.before.sent[other.first] > 1:
                    break
                if other.kind in {"state", "organization", "group"} and self.doc[other.head].dep_ in SUBJECT:
                    mention.entities, mention.score = other.entities, 0.5
                    break

    def _first_person(self, mention: Mention) -> None:
        """Give "I" in quoted words to the subject of the nearest verb of saying outside, where one stands near."""
        if not self.before.quoted[mention.head]:
            return
        zones, sent = self.cast.parsed.zone_of, self.before.sent
        said = [
            other
            for other in self.before.spoken
            if zones[other.first] == zones[mention.first] and abs(sent[other.first] - sent[mention.first]) <= 1
        ]
        here = sent[mention.first]
        best = min(said, key=lambda m: (sent[m.first] != here, abs(m.first - mention.first)), default=None)
        if best is not None:
            mention.entities, mention.score = best.entities, 0.7

    def _plural(self, mention: Mention, number: int, role: Role | None = None) -> None:
        """Give "they", "the two presidents" the people or states named together before."""
        best = self.plurals.best(mention, number, role)
        if best and best[1] >= plurals.THRESHOLD:
            mention.entities, mention.score = best
            return
        here = self.before.sent[mention.first]
        if mention.kind == "pronoun":
            last = next(
                (m for m in reversed(self.before.seen) if m.kind == "group" and here - self.before.sent[m.first] <= 1),
                None,
            )
            if last is not None:
                mention.entities, mention.score = last.entities, 0.5

    # -- role phrases ---------------------------------------------------------------------------------------------

    def _role(self, mention: Mention, role: Role) -> None:
        if role.number != 1:
            self._roles(mention, role)
            return
        owner = self._owner(role)
        if role.lemma in SHARED:
            self._counterpart(mention, role, owner)
            return
        if (
            role.lemma in _BELOW
            and (owner is not None or not role.definite)
            and not (role.countries and role.lemma in {"envoy", "representative"})
        ):
            self._make(mention, role, owner)
            return
        if role.kind == "person" and not (role.definite or role.countries):
            return
        possible = [e for e in self.cast.people() if e is not owner and may_fit(e, role)]
        best = self.before.best(mention, self.before.nearest(possible, role), role=role)
        if best and best[1] >= THRESHOLD:
            mention.entities, mention.score = (best[0].index,), best[1]
            return
        if role.kind == "person" or role.lemma in GENERIC:
            if not role.definite and role.lemma in _NEWCOMERS:
                self._make(mention, role, owner)
            return
        country = role.countries[0] if role.countries else self.cast.home
        if owner is not None and owner.country:
            country = role.countries[0] if role.countries else owner.country
        if not role.definite and not role.countries and not self.doc[role.head].text[:1].isupper():
            return
        holder = self._holder(role, country, new=bool(role.countries))
        if holder is not None:
            mention.entities, mention.score = (holder.index,), 0.6
        elif role.countries or role.organisations or self._at_home(role, owner):
            self._make(mention, role, owner, country=country)

    def _at_home(self, role: Role, owner: Entity | None) -> bool:
        """Say whether an office without a country is somebody's new to the text: "Foreign Minister", told from home.

        A home that was only guessed by counting names makes nobody, nor does "the former PM": that is one named before.
        """
        whose = owner is not None and owner.country is not None
        return role.title[:1].isupper() and not role.former and (whose or self.cast.home_told)

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
                fitting = [e for e in self.cast.people() if fits(e, single, home=self.cast.home)]
                best = self.before.best(mention, fitting, role=single)
                if best and best[1] >= THRESHOLD:
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
            (role.kind == "office" or role.lemma in GENERIC | SHARED | COUNTED | SIDES or role.number >= 2)
            and (role.definite or role.number >= 2)
            and not (role.lemma in _SOURCES and role.number == 0)
        ):
            self._plural(mention, role.number, role)
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

    def _counterpart(self, mention: Mention, role: Role, owner: Entity | None) -> None:
        office = owner.roles[0] if owner and owner.roles else None
        title = office.title if office else None
        lemma = office.lemma if office else "counterpart"
        code = role.countries[0] if role.countries else None
        fitting = [
            e
            for e in self.cast.people()
            if e is not owner
            and (code is None or e.country == code)
            and (office is None or not e.roles or any(r.lemma == lemma or same_office(r, office) for r in e.roles))
        ]
        best = self.before.best(mention, fitting, role=role)
        if code is None:
            if best and best[1] >= THRESHOLD:
                mention.entities, mention.score = (best[0].index,), best[1]
            return
        if best and best[1] >= THRESHOLD:
            mention.entities, mention.score = (best[0].index,), best[1]
            return
        made = Role(role.first, role.stop, role.head, title or "counterpart", lemma, "office", (code,), definite=True)
        entity = self._holder_or_new(made, code)
        entity.forms[self.cast.parsed.words(role.first, role.stop)] += 1
        mention.entities, mention.score = (entity.index,), 0.7

    def _holder(self, role: Role, code: str | None, *, new: bool = True) -> Entity | None:
        """Return the person who, by the authority, held the office on the day of publication.

        Without ``new`` only one whom the article names. A prime minister is not sought where the head of state governs.
        """
        if code is None or self.published is None or role.former:
            return None
        kind = self.authority.office_kind(role.title, country=code)
        if kind not in HIGHEST:
            return None
        holders = self.authority.holders(code, kind, on=self.published)
        if len(holders) != 1:
            return None
        person = holders[0]
        prime = kind == "head-of-government" and role.lemma in {"minister", "premier", "pm"}
        if prime and person in self.authority.holders(code, "head-of-state", on=self.published):
            return None
        for entity in self.cast.people():
            if entity.known is person or (entity.known is None and self.authority.may_be(entity.name, person)):
                return entity
        if not new:
            return None
        entity = Entity(
            len(self.cast.entities),
            "person",
            person.name,
            roles=[role],
            country=code,
            gender=person.gender,
            named=False,
            known=person,
            identity=Identity(person, "exactMatch", None, (f"held the office on {self.published}",)),
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
        name = self.cast.parsed.words(role.first, role.stop) if plural or of is None else f"{cased(role.title)} of {of}"
        if (plural or of is None) and name.lower().startswith(("the ", "a ", "an ")):
            name = name.split(" ", 1)[1]
        for entity in self.cast.entities:
            if entity.name == name and not entity.named:
                return entity
        alone = code is not None and not plural and role.kind == "office"
        entity = Entity(
            len(self.cast.entities),
            "organization" if plural else "person",
            name,
            roles=[role],
            country=code,
            named=False,
            note=self._unnamed(role, code) if alone and code is not None else None,
            first=role.first,
        )
        self.cast.entities.append(entity)
        return entity

    def _unnamed(self, role: Role, code: str) -> str:
        """Return why nobody is named as the holder of an office."""
        kind = self.authority.office_kind(role.title, country=code)
        if role.former:
            return "not named: a former holder, and there are several"
        if kind not in HIGHEST:
            return "not named: an office whose holders are not recorded"
        if self.published is None:
            return "not named: the article has no date by which to tell the holder"
        count = len(self.authority.holders(code, kind, on=self.published))
        known = f"{count} holders are recorded" if count > 1 else "no holder is recorded for sure"
        return f"not named: {known} on {self.published}"


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


def resolve(cast: Cast, quotes: tuple[Quote, ...], authority: Authority, published: date | None, rank: Rank) -> None:
    """Resolve the pronouns and definite phrases of a cast in place."""
    Resolver(cast, quotes, authority, published, rank).run()
