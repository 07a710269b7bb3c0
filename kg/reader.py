"""One article read: zones, parse, mentions, coreference, extraction, linking; the account of what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from kg import coref, link
from kg.antecedents import Rank
from kg.authority import Authority
from kg.cast import Cast, Entity, PlaceMention
from kg.choice import shares
from kg.extract import meeting, nominal, statement, traits, visit, weigh, when
from kg.extract.candidate import Draft, Scene
from kg.extract.clause import senses
from kg.extract.occasion import Telling, settle
from kg.extract.saying import ACTS, Candidate
from kg.extract.setting import meeting_place, mode_of
from kg.identity import identify
from kg.judge import Judge, load_judge
from kg.mentions import find_mentions
from kg.parse import Parsed, forgetting, load_model, model_name, parse
from kg.quotes import find_quotes
from kg.records import Account, Article, Meeting, Report, Span, Statement, Status, Visit
from kg.timex import find_dates
from kg.visible import visible
from kg.zones import Zones, find_zones

if TYPE_CHECKING:
    from spacy.language import Language

POSSIBLE = 0.15
"""The first score from which a candidate is drafted; the second look decides."""


class Reader:
    """Turns articles into accounts; holds the language model, the authority and the scoring models."""

    def __init__(
        self, *, model: Language | None = None, authority: Authority | None = None, judge: Judge | None = None
    ) -> None:
        """Load what is not given."""
        self.nlp = model or load_model()
        self.authority = authority or Authority.load()
        self._judge = judge
        self.model_name = model_name(self.nlp)
        # Before any article is read, so that the words in it are not forgotten with the first.
        senses(self.nlp.vocab)

    @property
    def judge(self) -> Judge:
        """The scoring models, loaded at first use."""
        if self._judge is None:
            self._judge = load_judge()
        return self._judge

    def scene(self, article: Article, rank: Rank | None = None) -> Scene:
        """Return the article parsed, with its actors named and its pronouns resolved, before any event is sought.

        ``rank`` chooses antecedents; the packaged model does unless another is given.
        """
        parsed, cast, published, dateline = self.named(article)
        quotes = find_quotes(article.text, parsed.zones)
        dates = find_dates(article.text)
        identify(cast, self.authority, published, self._choose, self.judge.thresholds)
        coref.resolve(cast, quotes, self.authority, published, rank or self._rank)
        return Scene(parsed, cast, quotes, dates, published, dateline, senses(self.nlp.vocab), self.authority)

    def named(self, article: Article) -> tuple[Parsed, Cast, date | None, PlaceMention | None]:
        """Return the article parsed, with the names in it, its day and its dateline, before anybody is identified."""
        zones, parsed = self.parsed(article)
        published = _today(article.published or zones.byline_date, zones.dateline_day)
        dateline = self._dateline(zones.dateline_place)
        cast = find_mentions(parsed, article, self.authority, home=dateline.country if dateline else None)
        return parsed, cast, published, dateline

    def parsed(self, article: Article) -> tuple[Zones, Parsed]:
        """Return the zones of an article and the parse of its prose."""
        zones = find_zones(article.text, title=article.title)
        return zones, parse(article.text, zones, self.nlp)

    def _choose(self, rows: Sequence[Sequence[float]], sizes: Sequence[int]) -> Sequence[float]:
        return [float(share) for share in shares(self.judge.scores("identity", rows), sizes)]

    def _rank(
        self, mention: Span, readings: Sequence[tuple[Entity, ...]], rows: list[list[float]], model: str
    ) -> Sequence[float]:
        return [float(share) for share in shares(self.judge.scores(model, rows))]

    def _dateline(self, name: str | None) -> PlaceMention | None:
        if not name:
            return None
        city = self.authority.city(name)
        return PlaceMention(0, 0, city.key, "here", city.country) if city else None

    def read(self, article: Article, *, min_confidence: float | None = None) -> Account:
        """Return the account of an article: see :meth:`account`.

        What does not show in the text (zero-width characters, marks of direction) is not read; spans count it.

        Raises:
            UnfitError: the article is too long.
        """
        shown = visible(article.text)
        with forgetting(self.nlp):
            seen = replace(article, text=shown.text)
            account = self.account(seen, self.scene(seen), min_confidence=min_confidence)
        return replace(shown.restored(account), article=article)

    def account(self, article: Article, scene: Scene, *, min_confidence: float | None = None) -> Account:
        """Return what the models score at or above their thresholds, or else all of at least a confidence (0–1).

        The thresholds are the ones that serve most users; a lower confidence than theirs admits more, and errs more.
        """
        judged = self._judged(scene)
        return self._account(article, scene, [(k, d) for k, d in judged if self._admits(k, d, min_confidence)])

    def left_out(self, article: Article, scene: Scene) -> Account:
        """Return what the models score below their thresholds: what was weighed and is not reported."""
        judged = self._judged(scene)
        return self._account(article, scene, [(k, d) for k, d in judged if not self._admits(k, d, None)])

    def _admits(self, kind: str, draft: Draft, min_confidence: float | None) -> bool:
        if min_confidence is None:
            return draft.score >= self.judge.thresholds[kind]
        return self.judge.confidence(kind, draft.score) >= min_confidence

    def _judged(self, scene: Scene) -> list[tuple[str, Draft]]:
        """Return the drafts with their second scores, each weighed among the first scores of all the others."""
        drafts = self.drafts(scene)
        rows = weigh.features(scene, drafts)
        for kind in weigh.KINDS:
            own = [n for n, (k, _) in enumerate(drafts) if k == kind]
            scores = self.judge.scores(f"{kind}-event", [rows[n] for n in own])
            for n, score in zip(own, scores, strict=True):
                drafts[n][1].score = float(score)
        return drafts

    def drafts(self, scene: Scene) -> list[tuple[str, Draft]]:
        """Return the events that single sentences make possible, each with its kind and first score."""
        judge = self.judge
        found = visit.candidates(scene)
        scores = judge.scores("visit", [c.features for c in found]).tolist()
        drafts = [("visit", d) for d in visit.decode(scene, found, scores, threshold=POSSIBLE)]
        pairs = meeting.candidates(scene)
        scores = judge.scores("meeting", [c.features for c in pairs]).tolist()
        drafts += [("meeting", d) for d in meeting.decode(scene, pairs, scores, threshold=POSSIBLE)]
        said = statement.candidates(scene)
        scores = judge.scores("statement", [c.features for c in said]).tolist()
        worth = [(c, s) for c, s in zip(said, scores, strict=True) if s >= POSSIBLE]
        acts = judge.scores("act", [traits.act_features(scene, c) for c, _ in worth])
        named = [ACTS[int(row.argmax())] for row in acts] if worth else []
        drafts += [
            ("statement", d)
            for d in statement.decode(scene, [c for c, _ in worth], [s for _, s in worth], named, threshold=0.0)
        ]
        return drafts

    def _account(self, article: Article, scene: Scene, drafts: list[tuple[str, Draft]]) -> Account:
        linker = link.Linker(scene.cast, article, self.authority, self.judge.confidence)
        told = settle(scene, self._told(scene, drafts))
        made = [self._report(scene, linker, telling) for telling in told]
        reports = sorted((r for r in made if r is not None), key=lambda r: (r.evidence, r.rule, repr(r.event)))
        holdings = linker.holdings()  # before the actors, of whom it makes some
        disagreed = linker.contradictions(scene.published)
        return Account(article, linker.actors(), linker.places(), holdings, tuple(reports), disagreed)

    def _told(self, scene: Scene, drafts: list[tuple[str, Draft]]) -> list[Telling]:
        """Return the drafts with status and date; a statement is dated by its article."""
        events = [(kind, draft) for kind, draft in drafts if kind != "statement"]
        status_scores = self.judge.scores("status", [when.status_features(scene, draft) for _, draft in events])
        statuses: list[Status] = [when.STATUSES[int(row.argmax())] for row in status_scores] if events else []
        chosen = self._dated(scene, events, statuses)
        placed = nominal.placed(scene, lambda other: self._dated(other, events, statuses))
        told = [
            Telling(kind, draft, "occurred", _day(scene.published), False)
            for kind, draft in drafts
            if kind == "statement"
        ]
        for n, ((kind, draft), status, choice) in enumerate(zip(events, statuses, chosen, strict=True)):
            at = placed[n] if placed else nominal.UNPLACED
            told.append(Telling(kind, draft, status, choice.edtf, choice.source == "own", at))
        return told

    def _dated(
        self, scene: Scene, events: Sequence[tuple[str, Draft]], statuses: Sequence[Status]
    ) -> list[when.DateCandidate]:
        """Return the date of each event of a scene that costs least, by the shares that the model gives."""
        choices = [
            when.date_candidates(scene, draft, status) for (_, draft), status in zip(events, statuses, strict=True)
        ]
        scores = self.judge.scores("date", [c.features for choice in choices for c in choice])
        share = iter(shares(scores, [len(choice) for choice in choices]).tolist())
        return [when.best_date(choice, [next(share) for _ in choice]) for choice in choices]

    def _report(self, scene: Scene, linker: link.Linker, telling: Telling) -> Report | None:
        draft = telling.draft
        confidence = self.judge.confidence(telling.kind, draft.score)
        actors = tuple(linker.actor(e) for e in draft.entities)
        if telling.kind == "statement":
            candidate: Candidate = draft.more["candidate"]  # type: ignore[assignment]
            about = tuple(linker.actor(e) for e in statement.about(scene, candidate))
            said = Statement(actors[0], draft.evidence, draft.more["act"], candidate.direct, about)  # type: ignore[arg-type]
            return Report(said, "occurred", telling.edtf, draft.evidence, confidence, draft.rule)
        if telling.kind == "visit":
            if draft.place is None:
                return None
            return Report(
                Visit(actors, linker.place(draft.place)),
                telling.status,
                telling.edtf,
                draft.evidence,
                confidence,
                draft.rule,
                *telling.nominal,
            )
        mode = mode_of(scene, draft)
        place = None if mode in {"phone", "video"} else meeting_place(scene, draft)
        met = Meeting(tuple(sorted(actors)), linker.place(place) if place else None, mode)
        return Report(met, telling.status, telling.edtf, draft.evidence, confidence, draft.rule, *telling.nominal)


def _today(published: date | None, dateline: date | None) -> date | None:
    """Return the day that "today" means: the dateline's, where it is the publication's or a few days before."""
    if published is None or dateline is None:
        return published or dateline
    return dateline if 0 <= (published - dateline).days <= 3 else published


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
