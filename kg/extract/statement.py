"""Statements: who said what, in quotation marks or reported."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from kg.extract.candidate import Draft, Scene
from kg.extract.floor import floor
from kg.extract.quoted import quoted, turns
from kg.extract.reported import reported
from kg.extract.saying import LINKS, Candidate
from kg.extract.traits import features
from kg.records import Span


def candidates(scene: Scene) -> list[Candidate]:
    """Return the possible statements: reported clauses with their subjects, quotations with whoever stands near."""
    found = [*reported(scene), *quoted(scene), *turns(scene)]
    unique: dict[tuple[Span, int], Candidate] = {}
    for candidate in found:
        key = (candidate.content, candidate.entity)
        if key not in unique or LINKS.index(candidate.link) < LINKS.index(unique[key].link):
            unique[key] = candidate
    rivals: dict[Span, int] = {}
    for candidate in unique.values():
        rivals[candidate.content] = rivals.get(candidate.content, 0) + 1
    made = list(unique.values())
    turn = floor(scene, made)
    rows = [c.features[:1] + features(scene, c, rivals[c.content], turn) for c in made]
    for candidate, row in zip(made, rows, strict=True):
        candidate.features = row
    return made


def decode(
    scene: Scene, found: Sequence[Candidate], scores: Sequence[float], acts: Sequence[str], *, threshold: float
) -> list[Draft]:
    """Return the best-scored statements of which no two say the same words: for each stretch of text one speaker."""
    ranked = sorted(
        ((s, c, a) for s, c, a in zip(scores, found, acts, strict=True) if s >= threshold),
        key=lambda r: (-r[0], r[1].content, r[1].entity),
    )
    kept: list[Draft] = []
    for score, candidate, act in ranked:
        if any(_clash(scene, candidate, other) for other in kept):
            continue
        cue = candidate.cue.i if candidate.cue is not None else candidate.speaker.head
        cue_word = candidate.cue.base if candidate.cue is not None else "-"
        rule = f"statement/{candidate.kind}/{candidate.link}/{cue_word}"
        support = _support(candidate, score, ranked)
        kept.append(
            Draft(
                (candidate.entity,),
                None,
                cue,
                candidate.content,
                score,
                rule,
                (*candidate.features, *support),
                {"act": act, "direct": candidate.direct, "candidate": candidate},
            )
        )  # fmt: skip
    return kept


def _support(
    candidate: Candidate, score: float, ranked: Sequence[tuple[float, Candidate, str]]
) -> tuple[float, float, float, float, float]:
    """Return what the scores of overlapping candidates say: the best rival speaker's, and the same speaker's others."""
    span, best, second, total, own = candidate.content, 0.0, 0.0, 0.0, 0.0
    for other_score, other, _ in ranked:
        shared = min(span.end, other.content.end) - max(span.start, other.content.start)
        if other is candidate or shared < 0.5 * min(span.end - span.start, other.content.end - other.content.start):
            continue
        if other.entity == candidate.entity:
            own = max(own, other_score)
        elif other_score > best:
            best, second = other_score, best
        else:
            second = max(second, other_score)
        total += other_score
    return best, second, score - best, own, score / (score + total)


def _clash(scene: Scene, candidate: Candidate, other: Draft) -> bool:
    """Say whether the words are taken: most of one lies in the other, unless one mention of several speaks them."""
    shared = min(candidate.content.end, other.evidence.end) - max(candidate.content.start, other.evidence.start)
    if shared <= 0:
        return False
    small = min(candidate.content.end - candidate.content.start, other.evidence.end - other.evidence.start)
    if shared < 0.5 * small:
        return False
    rival: Candidate = other.more["candidate"]  # type: ignore[assignment]
    joint = candidate.entity not in other.entities and (
        # Of two readings of one "he" only one spoke.
        (candidate.speaker is rival.speaker and {candidate.entity, rival.entity} <= set(candidate.speaker.entities))
        or scene.doc[candidate.speaker.head] in scene.doc[rival.speaker.head].conjuncts
    )
    return not (joint and candidate.content == other.evidence)


def about(scene: Scene, candidate: Candidate) -> tuple[int, ...]:
    """Return the actors that the words name, the accused first; the speaker is not among them."""
    first = bisect_left(scene.parsed.starts, candidate.content.start)
    stop = bisect_left(scene.parsed.starts, candidate.content.end)
    found: list[int] = []
    if candidate.cue is not None and candidate.act in {"accuse", "criticise", "praise", "demand", "warn", "invite"}:
        for child in candidate.cue.children:
            if child.dep_ in {"dobj", "nsubjpass"} or (child.dep_ == "dative"):
                mention = scene.cast.at.get(child.i)
                if mention:
                    found.extend(mention.entities)
    for i in range(first, stop):
        mention = scene.cast.at.get(i)
        if mention and mention.kind not in {"pronoun"} and mention.kind != "capital":
            found.extend(mention.entities)
    return tuple(e for e in dict.fromkeys(found) if e != candidate.entity)
