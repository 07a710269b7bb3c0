"""One round of one feed: it is asked if it may be, and what is new in it waits in the inbox for a release.

robots.txt → feed (conditional) → entries → inbox (on disk) → seen → when to ask again

In this order, a run that is killed anywhere asks for something twice, but misses nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kg.errors import AnswerError, ServiceError
from kg.watch import inbox
from kg.watch.feed import MOST_BYTES, Entry, read_feed
from kg.watch.inbox import identifier, mark, to_record, with_page, with_text_of
from kg.watch.pace import after_failure, next_time
from kg.watch.robots import Robots
from kg.watch.seen import Asked, Item, Seen, Version
from kg.watch.web import Answer, Web

FEEDS = "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1"
PAGES = "text/html, application/xhtml+xml;q=0.9"
MOST_PAGE_BYTES = 4 * 2**20
"""A page of prose of this size takes the reader of pages one to two minutes."""


@dataclass(frozen=True)
class Round:
    """What all feeds of a round share: ``now`` tells seconds since 1970, ``say`` what people should know."""

    seen: Seen
    inbox: Path
    every_s: float
    full_text: bool
    pause_s: float
    timeout_s: float
    now: Callable[[], float]
    say: Callable[[str], None]


def take_in(url: str, this: Round) -> bool:
    """Let what is new in a feed wait for a release; return whether the feed could be had."""
    asked = this.seen.asked(url)
    headers: dict[str, str] = {}
    try:
        with Web(url, timeout_s=this.timeout_s) as web:
            robots = Robots(web, this.seen, now=this.now, pause_s=this.pause_s)
            answer = web.get(url, accept=FEEDS, most=MOST_BYTES, known=asked.version, before=robots.check)
            headers = dict(answer.headers)
            told = _take_in(url, answer, asked, web, robots, this)
    except (ServiceError, AnswerError) as error:
        failures = asked.failures + 1
        after = after_failure(this.now(), this.every_s, failures, headers)
        this.seen.keep_asked(url, replace(asked, after=after, failures=failures))
        this.say(f"{error}; the feed is asked again in {words(after - this.now())}")
        return False
    this.seen.keep_asked(url, told)
    return True


def _take_in(url: str, answer: Answer, asked: Asked, web: Web, robots: Robots, this: Round) -> Asked:
    """Take in what the answer holds; return what to remember of it."""
    if answer.status == 304:
        return Asked(asked.version, asked.pace, next_time(this.now(), this.every_s, answer.headers, asked.pace))
    if answer.status != 200:
        raise ServiceError(f"{answer.url}: it answers {answer.status}{_remedy(answer.status)}")
    feed = read_feed(answer)
    marks = this.seen.marks(url)
    newest: dict[str, Entry] = {}
    for entry in feed.entries:  # the newest come first, also of two with one identifier
        newest.setdefault(identifier(entry, url), entry)
    whole = True
    for article, entry in reversed(newest.items()):
        record = to_record(entry, article)
        page = this.full_text and entry.url is not None
        fresh = mark(record, full_text=page)
        if marks.get(article) == fresh:
            continue
        if page and entry.url:
            try:
                record = _full_text(record, entry.url, web, robots, this)
            except ServiceError as error:
                this.say(f"{error}; what the feed says of it is taken until the page can be had")
                whole, fresh = False, mark(record, full_text=False)
                if marks.get(article) == fresh:
                    continue
        path = inbox.keep(this.inbox, record)
        this.seen.wait_for([Item(url, article, fresh, (path,))])
    # Where something is still to be had, the feed must come whole the next time.
    version = answer.version if whole else Version()
    return Asked(version, feed.pace, next_time(this.now(), this.every_s, answer.headers, feed.pace))


def _full_text(record: dict[str, Any], url: str, web: Web, robots: Robots, this: Round) -> dict[str, Any]:
    """Return the record with its page's text, or as the feed has it where the page cannot be had for good.

    Raises:
        ServiceError: The page cannot be had now.
    """
    before = inbox.kept(this.inbox, record["id"])
    of_page = before if before and before.get("taken_from") == "page" and before.get("url") == url else None
    known = this.seen.page(url) if of_page else None
    try:
        answer = web.get(url, accept=PAGES, most=MOST_PAGE_BYTES, known=known, before=robots.check)
    except AnswerError as error:
        this.say(f"{error}; what the feed says of it is taken instead")
        return record
    if answer.status == 304 and of_page:
        return with_text_of(record, of_page)
    if answer.status == 429 or answer.status >= 500:
        raise ServiceError(f"{answer.url}: it answers {answer.status}")
    found = with_page(record, answer.body) if answer.status == 200 else None
    if found is None:
        why = "no article is found in it" if answer.status == 200 else f"it answers {answer.status}"
        this.say(f"{answer.url}: {why}; what the feed says of it is taken instead")
        return record
    inbox.keep(this.inbox, found)  # before its version is kept, or a 304 would find no text
    this.seen.keep_page(url, answer.version)
    return found


def _remedy(status: int) -> str:
    return {404: " (there is none); look for its new address", 410: " (gone for good); leave it out"}.get(status, "")


def words(seconds: float) -> str:
    """Return a time in words: "90 seconds", "3 hours"."""
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds"
