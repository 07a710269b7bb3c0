"""A second look at each draft among the article's others: what one sentence makes likely, the whole may contradict."""

from __future__ import annotations

from collections import Counter
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
                *draft.features,
                *_company(scene, draft, number, company, visitors),
            ]
        )  # fmt: skip
    return rows


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
