"""Visits: who comes to be where, on whose soil he is a guest."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from spacy.tokens import Token

from kg.cast import Mention, PlaceMention
from kg.extract.candidate import DEPS, PREPS, TELLINGS, Draft, Scene, anchor, meet, one_hot, path

_GROUPS = frozenset({"delegation", "team", "mission", "mediator", "envoy", "minister", "leader"})
_REACHED = frozenset({"enter", "leave", "quit", "attend", "tour", "see", "find", "make", "take"})
_OCCASION = ("meeting.verb", "meeting.receive", "meeting.hold", "meeting.noun")
_VISIT = ("visit.arrive", "visit.go", "visit.stay", "visit.host", "visit.pay", "visit.noun", "visit.cancel")


@dataclass
class Candidate:
    """One actor mention and one place, perhaps a visit; ``cue`` is the word that would say so."""

    mention: Mention
    place: PlaceMention
    entity: int
    cue: Token
    explicit: bool
    features: list[float]


def candidates(scene: Scene) -> list[Candidate]:
    """Return every pair of a person and a foreign place that a sentence, or it and what it implies, brings together."""
    found: list[Candidate] = []
    totals = Counter(e for m in scene.cast.mentions for e in m.entities)
    place_totals = Counter(p.country for p in scene.cast.places)
    for number in range(len(scene.sents)):
        actors = [m for m in scene.mentions_in[number] if m.entities and _can_travel(scene, m)]
        implied_actor = (
            scene.implied_actor(number, *_VISIT)
            if all(m.kind == "pronoun" or scene.quoted[m.head] for m in actors)
            else None
        )
        if implied_actor is not None and all(implied_actor.entities != m.entities for m in actors):
            actors.append(implied_actor)
        if not actors:
            continue
        places: list[tuple[PlaceMention, bool]] = [(p, True) for p in _distinct(scene, scene.places_in[number])]
        places += [(p, True) for p in _capitals(scene, number)]
        implied = _implied(scene, number)
        places += [(p, False) for p in implied if all(p.country != q.country for q, _ in places)]
        for mention in actors:
            for place, explicit in places:
                if explicit and mention.first <= place.first < mention.stop and mention.kind != "group":
                    continue
                if explicit and not _may_hold(scene, place):
                    continue
                for entity, certain in mention.readings():
                    known = scene.cast.entities[entity]
                    if known.country and known.country == place.country:
                        continue
                    cue, features = _features(scene, number, mention, place, entity, explicit=explicit)
                    if scene.clause(cue).never:
                        continue
                    if (
                        not explicit
                        and not any(features[_CUE_AT : _CUE_AT + 6])
                        and not scene.senses.listed(cue, *_OCCASION)
                    ):
                        continue
                    features += [
                        certain,
                        float(mention is implied_actor),
                        float(entity == scene.protagonist),
                        float(place.country == scene.stage),
                    ]
                    features += [float(totals[entity]), float(place_totals[place.country])]
                    found.append(Candidate(mention, place, entity, cue, explicit, features))
    return found


def _can_travel(scene: Scene, mention: Mention) -> bool:
    entity = scene.cast.entities[mention.entities[0]]
    if entity.kind == "person":
        return not (mention.kind == "role" and mention.apposed)
    return mention.kind == "group" and mention.role is not None and mention.role.lemma in _GROUPS


def _may_hold(scene: Scene, place: PlaceMention) -> bool:
    """Say whether a place name can be where someone goes: not "Washington denied", nor "the embassy in Islamabad"."""
    token = anchor(scene.doc[place.first : place.stop].root)
    if token.dep_ in {"nsubj", "nsubjpass", "dobj", "dative", "agent"}:
        return scene.senses.listed(token.head, *_VISIT) or (token.dep_ == "dobj" and token.head.lemma_ in _REACHED)
    if token.dep_ == "pobj" and token.head.lower_ in {"in", "of"}:
        owner = scene.cast.at.get(token.head.head.i)
        if token.head.lower_ == "of" and owner is not None and owner.kind in {"name", "role"}:
            return False  # "Foreign Minister Kwesi Boadu of Ghana"
        return owner is None or owner.kind not in {"group", "organization"} or owner.role is None
    return True


def _distinct(scene: Scene, places: Sequence[PlaceMention]) -> list[PlaceMention]:
    """Drop the state of "Moscow, Russia" and names that are part of an organisation's."""
    kept: list[PlaceMention] = []
    for place in places:
        if kept and place.kind == "state" and kept[-1].country == place.country and place.first - kept[-1].stop <= 1:
            continue
        kept.append(place)
    return kept


def _capitals(scene: Scene, number: int) -> list[PlaceMention]:
    """Find "the Egyptian capital" and "here"."""
    found = []
    start, stop = scene.sents[number]
    for i in range(start, stop):
        token = scene.doc[i]
        if token.lower_ == "capital" and i > start:
            state = scene.cast.at.get(i - 1)
            code = (
                scene.cast.entities[state.entities[0]].country
                if state and state.kind in {"demonym", "state"} and state.entities
                else None
            )
            city = scene.authority.capital_of(code) if code else None
            if city is not None:
                found.append(PlaceMention(i - 1, i + 1, city.key, "capital", city.country))
        elif token.lower_ == "here" and scene.dateline is not None and not scene.quoted[i]:
            found.append(PlaceMention(i, i + 1, scene.dateline.key, "here", scene.dateline.country))
    return found


def _implied(scene: Scene, number: int) -> list[PlaceMention]:
    """Return the places that a sentence without one may mean: the dateline's, the last sentence's, the headline's."""
    found: list[PlaceMention] = []
    for back in (1, 2):
        if number - back >= 0 and scene.places_in[number - back]:
            found.extend(scene.places_in[number - back][-2:])
            break
    if scene.dateline is not None:
        found.append(scene.dateline)
    if number and scene.places_in[0]:
        found.append(scene.places_in[0][-1])
    found.extend(p for p in scene.cast.places if p.country == scene.stage and p.kind == "city")
    unique: dict[str | None, PlaceMention] = {}
    for place in found:
        unique.setdefault(place.country, place)
    return list(unique.values())[:3]


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
        cue = next(iter(scene.listed(number, _VISIT[:6])), cue)
    clause = scene.clause(cue)
    verb_a = actor.head if actor.dep_ in {"nsubj", "nsubjpass", "dobj", "pobj", "poss", "agent"} else actor
    in_sentence = scene.listed(number, _VISIT)
    subjects, steps = scene.subjects(cue)
    theirs, further = scene.subjects(owner)
    mine = {actor.i, mention.head}
    features: list[float] = [float(senses.listed(cue, name)) for name in _VISIT]
    features += [
        float(explicit),
        float(place.kind == "state"),
        float(place.kind in {"capital", "here"}),
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
        float(bool(subjects & mine)),
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


_CUE_AT = 0


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
        if scene.senses.listed(option, *_VISIT):
            return option
    return owner if owner.pos_ in {"VERB", "NOUN"} else (top or owner)


def _implied_cue(scene: Scene, actor: Token, start: int, stop: int) -> Token:
    options = [actor.head, *actor.head.children] if actor.head.i != actor.i else [actor]
    for name in ("visit.arrive", "visit.noun", "visit.go", "meeting.verb", "meeting.noun"):
        for option in options:
            if option.i != actor.i and start <= option.i < stop and scene.senses.listed(option, name):
                return option
    return actor.head if start <= actor.head.i < stop else actor


def decode(scene: Scene, found: Sequence[Candidate], scores: Sequence[float], *, threshold: float) -> list[Draft]:
    """Return one draft a visitor, destination and occasion from the candidates that score at least ``threshold``."""
    groups: dict[tuple[int, str | None], list[tuple[float, Candidate]]] = defaultdict(list)
    for candidate, score in zip(found, scores, strict=True):
        if score >= threshold:
            groups[candidate.entity, candidate.place.country].append((score, candidate))
    drafts: list[Draft] = []
    for (entity, _), members in groups.items():
        members.sort(key=lambda m: (-m[0], m[1].mention.first))
        by_city: dict[str, list[tuple[float, Candidate]]] = defaultdict(list)
        for score, candidate in members:
            by_city[_city(candidate.place)].append((score, candidate))
        cities = [city for city in by_city if city]
        best_city = max(cities, key=lambda c: by_city[c][0][0]) if cities else ""
        for city, own in list(by_city.items()):
            if not city and cities:
                continue
            if city and city != best_city and own[0][0] < max(threshold, 0.5):
                continue
            pool = own + (by_city.get("", []) if city == best_city and city else [])
            pool.sort(key=lambda m: (-m[0], m[1].mention.first))
            score, best = pool[0]
            spot = own[0][1].place
            drafts.append(_draft(scene, entity, spot, best, score, pool))
    return _join(scene, drafts)


def _city(place: PlaceMention) -> str:
    return "" if place.kind == "state" else place.key


def _draft(
    scene: Scene, entity: int, spot: PlaceMention, best: Candidate, score: float, pool: list[tuple[float, Candidate]]
) -> Draft:
    mention, place = best.mention, best.place
    points = [mention.first, mention.stop - 1, best.cue.i]
    start, stop = scene.sents[scene.sent_of[best.cue.i]]
    if best.explicit:
        points += [place.first, place.stop - 1]
    points = [p for p in points if start <= p < stop]
    miss = 1.0
    for s, _ in pool[:3]:
        miss *= 1 - s
    rule = f"visit/{'explicit' if best.explicit else 'implied'}/{best.cue.lemma_.lower()}"
    return Draft(
        (entity,), spot, best.cue.i, scene.cover(*points), score, rule, tuple(best.features),
        {"mention": mention, "noisy_or": 1 - miss, "others": _others(best, pool)},
    )  # fmt: skip


def _others(best: Candidate, pool: list[tuple[float, Candidate]]) -> list[int]:
    return list(dict.fromkeys(c.cue.i for _, c in pool[1:] if c.cue.i != best.cue.i))[:TELLINGS]


def _join(scene: Scene, drafts: list[Draft]) -> list[Draft]:
    """Make one visit of those who travel together: named side by side in one sentence, of one country, to one place."""
    joined: list[Draft] = []
    for draft in sorted(drafts, key=lambda d: (d.evidence.start, d.entities)):
        mention = draft.more["mention"]
        for other in joined:
            same = (
                other.place is not None
                and draft.place is not None
                and other.place.country == draft.place.country
                and _city(other.place) == _city(draft.place)
            )
            if not same or scene.sent_of[other.cue] != scene.sent_of[draft.cue]:
                continue
            partner = other.more["mention"]
            if partner is mention and not set(other.entities + draft.entities) <= set(mention.entities):  # type: ignore[attr-defined]
                # Two readings of one "he" did not travel together: the likelier stands.
                if draft.score > other.score:
                    joined[joined.index(other)] = draft
                break
            together = partner is mention or _side_by_side(scene, partner, mention)  # type: ignore[arg-type]
            countries = {scene.cast.entities[e].country for e in other.entities + draft.entities}
            if together and len(countries) == 1:
                other.entities += draft.entities
                other.score = max(other.score, draft.score)
                break
        else:
            joined.append(draft)
    return joined


def _side_by_side(scene: Scene, a: Mention, b: Mention) -> bool:
    one, two = scene.doc[a.head], scene.doc[b.head]
    return two in one.conjuncts or one in two.conjuncts
