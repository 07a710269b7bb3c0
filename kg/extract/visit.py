"""Visits: who comes to be where, on whose soil he is a guest."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from kg.cast import Mention, PlaceMention
from kg.extract.candidate import DEPS, PREPS, Scene, anchor, meet, one_hot
from kg.extract.journey import Candidate, decode
from kg.extract.places import GOING, VISIT, Whereabouts
from kg.extract.words import Word, root_of

__all__ = ["Candidate", "candidates", "decode"]

_GROUPS = frozenset({"delegation", "team", "mission", "mediator", "envoy", "minister", "leader"})
_SUBJECT = 0
"""Where in the features it stands whether the person is the subject of the cue."""
_ABOUT = ("visit.vehicle", "visit.event", "visit.guest", "visit.cancel", "visit.send", "meeting.noun", "meeting.verb")
_SETTING = (*VISIT, *_ABOUT)
_SUBORDINATE = frozenset({"relcl", "advcl", "ccomp", "acl"})
_HOMEWARD = frozenset({"home", "back", "homeward", "homewards"})
_IMPLIED = 6
"""How many places a sentence may leave to be understood."""
_OCCASION = ("meeting.verb", "meeting.receive", "meeting.hold", "meeting.noun")


def candidates(scene: Scene) -> list[Candidate]:
    """Return every pair of a person and a foreign place that a sentence, or it and what it implies, brings together."""
    found: list[Candidate] = []
    totals = Counter(e for m in scene.cast.mentions for e in m.entities)
    where = Whereabouts(scene)
    together = _together(scene)
    traveller: Mention | None = None
    last_seen: dict[int, str | None] = {}
    place_totals = Counter(p.country for p in scene.cast.places)
    cues: dict[int, _Below] = {}
    for number in range(len(scene.sents)):
        actors = [m for m in scene.mentions_in[number] if m.entities and _can_travel(scene, m)]
        named = len(actors)
        actors += _implied(scene, number, actors, traveller)
        if not actors:
            continue
        places = [(p, True) for p in where.named(number)]
        own = {p.country for p, _ in places}
        implied = [p for p in where.implied(number) if p.country not in own][:_IMPLIED]
        places += [(p, False) for p in implied]
        likely = implied[:2]
        seen: dict[int, str | None] = {}
        setting = _setting(scene, number)
        at_home = {scene.cast.entities[e].country for m in actors for e in m.entities}
        for rank, mention in enumerate(actors):
            readings = mention.readings()
            unsaid: _Way | None = None  # the same for all places that the sentence does not name
            for place, explicit in places:
                if not explicit and rank >= named and place not in likely:
                    continue
                if explicit and mention.first <= place.first < mention.stop and mention.kind != "group":
                    continue
                way: _Way | None = None
                for entity, certain in readings:
                    known = scene.cast.entities[entity]
                    if known.country and known.country == place.country:
                        continue
                    if way is None:
                        way = unsaid if not explicit else None
                        way = way or _way(scene, number, mention, place, explicit=explicit)
                        unsaid = unsaid if explicit else way
                        if way.idle:
                            break
                        head, middle, tail = _of_pair(scene, number, mention, place, way, setting, cues)
                    features = [
                        *head,
                        float(bool(known.country)),
                        float(known.country == scene.cast.home),
                        float(place.country == scene.cast.home),
                        float(known.named),
                        *middle,
                        float(known.roles[0].kind == "office") if known.roles else 0.0,
                        *tail,
                        certain,
                        float(rank >= named),
                        float(entity == scene.protagonist),
                        float(place.country == scene.stage),
                        float(totals[entity]),
                        float(place_totals[place.country]),
                        float(len(own)),
                        float(place.country in at_home),
                        float(known.country in own),
                        float(last_seen.get(entity, "") == place.country),
                        float(last_seen.get(entity, place.country) != place.country),
                        float(len(together.get((entity, place.country), ()))),
                        *where.traits(number, place.country),
                    ]
                    found.append(Candidate(mention, place, entity, way.cue, explicit, features))
                    if explicit and features[_SUBJECT] and scene.senses.listed(way.cue, *VISIT[:-1]):
                        seen[entity] = place.country
                        traveller = mention
        last_seen |= seen
    return found


def _implied(scene: Scene, number: int, actors: list[Mention], traveller: Mention | None) -> list[Mention]:
    """Return who may travel in a sentence that does not say who ("A stop in Havana was scrapped").

    They are the last subject, whom the article names most and who travelled last.
    """
    going = scene.listed(number, VISIT)
    if not going:
        return []
    own = [m for m in actors if m.kind != "pronoun" and not scene.quoted[m.head]]
    nominal = any(t.pos_ == "NOUN" and scene.senses.listed(t, "visit.noun") for t in going)
    if own and not (nominal and not any(scene.subjects(t)[0] & {m.head for m in actors} for t in going)):
        return []
    options = [scene.implied_actor(number, *VISIT), traveller]
    if nominal or not actors:
        options.append(
            next(
                (m for m in scene.cast.mentions if m.kind == "name" and m.entities == (scene.protagonist,)),
                None,
            )
        )
    found: list[Mention] = []
    for option in options:
        if option is not None and all(option.entities != m.entities for m in (*actors, *found)):
            found.append(option)
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


def _setting(scene: Scene, number: int) -> list[float]:
    """Return what a sentence speaks of, whoever of it may travel."""
    places = scene.places_in[number]
    start, stop = scene.sents[number]
    said = scene.listed(number, _SETTING)
    return [
        float(number),
        float(len(scene.listed(number, VISIT))),
        float(len(scene.listed(number, GOING))),
        float(len(places)),
        float(sum(1 for m in scene.mentions_in[number] if m.kind in {"name", "role"})),
        float(bool(scene.dates_in[number])),
        float(any(p.first > 0 and scene.doc[p.first - 1].lower_ == "from" for p in places)),
        float(any(scene.doc[i].lower_ in _HOMEWARD for i in range(start, stop))),
        *(float(any(scene.senses.listed(token, name) for token in said)) for name in _ABOUT),
    ]


@dataclass(slots=True)
class _Way:
    """How grammar leads from an actor to a place: ``owner`` governs the place, ``top`` stands above both."""

    actor: Word
    where: Word
    prep: str
    owner: Word
    top: Word | None
    up_actor: int
    up_place: int
    between: int
    cue: Word
    explicit: bool
    idle: bool


def _way(scene: Scene, number: int, mention: Mention, place: PlaceMention, *, explicit: bool) -> _Way:
    """Return the way from an actor to a place; ``idle`` holds where nobody can have travelled by it."""
    doc = scene.doc
    start, stop = scene.sents[number]
    actor = anchor(doc[mention.head])
    away = scene.sent_of[mention.head] != number
    top: Word | None
    if explicit:
        where = doc[min(place.stop - 1, stop - 1)]
        if place.stop - place.first > 1:
            where = root_of(doc[place.first : place.stop])
        prep, owner = _attached(anchor(where))
        top, up_actor, up_place = meet(actor, where)
        between = abs(where.i - mention.head)
        cue = _cue(scene, actor, owner, top)
    else:
        where, prep, top, up_actor, up_place, between = actor, "", actor, 0, 0, 30
        cue = owner = _implied_cue(scene, actor, start, stop)
    if away:
        cue = next(iter(scene.listed(number, VISIT[:-1])), cue)
    idle = scene.clause(cue).never or (not explicit and not scene.senses.listed(cue, *VISIT, *_OCCASION))
    return _Way(actor, where, prep, owner, top, up_actor, up_place, between, cue, explicit, idle)


@dataclass(frozen=True)
class _Below:
    """The words below a cue by what they are to it."""

    objects: frozenset[int]
    owners: frozenset[int]
    passive: frozenset[int]
    joined: frozenset[int]

    @classmethod
    def of(cls, cue: Word) -> _Below:
        """Sort the words below a cue."""
        below = cue.children
        return cls(
            frozenset(c.i for c in below if c.dep_ == "dobj"),
            frozenset(c.i for c in below if c.dep_ in {"poss", "compound"}),
            frozenset(c.i for c in below if c.dep_ == "nsubjpass"),
            frozenset(g.i for c in below if c.dep_ in {"prep", "agent"} for g in c.children),
        )


def _of_pair(
    scene: Scene,
    number: int,
    mention: Mention,
    place: PlaceMention,
    way: _Way,
    setting: list[float],
    known: dict[int, _Below],
) -> tuple[list[float], list[float], list[float]]:
    """Return what speaks for a mention and a place, whoever the mention stands for: three parts of the row."""
    doc, senses, explicit = scene.doc, scene.senses, way.explicit
    actor, where, cue, owner, top = way.actor, way.where, way.cue, way.owner, way.top
    clause = scene.clause(cue)
    verb = actor.head if actor.dep_ in {"nsubj", "nsubjpass", "dobj", "pobj", "poss", "agent"} else actor
    subjects, steps = scene.subjects(cue)
    theirs, further = scene.subjects(owner)
    mine = {actor.i, mention.head}
    if actor.dep_ == "poss" and actor.head.i not in scene.cast.covering:
        mine.add(actor.head.i)  # "his plane landed": who owns the plane, or the trip, travels
    going = scene.listed(number, GOING)
    nearest = min((abs(t.i - cue.i) for t in going), default=40)
    groups = senses.groups(cue)
    if cue.i not in known:
        known[cue.i] = _Below.of(cue)
    below = known[cue.i]
    acts, rules = not mine.isdisjoint(subjects), not mine.isdisjoint(theirs)
    first, last = sorted((mention.head, where.i))
    zone = scene.zone(mention.head)
    places = scene.places_in[number]
    head = [
        float(acts),
        *(float(name in groups) for name in VISIT),
        float(explicit),
        float(place.kind == "state"),
        float(place.kind in {"capital", "here"}),
        float(place.kind == "pointed"),
        float(place.kind == "landmark"),
        float(scene.dateline is not None and scene.dateline.country == place.country),
    ]
    middle = [
        float(mention.kind == "pronoun"),
        float(mention.kind == "role"),
        float(mention.kind == "group"),
        float(len(mention.entities) > 1),
        mention.score,
        float(mention.first < place.first) if explicit else 0.5,
        float(min(way.between, 40)),
        float(min(way.up_actor, 12)),
        float(min(way.up_place, 12)),
        float(scene.quoted[mention.head]),
        float(scene.quoted[where.i]),
        float(zone in {"headline", "deck"}),
        float(zone == "caption"),
        *setting,
        float(where.dep_ in {"nsubj", "nsubjpass"}),
        float(where.dep_ == "poss"),
        float(doc[where.i + 1].tag_ == "POS") if where.i + 1 < len(doc) else 0.0,
        float(top is not None and top.i == cue.i),
        float(verb.i == cue.i),
        float(owner.i == cue.i),
        float(any(first <= t.i < last for t in scene.listed(number, VISIT))),
    ]
    tail = [
        float(steps),
        float(bool(subjects) and not acts),
        float(rules),
        float(further),
        float(bool(theirs) and not rules),
        float(not mine.isdisjoint(below.objects)),
        float(not mine.isdisjoint(below.owners)),
        float(not mine.isdisjoint(below.passive)),
        float(any(not mine.isdisjoint(scene.subjects(t)[0]) for t in going)),
        float(min(nearest, 40)),
        float(sum(1 for p in places if p.first < place.first)) if explicit else -1.0,
        float(min((abs(p.first - cue.i) for p in places), default=40) - abs(where.i - cue.i)),
        float(not mine.isdisjoint(below.joined)),
        float(sum(1 for t in where.path[: min(way.up_place, 12)] if t.dep_ in _SUBORDINATE)),
        float(sum(1 for t in actor.path[: min(way.up_actor, 12)] if t.dep_ in _SUBORDINATE)),
        *one_hot(actor.dep_, DEPS),
        *one_hot(where.dep_ if explicit else "", DEPS),
        *one_hot(way.prep, PREPS),
        *clause.flags,
        *senses.row(cue),
        *senses.row(owner),
        *senses.row(verb),
    ]
    return head, middle, tail


def _attached(token: Word) -> tuple[str, Word]:
    """Return the preposition that attaches a place and the verb or noun that it modifies."""
    if token.dep_ == "pobj":
        prep = token.head.lower_
        owner = token.head.head
        if token.head.dep_ in {"pcomp", "prep"} and owner.pos_ == "ADP":
            owner = owner.head
        return prep, owner
    return "", token.head


def _cue(scene: Scene, actor: Word, owner: Word, top: Word | None) -> Word:
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


def _implied_cue(scene: Scene, actor: Word, start: int, stop: int) -> Word:
    options = [actor.head, *actor.head.children] if actor.head.i != actor.i else [actor]
    for name in ("visit.arrive", "visit.noun", "visit.go", "meeting.verb", "meeting.noun"):
        for option in options:
            if option.i != actor.i and start <= option.i < stop and scene.senses.listed(option, name):
                return option
    return actor.head if start <= actor.head.i < stop else actor
