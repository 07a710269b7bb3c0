"""One article's record: what it must hold, and the ``Article`` that comes of it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from kg.article.language import foreign_language
from kg.article.page import read_page
from kg.errors import InputError
from kg.records import Article, DateSource, Refusal
from kg.zones import Zones, find_zones

MAX_CHARACTERS = 1_000_000
MAX_LINES = 20_000
MAX_ID_CHARACTERS = 200

_ENGLISH = re.compile(r"en(?:g|glish)?(?:[-_].*)?", re.IGNORECASE)
_NOT_IN_ADDRESS = re.compile(r"[\s<>\"{}|\\^`\x00-\x1f\x7f]")
_LINE_END = re.compile(r"\r\n?|\n")
_SPLIT = "split it; many articles go into a .jsonl file, one a line"


class UnfitError(InputError):
    """An input cannot be published; the reader turns it into a refusal of the file, line or item at hand."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}; {remedy}")
        self.reason = reason
        self.remedy = remedy

    def refusal(self, source: str) -> Refusal:
        """Return the refusal of ``source``, which names the file and the line or item."""
        return Refusal(source, self.reason, self.remedy)


@dataclass(frozen=True)
class Record:
    """An article before it is checked: where it stands, its fields, and the id it has if ``fields`` give none."""

    source: str
    fields: Mapping[str, object]
    stem: str | None = None

    @property
    def name(self) -> str:
        """Where it stands, with its id where it has one: "news.jsonl:7 (id a12)"."""
        given = self.fields.get("id")
        return f"{self.source} (id {given})" if self.stem is None and isinstance(given, str | int) else self.source


def to_article(record: Record) -> Article:
    """Return the article that a record describes.

    The fields are those of the input format: ``id``, ``url``, ``title``, ``text`` or ``html``, ``published`` (an
    ISO 8601 date or date and time, or the date of an e-mail header), ``publisher``, ``authors``, ``lang``; others
    are ignored. What a page's own metadata say fills in what the record leaves out, and the text's headline the
    title, its byline the date. ``sha256`` is over the text
    and these fields as canonical JSON, the id left out: equal articles have equal hashes.

    Raises:
        UnfitError: there is no text, it is too long, not English or without letters, or a field has the wrong form.
    """
    fields = dict(record.fields)
    text = _string(fields, "text")
    if text is None:
        page = fields.get("html")
        if not isinstance(page, str | bytes) or not page.strip():
            raise UnfitError('there is no "text" and no "html" in it', "give the article's text")
        text, known = read_page(page)
        fields = {**known, **{key: value for key, value in fields.items() if value not in (None, "", [])}}
    _check_text(text)
    title = _string(fields, "title")
    url = _address(fields)
    lang = _string(fields, "lang")
    _check_language(text, lang)
    published = _published(fields)
    source: DateSource = "metadata" if published else "none"
    zones = find_zones(text, title=title)
    if published is None:
        published, source = _date_in_text(zones)
    known_of_it = {
        "authors": _authors(fields),
        "lang": lang or "en",
        "published": published.isoformat() if published else None,
        "publisher": _string(fields, "publisher"),
        "text": text,
        "title": title,
        "url": url,
    }
    canonical = json.dumps(known_of_it, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Article(
        id=_id(fields, record.stem) or _made_id(url or text),
        text=text,
        sha256=_sha256(canonical),
        title=title or _headline(zones, text),
        url=url,
        published=published,
        date_source=source,
        publisher=_string(fields, "publisher"),
        authors=_authors(fields),
        lang=lang or "en",
    )


def _check_text(text: str) -> None:
    if not text.strip():
        raise UnfitError("the text is empty", "leave it out, or give its text")
    if len(text) > MAX_CHARACTERS:
        raise UnfitError(f"the text has {len(text):,} characters, more than {MAX_CHARACTERS:,}", _SPLIT)
    lines = len(_LINE_END.findall(text))
    if lines > MAX_LINES:
        raise UnfitError(f"the text has {lines:,} lines, more than {MAX_LINES:,}", _SPLIT)
    if not any(char.isalpha() for char in text):
        raise UnfitError("the text has no letters", "leave it out, or give its text")
    if "\0" in text:
        raise UnfitError(f"the text has the character U+0000 at {text.index(chr(0))}", "take it out")


def _check_language(text: str, lang: str | None) -> None:
    found = None if lang else foreign_language(text)
    if lang and not _ENGLISH.fullmatch(lang):
        raise UnfitError(f'its "lang" is "{lang}", and only English is read', "leave it out, or give a translation")
    if found:
        remedy = 'leave it out or translate it; if it is English, say so with "lang": "en" in a JSON record'
        raise UnfitError(f"it seems to be in the language {found!r}, and only English is read", remedy)


def _headline(zones: Zones, text: str) -> str | None:
    lines = [zone.span.of(text) for zone in zones.zones if zone.kind == "headline"]
    return " ".join(" ".join(lines).split()) or None


def _date_in_text(zones: Zones) -> tuple[date | None, DateSource]:
    if zones.byline_date:
        return zones.byline_date, "byline"
    if zones.dateline_day:
        return zones.dateline_day, "dateline"
    return None, "none"


def _string(fields: Mapping[str, object], key: str) -> str | None:
    """Return a field's text, None where it is missing, null or blank."""
    value = fields.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise UnfitError(f'its "{key}" is {kind_of(value)}, not text', "write it in quotation marks")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise UnfitError(f'its "{key}" has half a surrogate pair at character {error.start}', "take it out") from None
    return value if value.strip() else None


def _id(fields: Mapping[str, object], stem: str | None) -> str | None:
    value = fields.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    found = _string(fields, "id") or stem
    if found is None:
        return None
    if len(found) > MAX_ID_CHARACTERS or not found.isprintable():
        raise UnfitError(
            f"its id is longer than {MAX_ID_CHARACTERS} characters or has some that are not printable", "change it"
        )
    return found


def _made_id(known: str) -> str:
    return _sha256(known)[:16]


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _address(fields: Mapping[str, object]) -> str | None:
    url = _string(fields, "url")
    if url is None:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = None
    if parts is None or parts.scheme not in ("http", "https") or not parts.netloc or _NOT_IN_ADDRESS.search(url):
        raise UnfitError(f'its "url" is not an address: {url[:80]!r}', "write it in full, beginning with https://")
    return url


def _authors(fields: Mapping[str, object]) -> tuple[str, ...]:
    value = fields.get("authors")
    if value is None or value == "":
        return ()
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UnfitError('its "authors" are not a list of names', 'write them as ["First Author", "Second Author"]')
    return tuple(name for number, _ in enumerate(names) if (name := _string({"authors": names[number]}, "authors")))


def _published(fields: Mapping[str, object]) -> date | None:
    value = _string(fields, "published")
    if value is None:
        return None
    try:
        return datetime.fromisoformat(value.strip()).date()
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(value).date()
    except ValueError:
        remedy = "write it as an ISO 8601 date, 2022-05-18, or leave it out"
        raise UnfitError(f'its "published" is not a date: {value[:40]!r}', remedy) from None


def kind_of(value: object) -> str:
    """Return what a JSON value is, for messages: "a number", "a list"."""
    if value is None:
        return "null"
    names = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
    return names.get(type(value), "something else")
