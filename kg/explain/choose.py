"""The one article of a file that is to be explained."""

from __future__ import annotations

from pathlib import Path

from kg.article import read_inputs
from kg.errors import InputError
from kg.records import Article, Refusal

_NAMED = 5


def choose(path: Path, *, article_id: str | None = None) -> Article:
    """Return the article of a file, or the one with an id where the file (or folder) holds several.

    Raises:
        InputError: the file cannot be read, holds several articles and no id is given, or none with that id.
    """
    found = list(read_inputs([path]))
    articles = [item for item in found if isinstance(item, Article)]
    refused = "\n".join(f"{r.source}: {r.reason}; {r.remedy}" for r in found if isinstance(r, Refusal))
    if not articles:
        raise InputError(refused or f"{path}: no article here; give a .txt, .html, .json or .jsonl file")
    chosen = [article for article in articles if article_id in (None, article.id)]
    if len(chosen) == 1:
        return chosen[0]
    ids = ", ".join(article.id for article in articles[:_NAMED]) + (" …" if len(articles) > _NAMED else "")
    if chosen and article_id is None:
        raise InputError(f"{path}: there are {len(articles)} articles here ({ids}); name one with --id")
    if chosen:
        raise InputError(f"{path}: {len(chosen)} articles have the id {article_id!r}; give each an id of its own")
    raise InputError(
        f"{path}: no article has the id {article_id!r}; name one of {ids}" + (f"\n{refused}" if refused else "")
    )
