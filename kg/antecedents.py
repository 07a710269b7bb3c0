"""Whom a pronoun or a definite phrase may stand for, and how well each fits.

Candidates are the people (or bodies) named before, scored on gender, number, office, country, grammar and distance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from spacy.tokens import Token

from kg.authority import Authority
from kg.cast import PRONOUNS, Cast, Entity, Mention
from kg.lexicon import roles as words
from kg.quotes import Quote, quoted
from kg.records import Span
from kg.roles import Role
from kg.stage import Stage

_RIVAL = 0.12
_NEAREST = 16
Rank = Callable[[Span, Sequence[tuple[Entity, ...]], list[list[float]], str], Sequence[float]]
"""Gives each reading of a mention, one entity or several, its probability, from one row of features each, by a model
("coref" for one, "plural" for several)."""

GENERIC = frozenset(
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
SHARED = frozenset({"counterpart", "colleague", "opposite"})
SUBJECT = frozenset({"nsubj", "nsubjpass", "csubj"})
OBJECT = frozenset({"dobj", "dative", "agent", "pobj"})
SPEECH = frozenset(
    {"say", "tell", "add", "note", "reply", "argue", "declare", "insist", "write", "warn", "state", "ask"}
)


class Antecedents:
    """The mentions of a cast resolved so far, in the order of the text, from which the next one chooses.

    ``trails`` holds the resolved mentions of each entity, ``sent`` the number of each token's sentence.
    """

    def __init__(
        self, cast: Cast, quotes: tuple[Quote, ...], rank: Rank, authority: Authority, published: date | None
    ) -> None:
        """Take the cast before any of its open mentions is resolved."""
        self.cast, self.rank = cast, rank
        self.doc = cast.parsed.doc
        self.trails: dict[int, list[Mention]] = {}
        self.seen: list[Mention] = []
        self.protagonist = min((e.first for e in cast.people() if e.named), default=0)
        self.sent: list[int] = [0] * len(self.doc)
        for number, sentence in enumerate(self.doc.sents):
            for i in range(sentence.start, sentence.end):
                self.sent[i] = number
        self.quoted = quoted(cast.parsed.starts, quotes)
        self.stage = Stage(cast, authority, published, self.sent)
        self.chain: dict[str, Mention] = {}
        self.spoken: list[Mention] = []

    def add(self, mention: Mention) -> None:
        """Take in a resolved mention."""
        self.seen.append(mention)
        self.stage.add(mention)
        kind = PRONOUNS.get(self.doc[mention.head].lower_, "")
        if kind:
            self.chain[kind] = mention
        if self.doc[mention.head].dep_ in SUBJECT and self.doc[mention.head].head.lemma_ in SPEECH:
            self.chain["speaker"] = mention
            if not self.quoted[mention.head] and len(mention.entities) == 1:
                self.spoken.append(mention)
        for index in mention.entities:
            self.trails.setdefault(index, []).append(mention)

    def best(
        self, mention: Mention, candidates: list[Entity], *, role: Role | None = None
    ) -> tuple[Entity, float] | None:
        """Return the likeliest of the entities named so far and its probability, None where none was named."""
        known = [e for e in candidates if self.trails.get(e.index)]
        if not known:
            return None
        order = sorted(known, key=lambda e: -self.trails[e.index][-1].first)
        rows = [self._features(mention, e, role, n, len(order)) for n, e in enumerate(order)]
        scores = self.rank(self.cast.parsed.span(mention.first, mention.stop), [(e,) for e in order], rows, "coref")
        best, *others = sorted(range(len(order)), key=lambda n: (-scores[n], n))
        mention.rivals = tuple((order[n].index, float(scores[n])) for n in others[:1] if scores[n] >= _RIVAL)
        return order[best], float(scores[best])

    def nearest(self, candidates: list[Entity], role: Role) -> list[Entity]:
        """Return those whose titles fit a role phrase, and of the others the ones named last."""
        known = [e for e in candidates if self.trails.get(e.index)]
        fitting = {e.index for e in known if fits(e, role, home=self.cast.home)}
        last = sorted(known, key=lambda e: -self.trails[e.index][-1].first)[:_NEAREST]
        return [e for e in known if e.index in fitting or e in last]

    def _features(self, mention: Mention, entity: Entity, role: Role | None, recency: int, rivals: int) -> list[float]:
        """Return what speaks for an entity: distance, grammar, gender, office, country, weight in the article."""
        doc = self.doc
        token = doc[mention.head]
        trail = self.trails[entity.index]
        other = trail[-1]
        head = doc[other.head]
        here = self.sent[mention.first]
        kind = PRONOUNS.get(token.lower_, "")
        subjects = [m for m in trail if doc[m.head].dep_ in SUBJECT]
        same_verb = here == self.sent[other.first] and head.head.i == token.head.i
        above = self.verbs(token)
        over, under = self._steps(above, trail, SUBJECT), self._steps(above, trail, OBJECT)
        spoke = [m for m in subjects if doc[m.head].head.lemma_ in SPEECH]
        gender = kind if kind in {"m", "f"} else words().gender.get(role.lemma, "") if role is not None else ""
        zones = self.cast.parsed.zone_of
        last = self.chain.get(kind)
        said = self.chain.get("speaker")
        lemma_match = role is not None and any(r.lemma == role.lemma or same_office(r, role) for r in entity.roles)
        word_match = (
            max((len(role.words & r.words) / max(1, len(role.words | r.words)) for r in entity.roles), default=0.0)
            if role is not None
            else 0.0
        )
        code = role.countries[0] if role is not None and role.countries else None
        return [
            float(role is not None), float(role is not None and role.kind == "office"),
            float(role is not None and role.lemma in GENERIC), float(role is not None and role.lemma in SHARED),
            float(role is not None and role.definite), float(role is not None and role.owner is not None),
            float(role is not None and role.former), float(kind == "m"), float(kind == "f"),
            float(token.dep_ in SUBJECT), float(token.dep_ == "poss"), float(token.dep_ in {"dobj", "pobj"}),
            float(token.dep_ == "appos"),
            float(recency), float(rivals), float(min(here - self.sent[other.first], 12)),
            float(min(mention.first - other.first, 300)),
            float(zones[mention.first] - zones[other.first]), float(len(trail)), float(len(subjects)),
            float(min(here - self.sent[subjects[-1].first], 12)) if subjects else 12.0,
            float(head.dep_ in SUBJECT), float(head.dep_ in SUBJECT and head.head.dep_ == "ROOT"),
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
            float(over), float(under), float(len(above)),
            float(min(here - self.sent[spoke[-1].first], 12)) if spoke else 12.0,
            float(len(spoke)), float(token.head.lemma_ in SPEECH), float(bool(above) and above[0].lemma_ in SPEECH),
            float(zones[mention.first] == zones[other.first]),
            float(len(trail) / max(len(t) for t in self.trails.values())),
            float(self._in_quote(mention.first, trail)),
            float(min(sum(1 for m in self.seen if m.first > other.first and m.entities != other.entities), 20)),
            float(last is not None and entity.index in last.entities),
            float(min(here - self.sent[last.first], 12)) if last is not None else 12.0,
            float(said is not None and entity.index in said.entities),
            float(role is not None and fits(entity, role, home=self.cast.home)),
            float(sum(1 for m in trail if zones[m.first] == zones[mention.first])),
            *self.stage.features(mention, entity, role, trail),
        ]  # fmt: skip

    def verbs(self, token: Token) -> list[Token]:
        """Return the verbs above a token, the nearest first, as far as three."""
        found: list[Token] = []
        while token.head.i != token.i and len(found) < 3:
            token = token.head
            if token.pos_ in {"VERB", "AUX"}:
                found.append(token)
        return found

    def _steps(self, verbs: list[Token], trail: list[Mention], relations: frozenset[str]) -> int:
        """Return which of these verbs has an entity as its subject (or object), from 0; 4 where none has."""
        heads = {self.doc[m.head].head.i for m in trail[-6:] if self.doc[m.head].dep_ in relations}
        return next((n for n, verb in enumerate(verbs) if verb.i in heads), 4)

    def _in_quote(self, i: int, trail: list[Mention]) -> bool:
        """Say whether a quoted word may be its own speaker's: the entity said something beside these quoted words."""
        return self.quoted[i] and any(
            self.doc[m.head].head.lemma_ in SPEECH and abs(self.sent[m.first] - self.sent[i]) <= 1
            for m in trail[-3:]
            if self.doc[m.head].dep_ in SUBJECT
        )


def of_office(entity: Entity, lemma: str | None) -> bool:
    """Say whether an entity may be one of "the presidents"; any person may be one of "the leaders"."""
    if entity.kind != "person":
        return False
    if lemma is None or lemma in GENERIC or lemma in {"secretary", "side"} or not entity.roles:
        return True
    return any(role.lemma == lemma or {role.lemma, lemma} <= {"premier", "minister", "pm"} for role in entity.roles)


def may_fit(entity: Entity, role: Role) -> bool:
    """Say whether nothing known of an entity contradicts a role phrase: neither its country nor its gender."""
    if role.countries and entity.country and entity.country not in role.countries:
        return False
    gender = words().gender.get(role.lemma)
    return not (gender and entity.gender and gender != entity.gender)


def fits(entity: Entity, role: Role, *, home: str | None) -> bool:
    """Say whether an entity may be whom a role phrase means: country, office, gender and "former" agree."""
    if not may_fit(entity, role):
        return False
    if role.lemma in GENERIC or role.kind == "person":
        return not role.countries or entity.country in role.countries
    own = [r for r in entity.roles if r.lemma == role.lemma or same_office(r, role)]
    if not own:
        return bool(role.countries) and entity.country in role.countries and not entity.roles and role.definite
    if role.countries and not entity.country and not any(set(r.countries) & set(role.countries) for r in own):
        return home in role.countries
    plain = role.words - {"the"}
    return any(
        plain <= r.words or r.words <= plain or role.lemma == "premier" or r.lemma == "premier" for r in own
    ) and (not role.former or any(r.former for r in own))


def same_office(a: Role, b: Role) -> bool:
    """Say whether two differing titles may name one office: "premier" and "prime minister", not "foreign minister"."""
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
