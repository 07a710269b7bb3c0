"""An entry of a feed as the record of an article, in the form that ``legation build`` and ``add`` read."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from kg.article.page import read_page
from kg.watch.feed import Entry

_NOT_IN_NAME = re.compile(r"[^a-z0-9.-]+")
_WORLDWIDE = ("http://", "https://", "tag:", "urn:")


def identifier(entry: Entry, feed: str) -> str:
    """Return the article's id, "news.example-3f1c…": always the same, and fit to be a file's name.

    It follows from the entry's own identifier, else its address, else its title. One that holds in the feed only
    ("17") is taken together with the feed's address.
    """
    own = entry.guid or entry.url or entry.title
    known = own if own.startswith(_WORLDWIDE) else f"{feed} {own}"
    host = _NOT_IN_NAME.sub("-", (urlsplit(entry.url or feed).hostname or "").lower()).strip("-.")[:60]
    return f"{host or 'feed'}-{_digest(known)[:16]}"


def to_record(entry: Entry, article: str) -> dict[str, Any]:
    """Return the record of what the feed itself says: its headline, then the content or summary.

    ``taken_from`` says which that is; a summary is not the article, and nobody should take it for that.
    """
    return _full({
        "id": article,
        "url": entry.url,
        "title": entry.title,
        "text": _under_headline(entry.title, entry.text),
        "published": entry.published,
        "publisher": entry.publisher,
        "authors": list(entry.authors),
        "lang": entry.lang,
        "taken_from": entry.part,
    })  # fmt: skip


def with_page(record: Mapping[str, Any], page: bytes) -> dict[str, Any] | None:
    """Return the record with the text of the page that it links to, None where no article is found in it.

    What the feed says of the article goes before what the metadata of the page say: it is what named the page.
    """
    text, told = read_page(page)
    if not text.strip():
        return None
    first = text.partition("\n")[0].split()
    title = str(record.get("title") or told.get("title") or "")
    text = text if first == title.split() else _under_headline(title, text)
    return _full({**told, **record, "text": text, "taken_from": "page"})


def with_text_of(record: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record with the page's text as it was read before, for a page that has not changed."""
    return {**before, **record, "text": before["text"], "taken_from": before["taken_from"]}


def mark(record: Mapping[str, Any], *, full_text: bool) -> str:
    """Return what differs when the feed says something else of an article, or its page is wanted as well."""
    return _digest(json.dumps([record, full_text], ensure_ascii=True, sort_keys=True))


def _under_headline(title: str, text: str) -> str:
    return f"{title}\n\n{text}".strip() if title and not text.startswith(title) else text


def _full(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value or name == "text"}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
