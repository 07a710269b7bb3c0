"""What articles tell of each event, in a line: how many do, how surely, and the words of the surest."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import date

from kg.dumps.answers import Answers
from kg.dumps.columns import Cell
from kg.dumps.who import day

QUOTE = 300
"""Characters of a quotation in a table, at most; the span that is named beside it has all of it."""


@dataclass(frozen=True, slots=True)
class Article:
    """An article's description; ``id`` is its IRI, ``name`` the id that it was given with."""

    id: str
    name: str
    issued: date | None
    publisher: str | None
    url: str | None
    language: str | None


@dataclass(slots=True)
class Told:
    """What is told of one event: gathered report by report, whatever their order."""

    reports: int = 0
    articles: set[str] = field(default_factory=set)
    best: tuple[float, str, str] = (1.0, "", "")
    merged: float | None = None

    def add(self, article: str, span: str, confidence: float, merged: float | None) -> None:
        """Take one more report; of two that are as sure, the one whose span comes first in order counts as better."""
        mine = (-confidence, span, article)
        self.best = mine if self.reports == 0 else min(self.best, mine)
        self.reports += 1
        self.articles.add(article)
        if merged is not None:
            self.merged = merged if self.merged is None else min(self.merged, merged)


@dataclass(frozen=True)
class Sources:
    """What is told of all events, by the event's IRI, with the articles and the words of the best spans."""

    told: Mapping[str, Told]
    articles: Mapping[str, Article]
    quotes: Mapping[str, str]

    def cells(self, event: str) -> dict[str, Cell]:
        """Return the cells that visits, meetings and statements have in common about their sources."""
        told = self.told[event]
        confidence, span, source = told.best
        article = self.articles[source]
        issued = [found for one in told.articles if (found := self.articles[one].issued)]
        return {
            "reports": told.reports,
            "articles": len(told.articles),
            "first_published": min(issued, default=None),
            "confidence": -confidence,
            "merge_confidence": told.merged,
            "quote": shortened(self.quotes[span]),
            "span_id": span,
            "article_id": article.id,
            "article_name": article.name,
            "article_url": article.url,
        }


def sources(answers: Answers) -> Sources:
    """Return what the articles of a release tell of its events."""
    merged = {report: float(value) for report, value in answers.pairs("leg:mergeConfidence", "events")}
    article_of, span_of = answers.one("leg:article"), answers.one("leg:evidence")
    confidence_of = answers.one("leg:confidence")
    told: dict[str, Told] = {}
    for report, event in answers.pairs("leg:reports"):
        confidence = float(confidence_of[report])
        told.setdefault(event, Told()).add(article_of[report], span_of[report], confidence, merged.get(report))
    best = {one.best[1] for one in told.values()}
    quotes = {span: words for span, words in answers.pairs("oa:exact") if span in best}
    return Sources(told, _articles(answers, {one for event in told.values() for one in event.articles}), quotes)


def shortened(words: str) -> str:
    """Return words cut after the last whole one within :data:`QUOTE` characters, with an ellipsis if they were."""
    if len(words) <= QUOTE:
        return words
    return words[: QUOTE - 1].rpartition(" ")[0].rstrip() + " …"


def _articles(answers: Answers, wanted: Set[str]) -> dict[str, Article]:
    """Return the descriptions of articles; a property at a time, which is four times as fast as all in one query."""
    names, issued, publishers, urls, languages = (
        answers.one(f"dct:{name}") for name in ("identifier", "issued", "publisher", "source", "language")
    )
    return {
        one: Article(one, names[one], day(issued.get(one)), publishers.get(one), urls.get(one), languages.get(one))
        for one in wanted
    }
