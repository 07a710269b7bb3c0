"""What comes in, before it is read: one article an id, and which earlier refusals this run decides anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from pathlib import Path

from rapidfuzz import process

from kg.records import Article, Refusal


def distinct(inputs: Iterable[Article | Refusal]) -> tuple[list[Article], list[Refusal]]:
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


def still_refused(refusals: Iterable[Refusal], inputs: Sequence[Path], ids: Set[str]) -> list[Refusal]:
    """Return the refusals of earlier runs of which this one says nothing new, by article or by file.

    What is given again is decided again: an article of a refused one's id, and all that was refused in the files and
    folders among the inputs.
    """
    again = tuple(f"{path}{mark}" for path in inputs for mark in (":", "/"))
    files = {str(path) for path in inputs}
    return [
        refusal
        for refusal in refusals
        if refusal.source not in ids and refusal.source not in files and not refusal.source.startswith(again)
    ]


def nothing(inputs: Sequence[Path], refused: Sequence[Refusal]) -> str:
    """Return what to say when there is no article to publish."""
    where = ", ".join(str(path) for path in inputs)
    if not refused:
        return f"{where}: no articles here; give .txt, .html, .json or .jsonl files, or a folder of them"
    reasons = "\n".join(f"{refusal.source}: {refusal.reason}; {refusal.remedy}" for refusal in refused)
    return f"{where}: not one article could be published\n{reasons}"


def nearest(wanted: str, known: Iterable[str]) -> str:
    """Return the ids most like the one wanted, as the end of a message: ``; did you mean 'a1' or 'a2'?``."""
    found = [repr(id_) for id_, *_ in process.extract(wanted, list(known), limit=3, score_cutoff=50)]
    return f"; did you mean {' or '.join(found)}?" if found else "; manifest.json lists the ids under inputs"
