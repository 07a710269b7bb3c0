"""A second look at each draft among the article's others: what one sentence makes likely, the whole may contradict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

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
            ]
        )  # fmt: skip
    return rows
