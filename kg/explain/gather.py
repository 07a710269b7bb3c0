"""From an article as the reader sees it to its explanation: marks, events with their reasons, readings."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from kg.cast import Entity, Mention
from kg.dates import resolve
from kg.explain.record import Explanation, Mark, Reading, Told
from kg.extract.candidate import Scene
from kg.link import Linker
from kg.reader import Reader
from kg.records import Account, Article, Meeting, Place, Report, Span, Statement, Visit
from kg.timex import DateExpression
from kg.visible import visible


def explain(reader: Reader, article: Article, *, min_confidence: float | None = None) -> Explanation:
    """Return what the reader makes of an article, and on what grounds.

    Without ``min_confidence`` (0–1) the events are those that a release holds. With it they are all that are at least
    as sure; those below the thresholds, which a release made without a minimum leaves out, say so (``reported``).

    Raises:
        UnfitError: the article is too long.
    """
    shown = visible(article.text)  # as :meth:`Reader.read` does; the marks are put back onto the text as given
    seen = _explained(reader, replace(article, text=shown.text), min_confidence)
    return replace(shown.restored(seen), article=article)


def _explained(reader: Reader, article: Article, min_confidence: float | None) -> Explanation:
    scene = reader.scene(article)
    least = min_confidence or 0.0
    accounts = [(reader.account(article, scene), True)]
    if min_confidence is not None:
        accounts.append((reader.left_out(article, scene), False))
    found = [(a, r, reported) for a, reported in accounts for r in a.reports if r.confidence >= least]
    found.sort(key=lambda item: (item[1].evidence, not item[2], item[1].rule, repr(item[1].event)))
    gatherer = _Gatherer(scene, article, reader.judge.confidence)
    events = tuple(gatherer.told(n, *item) for n, item in enumerate(found, start=1))
    return Explanation(
        article,
        scene.published,
        tuple((zone.span, zone.kind) for zone in scene.parsed.zones),
        tuple(sorted([*gatherer.marks(), *map(_evidence, events)], key=_order)),
        events,
        gatherer.readings,
        min_confidence,
    )


def _order(mark: Mark) -> tuple[int, int, bool, int]:
    return mark.span.start, -mark.span.end, mark.kind != "event", mark.number or 0


def _evidence(told: Told) -> Mark:
    return Mark(told.report.evidence, "event", f"{told.kind}: {told.title}", told.number)


class _Gatherer:
    """Gathers from one scene; ``of`` gives the mention behind a reading, to find those that an event rests on."""

    def __init__(self, scene: Scene, article: Article, confidence: Callable[[str, float], float]) -> None:
        self.scene, self.article, self.cast = scene, article, scene.cast
        linker = Linker(scene.cast, article, scene.authority, confidence)
        self._keys = [linker.actor(entity.index) for entity in scene.cast.entities]
        self._links = {actor.key: actor.links for actor in linker.actors()}
        self._mentions = sorted(
            (m for m in scene.cast.mentions if not (m.kind == "role" and m.apposed)), key=lambda m: (m.first, m.stop)
        )
        self._own: dict[str, list[Mention]] = {}
        self._second: dict[str, list[Mention]] = {}
        for mention in self._mentions:
            for key in dict.fromkeys(self._keys[e] for e in mention.entities):
                self._own.setdefault(key, []).append(mention)
            for key in dict.fromkeys(self._keys[e] for e, _ in mention.rivals):
                self._second.setdefault(key, []).append(mention)
        self._reading_of = {id(m): self._reading(m) for m in self._mentions if m.kind in {"pronoun", "role"}}
        self.readings = tuple(self._reading_of[id(m)] for m in self._mentions if id(m) in self._reading_of)

    def _entities(self, mention: Mention) -> list[Entity]:
        return [self.cast.entities[index] for index in mention.entities]

    def _span(self, mention: Mention) -> Span:
        return self.scene.parsed.span(mention.first, mention.stop)

    def _reading(self, mention: Mention) -> Reading:
        entities = self._entities(mention)
        return Reading(
            self._span(mention),
            self.scene.parsed.words(mention.first, mention.stop),
            "pronoun" if mention.kind == "pronoun" else "phrase" if mention.kind == "role" else "name",
            tuple(entity.name for entity in entities),
            mention.score if entities else 0.0,
            tuple((self.cast.entities[index].name, score) for index, score in mention.rivals) if entities else (),
            mention.kind == "role" and any(not e.named and e.first == mention.first for e in entities),
        )

    def _described(self, entity: Entity) -> str:
        """Return an entity with what it is linked to, how surely and why: "… = Q567 0.99 (surname, country DE)"."""
        about = f"{entity.name} ({', '.join(filter(None, (entity.kind, entity.country)))})"
        for link in self._links.get(self._keys[entity.index], ()):
            sign = "=" if link.relation == "exactMatch" else "≈"
            about += f" {sign} {link.target.rpartition('/')[2]} {link.confidence:.2f} ({', '.join(link.reasons)})"
        return about

    def marks(self) -> Iterator[Mark]:
        """Yield the marks of actors, pronouns and phrases, places, dates and quotations."""
        places = {self.scene.parsed.span(p.first, p.stop): p for p in self.cast.places}
        actors: dict[Span, Mark] = {}
        for mention in self._mentions:
            span, reading = self._span(mention), self._reading_of.get(id(mention))
            if reading is not None:
                actors[span] = Mark(span, "reading", reading_label(reading), reading=reading)
            elif mention.entities:
                label = ", ".join(map(self._described, self._entities(mention)))
                if span in places:
                    actors[span] = Mark(span, "state", f"{label}; the place, or who governs it")
                else:
                    actors[span] = Mark(span, "actor", label)
        yield from actors.values()
        for span, place in places.items():
            if span not in actors:
                known = self.scene.authority.place_by_key(place.key)
                name = known.name if known else place.key
                yield Mark(span, "place", f"{name} ({place.country})" if place.country else name)
        yield from (Mark(d.span, "date", _dated(d, self.scene)) for d in self.scene.dates)
        yield from (
            Mark(q.span, "quote", "quotation" if q.closed else "quotation without its closing mark")
            for q in self.scene.quotes
        )

    def told(self, number: int, account: Account, report: Report, reported: bool) -> Told:
        """Return one report with its facts in words and the readings that it rests on."""
        names = {actor.key: actor.name for actor in account.actors}
        places = {place.key: place for place in account.places}
        title, facts = _facts(report, names, places, account)
        when = report.edtf or "undated"
        facts = [*facts, ("when", when), ("status", report.status)]
        kind = type(report.event).__name__.lower()
        return Told(number, kind, title, tuple(facts), report, tuple(self._grounds(report)), reported)

    def _grounds(self, report: Report) -> Iterator[Reading]:
        """Yield what the event's actors were read from: pronouns and phrases of its sentences, else what is nearest."""
        sentences = self._sentences(report.evidence)
        given: set[Span] = set()
        for key in _actors(report):
            own = self._own.get(key, [])
            here = [m for m in own if self.scene.sent_of[m.head] in sentences]
            if not any(_within(self._span(m), report.evidence) for m in own):  # then its second reading may have told
                here += [m for m in self._second.get(key, []) if _within(self._span(m), report.evidence)]
            near = here or [m for m in own if self._span(m).start < report.evidence.start][-1:] or own[:1]
            for mention in near:
                reading = self._reading_of.get(id(mention))
                if reading is None and not here:
                    reading = self._reading(mention)
                if reading is not None and reading.span not in given:
                    given.add(reading.span)
                    yield reading

    def _sentences(self, span: Span) -> set[int]:
        starts = self.scene.parsed.starts
        first, stop = bisect_left(starts, span.start), bisect_left(starts, span.end)
        return set(self.scene.sent_of[first : max(stop, first + 1)])


def _within(part: Span, whole: Span) -> bool:
    return whole.start <= part.start and part.end <= whole.end


def _actors(report: Report) -> tuple[str, ...]:
    match report.event:
        case Visit() as visit:
            return visit.visitors
        case Meeting() as meeting:
            return meeting.participants
        case Statement() as statement:
            return (statement.speaker, *statement.about)


def _facts(
    report: Report, names: Mapping[str, str], places: Mapping[str, Place], account: Account
) -> tuple[str, list[tuple[str, str]]]:
    def who(keys: Sequence[str]) -> str:
        return ", ".join(names.get(key, key) for key in keys)

    facts: list[tuple[str, str | None]]
    match report.event:
        case Visit() as visit:
            where = _place(places[visit.destination])
            title = f"{who(visit.visitors)} → {where}"
            facts = [("visitor", who(visit.visitors)), ("destination", where), ("host", who(visit.hosts))]
            facts.append(("purpose", visit.purpose))
        case Meeting() as meeting:
            title = " – ".join(names.get(key, key) for key in meeting.participants)
            facts = [("participants", who(meeting.participants)), ("mode", meeting.mode)]
            facts += [("place", _place(places[meeting.place]) if meeting.place else None), ("topic", meeting.topic)]
        case Statement() as said:
            title = f"{names.get(said.speaker, said.speaker)}: {said.act}"
            words = " ".join(said.content.of(account.article.text).split())
            facts = [("speaker", who((said.speaker,))), ("act", said.act)]
            facts += [("words", f"{'quoted' if said.direct else 'reported'}: {words}")]
            facts += [("about", who(said.about)), ("addressee", who(said.addressees))]
    return title, [(name, value) for name, value in facts if value]


def _place(place: Place) -> str:
    return f"{place.name} ({place.country})" if place.country else place.name


def _dated(expression: DateExpression, scene: Scene) -> str:
    """Return what a date may mean; "on Tuesday" depends on the tense of the clause that it dates."""
    values = [resolve(expression, anchor=scene.published, tense=tense) for tense in ("past", "future")]
    known = sorted({value for value in values if value})
    return " or ".join(known) + (", by tense" if len(known) > 1 else "") if known else "not placed on the calendar"


def reading_label(reading: Reading) -> str:
    """Return a reading in words: "Imran Khan 0.80, else Vladimir Putin 0.29"; "abstained"."""
    if not reading.actors:
        return "abstained"
    if reading.new:
        return f"{', '.join(reading.actors)}, by office only"
    best = f"{', '.join(reading.actors)} {reading.score:.2f}"
    return ", else ".join([best, *(f"{name} {score:.2f}" for name, score in reading.rivals)])
