"""Trains the scoring models on annotated articles: ``python -m kg.train tests/corpus/open``.

The same articles give the same bytes. Thresholds and calibration come from scores that each article got from models
which had not seen it (five folds by article).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from kg.article import read_inputs
from kg.evaluate.found import FoundActor
from kg.evaluate.gold import Gold, GoldEvent, load_gold
from kg.evaluate.match import Cast as GoldCast
from kg.evaluate.match import overlap, same_words, start_of
from kg import coref
from kg.extract import meeting, statement, visit, when
from kg.extract.candidate import Draft, Scene
from kg.mentions import Entity
from kg.reader import Reader
from kg.records import Article, Span

FOLDS = 5
PARAMETERS: dict[str, Any] = {
    "verbosity": -1, "deterministic": True, "force_row_wise": True, "num_threads": 1, "seed": 7, "learning_rate": 0.06, "num_leaves": 15,
    "min_data_in_leaf": 12, "feature_fraction": 0.5, "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 3.0, "max_bin": 63,
}  # fmt: skip
ROUNDS = {"coref": 160, "visit": 180, "meeting": 180, "statement": 220, "act": 120, "status": 80, "date": 140}
Matrix = NDArray[np.float32]


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
        return any(overlap(evidence, text) >= 0.5 or overlap(text, evidence) >= 0.9 for evidence in (event.evidence, *self.retold.get(index, [])))

    def visits(self, found: list[visit.Candidate]) -> tuple[Sample, list[int | None]]:
        """Label visit candidates; also return for each which annotated event it tells."""
        sample, which = Sample(), []
        for candidate in found:
            label, weight, event = 0.0, 1.0, None
            who = self.who[candidate.entity]
            for index, gold in enumerate(self.gold.events):
                if gold.kind != "visit" or who is None or who not in {self.number(n) for n in gold.actors} or gold.country != candidate.place.country:
                    continue
                here = self.tells(index, gold, self.scene.sent_of[candidate.mention.head])
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
                here = self.tells(index, gold, self.scene.sent_of[candidate.one.head])
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
        golds = [(i, g, {self.number(n) for n in g.actors}) for i, g in enumerate(self.gold.events) if g.kind == "statement"]
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
                acts.add(statement.act_features(self.scene, candidate), float(statement.ACTS.index(self.gold.events[event].act or "say")))
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
            (Span(m["start"], m["end"]), {self.cast.number(n) for n in ([m["actor"]] if isinstance(m["actor"], str) else m["actor"])}) for m in mentions
        ]
        self.sample = Sample()

    def rank(self, span: Span, entities: Sequence[Entity], rows: list[list[float]]) -> list[float]:
        """Return 1 for the annotated actor, 0 for the others; all 0 for what stands for no actor."""
        wanted = next((who for s, who in self.mentions if s.start < span.end and span.start < s.end), set())
        labels = []
        for entity, row in zip(entities, rows, strict=True):
            who = self.cast.find(FoundActor(entity.name, entity.kind, tuple(entity.forms), getattr(entity.known, "qid", None)))
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
        return [float(score) for score in np.asarray(booster.predict(np.asarray(rows, dtype=np.float32), num_threads=1))]

    return rank


def collect(folder: Path, reader: Reader) -> list[dict[str, Sample]]:
    """Return the labelled rows of every article of a folder, in the order of their ids.

    Pronouns are resolved by models that did not see the article, as they will be on unseen ones.
    """
    articles = articles_of(folder)
    golds = dict(sorted(load_gold(folder).items()))
    antecedent = antecedents(folder, articles, golds, reader)
    rankers = [ranker(fit("coref", [s for n, s in enumerate(antecedent) if n % FOLDS != fold])) for fold in range(FOLDS)]
    made = []
    for n, (key, gold) in enumerate(golds.items()):
        scene = reader.scene(articles[key], rankers[n % FOLDS])
        made.append({"coref": antecedent[n], **_samples(scene, Teacher(scene, articles[key], gold))})
    return made


def _samples(scene: Scene, teacher: Teacher) -> dict[str, Sample]:
    visits, pairs, said = visit.candidates(scene), meeting.candidates(scene), statement.candidates(scene)
    visit_sample, visit_events = teacher.visits(visits)
    meeting_sample, meeting_events = teacher.meetings(pairs)
    statement_sample, act_sample, _ = teacher.statements(said)
    drafts: list[tuple[Draft, int]] = []
    for candidate, event in zip(visits, visit_events, strict=True):
        if event is not None:
            drafts.append((visit.decode(scene, [candidate], [1.0], threshold=0.5)[0], event))
    for pair, event in zip(pairs, meeting_events, strict=True):
        if event is not None:
            drafts.append((meeting.decode(scene, [pair], [1.0], threshold=0.5)[0], event))
    status_sample, date_sample = times(scene, teacher, drafts)
    return {
        "visit": visit_sample, "meeting": meeting_sample, "statement": statement_sample, "act": act_sample, "status": status_sample, "date": date_sample,
    }  # fmt: skip


def fit(model: str, samples: Sequence[Sample]) -> lightgbm.Booster:
    """Return a model trained on the rows of these articles."""
    rows = np.asarray([row for s in samples for row in s.rows], dtype=np.float32)
    labels = np.asarray([label for s in samples for label in s.labels])
    weights = np.asarray([weight for s in samples for weight in s.weights])
    keep = weights > 0
    classes = {"act": len(statement.ACTS), "status": len(when.STATUSES)}.get(model)
    more = {"objective": "multiclass", "num_class": classes, "min_data_in_leaf": 5} if classes else {"objective": "binary"}
    data = lightgbm.Dataset(rows[keep], labels[keep], weight=weights[keep], free_raw_data=True)
    return lightgbm.train({**PARAMETERS, **more}, data, num_boost_round=ROUNDS[model])


def folded(model: str, samples: list[Sample]) -> list[NDArray[np.float64]]:
    """Return each article's scores from a model that did not see it."""
    scores: list[NDArray[np.float64]] = [np.zeros(0)] * len(samples)
    for fold in range(FOLDS):
        booster = fit(model, [s for n, s in enumerate(samples) if n % FOLDS != fold])
        for n, sample in enumerate(samples):
            if n % FOLDS == fold and sample.rows:
                scores[n] = np.asarray(booster.predict(np.asarray(sample.rows, dtype=np.float32), num_threads=1))
    return scores


def best_threshold(samples: list[Sample], scores: list[NDArray[np.float64]]) -> float:
    """Return the score that maximises F1 over the rows."""
    y = np.concatenate([np.asarray(s.labels) for s in samples])
    w = np.concatenate([np.asarray(s.weights) for s in samples]) > 0
    p = np.concatenate([q for q, s in zip(scores, samples, strict=True) if s.rows])
    best, at = 0.0, 0.5
    for t in np.arange(0.1, 0.8, 0.02):
        picked = (p >= t) & w
        hit = float((picked & (y == 1)).sum())
        f1 = 2 * hit / max(1.0, float(picked.sum() + (y[w] == 1).sum()))
        if f1 > best:
            best, at = f1, float(t)
    return round(at, 2)


def calibrate(samples: list[Sample], scores: list[NDArray[np.float64]]) -> list[list[float]]:
    """Return (score, share right) points, rising: isotonic regression on the folded scores, thinned."""
    from sklearn.isotonic import IsotonicRegression

    y = np.concatenate([np.asarray(s.labels) for s in samples])
    w = np.concatenate([np.asarray(s.weights) for s in samples]) > 0
    p = np.concatenate([q for q, s in zip(scores, samples, strict=True) if s.rows])
    curve = IsotonicRegression(out_of_bounds="clip", y_min=0.01, y_max=0.98).fit(p[w], y[w])
    grid = np.linspace(0, 1, 21)
    return [[round(float(x), 2), round(float(v), 3)] for x, v in zip(grid, curve.predict(grid), strict=True)]


def train(folder: Path, out: Path, reader: Reader) -> dict[str, Any]:
    """Train all models on a folder, write them to ``out`` and return the settings written beside them."""
    collected = collect(folder, reader)
    settings: dict[str, Any] = {"thresholds": {}, "calibration": {}}
    out.mkdir(parents=True, exist_ok=True)
    for model in ROUNDS:
        samples = [c[model] for c in collected]
        scores = folded(model, samples)
        y = np.concatenate([np.asarray(s.labels) for s in samples])
        if model in {"visit", "meeting", "statement"}:
            settings["thresholds"][model] = best_threshold(samples, scores)
            settings["calibration"][model] = calibrate(samples, scores)
            print(f"{model}: {len(y)} rows, {int(y.sum())} right, threshold {settings['thresholds'][model]}")
        elif model in {"act", "status"}:
            guess = np.concatenate([q.argmax(axis=1) for q, s in zip(scores, samples, strict=True) if s.rows])
            print(f"{model}: {len(y)} rows, accuracy {float((guess == y).mean()):.3f}")
        (out / f"{model}.txt").write_text(fit(model, samples).model_to_string(), "utf-8")
    (out / "settings.json").write_text(json.dumps(settings, indent=1, sort_keys=True) + "\n", "utf-8")
    return settings


def main() -> None:
    """Train from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="annotated articles (*.txt with *.json)")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "data" / "models")
    options = parser.parse_args()
    train(options.folder, options.out, Reader())


if __name__ == "__main__":
    main()
