"""Visits: who comes to be where, on whose soil he is a guest."""

from __future__ import annotations

from collections import Counter, defaultdict

from spacy.tokens import Token

from kg.cast import Mention, PlaceMention
from kg.extract.candidate import DEPS, PREPS, Scene, anchor, meet, one_hot, path
from kg.extract.journey import Candidate, decode
from kg.extract.places import VISIT, Whereabouts

__all__ = ["Candidate", "candidates", "decode"]

_GROUPS = frozenset({"delegation", "team", "mission", "mediator", "envoy", "minister", "leader"})
_SUBJECT = 0
"""Where in the features it stands whether the person is the subject of the cue."""
_OCCASION = ("meeting.verb", "meeting.receive", "meeting.hold", "meeting.noun")


def candidates(scene: Scene) -> list[Candidate]:
    """Return every pair of a person and a foreign place that a sentence, or it and what it implies, brings together."""
    found: list[Candidate] = []
    totals = Counter(e for m in scene.cast.mentions for e in m.entities)
    where = Whereabouts(scene)
    together = _together(scene)
    last_seen: dict[int, str | None] = {}
    place_totals = Counter(p.country for p in scene.cast.places)
    for number in range(len(scene.sents)):
        actors = [m for m in scene.mentions_in[number] if m.entities and _can_travel(scene, m)]
        implied_actor = (
            scene.implied_actor(number, *VISIT)
            if all(m.kind == "pronoun" or scene.quoted[m.head] for m in actors)
            else None
        )
        if implied_actor is not None and all(implied_actor.entities != m.entities for m in actors):
            actors.append(implied_actor)
        if not actors:
            continue
        places = [(p, True) for p in where.named(number)]
        own = {p.country for p, _ in places}
        places += [(p, False) for p in where.implied(number) if p.country not in own]
        seen: dict[int, str | None] = {}
        at_home = {scene.cast.entities[e].country for m in actors for e in m.entities}
        for mention in actors:
            for place, explicit in places:
                if explicit and mention.first <= place.first < mention.stop and mention.kind != "group":
                    continue
                for entity, certain in mention.readings():
                    known = scene.cast.entities[entity]
                    if known.country and known.country == place.country:
                        continue
                    cue, features = _features(scene, number, mention, place, entity, explicit=explicit)
                    if scene.clause(cue).never:
                        continue
                    if not explicit and not scene.senses.listed(cue, *VISIT, *_OCCASION):
                        continue
                    features += [
                        certain,
                        float(mention is implied_actor),
                        float(entity == scene.protagonist),
                        float(place.country == scene.stage),
                        float(totals[entity]),
                        float(place_totals[place.country]),
                        float(len({p.country for p, named in places if named})),
                        float(place.country in at_home),
                        float(known.country in own),
                        float(last_seen.get(entity, "") == place.country),
                        float(last_seen.get(entity, place.country) != place.country),
                        float(len(together.get((entity, place.country), ()))),
                        *where.traits(number, place.country),
                    ]
                    found.append(Candidate(mention, place, entity, cue, explicit, features))
                    if explicit and features[_SUBJECT] and scene.senses.listed(cue, *VISIT[:-1]):
                        seen[entity] = place.country
        last_seen |= seen
    return found


def _together(scene: Scene) -> dict[tuple[int, str | None], set[int]]:
    """Return the sentences that name both a person and a country."""
    found: dict[tuple[int, str | None], set[int]] = defaultdict(set)
    for number, mentions in enumerate(scene.mentions_in):
        countries = {p.country for p in scene.places_in[number]}
        for entity in {m.entities[0] for m in mentions if m.entities}:
            for country in countries:
                found[entity, country].add(number)
    return found


def _can_travel(scene: Scene, mention: Mention) -> bool:
    entity = scene.cast.entities[mention.entities[0]]
    if entity.kind == "person":
        return not (mention.kind == "role" and mention.apposed)
    return mention.kind == "group" and mention.role is not None and mention.role.lemma in _GROUPS


def _features(
    scene: Scene, number: int, mention: Mention, place: PlaceMention, entity: int, *, explicit: bool
) -> tuple[Token, list[float]]:
    doc = scene.doc
    start, stop = scene.sents[number]
    senses = scene.senses
    actor = anchor(doc[mention.head])
    known = scene.cast.entities[entity]
    away = scene.sent_of[mention.head] != number
    if explicit:
        where = doc[min(place.stop - 1, stop - 1)]
        if place.stop - place.first > 1:
            where = doc[place.first : place.stop].root
        prep, owner = _attached(anchor(where))
        top, up_a, up_p = meet(actor, where)
        between = abs(where.i - mention.head)
        cue = _cue(scene, actor, owner, top)
    else:
        where, prep, top, up_a, up_p, between = actor, "", actor, 0, 0, 30
        cue = owner = _implied_cue(scene, actor, start, stop)
    if away:
        cue = next(iter(scene.listed(number, VISIT[:-1])), cue)
    clause = scene.clause(cue)
    verb_a = actor.head if actor.dep_ in {"nsubj", "nsubjpass", "dobj", "pobj", "poss", "agent"} else actor
    in_sentence = scene.listed(number, VISIT)
    subjects, steps = scene.subjects(cue)
    theirs, further = scene.subjects(owner)
    mine = {actor.i, mention.head}
    features: list[float] = [
        float(bool(subjects & mine)),
        *(float(senses.listed(cue, name)) for name in VISIT),
        float(explicit),
        float(place.kind == "state"),
        float(place.kind in {"capital", "here"}),
        float(place.kind == "pointed"),
        float(place.kind == "landmark"),
        float(scene.dateline is not None and scene.dateline.country == place.country),
        float(bool(known.country)),
        float(known.country == scene.cast.home),
        float(place.country == scene.cast.home),
        float(known.named),
        float(mention.kind == "pronoun"),
        float(mention.kind == "role"),
        float(mention.kind == "group"),
        float(len(mention.entities) > 1),
        mention.score,
        float(mention.first < place.first) if explicit else 0.5,
        float(min(between, 40)),
        float(min(up_a, 12)),
        float(min(up_p, 12)),
        float(scene.quoted[mention.head]),
        float(scene.quoted[where.i]),
        float(scene.zone(mention.head) in {"headline", "deck"}),
        float(scene.zone(mention.head) == "caption"),
        float(number),
        float(len(in_sentence)),
        float(len(scene.places_in[number])),
        float(sum(1 for m in scene.mentions_in[number] if m.kind in {"name", "role"})),
        float(bool(scene.dates_in[number])),
        float(where.dep_ in {"nsubj", "nsubjpass"}),
        float(where.dep_ == "poss"),
        float(doc[where.i + 1].tag_ == "POS") if where.i + 1 < len(doc) else 0.0,
        float(top is not None and top.i == cue.i),
        float(verb_a.i == cue.i),
        float(owner.i == cue.i),
        float(any(t.i in range(min(mention.head, where.i), max(mention.head, where.i)) for t in in_sentence)),
        float(known.roles[0].kind == "office") if known.roles else 0.0,
        float(steps),
        float(bool(subjects) and not subjects & mine),
        float(bool(theirs & mine)),
        float(further),
        float(bool(theirs) and not theirs & mine),
        float(any(c.i in mine for c in cue.children if c.dep_ in {"dobj", "poss", "nsubjpass", "compound"})),
        float(any(g.i in mine for c in cue.children if c.dep_ in {"prep", "agent"} for g in c.children)),
        float(sum(1 for t in path(where)[: min(up_p, 12)] if t.dep_ in {"relcl", "advcl", "ccomp", "acl"})),
        float(sum(1 for t in path(actor)[: min(up_a, 12)] if t.dep_ in {"relcl", "advcl", "ccomp", "acl"})),
    ]
    features += one_hot(actor.dep_, DEPS)
    features += one_hot(where.dep_ if explicit else "", DEPS)
    features += one_hot(prep, PREPS)
    features += list(clause.flags)
    features += senses.of(cue).tolist()
    features += senses.of(owner).tolist()
    features += senses.of(verb_a).tolist()
    return cue, features


def _attached(token: Token) -> tuple[str, Token]:
    """Return the preposition that attaches a place and the verb or noun that it modifies."""
    if token.dep_ == "pobj":
        prep = token.head.lower_
        owner = token.head.head
        if token.head.dep_ in {"pcomp", "prep"} and owner.pos_ == "ADP":
            owner = owner.head
        return prep, owner
    return "", token.head


def _cue(scene: Scene, actor: Token, owner: Token, top: Token | None) -> Token:
    """Return the word most likely to say that someone travels: on the way from the place to the actor, best listed."""
    options = [owner]
    if owner.head.i != owner.i:
        options.append(owner.head)
    if top is not None:
        options.append(top)
    if actor.head.i != actor.i:
        options.append(actor.head)
    for option in options:
        if scene.senses.listed(option, "visit.arrive", "visit.go", "visit.noun", "visit.host"):
            return option
    for option in options:
        if scene.senses.listed(option, *VISIT):
            return option
    return owner if owner.pos_ in {"VERB", "NOUN"} else (top or owner)


def _implied_cue(scene: Scene, actor: Token, start: int, stop: int) -> Token:
    options = [actor.head, *actor.head.children] if actor.head.i != actor.i else [actor]
    for name in ("visit.arrive", "visit.noun", "visit.go", "meeting.verb", "meeting.noun"):
        for option in options:
            if option.i != actor.i and start <= option.i < stop and scene.senses.listed(option, name):
                return option
    return actor.head if start <= actor.head.i < stop else actor
