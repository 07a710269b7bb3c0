"""Trains the scoring models on annotated articles: ``python -m kg.train tests/corpus/open``.

The same articles give the same bytes. Thresholds and calibration come from scores that each article got from models
which had not seen it (five folds by article).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from sklearn.isotonic import IsotonicRegression

from kg.antecedents import Rank
from kg.article import read_inputs
from kg.cast import Entity
from kg.choice import objective, shares
from kg.evaluate import Scores, at_least, from_account, render, score
from kg.evaluate.found import Found, FoundActor, FoundEvent, FoundPlace
from kg.evaluate.gold import Gold, load_gold
from kg.evaluate.match import Cast as GoldCast
from kg.evaluate.match import agreement, pair, words
from kg.extract import weigh, when
from kg.extract.candidate import Draft, Scene
from kg.extract.saying import ACTS
from kg.judge import Judge
from kg.labels import Oracle, Sample, Teacher, first_looks, identities
from kg.parse import Parsed
from kg.reader import Reader
from kg.records import Article, Span
from kg.zones import Zones

FOLDS = 5
PRECISION = 0.85
"""The share of reports that must be right, of each kind: rather no triple than a wrong one."""
PARAMETERS: dict[str, Any] = {
    "verbosity": -1, "deterministic": True, "force_row_wise": True, "num_threads": 1, "seed": 7,
    "learning_rate": 0.06, "num_leaves": 15,
    "min_data_in_leaf": 12, "feature_fraction": 0.5, "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 3.0,
    "extra_trees": True, "max_bin": 63,
}  # fmt: skip
ROUNDS = {
    "identity": 200,
    "coref": 300,
    "plural": 140,
    "visit": 180,
    "meeting": 180,
    "statement": 220,
    "act": 120,
    "status": 80,
    "date": 300,
    "visit-event": 80,
    "meeting-event": 80,
    "statement-event": 80,
}
RANKERS = ("coref", "plural")
"""The models that choose antecedents, which the reading of a text for all the others needs."""
CHOICES = ("identity", *RANKERS)
"""The models that choose one of several readings, or none, before any event is sought."""
CHOOSING = (*CHOICES, "date")
"""All that choose: their rows come in groups of which at most one is right, and compete for it."""
SAME, MAY_BE = 0.9, 0.5
"""How sure a link must be, as a share of right ones at its score, for an exact match, and for a close one."""
BOUNDS = {"identity": 0.85, "identity-close": 0.45}
"""What the models are taught with, before the bounds of their own links are known."""
FIRST = ("visit", "meeting", "statement", "act")
"""The models whose scores the second look builds on."""


def articles_of(folder: Path) -> dict[str, Article]:
    """Return the articles of a corpus folder by id."""
    return {item.id: item for item in read_inputs([folder]) if isinstance(item, Article)}


def antecedents(
    folder: Path, articles: dict[str, Article], golds: dict[str, Gold], readers: Sequence[Reader]
) -> list[dict[str, Sample]]:
    """Return each article's labelled antecedents by model, empty where the pronouns are not annotated.

    They are gathered twice: among right choices, then among those that models taught so make in articles that they
    did not see. ``readers`` are one a fold, each with a model of who is who that did not see the fold's articles.
    """
    first = _gathered(folder, articles, golds, readers, [None])
    return _gathered(folder, articles, golds, readers, rankers(first))


def _gathered(
    folder: Path,
    articles: dict[str, Article],
    golds: dict[str, Gold],
    readers: Sequence[Reader],
    own: Sequence[Rank | None],
) -> list[dict[str, Sample]]:
    samples = []
    for n, (key, gold) in enumerate(golds.items()):
        path = folder / f"{key}.coref.json"
        if not path.is_file():
            samples.append({model: Sample() for model in RANKERS})
            continue
        oracle = Oracle(gold, json.loads(path.read_text("utf-8"))["mentions"], own[n % len(own)])
        readers[n % FOLDS].scene(articles[key], oracle.rank)
        samples.append(oracle.samples)
    return samples


def rankers(samples: Sequence[dict[str, Sample]]) -> list[Rank]:
    """Return for each fold a rank function taught on the other folds."""
    return [
        ranker({model: fit(model, _others([one[model] for one in samples], fold)) for model in RANKERS})
        for fold in range(FOLDS)
    ]


def ranker(boosters: dict[str, lightgbm.Booster]) -> Rank:
    """Return a rank function that asks these models."""

    def rank(
        span: Span, readings: Sequence[tuple[Entity, ...]], rows: list[list[float]], model: str
    ) -> Sequence[float]:
        scores = boosters[model].predict(np.asarray(rows, dtype=np.float32), num_threads=1)
        return [float(share) for share in shares(np.asarray(scores))]

    return rank


@dataclass
class Lesson:
    """One annotated article, read: its scene, its labels and one sample for each model."""

    article: Article
    scene: Scene
    gold: Gold
    samples: dict[str, Sample]


class _ParsingOnce(Reader):
    """A reader that shares the parses of articles with others: each is read in several passes, by models that grow."""

    def __init__(self, reader: Reader, kept: dict[str, tuple[Zones, Parsed]], judge: Judge | None = None) -> None:
        super().__init__(model=reader.nlp, authority=reader.authority, judge=judge)
        self._kept = kept

    def parsed(self, article: Article) -> tuple[Zones, Parsed]:
        """Return the zones and the parse of an article, made at the first call."""
        if article.id not in self._kept:
            self._kept[article.id] = super().parsed(article)
        return self._kept[article.id]


def collect(folder: Path, reader: Reader) -> list[Lesson]:
    """Return the lessons of every article of a folder, in the order of their ids.

    Pronouns are resolved, and the second look is taught on scores, by models that did not see the article, as it will
    be with unseen ones.
    """
    articles = articles_of(folder)
    golds = dict(sorted(load_gold(folder).items()))
    kept: dict[str, tuple[Zones, Parsed]] = {}
    who = [_identities(articles[key], gold, _ParsingOnce(reader, kept)) for key, gold in golds.items()]
    readers = [
        _ParsingOnce(reader, kept, Judge({"identity": fit("identity", _others(who, fold))}, BOUNDS, {}))
        for fold in range(FOLDS)
    ]
    antecedent = antecedents(folder, articles, golds, readers)
    rank = rankers(antecedent)
    lessons = []
    for n, (key, gold) in enumerate(golds.items()):
        scene = readers[n % FOLDS].scene(articles[key], rank[n % FOLDS])
        looks = first_looks(scene, Teacher(scene, articles[key], gold))
        lessons.append(Lesson(articles[key], scene, gold, {"identity": who[n], **antecedent[n], **looks}))
    for fold in range(FOLDS):
        judge = Judge(
            {model: fit(model, _others([x.samples[model] for x in lessons], fold)) for model in FIRST}, {}, {}
        )
        taught = Reader(model=reader.nlp, authority=reader.authority, judge=judge)
        for n, lesson in enumerate(lessons):
            if n % FOLDS == fold:
                lesson.samples.update(second_looks(lesson, taught.drafts(lesson.scene)))
    return lessons


def _identities(article: Article, gold: Gold, reader: Reader) -> Sample:
    _, cast, published, _ = reader.named(article)
    return identities(cast, reader.authority, published, gold)


def _others(samples: Sequence[Sample], fold: int) -> list[Sample]:
    return [sample for n, sample in enumerate(samples) if n % FOLDS != fold]


def second_looks(lesson: Lesson, drafts: list[tuple[str, Draft]]) -> dict[str, Sample]:
    """Label drafts by whether the annotation has the event, told once or again.

    A visit told twice is right once. People who meet are mentioned together in many sentences: of the drafts of one
    meeting the one that agrees best is right, others that their sentence tells count half, and those whose sentence
    does not tell it are wrong.
    """
    cast = GoldCast(lesson.gold.actors)
    teacher = Teacher(lesson.scene, lesson.article, lesson.gold)
    samples = {f"{kind}-event": Sample() for kind in weigh.KINDS}
    events = [_found(lesson, kind, draft) for kind, draft in drafts]
    best = {column for _, column in pair(lesson.gold, events)}
    rows = weigh.features(lesson.scene, drafts)
    for n, ((kind, draft), event, row) in enumerate(zip(drafts, events, rows, strict=True)):
        like = {i: g for i, g in enumerate(lesson.gold.events) if agreement(g, event, cast, cast.find) > 0}
        required = any(g.required for g in like.values())
        label, weight = float(required), float(required or not like)
        if kind == "visit" and like and n not in best:
            label = 0.0
        elif kind == "meeting" and like and n not in best:
            told = any(teacher.tells(i, g, lesson.scene.sent_of[draft.cue]) for i, g in like.items())
            label, weight = float(told and required), 0.5 * float(required or not told)
        samples[f"{kind}-event"].add(row, label, weight)
    return samples


def _found(lesson: Lesson, kind: str, draft: Draft) -> FoundEvent:
    scene = lesson.scene
    entities = [scene.cast.entities[e] for e in draft.entities]
    actors = tuple(FoundActor(e.name, e.kind, tuple(sorted(e.forms)), getattr(e.known, "qid", None)) for e in entities)
    words_said = draft.evidence.of(lesson.article.text)
    place = None
    if draft.place is not None:
        known = scene.authority.place_by_key(draft.place.key)
        place = FoundPlace(known.name if known else draft.place.key, draft.place.country)
    return FoundEvent(kind, actors, words_said, place=place, content=words_said if kind == "statement" else None)  # type: ignore[arg-type]


def fit(model: str, samples: Sequence[Sample]) -> lightgbm.Booster:
    """Return a model trained on the rows of these articles."""
    rows = np.asarray([row for s in samples for row in s.rows], dtype=np.float32)
    labels = np.asarray([label for s in samples for label in s.labels])
    weights = np.asarray([weight for s in samples for weight in s.weights])
    keep = weights > 0
    classes = {"act": len(ACTS), "status": len(when.STATUSES)}.get(model)
    more: dict[str, Any] = (
        {"objective": "multiclass", "num_class": classes, "min_data_in_leaf": 5} if classes else {"objective": "binary"}
    )
    if model in CHOOSING:
        more = {"objective": objective(labels, [size for s in samples for size in s.groups])}
    data = lightgbm.Dataset(rows[keep], labels[keep], weight=weights[keep], free_raw_data=True)
    return lightgbm.train({**PARAMETERS, **more}, data, num_boost_round=ROUNDS[model])


def unseen(lessons: Sequence[Lesson], reader: Reader) -> dict[str, Found]:
    """Return what models that did not see an article say of it, each event with its raw score as confidence."""
    found: dict[str, Found] = {}
    models = [model for model in ROUNDS if model not in CHOICES]
    for fold in range(FOLDS):
        boosters = {model: fit(model, _others([x.samples[model] for x in lessons], fold)) for model in models}
        taught = Reader(
            model=reader.nlp, authority=reader.authority, judge=Judge(boosters, dict.fromkeys(weigh.KINDS, 0.1), {})
        )
        for n, lesson in enumerate(lessons):
            if n % FOLDS == fold:
                found[lesson.article.id] = from_account(taught.account(lesson.article, lesson.scene))
    return found


def thresholds(golds: dict[str, Gold], found: dict[str, Found]) -> dict[str, float]:
    """Return for each kind the score from which on reports are right often enough, with the best F1 there.

    Where no score makes reports of a kind that precise, the most precise one serves.
    """
    best: dict[str, tuple[float, float, float]] = {}
    for step in range(10, 90, 2):
        for kind, tally in score(golds, at_least(found, step / 100)).kinds.items():
            rank = (min(PRECISION, round(tally.precision, 4)), round(tally.f1, 4), step / 100)
            best[kind] = max(best.get(kind, (0.0, 0.0, 0.0)), rank)
    return {kind: at for kind, (_, _, at) in sorted(best.items())}


def links(lessons: Sequence[Lesson]) -> tuple[dict[str, float], list[list[float]]]:
    """Return from which share on a known person is the one meant, or may be, and how often at each share it is.

    Of each name the likeliest candidate counts, by models that did not see its article.
    """
    chosen: list[tuple[float, float]] = []
    samples = [lesson.samples["identity"] for lesson in lessons]
    for fold in range(FOLDS):
        booster = fit("identity", _others(samples, fold))
        for sample in samples[fold::FOLDS]:
            if sample.rows:
                rows = np.asarray(sample.rows, dtype=np.float32)
                share = shares(np.asarray(booster.predict(rows, num_threads=1)), sample.groups)
                ends = np.cumsum(sample.groups)
                best = [
                    first + int(share[first:end].argmax()) for first, end in zip(np.r_[0, ends[:-1]], ends, strict=True)
                ]
                chosen += [(float(share[n]), sample.labels[n]) for n in best]
    curve = _rising(chosen, steps=100)
    seen = min(share for share, _ in chosen)  # below it, the curve only goes on as it began
    same, may_be = (next((x for x, y in curve if x >= seen and y >= least), 1.0) for least in (SAME, MAY_BE))
    return {"identity": same, "identity-close": may_be}, curve


def by_name(lessons: Sequence[Lesson]) -> dict[str, list[list[float]]]:
    """Return how often the states, bodies and places that a text names are the annotated ones, as flat curves.

    They are found by name alone, so that nothing but their kind tells how sure a link is. ``holder`` is the same of
    people whom only their office names.
    """
    tally: dict[str, list[bool]] = {"state": [], "organization": [], "holder": [], "place": []}
    for lesson in lessons:
        scene = lesson.scene
        for kind in ("state", "organization", "person"):
            actors = [actor for actor in lesson.gold.actors if actor.kind == kind]
            cast = GoldCast(actors)
            for entity in scene.cast.entities:
                named = entity.kind == kind and entity.known is not None and (kind != "person" or not entity.named)
                number = cast.find(FoundActor(entity.name, kind, tuple(entity.forms))) if named else None
                if number is not None and actors[number].wikidata and entity.known is not None:
                    right = entity.known.qid == actors[number].wikidata
                    tally["holder" if kind == "person" else kind].append(right)
        told = {(words(e.place), e.country) for e in lesson.gold.events if e.place and e.country}
        for mention in scene.cast.places:
            surface = words(scene.parsed.words(mention.first, mention.stop))
            countries = {country for name, country in told if name == surface}
            if countries:
                tally["place"].append(mention.country in countries)
    # After Laplace: even where all that were seen are right, the next one need not be.
    shared = {kind: round((sum(right) + 1) / (len(right) + 2), 3) for kind, right in tally.items()}
    return {kind: [[0.0, share], [1.0, share]] for kind, share in shared.items()}


def calibrate(golds: dict[str, Gold], found: dict[str, Found], kind: str) -> list[list[float]]:
    """Return (score, share right) points, rising, by isotonic regression on the scores that unseen articles got."""
    points: list[tuple[float, float]] = []
    for key, gold in golds.items():
        events = found[key].events
        right = {column: gold.events[row].required for row, column in pair(gold, events)}
        points += [
            (e.confidence, float(n in right)) for n, e in enumerate(events) if e.kind == kind and right.get(n, True)
        ]
    return _rising(points, most=0.98)


def _rising(points: Sequence[tuple[float, float]], *, most: float = 0.995, steps: int = 20) -> list[list[float]]:
    curve = IsotonicRegression(out_of_bounds="clip", y_min=0.02, y_max=most).fit(
        [p[0] for p in points], [p[1] for p in points]
    )
    grid = np.linspace(0, 1, steps + 1)
    return [[round(float(x), 2), round(float(y), 3)] for x, y in zip(grid, curve.predict(grid), strict=True)]


def train(folder: Path, out: Path, reader: Reader) -> Scores:
    """Train all models on a folder, write them to ``out`` and return how they do on articles that they did not see."""
    lessons = collect(folder, reader)
    golds = {lesson.article.id: lesson.gold for lesson in lessons}
    found = unseen(lessons, reader)
    at = thresholds(golds, found)
    bounds, curve = links(lessons)
    settings = {
        "thresholds": {**at, **bounds},
        "calibration": {
            "identity": curve,
            **by_name(lessons),
            **{kind: calibrate(golds, found, kind) for kind in weigh.KINDS},
        },
    }
    out.mkdir(parents=True, exist_ok=True)
    for model in ROUNDS:
        (out / f"{model}.txt").write_text(
            fit(model, [lesson.samples[model] for lesson in lessons]).model_to_string(), "utf-8"
        )
    (out / "settings.json").write_text(json.dumps(settings, indent=1, sort_keys=True) + "\n", "utf-8")
    kept = {
        key: replace(one, events=tuple(e for e in one.events if e.confidence >= at[e.kind]))
        for key, one in found.items()
    }
    return score(golds, kept)


def main() -> None:
    """Train from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="annotated articles (*.txt with *.json)")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "data" / "models")
    options = parser.parse_args()
    print("on articles that the models did not see (five folds):")
    print(render(train(options.folder, options.out, Reader())))


if __name__ == "__main__":
    main()
