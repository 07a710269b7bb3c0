"""Status of an event: planned, occurred or cancelled, from the clause that tells it and what stands around."""

from __future__ import annotations

from kg.dates import resolve
from kg.edtf import bounds
from kg.extract.candidate import Draft, Scene, meet, one_hot
from kg.extract.timeline import timeline
from kg.records import Status
from kg.timex import DateExpression

STATUSES: tuple[Status, ...] = ("occurred", "planned", "cancelled")
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

_KINDS = ("day", "weekday", "relative", "range", "month", "season", "year", "anaphoric")
_BEARINGS = ("since", "from", "until", "by", "before", "after")
_TENSES = ("past", "present", "future")
_DEPENDENCE = ("ROOT", "relcl", "xcomp", "ccomp", "advcl", "conj", "acl", "pcomp")
_SMALL = ("will", "would", "to", "had", "has", "is", "was", "due", "not", "no", "already", "still", "yet", "now")
_DROPPING = frozenset(
    {
        "cancel", "scrap", "drop", "shelve", "postpone", "scratch", "strike", "abandon", "axe", "ditch", "skip", "miss",
        "delete", "abort", "forgo", "cry", "pull", "fall", "collapse", "suspend", "defer", "scotch", "nix", "void",
        "give", "ground", "withdraw", "bow", "beg", "rub", "wipe", "lapse", "evaporate",
    }
)  # fmt: skip
_OFF = frozenset({"off", "away", "longer", "instead", "out", "through"})
_UNKNOWN = 999.0


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
    lemmas = {t.base for t in scene.doc[start:stop]}
    near = {t.lower_ for t in scene.doc[max(start, draft.cue - 7) : min(stop, draft.cue + 5)]}
    around = scene.parsed.doc[max(start, draft.cue - 9) : min(stop, draft.cue + 9)].text.lower()
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
            or "called off" in scene.parsed.doc[start:stop].text
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
        *scene.senses.row(cue),
        *scene.senses.row(clause.verb),
        *scene.senses.row(governor),
        *_time(scene, draft),
        *_cancelling(scene, draft),
        *_around(scene, draft),
    ]


def _time(scene: Scene, draft: Draft) -> list[float]:
    """Return where the nearest date of the sentence, the section's and the lead's lie from publication."""
    line = timeline(scene)
    cue = scene.doc[draft.cue]
    number = scene.sent_of[draft.cue]
    mine = scene.clause(cue).verb.i
    own = [(line.moments[n], meet(cue, scene.doc[line.moments[n].at])) for n in line.of_sentence[number]]
    features: list[float] = []
    if own:
        moment, (_, up, down) = min(own, key=lambda m: (m[1][1] + m[1][2], abs(m[0].at - draft.cue)))
        past, future = moment.readings("past"), moment.readings("future")
        features += [
            float(up + down), float(abs(moment.at - draft.cue)), float(moment.clause.verb.i == mine),
            float(moment.at < draft.cue), _days(past[0][0] if past else None, scene),
            _days(future[0][0] if future else None, scene), _days(moment.plain, scene), float(moment.inside),
            *one_hot(moment.expression.kind, _KINDS), float(moment.expression.which or 0),
            float(moment.expression.determiner or 0), *one_hot(moment.expression.bearing, _BEARINGS),
        ]  # fmt: skip
    else:
        features += [99.0, 99.0, 0.0, 0.0, _UNKNOWN, _UNKNOWN, _UNKNOWN, 0.0]
        features += [0.0] * (len(_KINDS) + len(_BEARINGS) + 2)
    head = line.heading[number]
    section = line.moments[head] if head is not None else None
    before = next((m for m in line.before(draft.cue) if m.plain), None)
    return [
        *features,
        float(section is not None), _days(section.plain, scene) if section else _UNKNOWN, _days(line.lead, scene),
        _days(before.plain if before else None, scene), float(number - before.sentence) if before else 99.0,
    ]  # fmt: skip


def _days(value: str | None, scene: Scene) -> float:
    line = timeline(scene)
    covered = bounds(line.dated(value)) if value else None
    if covered is None or line.anchor is None:
        return _UNKNOWN
    if covered[0] <= line.anchor <= covered[1]:
        return 0.0
    edge = covered[0] if covered[0] > line.anchor else covered[1]
    return float(max(-400, min(400, (edge - line.anchor).days)))


def _cancelling(scene: Scene, draft: Draft) -> list[float]:
    """Return how near words of calling off stand, in the sentence and in those before and after it."""
    cue = scene.doc[draft.cue]
    number = scene.sent_of[draft.cue]
    start, stop = scene.sents[number]
    found = [t for t in scene.doc[start:stop] if t.base in _DROPPING or t.lower_ in _OFF]
    found += [t for t in scene.listed(number, ("visit.cancel",)) if t not in found]
    near = min(found, key=lambda t: abs(t.i - cue.i), default=None)
    beside = []
    for n in (number - 1, number + 1):
        listed = scene.listed(n, ("visit.cancel",)) if 0 <= n < len(scene.sents) else []
        beside.append(float(len(listed)))
    if near is None:
        return [0.0, 99.0, 99.0, 99.0, 0.0, 0.0, 0.0, *beside]
    _, up, down = meet(cue, near)
    return [
        float(len(found)), float(near.i - cue.i), float(up), float(down), float(near.lower_ in _OFF),
        float(near.is_ancestor(cue)), float(scene.clause(near).verb.i == scene.clause(cue).verb.i), *beside,
    ]  # fmt: skip


def _around(scene: Scene, draft: Draft) -> list[float]:
    """Return the tenses of the main verbs before, in and after the sentence, and how much of the text is in each."""
    number = scene.sent_of[draft.cue]
    cue = scene.doc[draft.cue]
    line = timeline(scene)
    features: list[float] = []
    for n in (number - 1, number, number + 1):
        features += one_hot(line.tenses[n] if 0 <= n < len(line.tenses) else "", _TENSES)
    features += [line.tenses.count(tense) / max(1, len(line.tenses)) for tense in _TENSES]
    features += one_hot(cue.tag_, ("VB", "VBD", "VBG", "VBN", "VBP", "VBZ", "NN", "NNS", "IN", "NNP"))
    features += one_hot(scene.clause(cue).verb.dep_, _DEPENDENCE)
    chain = [scene.clause(cue).verb]
    while chain[-1].head.i != chain[-1].i and len(chain) < 6:
        chain.append(chain[-1].head)
    features += one_hot(chain[-1].tag_, ("VB", "VBD", "VBG", "VBN", "VBP", "VBZ", "NN", "NNP"))
    features.append(float(len(chain)))
    features += [float(any(c.lower_ == word for c in chain[0].children)) for word in _SMALL]
    return features


def _absolute(expression: DateExpression) -> bool:
    return expression.kind in {"day", "range", "relative", "month", "season", "year"}
