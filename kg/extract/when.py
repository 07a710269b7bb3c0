"""Status and date of an event: from the clause that tells it, then from what stands around."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from spacy.tokens import Token

from kg.dates import resolve
from kg.extract.candidate import Draft, Scene, meet, one_hot
from kg.extract.clause import Tense
from kg.records import Status
from kg.timex import DateExpression

STATUSES: tuple[Status, ...] = ("occurred", "planned", "cancelled")
_SOURCES = ("own", "sentence", "before", "after", "other", "published", "month", "none", "far", "carried")
_KINDS = (
    "day",
    "weekday",
    "relative",
    "range",
    "season",
    "month",
    "year",
    "decade",
    "clock",
    "holiday",
    "anaphoric",
    "unresolvable",
)
_PHRASES = (
    "is to ", "are to ", "was to ", "were to ", "to have ", "is due", "are due", "is expected", "expected to",
    "scheduled", "set to", "set for", "called off", "call off", "calls off", "put off", "pulled out",
    "ruled out", "not to ", "did not", "will not", "plans to", "planned", "has been", "had been", "is in ",
    "on his way", "on her way", "next stop", "invited", "postponed", "cancelled", "canceled", "scrapped", "dropped",
)  # fmt: skip
_WORDS = (
    "will",
    "would",
    "to",
    "has",
    "had",
    "was",
    "were",
    "is",
    "are",
    "tomorrow",
    "today",
    "yesterday",
    "next",
    "last",
    "before",
    "after",
    "if",
    "may",
    "no",
    "not",
)
_BEARINGS = ("on", "since", "from", "until", "by", "before", "after")


@dataclass
class DateCandidate:
    """A date that an event may have; ``edtf`` None means that the article gives none."""

    edtf: str | None
    source: str
    features: list[float]


def status_features(scene: Scene, draft: Draft) -> list[float]:
    """Return what tells planned from occurred and cancelled: the clause, its words' senses, dates ahead or behind."""
    cue = scene.doc[draft.cue]
    clause = scene.clause(cue)
    number = scene.sent_of[draft.cue]
    start, stop = scene.sents[number]
    ahead = behind = 0.0
    for _, expression in scene.dates_in[number]:
        for tense in ("future", "past"):
            value = resolve(expression, anchor=scene.published, tense=tense)
            if value and scene.published and not value.startswith("X"):
                first = value.split("/")[0]
                now = scene.published.isoformat()[: len(first)]
                if tense == "future" and first > now and _absolute(expression):
                    ahead = 1.0
                if tense == "past" and first < now and _absolute(expression):
                    behind = 1.0
    words = {t.lower_ for t in scene.doc[start:stop]}
    lemmas = {t.lemma_.lower() for t in scene.doc[start:stop]}
    near = {t.lower_ for t in scene.doc[max(start, draft.cue - 7) : min(stop, draft.cue + 5)]}
    around = scene.doc[max(start, draft.cue - 9) : min(stop, draft.cue + 9)].text.lower()
    governor = clause.verb.head if clause.verb.head.i != clause.verb.i else clause.verb
    return [
        *clause.flags,
        float(clause.tense == "past"),
        float(clause.tense == "present"),
        float(clause.tense == "future"),
        *one_hot(clause.verb.tag_, ("VB", "VBD", "VBG", "VBN", "VBP", "VBZ", "MD")),
        ahead,
        behind,
        float("tomorrow" in words or "next" in words),
        float("yesterday" in words or "last" in words or "ago" in words),
        float("will" in words or "'ll" in words),
        float(
            bool(lemmas & {"cancel", "postpone", "scrap", "shelve", "skip", "abandon"})
            or "called off" in scene.doc[start:stop].text
        ),
        float(bool(lemmas & {"plan", "schedule", "expect", "due", "intend"})),
        float(bool(words & {"was", "were", "had"}) and "to" in words),
        float(scene.zone(draft.cue) in {"headline", "deck"}),
        float(scene.zone(draft.cue) == "caption"),
        float(scene.quoted[draft.cue]),
        float(number),
        float(scene.published is not None),
        *(float(phrase in around) for phrase in _PHRASES),
        *(float(word in near) for word in _WORDS),
        float(sum(1 for t in scene.doc[:stop] if t.lower_ == "will") / max(1, stop) * 100),
        *scene.senses.of(cue).tolist(),
        *scene.senses.of(clause.verb).tolist(),
        *scene.senses.of(governor).tolist(),
    ]


def _absolute(expression: DateExpression) -> bool:
    return expression.kind in {"day", "range", "relative", "month", "season", "year"}


def date_candidates(scene: Scene, draft: Draft, status: str) -> list[DateCandidate]:
    """Return the dates of the sentence, of its neighbours and other tellings, of the publication, and none."""
    number = scene.sent_of[draft.cue]
    tense: Tense = "future" if status == "planned" else "past"
    if status == "cancelled":
        tense = scene.clause(scene.doc[draft.cue]).tense
        tense = "future" if tense == "present" else tense
    cue = scene.doc[draft.cue]
    found: dict[tuple[str | None, str], DateCandidate] = {}
    around = [("own", number), ("before", number - 1), ("after", number + 1), ("far", number - 2)]
    carried = next((n for n in range(number - 3, max(-1, number - 12), -1) if scene.dates_in[n]), None)
    if carried is not None and not any(scene.dates_in[n] for n in range(max(0, number - 2), number + 1)):
        around.append(("carried", carried))
    around += [("other", scene.sent_of[i]) for i in draft.more.get("others", ()) if scene.sent_of[i] != number]  # type: ignore[attr-defined]
    rank = 0
    for source, sent in around:
        if not 0 <= sent < len(scene.sents) or (
            source in {"before", "after", "far"} and scene.zone(scene.sents[sent][0]) == "headline"
        ):
            continue
        for at, expression in scene.dates_in[sent]:
            reference = _reference(scene, at, tense)
            value = resolve(expression, anchor=scene.published, tense=tense, reference=reference)
            if value is None:
                continue
            features = _features(scene, draft, cue, at, expression, source, status, value, rank)
            rank += 1
            found.setdefault((value, source), DateCandidate(value, source, [*features, 0.0]))
            told = _told_year(scene, at, expression, value)
            if told is not None:
                found.setdefault((told, "year"), DateCandidate(told, source, [*features, 1.0]))
    fixed: list[tuple[str | None, str]] = [(None, "none")]
    if scene.published is not None:
        fixed += [(scene.published.isoformat(), "published"), (scene.published.isoformat()[:7], "month")]
    for edtf, source in fixed:
        found.setdefault(
            (edtf, source),
            DateCandidate(edtf, source, [*_features(scene, draft, cue, None, None, source, status, edtf, rank), 0.0]),
        )
    return list(found.values())


def _told_year(scene: Scene, at: int, expression: DateExpression, value: str) -> str | None:
    """Return a day or month without a year in the year that the story tells of: "In 2001 … in March" is March 2001."""
    if expression.kind not in {"day", "month", "range"} or expression.year is not None or not value[:4].isdigit():
        return None
    for number in range(scene.sent_of[at], max(-1, scene.sent_of[at] - 10), -1):
        for i, other in reversed(scene.dates_in[number]):
            if i < at and other.kind in {"day", "month", "year", "range"}:
                year = (
                    other.year
                    or (other.first.year if other.first else None)
                    or (other.last.year if other.last else None)
                )
                if year is not None and f"{year:04}" != value[:4]:
                    return value.replace(value[:4], f"{year:04}")
                if year is not None:
                    return None
    return None


def _reference(scene: Scene, at: int, tense: Tense) -> str | None:
    """Return the last date before token ``at``, from which "the next day" or "the fifth of that month" counts."""
    for number in range(scene.sent_of[at], max(-1, scene.sent_of[at] - 6), -1):
        for i, expression in reversed(scene.dates_in[number]):
            if i < at and expression.kind != "anaphoric":
                value = resolve(expression, anchor=scene.published, tense=tense)
                if value and len(value) >= 7:
                    return value
    return None


def _features(
    scene: Scene,
    draft: Draft,
    cue: Token,
    at: int | None,
    expression: DateExpression | None,
    source: str,
    status: str,
    value: str | None,
    rank: int,
) -> list[float]:
    number = scene.sent_of[draft.cue]
    in_sentence = len(scene.dates_in[number])
    clause = scene.clause(cue)
    features = one_hot(source, _SOURCES) + one_hot(expression.kind if expression else "", _KINDS)
    features += one_hot(expression.bearing if expression else "", _BEARINGS)
    if at is not None:
        token = scene.doc[at]
        top, up_cue, up_date = meet(cue, token)
        verbs = sum(1 for t in scene.doc[min(at, cue.i) : max(at, cue.i)] if t.pos_ == "VERB")
        same = scene.clause(token).verb.i == clause.verb.i
        others = [abs(i - cue.i) for i, _ in scene.dates_in[number]]
        features += [
            float(abs(at - cue.i)), float(min(up_cue, 15)), float(min(up_date, 15)), float(verbs), float(same),
            float(at < cue.i),
            float(top is not None and top.i == cue.i), float(bool(others) and abs(at - cue.i) == min(others)),
            float(scene.quoted[at] == scene.quoted[cue.i]),
        ]  # fmt: skip
    else:
        features += [40.0, 15.0, 15.0, 9.0, 0.0, 0.0, 0.0, 0.0, 1.0]
    precision = 0 if value is None else 2 if "/" in value else len(value.split("-"))
    distance = _days(value, scene.published)
    features += [
        float(in_sentence), float(precision), distance, float(rank), *one_hot(status, STATUSES),
        float(bool(draft.rule.startswith("visit"))),
        float(scene.zone(cue.i) in {"headline", "deck"}), float(number), float(scene.published is not None),
        *clause.flags,
        float(draft.place is not None and draft.place.kind == "here"), float(scene.dateline is not None),
        float(sum(map(len, scene.dates_in))),
    ]  # fmt: skip
    return features


def _days(value: str | None, published: date | None) -> float:
    if value is None or published is None or not value[:4].isdigit():
        return 9999.0
    first = value.split("/")[0]
    try:
        return float(
            (
                date.fromisoformat(
                    first
                    if len(first) == 10
                    else first[:7] + "-15"
                    if len(first) == 7 and first[5:] <= "12"
                    else first[:4] + "-07-01"
                )
                - published
            ).days
        )
    except ValueError:
        return 9999.0


def best_date(found: Sequence[DateCandidate], scores: Sequence[float]) -> tuple[str | None, bool]:
    """Return the likeliest date and whether the event's own sentence names it; candidates of one value add up."""
    total: dict[str | None, float] = {}
    for candidate, score in zip(found, scores, strict=True):
        total[candidate.edtf] = 1 - (1 - total.get(candidate.edtf, 0.0)) * (1 - score)
    best = max(total, key=lambda value: (total[value], value or ""))
    return best, any(c.source == "own" and c.edtf == best for c in found)
