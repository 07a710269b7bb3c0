"""What feeds deliver: entries as records of articles, in the form that ``legation build`` and ``add`` read.

Each lies as a JSON file in ``DIR/inbox``, in its newest version, and is kept for good: a release that must be made anew
needs them, and feeds forget within days.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kg.article.page import read_page
from kg.errors import ReleaseError
from kg.release.durable import make_folder, sync
from kg.watch.feed import Entry

FOLDER = "inbox"

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


def keep(inbox: Path, record: Mapping[str, Any]) -> Path:
    """Write a record so that it survives a loss of power once this returns, and return the file.

    Raises:
        ReleaseError: The disk is full, or the folder cannot be written.
    """
    path = place(inbox, str(record["id"]))
    # Half a surrogate pair has no UTF-8, but an escape in JSON, which the reader of articles refuses with its name.
    line = json.dumps(record, ensure_ascii=False, sort_keys=True).encode("utf-8", "backslashreplace")
    try:
        make_folder(inbox)
        with tempfile.NamedTemporaryFile(dir=inbox, prefix=".draft-", delete=False) as draft:
            try:
                draft.write(line + b"\n")
                draft.flush()
                os.fsync(draft.fileno())
                Path(draft.name).chmod(0o644)
                Path(draft.name).replace(path)
            except BaseException:
                Path(draft.name).unlink(missing_ok=True)
                raise
        sync(inbox)
    except OSError as error:
        raise ReleaseError(f"{path}: the article cannot be kept ({error}); make room and run again") from error
    return path


def kept(inbox: Path, article: str) -> dict[str, Any] | None:
    """Return the record of an article as it was kept last, None where there is none."""
    try:
        record: dict[str, Any] = json.loads(place(inbox, article).read_bytes())
    except (OSError, ValueError):
        return None
    return record


def place(inbox: Path, article: str) -> Path:
    """Return where an article's record is kept."""
    return inbox / f"{article}.json"


def clean(inbox: Path) -> None:
    """Remove what a killed run left half written."""
    for draft in inbox.glob(".draft-*"):
        draft.unlink(missing_ok=True)


def _under_headline(title: str, text: str) -> str:
    return f"{title}\n\n{text}".strip() if title and not text.startswith(title) else text


def _full(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value or name == "text"}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
