"""The article in a web page: its text without menus and comments, and what the page's metadata say of it."""

from __future__ import annotations

import logging

logging.getLogger("trafilatura").addHandler(logging.NullHandler())  # what it cannot read becomes a refusal

# A date later than this is a mistake; without it the extractor compares with the day on which it runs.
_LAST_DAY = "2100-01-01"


def read_page(page: str | bytes) -> tuple[str, dict[str, object]]:
    """Return the main text of an HTML page, a paragraph a line, and the fields that its metadata give.

    The fields are ``title``, ``url``, ``published``, ``publisher`` and ``authors``, those that are known. The text
    is what trafilatura takes for the article (Barbaresi 2021, ACL System Demonstrations); it is empty if there is
    none. Offsets into an article from a page count in this text. A page in bytes may have any declared encoding.
    """
    # Half a second to load, which only pages need.
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    # "extensive_search" would guess a date from the prose.
    dates = {"extensive_search": False, "original_date": True, "max_date": _LAST_DAY}
    try:
        found = bare_extraction(page, include_comments=False, with_metadata=True, date_extraction_params=dates)
    except ValueError:
        return "", {}
    if not isinstance(found, Document):
        return "", {}
    fields = {
        "title": found.title,
        "url": found.url if found.url and found.url.startswith(("http://", "https://")) else None,
        "published": found.date,
        "publisher": found.sitename,
        "authors": found.author.split("; ") if found.author else None,
    }
    return found.text or "", {key: value for key, value in fields.items() if value}
