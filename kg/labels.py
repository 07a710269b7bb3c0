"""What the annotation says of each candidate: the labelled rows that the scoring models learn from.

A candidate whose sentence tells none of the annotated events is wrong; one that may be right but is not required to be
found (a borderline event, an event told in another sentence) is left out by weight 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from kg.antecedents import Rank
from kg.authority import Authority
from kg.cast import Cast as NamedCast
from kg.cast import Entity
from kg.evaluate.found import FoundActor
from kg.evaluate.gold import Gold, GoldActor, GoldEvent
from kg.evaluate.match import Cast as GoldCast
from kg.evaluate.match import overlap, same_words, start_of, words
from kg.extract import meeting, saying, statement, traits, visit, when
from kg.extract.candidate import TELLINGS, Draft, Scene
from kg.identity import Weigher
from kg.known import Person
from kg.people import REORDERED, SURNAME
from kg.records import Article, Span

_ELSEWHERE = 0.6
"""What a pair that meets in another sentence counts as a wrong candidate in this one."""


@dataclass
class Sample:
    """One model's rows of one article: features, label, weight (0 leaves a row out).

    ``groups`` gives, where the model chooses among rows, how many belong together.
    """

    rows: list[list[float]] = field(default_factory=list)
    labels: list[float] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)

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
            who = self.who[candidate.entity]
            sentence = self.scene.sent_of[candidate.cue.i]
            like = [
                index
                for index, gold in enumerate(self.gold.events)
                if gold.kind == "visit"
                and who is not None
                and who in {self.number(n) for n in gold.actors}
                and gold.country == candidate.place.country
            ]
            told = [index for index in like if self.tells(index, self.gold.events[index], sentence)]
            # Of two visits to one country in one sentence, the one to the place, by the word.
            event = max(told, key=lambda index: self._fits(candidate, self.gold.events[index]), default=None)
            right = event is not None and self.gold.events[event].required
            sample.add(candidate.features, float(right), float(right or not like))
            which.append(event)
        return sample, which

    def _fits(self, candidate: visit.Candidate, gold: GoldEvent) -> tuple[bool, bool, bool]:
        known = self.scene.authority.place_by_key(candidate.place.key)
        same = known is not None and gold.place is not None and words(known.name) == words(gold.place)
        return gold.required, same, candidate.cue.text in gold.evidence

    def meetings(self, found: list[meeting.Candidate]) -> tuple[Sample, list[int | None]]:
        """Label meeting candidates likewise."""
        sample, which = Sample(), []
        for candidate in found:
            label, weight, event = 0.0, 1.0, None
            pair = {self.who[candidate.a], self.who[candidate.b]} - {None}
            for index, gold in enumerate(self.gold.events):
                if gold.kind != "meeting" or not pair or not pair <= {self.number(n) for n in gold.actors}:
                    continue
                if len(pair) < 2:
                    # The other is nobody of the annotation: a name read wrongly, perhaps, of somebody who took part.
                    if self.tells(index, gold, self.scene.sent_of[candidate.cue.i]):
                        weight = 0.0
                    continue
                here = self.tells(index, gold, self.scene.sent_of[candidate.cue.i])
                if not here:
                    # They met, but this sentence is not one of those that say so: the words must decide, not the pair.
                    weight = min(weight, _ELSEWHERE)
                elif gold.required:
                    label, weight, event = 1.0, 1.0, index
                    break
                else:
                    weight, event = 0.0, index
            sample.add(candidate.features, label, weight)
            which.append(event)
        return sample, which

    def statements(self, found: list[saying.Candidate]) -> tuple[Sample, Sample, list[int | None]]:
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
        for candidate, event in zip(found, which, strict=True):
            if event is not None:
                # The wordings of one statement share its vote, or those told at length would teach most.
                acts.add(
                    traits.act_features(self.scene, candidate),
                    float(saying.ACTS.index(self.gold.events[event].act or "say")),
                    which.count(event) ** -0.5,
                )
        return sample, acts, which


def times(scene: Scene, teacher: Teacher, drafts: list[tuple[Draft, int]]) -> tuple[Sample, Sample]:
    """Label the statuses and dates of drafts whose annotated event is known."""
    statuses, dates = Sample(), Sample()
    for draft, index in drafts:
        gold = teacher.gold.events[index]
        statuses.add(when.status_features(scene, draft), float(when.STATUSES.index(gold.status)))
        wanted = start_of(gold.edtf) if gold.kind == "visit" else gold.edtf
        candidates = when.date_candidates(scene, draft, gold.status)
        for candidate in candidates:
            value = start_of(candidate.edtf) if gold.kind == "visit" else candidate.edtf
            dates.add(candidate.features, float((value or None) == (wanted or None)))
        dates.groups.append(len(candidates))
    return statuses, dates


class Oracle:
    """Ranks antecedents by the annotation and records the rows, to teach the model that will do it.

    With ``own`` that rank function chooses and the annotation only labels: so a model learns among the errors that
    earlier choices leave behind, as it will meet them.
    """

    def __init__(self, gold: Gold, mentions: Sequence[dict[str, Any]], own: Rank | None = None) -> None:
        """Take the annotated pronouns and phrases of one article, by their offsets."""
        self.own = own
        self.cast = GoldCast(gold.actors)
        self.mentions = [
            (
                Span(m["start"], m["end"]),
                {self.cast.number(n) for n in ([m["actor"]] if isinstance(m["actor"], str) else m["actor"])},
            )
            for m in mentions
        ]
        self.samples = {"coref": Sample(), "plural": Sample()}

    def rank(
        self, span: Span, readings: Sequence[tuple[Entity, ...]], rows: list[list[float]], model: str
    ) -> Sequence[float]:
        """Return 1 for the annotated actors, 0 for others; all 0 for what stands for no actor."""
        # "his guest" is the guest, "his" within it the host: of two annotated phrases the one that covers best counts.
        best = max(self.mentions, key=lambda m: _shared(m[0], span), default=None)
        wanted: set[int | None] = {*best[1]} if best is not None and _shared(best[0], span) > 0 else set()
        labels = []
        for entities, row in zip(readings, rows, strict=True):
            who = {self._who(entity) for entity in entities}
            labels.append(float(None not in who and wanted == who))
            self.samples[model].add(row, labels[-1])
        self.samples[model].groups.append(len(labels))
        return labels if self.own is None else self.own(span, readings, rows, model)

    def _who(self, entity: Entity) -> int | None:
        forms = tuple(entity.forms)
        return self.cast.find(FoundActor(entity.name, entity.kind, forms, getattr(entity.known, "qid", None)))


def identities(cast: NamedCast, authority: Authority, published: date | None, gold: Gold) -> Sample:
    """Return the known people that each name may mean, right where the annotation means that person.

    An annotated person without an identifier is the known one of that name and country. Where several are, or the name
    is only like it, nobody can say by the annotation who is meant, and the name is left out.
    """
    people = [actor for actor in gold.actors if actor.kind == "person"]
    annotated, weigher, sample = GoldCast(people), Weigher(cast, authority, published), Sample()
    for entity in cast.people():
        forms = sorted(entity.forms, key=lambda form: (-len(form.split()), form)) or [entity.name]
        number = annotated.find(FoundActor(forms[0], "person", tuple(forms)))
        possible = weigher.possible(entity) if entity.named and number is not None else []
        meant = _meant(people[number], authority) if possible and number is not None else None
        if meant is not None:
            for one in possible:
                sample.add(one.row, float(one.person.key in meant))
            sample.groups.append(len(possible))
    return sample


def _meant(actor: GoldActor, authority: Authority) -> set[str] | None:
    """Return the keys of the known person whom an annotated one is, none for nobody; None where that is open."""
    if actor.wikidata:
        return _bearers(authority).get(actor.wikidata, set())
    state = authority.state(actor.of) if actor.of else None
    alike = [
        candidate
        for candidate in authority.people(actor.name)
        if candidate.score > SURNAME
        and (state is None or bool(state.until) or state.code in _countries(candidate.person, authority))
    ]
    if not alike:
        return set()
    return {alike[0].person.key} if len(alike) == 1 and alike[0].score >= REORDERED else None


@lru_cache(maxsize=1)
def _bearers(authority: Authority) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for person in authority.people_known:
        if person.qid:
            found.setdefault(person.qid, set()).add(person.key)
    return found


def _countries(person: Person, authority: Authority) -> set[str | None]:
    return {person.country, *(office.country for office in authority.offices(person.key))}


def _shared(one: Span, other: Span) -> float:
    """Return the characters that two spans share, as a share of all that they cover."""
    shared = min(one.end, other.end) - max(one.start, other.start)
    return max(0, shared) / (max(one.end, other.end) - min(one.start, other.start))


def first_looks(scene: Scene, teacher: Teacher) -> dict[str, Sample]:
    """Return the labelled rows of one article for each model that looks at single sentences."""
    visits, pairs, said = visit.candidates(scene), meeting.candidates(scene), statement.candidates(scene)
    visit_sample, visit_events = teacher.visits(visits)
    meeting_sample, meeting_events = teacher.meetings(pairs)
    statement_sample, act_sample, _ = teacher.statements(said)
    drafts = _right(visit_events, lambda n: visit.decode(scene, [visits[n]], [1.0], threshold=0.5)[0])
    drafts += _right(meeting_events, lambda n: meeting.decode(scene, [pairs[n]], [1.0], threshold=0.5)[0])
    status_sample, date_sample = times(scene, teacher, drafts)
    return {
        "visit": visit_sample, "meeting": meeting_sample, "statement": statement_sample, "act": act_sample,
        "status": status_sample, "date": date_sample,
    }  # fmt: skip


def _right(events: list[int | None], draft: Callable[[int], Draft]) -> list[tuple[Draft, int]]:
    """Return a draft for each candidate that tells an annotated event; each knows the event's other tellings."""
    made = [(draft(n), event) for n, event in enumerate(events) if event is not None]
    for one, event in made:
        one.more["others"] = [other.cue for other, e in made if e == event and other.cue != one.cue][:TELLINGS]
    return made
