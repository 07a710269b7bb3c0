"""The whole way, from news articles to a release that can be queried and cited. Read this module first.

article → reader (zones → parse → mentions → coref → extract → link) → account
accounts → rdf → validate, each by itself → merge → corroborate → rdf → release
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kg.accepted import apply, read_accepted
from kg.article import read_inputs
from kg.corroborate import Checked, corroborate
from kg.errors import InputError
from kg.iri import DEFAULT_BASE, Names
from kg.merge import Merged, merge
from kg.official import records_of
from kg.rdf import graph_quads, nquads, ontology_quads, record_quads
from kg.records import Account, Article, Contradiction, Refusal
from kg.release import Contents, write_release
from kg.workers import MakeReader, Tell, read_articles, spacy_reader


@dataclass(frozen=True)
class BuildResult:
    """The release that was published, the inputs that were not, and where the articles and other sources disagree."""

    version: str
    path: Path
    published: int
    refused: tuple[Refusal, ...]
    contradictions: tuple[Contradiction, ...] = ()


def build(
    inputs: Sequence[Path],
    out: Path,
    *,
    workers: int = 1,
    base: str = DEFAULT_BASE,
    min_confidence: float | None = None,
    links: Path | None = None,
    make_reader: MakeReader = spacy_reader,
    tell: Tell = lambda done, of: None,
) -> BuildResult:
    """Publish what the inputs say as the current release of ``out``; return it with the inputs refused.

    Neither the order of the inputs nor the number of ``workers`` (processes) shows in the release. Reports are those
    that score above thresholds set for most users, or all of at least ``min_confidence`` (0–1): more of them or fewer.
    Links accepted from elsewhere come from the file ``links``, or from ``out/links.sssom.tsv`` where that is.

    Raises:
        InputError: Not one article can be published, or the file of links is malformed.
        ReleaseError: The release cannot be written.
    """
    names = Names(base)
    accepted = read_accepted(out, links)
    articles, unread = _distinct(read_inputs(inputs))
    readings = read_articles(
        articles, names=names, workers=workers, make_reader=make_reader, tell=tell, min_confidence=min_confidence
    )
    refused = tuple(sorted({*unread, *readings.refused}, key=lambda r: (r.source, r.reason, r.remedy)))
    if not readings.accounts:
        raise InputError(_nothing(inputs, refused))
    merged, taken = merge(readings.accounts), None
    if accepted:
        merged, taken = apply(merged, accepted, names)
    checked = corroborate(merged, records_of({actor.key for actor in merged.actors}))
    contradictions = _gathered((*checked.contradictions, *(c for a in readings.accounts for c in a.contradictions)))
    contents = Contents(
        added=nquads(
            [
                *graph_quads(names, readings.accounts, merged),
                *record_quads(names, merged, checked.corroborations),
                *ontology_quads(names),
            ]
        ),
        inputs=tuple((account.article.id, account.article.sha256) for account in readings.accounts),
        refused=refused,
        counts=_counts(readings.accounts, merged, checked),
        model=readings.model,
        names=names,
        min_confidence=min_confidence,
        things=merged.things,
        accepted=taken,
        contradictions=contradictions,
    )
    version, path = write_release(out, contents)
    return BuildResult(version, path, len(readings.accounts), refused, contradictions)


def _distinct(inputs: Iterable[Article | Refusal]) -> tuple[list[Article], list[Refusal]]:
    """Return the articles by id, one an id, and the refusals; of two with one id, the lower SHA-256 stays."""
    kept: dict[str, Article] = {}
    refused: list[Refusal] = []
    articles: list[Article] = []
    for item in inputs:
        if isinstance(item, Refusal):
            refused.append(item)
        else:
            articles.append(item)
    for article in sorted(articles, key=lambda a: (a.id, a.sha256, repr(a))):
        if kept.setdefault(article.id, article) is not article:
            reason = f"another article has the same id, {article.id!r} (SHA-256 of this one: {article.sha256[:12]}…)"
            refused.append(Refusal(article.id, reason, "give it an id, or a file name, of its own"))
    return list(kept.values()), refused


def _gathered(contradictions: Iterable[Contradiction]) -> tuple[Contradiction, ...]:
    """Return each contradiction once, with all the articles that it concerns."""
    articles: dict[Contradiction, set[str]] = {}
    for one in contradictions:
        articles.setdefault(replace(one, articles=()), set()).update(one.articles)
    return tuple(sorted(replace(one, articles=tuple(sorted(ids))) for one, ids in articles.items()))


def _nothing(inputs: Sequence[Path], refused: Sequence[Refusal]) -> str:
    where = ", ".join(str(path) for path in inputs)
    if not refused:
        return f"{where}: no articles here; give .txt, .html, .json or .jsonl files, or a folder of them"
    reasons = "\n".join(f"{refusal.source}: {refusal.reason}; {refusal.remedy}" for refusal in refused)
    return f"{where}: not one article could be published\n{reasons}"


def _counts(accounts: Sequence[Account], merged: Merged, checked: Checked) -> dict[str, int]:
    kinds = Counter(f"{type(event.event).__name__.lower()}s" for event in merged.events)
    return {
        "articles": len(accounts),
        "reports": sum(len(account.reports) for account in accounts),
        **{kind: kinds[kind] for kind in ("visits", "meetings", "statements")},
        "actors": len(merged.actors),
        "places": len(merged.places),
        "links": sum(len(thing.links) for thing in merged.things),
        "records": len({one.record.id for one in checked.corroborations}),
    }
