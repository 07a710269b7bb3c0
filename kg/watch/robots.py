"""What a site asks programs not to read, and how fast they may ask it: robots.txt after RFC 9309."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from protego import Protego

from kg.errors import AnswerError, ServiceError
from kg.watch.seen import Seen
from kg.watch.web import NAME, Web

MOST_BYTES = 500 * 2**10
"""As much as RFC 9309 wants to be read at least."""

_DAY_S = 86_400
_LONGEST_PAUSE_S = 3_600


class Robots:
    """The rules of all sites of one round; they are kept for a day, as RFC 9309 allows."""

    def __init__(self, web: Web, seen: Seen, *, now: Callable[[], float], pause_s: float) -> None:
        """Ask nothing yet; ``pause_s`` is left between two requests to a site that asks for less, or nothing."""
        self._web = web
        self._seen = seen
        self._now = now
        self._pause = pause_s
        self._rules: dict[str, Protego | ServiceError | AnswerError] = {}

    def check(self, url: str) -> float:
        """Return the seconds to leave between two requests to the site.

        Raises:
            AnswerError: The site asks not to read this address, or its robots.txt is not fit to be read itself.
            ServiceError: Nobody knows, because robots.txt cannot be had: then nothing may be read.
        """
        rules = self._of(url)
        if not rules.can_fetch(url, NAME):
            raise AnswerError(f"{url}: the site's robots.txt asks programs not to read it")
        rate = rules.request_rate(NAME)
        pause = max(self._pause, rules.crawl_delay(NAME) or 0.0, rate.seconds / rate.requests if rate else 0.0)
        return min(pause, _LONGEST_PAUSE_S)

    def _of(self, url: str) -> Protego:
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        if site not in self._rules:
            try:
                self._rules[site] = Protego.parse(self._text(site))
            except (ServiceError, AnswerError) as error:
                self._rules[site] = error
        rules = self._rules[site]
        if isinstance(rules, ServiceError | AnswerError):
            raise rules
        return rules

    def _text(self, site: str) -> str:
        now = self._now()
        text = self._seen.rules(site, now=now)
        if text is not None:
            return text
        address = f"{site}/robots.txt"
        answer = self._web.get(address, accept="text/plain, */*;q=0.1", most=MOST_BYTES)
        if answer.status == 429 or answer.status >= 500:
            raise ServiceError(f"{address}: it answers {answer.status}, so nothing there may be read now")
        text = answer.body.decode("utf-8", "replace") if answer.status == 200 else ""  # 4xx: there are no rules
        self._seen.keep_rules(site, text, until=now + _DAY_S)
        return text
