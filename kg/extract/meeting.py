"""Meetings: who sits, speaks or telephones with whom."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from kg.cast import PRONOUNS, Mention
from kg.extract.candidate import Draft, Scene, anchor, meet
from kg.extract.pairing import CUES, FILLED, STRONG, Party, Together, features
from kg.extract.words import Word

_BACK = 2
"""Sentences before that are searched for a subject that this one leaves out."""
_MOST = 2
"""Persons mentioned most that may be meant where the text leaves somebody out."""
_SURE = 0.7
"""The confidence from which a phrase of office is taken to be who coreference says."""
_JOINED = 0.4
"""How likely, against the likeliest pair of a meeting, the others' pairs must be: "met X and Y" is not one of three."""


@dataclass
class Candidate:
    """Two actors that one sentence brings together, perhaps in a meeting; ``cue`` is the word that would say so."""

    one: Party
    two: Party
    cue: Word
    features: list[float]

    @property
    def a(self) -> int:
        """The first actor."""
        return self.one.entity

    @property
    def b(self) -> int:
        """The second actor."""
        return self.two.entity

    def first_of(self, entity: int) -> int:
        """Return where the mention that stands for one of the two begins."""
        return (self.one if entity == self.a else self.two).mention.first


def candidates(scene: Scene) -> list[Candidate]:
    """Return every pair of persons of a sentence: of fifty meetings that articles tell, one has no two persons.

    Who is left out ("Talks with Kohl were to begin") may be the protagonist or a subject of the sentences before.
    """
    found: list[Candidate] = []
    together = Together.of(scene)
    named = _named(scene, together)
    for number in range(len(scene.sents)):
        own = [c for c in _pairs(scene, number, together, named) if not scene.clause(c.cue).never]
        _compare(own)
        found += own
    return found


def _pairs(scene: Scene, number: int, together: Together, named: list[int]) -> list[Candidate]:
    """Return the pairs of one sentence, each once, by the mentions that are nearest to each other."""
    mentions = scene.mentions_in[number]
    others = _unsaid(scene, number, together, named)
    found: list[Candidate] = []
    here: list[Party] = []
    seen: set[tuple[int, int]] = set()
    for mention in mentions:
        if mention.kind == "demonym" or (mention.kind == "role" and mention.apposed):
            continue
        for a, b in combinations((e for e in mention.entities if scene.cast.entities[e].kind == "person"), 2):
            sides = (Party(a, mention, mention.score), Party(b, mention, mention.score))
            found.append(_candidate(scene, number, *sides, together))
            seen.add((min(a, b), max(a, b)))
        here += _parties(scene, mention, others)
    if scene.listed(number, CUES):
        present = {e for m in mentions for e in m.entities}
        here += [party for party in others if party.entity not in present]
    best: dict[tuple[int, int], tuple[tuple[bool, int], Party, Party]] = {}
    for one, two in combinations(here, 2):
        a, b = one.entity, two.entity
        if a == b or one.mention is two.mention or (one.away and two.away):
            continue
        pair = (min(a, b), max(a, b))
        rank = (bool(one.guess or two.guess), abs(two.mention.head - one.mention.head))
        if pair not in seen and (pair not in best or rank < best[pair][0]):
            best[pair] = (rank, one, two)
    return found + [_candidate(scene, number, one, two, together) for _, one, two in best.values()]


def _compare(pairs: list[Candidate]) -> None:
    """Add to each row how the pair stands among those of its sentence: who else fills the places of the same word."""
    full = [c for c in pairs if c.features[FILLED] >= 2 and not (c.one.guess or c.two.guess)]
    for c in pairs:
        rivals = [f for f in full if f is not c]
        c.features += [
            float(c in full),
            float(sum(1 for f in rivals if f.cue.i == c.cue.i)),
            float(any({f.a, f.b} & {c.a, c.b} for f in rivals)),
            float(sum(1 for f in pairs if f.cue.i == c.cue.i)),
        ]


def _named(scene: Scene, together: Together) -> list[int]:
    """Return the persons that the article mentions most."""
    people = [e for e in together.totals if scene.cast.entities[e].kind == "person"]
    return sorted(people, key=lambda e: (-together.totals[e], e))[:_MOST]


def _unsaid(scene: Scene, number: int, together: Together, named: list[int]) -> list[Party]:
    """Return who may act in a sentence without being named there.

    They are those of the sentences before, subjects first, and those that the article mentions most.
    """
    found: dict[int, Party] = {}
    recent: dict[int, Party] = {}
    for back in range(1, _BACK + 1):
        if number - back < 0:
            break
        for mention in reversed(scene.mentions_in[number - back]):
            if len(mention.entities) != 1 or scene.cast.entities[mention.entities[0]].kind != "person":
                continue
            subject = scene.doc[mention.head].dep_ in {"nsubj", "nsubjpass"} and not scene.quoted[mention.head]
            entity = mention.entities[0]
            kept, guess = (found, "subject") if subject else (recent, "recent")
            if len(kept) < (2 if subject else 1):
                kept.setdefault(entity, Party(entity, mention, 1 / (1 + back), guess, away=True))
    for entity, party in recent.items():
        found.setdefault(entity, party)
    for rank, entity in enumerate(named):
        if entity not in found:
            at = max(0, bisect_left(together.mentions[entity], scene.sents[number][0], key=lambda m: m.head) - 1)
            mention = together.mentions[entity][at]
            found[entity] = Party(entity, mention, 1 / (1 + rank), "frequent", away=True)
    return list(found.values())


def _parties(scene: Scene, mention: Mention, others: list[Party]) -> list[Party]:
    """Return whom a mention of the sentence may stand for: "he", "the premier" may be one of those heard of before."""
    people = scene.cast.entities
    found = [Party(entity, mention, sure) for entity, sure in mention.readings() if people[entity].kind == "person"]
    if mention.kind == "pronoun":
        gender = PRONOUNS.get(scene.doc[mention.head].lower_, "")
        if gender not in {"m", "f", "1"}:
            return found
    elif mention.kind == "role" and mention.role is not None and mention.role.number == 1:
        gender = ""
        if mention.entities and mention.score >= _SURE:
            return found
    else:
        return found
    have = {party.entity for party in found}
    for party in others:
        of = people[party.entity].gender
        if party.entity not in have and (gender not in {"m", "f"} or of in {None, gender}):
            found.append(replace(party, mention=mention, away=False))
    return found


def _candidate(scene: Scene, number: int, one: Party, two: Party, together: Together) -> Candidate:
    local = [p.mention for p in (one, two) if not p.away]
    words = [anchor(scene.doc[m.head]) for m in local]
    cue = _cue(scene, words[-1], words[0], meet(words[0], words[-1])[0])
    if len(local) == 1 and not scene.senses.listed(cue, *CUES):
        listed = scene.listed(number, STRONG) or scene.listed(number, CUES)
        cue = min(listed, key=lambda t: (abs(t.i - words[0].i), t.i), default=cue)
    row = features(scene, number, one, two, cue, together)
    return Candidate(one, two, cue, row)


def _cue(scene: Scene, first: Word, second: Word, top: Word | None) -> Word:
    """Return the word most likely to say that the two meet: listed, on the way between them or right below it."""
    options: list[Word] = []
    for token in (second, first):
        head = token.head.head if token.dep_ == "pobj" else token.head
        options += [head, head.head]
        if head.pos_ == "ADP":
            options.append(head.head)
    if top is not None:
        options.append(top)
        options += [c for c in top.children if c.dep_ in {"dobj", "attr", "xcomp", "prep", "nsubj", "nsubjpass"}]
        options += [
            g for c in top.children if c.dep_ in {"prep", "dobj"} for g in c.children if g.dep_ in {"pobj", "prep"}
        ]
    for names in (
        ("meeting.verb", "meeting.noun", "meeting.call"),
        ("meeting.receive",),
        ("meeting.hold", "meeting.phone", "meeting.video"),
    ):
        for option in options:
            if scene.senses.listed(option, *names) and option.i not in (first.i, second.i):
                return option
    return top if top is not None else first.head


def decode(scene: Scene, found: Sequence[Candidate], scores: Sequence[float], *, threshold: float) -> list[Draft]:
    """Return one draft a meeting.

    Pairs of a sentence that all met each other are one meeting, those of a hub and its partners several.
    """
    by_sentence: dict[int, list[tuple[float, Candidate]]] = defaultdict(list)
    for candidate, score in zip(found, scores, strict=True):
        if score >= threshold:
            by_sentence[scene.sent_of[candidate.cue.i]].append((score, candidate))
    drafts: list[Draft] = []
    for pairs in by_sentence.values():
        drafts.extend(_groups(scene, _one_reading(pairs)))
    return drafts


def _one_reading(pairs: list[tuple[float, Candidate]]) -> list[tuple[float, Candidate]]:
    """Keep of each "he", and of who is left out, the likeliest reading: nobody meets one man as two."""
    best: dict[tuple[int, int], tuple[float, int]] = {}
    for score, pair in pairs:
        for party in (pair.one, pair.two):
            if (key := _slot(party)) is not None:
                best[key] = max(best.get(key, (0.0, -1)), (score, party.entity))
    return [
        (score, pair)
        for score, pair in pairs
        if all(
            best.get(_slot(party) or (-2, -2), (0.0, party.entity))[1] == party.entity for party in (pair.one, pair.two)
        )
    ]


def _slot(party: Party) -> tuple[int, int] | None:
    """Return what only one actor can fill: a singular mention, or the place of who is left out."""
    if party.away:
        return -1, -1
    return (party.mention.first, party.mention.stop) if len(party.mention.entities) < 2 else None


def _groups(scene: Scene, pairs: list[tuple[float, Candidate]]) -> list[Draft]:
    edges = {(min(c.a, c.b), max(c.a, c.b)): (s, c) for s, c in sorted(pairs, key=lambda p: p[0])}
    left = set(edges)
    drafts: list[Draft] = []
    while left:
        seed = max(left, key=lambda e: (edges[e][0], e))
        clique = set(seed)
        for node in sorted({n for e in left for n in e}, key=lambda n: -max(edges[e][0] for e in left if n in e)):
            if node not in clique and all(
                (pair := (min(node, m), max(node, m))) in left and edges[pair][0] >= _JOINED * edges[seed][0]
                for m in clique
            ):
                clique.add(node)
        used = [e for e in left if set(e) <= clique]
        left -= set(used)
        score, best = edges[seed]
        order = sorted(clique, key=lambda n: min(edges[e][1].first_of(n) for e in used if n in e))
        points = [
            i for e in used for p in (edges[e][1].one, edges[e][1].two) for i in (p.mention.first, p.mention.stop - 1)
        ] + [best.cue.i]
        start, stop = scene.sents[scene.sent_of[best.cue.i]]
        points = [p for p in points if start <= p < stop]
        rule = f"meeting/{'plural' if best.one.mention is best.two.mention else 'pair'}/{best.cue.base}"
        drafts.append(Draft(tuple(order), None, best.cue.i, scene.cover(*points), score, rule, tuple(best.features)))
    return drafts
