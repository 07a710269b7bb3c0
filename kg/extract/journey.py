"""Who travels where: the candidates of visits made into one draft a visitor, destination and occasion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from kg.cast import Mention, PlaceMention
from kg.extract.candidate import TELLINGS, Draft, Scene
from kg.extract.words import Word
from kg.known import Landmark


@dataclass
class Candidate:
    """One actor mention and one place, perhaps a visit; ``cue`` is the word that would say so."""

    mention: Mention
    place: PlaceMention
    entity: int
    cue: Word
    explicit: bool
    features: list[float]


def decode(scene: Scene, found: Sequence[Candidate], scores: Sequence[float], *, threshold: float) -> list[Draft]:
    """Return one draft a visitor, destination and occasion from the candidates that score at least ``threshold``."""
    groups: dict[tuple[int, str | None], list[tuple[float, Candidate]]] = defaultdict(list)
    likely = [(c, score) for c, score in zip(found, scores, strict=True) if score >= threshold]
    outright = {(c.entity, c.cue.i) for c, _ in likely if c.explicit}
    for candidate, score in likely:
        # Who "travels to China" is not told by the same word to arrive where the story is.
        if candidate.explicit or (candidate.entity, candidate.cue.i) not in outright:
            groups[candidate.entity, candidate.place.country].append((score, candidate))
    drafts: list[Draft] = []
    for (entity, _), members in groups.items():
        members.sort(key=lambda m: (-m[0], m[1].mention.first))
        by_city: dict[str, list[tuple[float, Candidate]]] = defaultdict(list)
        for score, candidate in members:
            by_city[_city(scene, candidate.place)].append((score, candidate))
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


def _city(scene: Scene, place: PlaceMention) -> str:
    """Return the city of a place, so that a palace is one with its capital; nothing for a country or a region."""
    if place.kind == "state":
        return ""
    known = scene.authority.place_by_key(place.key)
    if isinstance(known, Landmark):
        return known.city or ("" if known.kind == "region" else known.key)
    return place.key


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
    rule = f"visit/{'explicit' if best.explicit else 'implied'}/{best.cue.base}"
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
                and _city(scene, other.place) == _city(scene, draft.place)
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
