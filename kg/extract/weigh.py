"""A second look at each draft among the article's others: what one sentence makes likely, the whole may contradict."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import combinations

from kg.extract.candidate import Draft, Scene, one_hot

KINDS = ("visit", "meeting", "statement")


def features(scene: Scene, drafts: Sequence[tuple[str, Draft]]) -> list[list[float]]:
    """Return one row a draft: its first score, its support, its rivals for the same people, place and sentence."""
    sentence = [scene.sent_of[d.cue] for _, d in drafts]
    best_in: dict[tuple[str, int], float] = {}
    of_entity: dict[tuple[str, int], list[float]] = {}
    at_place: Counter[tuple[str, str | None]] = Counter()
    for (kind, draft), number in zip(drafts, sentence, strict=True):
        best_in[kind, number] = max(best_in.get((kind, number), 0.0), draft.score)
        for index in draft.entities:
            of_entity.setdefault((kind, index), []).append(draft.score)
        at_place[kind, draft.place.country if draft.place else None] += 1
    trips = _Trips(scene, drafts, sentence)
    company: dict[tuple[int, int], list[tuple[int, float]]] = {}
    visitors: dict[int, list[tuple[str | None, float]]] = {}
    for (kind, draft), number in zip(drafts, sentence, strict=True):
        if kind == "meeting":
            for pair in combinations(sorted(draft.entities), 2):
                company.setdefault(pair, []).append((number, draft.score))
        elif kind == "visit" and draft.place is not None:
            for index in draft.entities:
                visitors.setdefault(index, []).append((draft.place.country, draft.score))
    rows = []
    for (kind, draft), number in zip(drafts, sentence, strict=True):
        own = sorted((s for e in draft.entities for s in of_entity[kind, e]), reverse=True)
        scores = [best_in.get((k, n), 0.0) for k in KINDS for n in (number - 1, number, number + 1)]
        overlapping = [
            d.score
            for k, d in drafts
            if k == kind
            and d is not draft
            and d.evidence.start < draft.evidence.end
            and draft.evidence.start < d.evidence.end
        ]
        entity = scene.cast.entities[draft.entities[0]]
        rows.append(
            [
                draft.score,
                float(draft.more.get("noisy_or", draft.score)),  # type: ignore[arg-type]
                float(len(draft.more.get("others", ()))),  # type: ignore[arg-type]
                float(len(draft.entities)),
                float(len(own)),
                float(own.index(draft.score)),
                own[0] - draft.score,
                *scores,
                max(overlapping, default=0.0),
                float(len(overlapping)),
                float(at_place[kind, draft.place.country if draft.place else None]),
                float(len(drafts)),
                float(sum(1 for k, _ in drafts if k == kind)),
                float(draft.evidence.end - draft.evidence.start),
                float(number) / max(1, len(scene.sents)),
                float(entity.named),
                float(entity.known is not None),
                float(bool(entity.roles)),
                float(scene.cast.home == entity.country),
                float(draft.place is not None and draft.place.country == scene.stage),
                *one_hot(entity.kind, ("person", "state", "organization")),
                *(_journey(scene, draft, number, trips) if kind == "visit" else ()),
                *draft.features,
                *(_company(scene, draft, number, company, visitors) if kind == "meeting" else ()),
            ]
        )  # fmt: skip
    return rows


class _Trips:
    """The drafts of an article by what a visit may be asked about: who, whose country, which sentence."""

    def __init__(self, scene: Scene, drafts: Sequence[tuple[str, Draft]], sentence: Sequence[int]) -> None:
        """Sort the drafts of visits and meetings once."""
        self.to: dict[str | None, list[tuple[float, int, Draft]]] = defaultdict(list)
        self.of: dict[int, list[tuple[float, int, Draft]]] = defaultdict(list)
        self.met: dict[int, list[tuple[float, int, set[str | None]]]] = defaultdict(list)
        for (kind, draft), number in zip(drafts, sentence, strict=True):
            if kind == "visit" and draft.place is not None:
                self.to[draft.place.country].append((draft.score, number, draft))
                for entity in draft.entities:
                    self.of[entity].append((draft.score, number, draft))
            elif kind == "meeting":
                homes = {scene.cast.entities[e].country for e in draft.entities}
                for entity in draft.entities:
                    self.met[entity].append((draft.score, number, homes - {scene.cast.entities[entity].country}))


def _journey(scene: Scene, draft: Draft, number: int, trips: _Trips) -> list[float]:
    """Return what the article's other drafts say of this visit: told twice, elsewhere at the time, host met there."""
    country = draft.place.country if draft.place else None
    mine = [(s, n, d) for e in draft.entities for s, n, d in trips.of[e] if d is not draft]
    again = [(s, n) for s, n, d in mine if d.place and d.place.country == country]
    rival = [s for s, n, d in mine if d.place and d.place.country != country and n == number]
    nearby = [s for s, n, d in mine if d.place and d.place.country != country and abs(n - number) == 1]
    others = [(s, n) for s, n, d in trips.to[country] if not set(d.entities) & set(draft.entities)]
    hosts = [s for e in draft.entities for s, n, homes in trips.met[e] if country in homes]
    here = [s for e in draft.entities for s, n, homes in trips.met[e] if n == number]
    return [
        max((s for s, _ in again), default=0.0),
        float(sum(s > draft.score for s, _ in again)),
        float(sum(n < number for _, n in again)),
        max(rival, default=0.0),
        float(sum(s > draft.score for s in rival)),
        max(nearby, default=0.0),
        max((s for s, _ in others), default=0.0),
        sum(s for s, _ in others),
        max((s for s, n in others if n == number), default=0.0),
        max((s for s, n in others if abs(n - number) == 1), default=0.0),
        max(hosts, default=0.0),
        max(here, default=0.0),
        float(draft.place is not None and draft.place.kind == "state"),
        float(draft.place is not None and draft.place.kind == "landmark"),
    ]


def _company(
    scene: Scene,
    draft: Draft,
    number: int,
    company: dict[tuple[int, int], list[tuple[int, float]]],
    visitors: dict[int, list[tuple[str | None, float]]],
) -> list[float]:
    """Return what else is told of the people of a meeting: their other meetings, and visits to each other's country."""
    pairs = [company[pair] for pair in combinations(sorted(draft.entities), 2) if pair in company]
    told = [(n, s) for tellings in pairs for n, s in tellings]
    others = [s for n, s in told if n != number]
    countries = {scene.cast.entities[e].country for e in draft.entities} - {None}
    visits = [v for e in draft.entities for v in visitors.get(e, ())]
    known = [scene.cast.entities[e] for e in draft.entities]
    return [
        float(len(others)),
        max(others, default=0.0),
        max((s for n, s in told if n < number), default=0.0),
        float(sum(1 for n, s in told if n < number and s > draft.score)),
        max((s for _, s in visits), default=0.0),
        max((s for country, s in visits if country in countries), default=0.0),
        float(sum(1 for e in known if e.kind == "person")),
        float(sum(1 for e in known if e.known is not None)),
        float(min(len(e.forms) for e in known)),
        float(len(countries)),
    ]
