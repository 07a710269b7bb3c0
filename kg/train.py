"""Trains the scoring models on annotated articles: ``python -m kg.train tests/corpus/open``.

The same articles give the same bytes. Thresholds and calibration come from scores that each article got from models
which had not seen it (five folds by article).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from sklearn.isotonic import IsotonicRegression

from kg import coref
from kg.article import read_inputs
from kg.evaluate import Scores, at_least, from_account, render, score
from kg.evaluate.found import Found, FoundActor, FoundEvent, FoundPlace
from kg.evaluate.gold import Gold, GoldEvent, load_gold
from kg.evaluate.match import Cast as GoldCast
from kg.evaluate.match import agreement, overlap, pair, same_words, start_of
from kg.extract import meeting, statement, visit, weigh, when
from kg.extract.candidate import Draft, Scene
from kg.judge import Judge
from kg.mentions import Entity
from kg.reader import Reader
from kg.records import Article, Span

FOLDS = 5
PARAMETERS: dict[str, Any] = {
    "verbosity": -1, "deterministic": True, "force_row_wise": True, "num_threads": 1, "seed": 7,
    "learning_rate": 0.06, "num_leaves": 15,
    "min_data_in_leaf": 12, "feature_fraction": 0.5, "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 3.0,
    "max_bin": 63,
}  # fmt: skip
ROUNDS = {
    "coref": 160,
    "visit": 180,
    "meeting": 180,
    "statement": 220,
    "act": 120,
    "status": 80,
    "date": 140,
    "visit-event": 80,
    "meeting-event": 80,
    "statement-event": 80,
}
FIRST = ("visit", "meeting", "statement", "act")
"""The models whose scores the second look builds on."""


@dataclass
class Sample:
    """One model's rows of one article: features, label, weight (0 leaves a row out)."""

    rows: list[list[float]] = field(default_factory=list)
    labels: list[float] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def add(self, row: Sequence[float], label: float, weight: float = 1.0) -> None:
        """Append one row."""
        self.rows.append(list(row))
        self.labels.append(label)
        self.weights.append(weight)


class Teacher:
    """Labels the candidates of one article by its annotation."""

    def __init__(self, scene: Scene, article: Article, gold: Gold) -> None:
        """Match the scene's entities with the annotated actors."""
        self.scene, self.article, self.gold = scene, article, gold
        cast = GoldCast(gold.actors)
        self.number = cast.number
        self.who: list[int | None] = []
        for entity in scene.cast.entities:
            forms = tuple(form for form in entity.forms)
            self.who.append(cast.find(FoundActor(entity.name, entity.kind, forms, getattr(entity.known, "qid", None))))
        self.retold: dict[int, list[str]] = {}
        for retelling in gold.retellings:
            self.retold.setdefault(retelling.event, []).append(retelling.evidence)

    def tells(self, index: int, event: GoldEvent, sentence: int) -> bool:
        """Say whether a sentence is one of those that tell an annotated event."""
        start, stop = self.scene.sents[sentence]
        span = self.scene.parsed.span(start, stop)
        text = " ".join(span.of(self.article.text).split())
        return any(
            overlap(evidence, text) >= 0.5 or overlap(text, evidence) >= 0.9
            for evidence in (event.evidence, *self.retold.get(index, []))
        )

    def visits(self, found: list[visit.Candidate]) -> tuple[Sample, list[int | None]]:
        """Label visit candidates; also return for each which annotated event it tells."""
        sample, which = Sample(), []
        for candidate in found:
            label, weight, event = 0.0, 1.0, None
            who = self.who[candidate.entity]
            for index, gold in enumerate(self.gold.events):
                if (
                    gold.kind != "visit"
                    or who is None
                    or who not in {self.number(n) for n in gold.actors}
                    or gold.country != candidate.place.country
                ):
                    continue
                here = self.tells(index, gold, self.scene.sent_of[candidate.cue.i])
                if not here:
                    weight = min(weight, 0.0)
                elif gold.required:
                    label, weight, event = 1.0, 1.0, index
                    break
                else:
                    weight, event = 0.0, index
            sample.add(candidate.features, label, weight)
            which.append(event)
        return sample, which

    def meetings(self, found: list[meeting.Candidate]) -> tuple[Sample, list[int | None]]:
        """Label meeting candidates likewise."""
        sample, which = Sample(), []
        for candidate in found:
            label, weight, event = 0.0, 1.0, None
            pair = {self.who[candidate.a], self.who[candidate.b]} - {None}
            for index, gold in enumerate(self.gold.events):
                if gold.kind != "meeting" or len(pair) < 2 or not pair <= {self.number(n) for n in gold.actors}:
                    continue
                here = self.tells(index, gold, self.scene.sent_of[candidate.cue.i])
                if not here:
                    weight = min(weight, 0.0)
                elif gold.required:
                    label, weight, event = 1.0, 1.0, index
                    break
                else:
                    weight, event = 0.0, index
            sample.add(candidate.features, label, weight)
            which.append(event)
        return sample, which

    def statements(self, found: list[statement.Candidate]) -> tuple[Sample, Sample, list[int | None]]:
        """Label statement candidates, and the acts of those that are right."""
        sample, acts, which = Sample(), Sample(), []
        golds = [
            (i, g, {self.number(n) for n in g.actors}) for i, g in enumerate(self.gold.events) if g.kind == "statement"
        ]
        for candidate in found:
            content = " ".join(candidate.content.of(self.article.text).split())
            label, weight, event = 0.0, 1.0, None
            for index, gold, speakers in golds:
                likeness = same_words(gold.evidence, content)
                if likeness < 0.5 or self.who[candidate.entity] not in speakers:
                    continue
                event = index
                label, weight = (1.0, 0.5 + 0.5 * likeness) if gold.required else (0.0, 0.0)
                if gold.required:
                    break
            sample.add(candidate.features, label, weight)
            which.append(event)
            if event is not None:
                acts.add(
                    statement.act_features(self.scene, candidate),
                    float(statement.ACTS.index(self.gold.events[event].act or "say")),
                )
        return sample, acts, which


def times(scene: Scene, teacher: Teacher, drafts: list[tuple[Draft, int]]) -> tuple[Sample, Sample]:
    """Label the statuses and dates of drafts whose annotated event is known."""
    statuses, dates = Sample(), Sample()
    for draft, index in drafts:
        gold = teacher.gold.events[index]
        statuses.add(when.status_features(scene, draft), float(when.STATUSES.index(gold.status)))
        wanted = start_of(gold.edtf) if gold.kind == "visit" else gold.edtf
        for candidate in when.date_candidates(scene, draft, gold.status):
            value = start_of(candidate.edtf) if gold.kind == "visit" else candidate.edtf
            dates.add(candidate.features, float((value or None) == (wanted or None)))
    return statuses, dates


def articles_of(folder: Path) -> dict[str, Article]:
    """Return the articles of a corpus folder by id."""
    return {item.id: item for item in read_inputs([folder]) if isinstance(item, Article)}


class Oracle:
    """Ranks antecedents by the annotation and records the rows, to teach the model that will do it."""

    def __init__(self, gold: Gold, mentions: Sequence[dict[str, Any]]) -> None:
        """Take the annotated pronouns and phrases of one article, by their offsets."""
        self.cast = GoldCast(gold.actors)
        self.mentions = [
            (
                Span(m["start"], m["end"]),
                {self.cast.number(n) for n in ([m["actor"]] if isinstance(m["actor"], str) else m["actor"])},
            )
            for m in mentions
        ]
        self.sample = Sample()

    def rank(self, span: Span, entities: Sequence[Entity], rows: list[list[float]]) -> list[float]:
        """Return 1 for the annotated actor, 0 for the others; all 0 for what stands for no actor."""
        wanted = next((who for s, who in self.mentions if s.start < span.end and span.start < s.end), set())
        labels = []
        for entity, row in zip(entities, rows, strict=True):
            who = self.cast.find(
                FoundActor(entity.name, entity.kind, tuple(entity.forms), getattr(entity.known, "qid", None))
            )
            labels.append(float(who is not None and wanted == {who}))
            self.sample.add(row, labels[-1])
        return labels


def antecedents(folder: Path, articles: dict[str, Article], golds: dict[str, Gold], reader: Reader) -> list[Sample]:
    """Return each article's labelled antecedent candidates, empty where the pronouns are not annotated."""
    samples = []
    for key, gold in golds.items():
        path = folder / f"{key}.coref.json"
        oracle = Oracle(gold, json.loads(path.read_text("utf-8"))["mentions"] if path.is_file() else [])
        reader.scene(articles[key], oracle.rank)
        samples.append(oracle.sample if path.is_file() else Sample())
    return samples


def ranker(booster: lightgbm.Booster) -> coref.Rank:
    """Return a rank function that asks a model."""

    def rank(span: Span, entities: Sequence[Entity], rows: list[list[float]]) -> Sequence[float]:
        return [
            float(score) for score in np.asarray(booster.predict(np.asarray(rows, dtype=np.float32), num_threads=1))
        ]

    return rank


@dataclass
class Lesson:
    """One annotated article, read: its scene, its labels and one sample for each model."""

    article: Article
    scene: Scene
    gold: Gold
    samples: dict[str, Sample]


def collect(folder: Path, reader: Reader) -> list[Lesson]:
    """Return the lessons of every article of a folder, in the order of their ids.

    Pronouns are resolved, and the second look is taught on scores, by models that did not see the article, as it will
    be with unseen ones.
    """
    articles = articles_of(folder)
    golds = dict(sorted(load_gold(folder).items()))
    antecedent = antecedents(folder, articles, golds, reader)
    rankers = [ranker(fit("coref", _others(antecedent, fold))) for fold in range(FOLDS)]
    lessons = []
    for n, (key, gold) in enumerate(golds.items()):
        scene = reader.scene(articles[key], rankers[n % FOLDS])
        lessons.append(
            Lesson(
                articles[key],
                scene,
                gold,
                {"coref": antecedent[n], **_samples(scene, Teacher(scene, articles[key], gold))},
            )
        )
    for fold in range(FOLDS):
        judge = Judge(
            {model: fit(model, _others([x.samples[model] for x in lessons], fold)) for model in FIRST}, {}, {}
        )
        taught = Reader(model=reader.nlp, authority=reader.authority, judge=judge)
        for n, lesson in enumerate(lessons):
            if n % FOLDS == fold:
                lesson.samples.update(second_looks(lesson, taught.drafts(lesson.scene)))
    return lessons


def _others(samples: Sequence[Sample], fold: int) -> list[Sample]:
    return [sample for n, sample in enumerate(samples) if n % FOLDS != fold]


def _samples(scene: Scene, teacher: Teacher) -> dict[str, Sample]:
    visits, pairs, said = visit.candidates(scene), meeting.candidates(scene), statement.candidates(scene)
    visit_sample, visit_events = teacher.visits(visits)
    meeting_sample, meeting_events = teacher.meetings(pairs)
    statement_sample, act_sample, _ = teacher.statements(said)
    drafts: list[tuple[Draft, int]] = []
    for candidate, event in zip(visits, visit_events, strict=True):
        if event is not None:
            drafts.append((visit.decode(scene, [candidate], [1.0], threshold=0.5)[0], event))
    for couple, event in zip(pairs, meeting_events, strict=True):
        if event is not None:
            drafts.append((meeting.decode(scene, [couple], [1.0], threshold=0.5)[0], event))
    status_sample, date_sample = times(scene, teacher, drafts)
    return {
        "visit": visit_sample, "meeting": meeting_sample, "statement": statement_sample, "act": act_sample,
        "status": status_sample, "date": date_sample,
    }  # fmt: skip


def second_looks(lesson: Lesson, drafts: list[tuple[str, Draft]]) -> dict[str, Sample]:
    """Label drafts by whether the annotation has the event, told once or again."""
    cast = GoldCast(lesson.gold.actors)
    samples = {f"{kind}-event": Sample() for kind in weigh.KINDS}
    for (kind, draft), row in zip(drafts, weigh.features(lesson.scene, drafts), strict=True):
        event = _found(lesson, kind, draft)
        like = [g.required for g in lesson.gold.events if agreement(g, event, cast, cast.find) > 0]
        samples[f"{kind}-event"].add(row, float(any(like)), float(not like or any(like)))
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
    classes = {"act": len(statement.ACTS), "status": len(when.STATUSES)}.get(model)
    more = (
        {"objective": "multiclass", "num_class": classes, "min_data_in_leaf": 5} if classes else {"objective": "binary"}
    )
    data = lightgbm.Dataset(rows[keep], labels[keep], weight=weights[keep], free_raw_data=True)
    return lightgbm.train({**PARAMETERS, **more}, data, num_boost_round=ROUNDS[model])


def unseen(lessons: Sequence[Lesson], reader: Reader) -> dict[str, Found]:
    """Return what models that did not see an article say of it, each event with its raw score as confidence."""
    found: dict[str, Found] = {}
    models = [model for model in ROUNDS if model != "coref"]
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
    """Return for each kind the score that maximises F1 over whole articles."""
    best: dict[str, tuple[float, float]] = {}
    for step in range(10, 80, 2):
        scores = score(golds, at_least(found, step / 100))
        for kind, tally in scores.kinds.items():
            best[kind] = max(best.get(kind, (0.0, 0.0)), (round(tally.f1, 4), step / 100))
    return {kind: at for kind, (_, at) in sorted(best.items())}


def calibrate(golds: dict[str, Gold], found: dict[str, Found], kind: str) -> list[list[float]]:
    """Return (score, share right) points, rising, by isotonic regression on the scores that unseen articles got."""
    points: list[tuple[float, float]] = []
    for key, gold in golds.items():
        events = found[key].events
        right = {column: gold.events[row].required for row, column in pair(gold, events)}
        points += [
            (e.confidence, float(n in right)) for n, e in enumerate(events) if e.kind == kind and right.get(n, True)
        ]
    curve = IsotonicRegression(out_of_bounds="clip", y_min=0.02, y_max=0.98).fit(
        [p[0] for p in points], [p[1] for p in points]
    )
    grid = np.linspace(0, 1, 21)
    return [[round(float(x), 2), round(float(y), 3)] for x, y in zip(grid, curve.predict(grid), strict=True)]


def train(folder: Path, out: Path, reader: Reader) -> Scores:
    """Train all models on a folder, write them to ``out`` and return how they do on articles that they did not see."""
    lessons = collect(folder, reader)
    golds = {lesson.article.id: lesson.gold for lesson in lessons}
    found = unseen(lessons, reader)
    at = thresholds(golds, found)
    settings = {"thresholds": at, "calibration": {kind: calibrate(golds, found, kind) for kind in weigh.KINDS}}
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
