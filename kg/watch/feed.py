"""A feed's bytes as entries in plain text: RSS in all its versions and Atom, by way of ``feedparser``, within bounds.

Feeds are other people's files. Those that declare entities are refused, so that none can grow while it is read; one
that is not well-formed XML is still read, as far as it can be, when it is small: that takes ten seconds a megabyte.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import feedparser
from lxml import etree, html

from kg.errors import AnswerError
from kg.watch.pace import DAYS, Pace
from kg.watch.web import Answer

MOST_BYTES = 8 * 2**20
MOST_BYTES_MALFORMED = 2**19

_FAULTS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What feedparser raises at odd encodings and the like, rather than tell it as a fault of the feed."""

_PARAGRAPHS = (
    "address article aside blockquote br dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li main nav"
    " ol p pre section table td th tr ul"
)
_BLOCKS = frozenset(_PARAGRAPHS.split())
_UNSEEN = frozenset(("head", "noscript", "script", "style", "template", "title"))

_PERIODS = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}


@dataclass(frozen=True)
class Entry:
    """One entry as the feed has it: plain text with a paragraph a line, the day as it is written there (ISO 8601).

    ``guid`` is what the feed calls it, ``text`` its content or else its summary, and ``part`` says which.
    """

    guid: str | None
    url: str | None
    title: str
    text: str
    part: str
    published: str | None
    publisher: str | None
    authors: tuple[str, ...]
    lang: str | None


@dataclass(frozen=True)
class Feed:
    """A feed's entries in its own order, and how often it wants to be asked."""

    entries: tuple[Entry, ...]
    pace: Pace


def read_feed(answer: Answer) -> Feed:
    """Return what a feed holds.

    Raises:
        AnswerError: It is no feed, declares entities, or is malformed and long.
    """
    body = answer.body
    tree = _tree(body)
    if b"<!ENTITY" in body.replace(b"\0", b"") or (tree is not None and _declares(tree)):
        raise AnswerError(f"{answer.url}: it declares entities of its own, which no feed needs; it is not read")
    if tree is None and len(body) > MOST_BYTES_MALFORMED:
        raise AnswerError(f"{answer.url}: it is not well-formed XML, and too long to be guessed at; tell its publisher")
    kind = answer.headers.get("content-type", "application/xml")
    try:
        found = feedparser.parse(
            io.BytesIO(body), response_headers={"content-location": answer.url, "content-type": kind}
        )
    except _FAULTS as error:
        raise AnswerError(
            f"{answer.url}: it cannot be read as a feed ({type(error).__name__}: {error!s:.100})"
        ) from error
    if not found.get("version") and not found.entries:
        raise AnswerError(f"{answer.url}: it is no RSS or Atom feed; give the address of the feed itself")
    about = found.feed
    return Feed(tuple(_entry(entry, about) for entry in found.entries), _pace(about, tree))


def _tree(body: bytes) -> etree._Element | None:
    """Return the XML tree, no entity resolved and nothing fetched; None where it is not well-formed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _declares(tree: etree._Element) -> bool:
    dtd = tree.getroottree().docinfo.internalDTD
    return dtd is not None and any(True for _ in dtd.iterentities())


def _entry(entry: Any, about: Any) -> Entry:
    full = max((_text(part) for part in entry.get("content", ())), key=len, default="")
    summary = _text(entry.get("summary_detail"))
    url = entry.get("link")
    language = [part.get("language") for part in (*entry.get("content", ()), entry.get("summary_detail") or {})]
    return Entry(
        guid=entry.get("id"),
        url=url if url and url.startswith(("http://", "https://")) and not any(c.isspace() for c in url) else None,
        title=" ".join(_text(entry.get("title_detail")).split()),
        text=full or summary,
        part="feed content" if full else "feed summary" if summary else "feed title",
        published=_day(entry, "published") or _day(entry, "updated"),
        publisher=_line((entry.get("source") or {}).get("title")) or _line(about.get("title")),
        authors=tuple(name for author in entry.get("authors", ()) if (name := _line(author.get("name")))),
        lang=next((one for one in language if one), None) or about.get("language") or None,
    )


def _text(detail: Any) -> str:
    if not detail or not detail.get("value"):
        return ""
    value, kind = str(detail["value"]), detail.get("type") or "text/html"
    if kind == "text/plain":
        return value.strip()
    return plain(value) if kind in ("text/html", "application/xhtml+xml") else ""


def _line(text: str | None) -> str | None:
    return " ".join(plain(text).split()) or None if text else None


def _day(entry: Any, field: str) -> str | None:
    """Return the day as the feed has it, in its own time zone; where only feedparser can read it, that of UTC."""
    written, read = str(entry.get(field) or "").strip(), entry.get(f"{field}_parsed")
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return parse(written).date().isoformat()
        except (ValueError, TypeError, OverflowError):
            continue
    try:
        return date(*read[:3]).isoformat() if read else None
    except ValueError:
        return None


def _pace(about: Any, tree: etree._Element | None) -> Pace:
    minutes = str(about.get("ttl", "")).strip()
    ttl = int(minutes) * 60.0 if minutes.isdecimal() and len(minutes) < 7 else 0.0
    often = str(about.get("sy_updatefrequency", "")).strip()
    period = _PERIODS.get(str(about.get("sy_updateperiod", "")).strip().lower(), 0)
    lasts = max(ttl, period / max(1, int(often) if often.isdecimal() and len(often) < 7 else 1))
    hours = [text for text in _all(tree, "skipHours", "hour") if text.isdecimal() and len(text) < 3]
    days = [text.lower() for text in _all(tree, "skipDays", "day")]
    return Pace(
        lasts,
        frozenset(int(hour) % 24 for hour in hours),  # 24 is midnight in older feeds
        frozenset(DAYS.index(day) for day in days if day in DAYS),
    )


def _all(tree: etree._Element | None, outer: str, inner: str) -> list[str]:
    """Return the texts of elements that repeat, of which feedparser keeps the last only."""
    found = [] if tree is None else tree.iterfind(f"channel/{outer}/{inner}")
    return [(one.text or "").strip() for one in found]


def plain(markup: str) -> str:
    """Return the text that a reader sees of HTML, its blanks as single spaces and its paragraphs one a line.

    What feeds carry is too short to look for an article in it, as is done with whole pages.
    ``<p>Mr Lavrov<br>arrived.</p><p>He left.</p>`` gives "Mr Lavrov", "arrived." and "He left.".
    """
    if "<" not in markup and "&" not in markup:
        return "\n".join(line for part in markup.splitlines() if (line := " ".join(part.split())))
    try:
        tree = html.document_fromstring(f"<div>{_without_controls(markup)}</div>")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):  # nothing in it but a comment, or odder things
        return ""
    lines = "".join(_texts(tree)).split("\x1e")
    return "\n".join(line for part in lines if (line := " ".join(part.split())))


def _texts(tree: etree._Element) -> Iterator[str]:
    """Yield the texts in order, with a mark where a paragraph begins or ends. It does not recurse: markup may."""
    unseen = 0
    for event, element in etree.iterwalk(tree, events=("start", "end", "comment", "pi")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            unseen += tag in _UNSEEN
            yield "\x1e" if tag in _BLOCKS else ""
            yield "" if unseen else element.text or ""
        else:
            if event == "end":
                unseen -= tag in _UNSEEN
                yield "\x1e" if tag in _BLOCKS else ""
            yield "" if unseen or element is tree else element.tail or ""


def _without_controls(text: str) -> str:
    """Leave out control characters and halves of surrogate pairs, at which the parser would stop."""
    return "".join(c for c in text if (c >= " " or c in "\t\n\r") and not "\ud800" <= c <= "\udfff")
