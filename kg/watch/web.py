"""Asks web servers for feeds and pages: by name, one request at a time, within bounds of time, size and direction."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError

from kg.connections import Line, is_inside
from kg.errors import AnswerError, ServiceError
from kg.release import software_version
from kg.watch.seen import Version

NAME = "Legation"
"""What robots.txt files call this program."""

REDIRECTS = 5
"""As many as RFC 9309 asks to follow for robots.txt."""

_MOVED = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Answer:
    """What a server answered, from which address in the end; ``headers`` have small letters, no body unless 200."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def version(self) -> Version:
        """What the server calls this version, to be told when asking again."""
        return Version(self.headers.get("etag"), self.headers.get("last-modified"))


class Web:
    """The way to one feed and the pages it names. Private addresses are reached at the feed's own host only."""

    def __init__(self, home: str, *, timeout_s: float = 60.0) -> None:
        """Take the feed's address as the user gave it; nothing is asked yet. An answer takes at most ``timeout_s``."""
        host = urlsplit(home).hostname or ""
        inside = is_inside(host)
        self._line = Line(lambda name: inside and name.casefold() == host)
        self._timeout = timeout_s
        self._last: dict[str, float] = {}
        agent = f"{NAME}/{software_version()} (legation watch; https://w3id.org/legation/)"
        self._session = self._line.session(agent=agent)

    def __enter__(self) -> Web:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def get(
        self,
        url: str,
        *,
        accept: str,
        most: int,
        known: Version | None = None,
        before: Callable[[str], float] = lambda url: 0.0,
    ) -> Answer:
        """Return the answer of ``url``, or of where it leads, with at most ``most`` bytes of body.

        ``known`` is the version at hand: an answer with status 304 says that it still stands. ``before`` is called for
        each address on the way; it may refuse it, and returns the seconds to leave between two requests to its host.

        Raises:
            ServiceError: There is no answer now; a later one may do.
            AnswerError: The answer cannot be used: too long, in circles, or leading where it must not.
        """
        asked = url
        for _ in range(REDIRECTS + 1):
            parts = _web_address(url)
            self._wait(parts.netloc, before(url))
            answer, onward = self._ask(url, accept, most, known)
            if onward is None:
                return answer
            url = urljoin(url, onward)
        raise AnswerError(f"{asked}: it leads on and on, more than {REDIRECTS} times; give the address where it ends")

    def _wait(self, site: str, pause_s: float) -> None:
        time.sleep(max(0.0, self._last.get(site, float("-inf")) + pause_s - time.monotonic()))
        self._last[site] = time.monotonic()

    def _ask(self, url: str, accept: str, most: int, known: Version | None) -> tuple[Answer, str | None]:
        """Return the answer and where it leads on, if it does."""
        headers = {"Accept": accept}
        if known and known.etag:
            headers["If-None-Match"] = known.etag
        if known and known.modified:
            headers["If-Modified-Since"] = known.modified
        try:
            with (
                self._line.until(self._timeout),
                self._session.get(
                    url, headers=headers, timeout=self._timeout / 2, stream=True, allow_redirects=False
                ) as response,
            ):
                onward = response.headers.get("Location") if response.status_code in _MOVED else None
                body = self._line.read(response.raw, most=most) if response.status_code == 200 else b""
        except (ServiceError, AnswerError) as error:
            raise type(error)(f"{url}: {error}") from error
        except ValueError as error:  # of the libraries' many errors, those that concern addresses
            raise AnswerError(f"{url}: it is, or leads to, no http(s) address ({error!s:.100})") from error
        except (requests.RequestException, HTTPError, OSError) as error:
            cause = "it is not complete in time" if self._line.late else type(error).__name__
            raise ServiceError(f"{url}: no whole answer ({cause})") from error
        fields = {name.lower(): value for name, value in response.headers.items()}
        return Answer(url, response.status_code, fields, body), onward


def _web_address(url: str) -> SplitResult:
    """Return the parts of an address that may be asked: redirects also name files and other machines' services."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 80) > 0
    except ValueError:
        usable = False
    if not usable:
        raise AnswerError(f"{url:.200}: it is no http(s) address")
    return parts
