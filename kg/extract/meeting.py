"""Meetings: who sits, speaks or telephones with whom."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from spacy.tokens import Token

from kg.extract.candidate import DEPS, PREPS, Draft, Scene, anchor, meet, one_hot
from kg.mentions import Mention

_MEET = ("meeting.verb", "meeting.receive", "meeting.call", "meeting.hold", "meeting.noun", "meeting.phone", "meeting.video")
_STRONG = ("meeting.verb", "meeting.noun", "meeting.call", "meeting.receive")


@dataclass
class Candidate:
    """Two actors that one sentence brings together, perhaps in a meeting; ``cue`` is the word that would say so."""

    a: int
    b: int
    one: Mention
    two: Mention
    cue: Token
    features: list[float]


def candidates(scene: Scene) -> list[Candidate]:
    """Return every pair of actors of a sentence of whom one at least is a person."""
    found: list[Candidate] = []
    totals = Counter(e for m in scene.cast.mentions for e in m.entities)
    for number, mentions in enumerate(scene.mentions_in):
        actors = [m for m in mentions if m.entities and m.kind != "demonym" and not (m.kind == "role" and m.apposed)]
        seen: set[tuple[int, int]] = set()
        for mention in actors:
            for a, b in combinations(mention.entities, 2):
                found.append(_candidate(scene, number, a, b, mention, mention, totals))
                seen.add((min(a, b), max(a, b)))
        best: dict[tuple[int, int], tuple[int, Mention, Mention, int, int]] = {}
        for one, two in combinations(actors, 2):
            for a in one.entities:
                for b in two.entities:
                    if a == b or not _may_meet(scene, a, b):
                        continue
                    pair = (min(a, b), max(a, b))
                    apart = abs(two.head - one.head)
                    if pair not in seen and (pair not in best or apart < best[pair][0]):
                        best[pair] = (apart, one, two, a, b)
        for _, one, two, a, b in best.values():
            found.append(_candidate(scene, number, a, b, one, two, totals))
    return found


def _may_meet(scene: Scene, a: int, b: int) -> bool:
    kinds = {scene.cast.entities[a].kind, scene.cast.entities[b].kind}
    return "person" in kinds


def _candidate(scene: Scene, number: int, a: int, b: int, one: Mention, two: Mention, totals: Counter[int]) -> Candidate:
    doc, senses = scene.doc, scene.senses
    start, stop = scene.sents[number]
    first, second = anchor(doc[one.head]), anchor(doc[two.head])
    top, up_a, up_b = meet(first, second)
    same = one is two or first.i == second.i
    cue = _cue(scene, first, second, top)
    clause = scene.clause(cue)
    listed = [t for t in doc[start:stop] if senses.listed(t, *_STRONG)]
    nearest = min((min(abs(t.i - one.head), abs(t.i - two.head)) for t in listed), default=40)
    low, high = sorted((one.head, two.head))
    ea, eb = scene.cast.entities[a], scene.cast.entities[b]
    prep_a = first.head.lower_ if first.dep_ == "pobj" else ""
    prep_b = second.head.lower_ if second.dep_ == "pobj" else ""
    owner_b = second.head.head if second.dep_ == "pobj" else second.head
    features = [float(senses.listed(cue, name)) for name in _MEET]
    features += [
        float(same),
        float(one.kind == "pronoun"),
        float(two.kind == "pronoun"),
        float(one.kind == "role"),
        float(two.kind == "role"),
        float(two.kind in {"group", "organization"}),
        float(two.kind in {"state", "capital"}),
        float(one.kind in {"group", "organization", "state", "capital"}),
        float(len(one.entities)),
        float(len(two.entities)),
        one.score,
        two.score,
        float(ea.country is not None and ea.country == eb.country),
        float(ea.country is not None and eb.country is not None and ea.country != eb.country),
        float(ea.named and eb.named),
        float(bool(ea.roles)) + float(bool(eb.roles)),
        float(abs(two.head - one.head)),
        float(min(up_a, 12)),
        float(min(up_b, 12)),
        float(min(nearest, 40)),
        float(len(listed)),
        float(sum(1 for t in listed if low <= t.i <= high)),
        float(sum(1 for t in doc[low:high] if t.pos_ == "VERB")),
        float(sum(1 for m in scene.mentions_in[number] if m.kind in {"name", "role"})),
        float(scene.quoted[one.head]),
        float(scene.quoted[two.head]),
        float(scene.zone(one.head) in {"headline", "deck"}),
        float(scene.zone(one.head) == "caption"),
        float(number),
        float(bool(scene.dates_in[number])),
        float(bool(scene.places_in[number])),
        float(second in first.conjuncts),
        float(top is not None and top.i == cue.i),
        float(first.head.i == cue.i),
        float(owner_b.i == cue.i),
        float(two.role is not None and two.role.owner is not None and scene.cast.covering.get(two.role.owner) is not None and a in scene.cast.covering[two.role.owner].entities),
        float(totals[a]),
        float(totals[b]),
    ]
    features += one_hot(first.dep_, DEPS)
    features += one_hot(second.dep_, DEPS)
    features += one_hot(prep_a, PREPS)
    features += one_hot(prep_b, PREPS)
    features += list(clause.flags)
    features += senses.of(cue).tolist()
    features += senses.of(top if top is not None else cue).tolist()
    features += senses.of(owner_b).tolist()
    return Candidate(a, b, one, two, cue, features)


def _cue(scene: Scene, first: Token, second: Token, top: Token | None) -> Token:
    """Return the word most likely to say that the two meet: listed, on the way between them or right below it."""
    options: list[Token] = []
    for token in (second, first):
        head = token.head.head if token.dep_ == "pobj" else token.head
        options += [head, head.head]
        if head.pos_ == "ADP":
            options.append(head.head)
    if top is not None:
        options.append(top)
        options += [c for c in top.children if c.dep_ in {"dobj", "attr", "xcomp", "prep", "nsubj", "nsubjpass"}]
        options += [g for c in top.children if c.dep_ in {"prep", "dobj"} for g in c.children if g.dep_ in {"pobj", "prep"}]
    for names in (("meeting.verb", "meeting.noun", "meeting.call"), ("meeting.receive",), ("meeting.hold", "meeting.phone", "meeting.video")):
        for option in options:
            if scene.senses.listed(option, *names) and option.i not in (first.i, second.i):
                return option
    return top if top is not None else first.head


def decode(scene: Scene, found: Sequence[Candidate], scores: Sequence[float], *, threshold: float) -> list[Draft]:
    """Return one draft a meeting: pairs of a sentence that all met each other are one, those of a hub and its partners several."""
    by_sentence: dict[int, list[tuple[float, Candidate]]] = defaultdict(list)
    for candidate, score in zip(found, scores, strict=True):
        if score >= threshold:
            by_sentence[scene.sent_of[candidate.one.head]].append((score, candidate))
    drafts: list[Draft] = []
    for pairs in by_sentence.values():
        drafts.extend(_groups(scene, pairs))
    return _merge(scene, drafts)


def _groups(scene: Scene, pairs: list[tuple[float, Candidate]]) -> list[Draft]:
    edges = {(min(c.a, c.b), max(c.a, c.b)): (s, c) for s, c in sorted(pairs, key=lambda p: p[0])}
    left = set(edges)
    drafts: list[Draft] = []
    while left:
        seed = max(left, key=lambda e: (edges[e][0], e))
        clique = set(seed)
        for node in sorted({n for e in left for n in e}, key=lambda n: -max(edges[e][0] for e in left if n in e)):
            if node not in clique and all((min(node, m), max(node, m)) in left for m in clique):
                clique.add(node)
        used = [e for e in left if set(e) <= clique]
        left -= set(used)
        score, best = edges[seed]
        order = sorted(clique, key=lambda n: min(m.first for e in used for m in (edges[e][1].one, edges[e][1].two) if n in m.entities))
        points = [i for e in used for m in (edges[e][1].one, edges[e][1].two) for i in (m.first, m.stop - 1)] + [best.cue.i]
        start, stop = scene.sents[scene.sent_of[best.one.head]]
        points = [p for p in points if start <= p < stop]
        rule = f"meeting/{'plural' if best.one is best.two else 'pair'}/{best.cue.lemma_.lower()}"
        drafts.append(Draft(tuple(order), None, best.cue.i, scene.cover(*points), score, rule, tuple(best.features)))
    return drafts


def _merge(scene: Scene, drafts: list[Draft]) -> list[Draft]:
    """Join the tellings of one meeting: the same people again, or some of them, unless days or status tell them apart."""
    kept: list[Draft] = []
    for draft in sorted(drafts, key=lambda d: (-len(d.entities), -d.score, d.evidence.start)):
        for other in kept:
            if set(draft.entities) <= set(other.entities) and not _apart(scene, draft, other):
                if draft.score > other.score and set(draft.entities) == set(other.entities):
                    other.score, other.cue, other.evidence, other.features, other.rule = draft.score, draft.cue, draft.evidence, draft.features, draft.rule
                other.more.setdefault("others", []).append(draft.cue)  # type: ignore[union-attr, attr-defined]
                break
        else:
            kept.append(draft)
    return kept


def _apart(scene: Scene, one: Draft, two: Draft) -> bool:
    """Say whether two tellings are of different occasions: one planned and one past, by phone and in person, other days."""
    a, b = scene.clause(scene.doc[one.cue]), scene.clause(scene.doc[two.cue])
    if one.cue == two.cue:
        return False
    number_a, number_b = scene.sent_of[one.cue], scene.sent_of[two.cue]
    if number_a == number_b:
        return set(one.entities) != set(two.entities)
    if set(one.entities) != set(two.entities) and len(one.entities) < len(two.entities):
        # A pair within a larger gathering: a telling of it only when no day or noun of its own sets it off.
        return bool(scene.dates_in[number_a]) and bool(scene.dates_in[number_b])
    dates_a = {d.span.of(scene.parsed.text) for _, d in scene.dates_in[number_a]}
    dates_b = {d.span.of(scene.parsed.text) for _, d in scene.dates_in[number_b]}
    if dates_a and dates_b and not dates_a & dates_b:
        return True
    return a.tense != b.tense and "future" in (a.tense, b.tense) and "headline" not in (scene.zone(one.cue), scene.zone(two.cue))
