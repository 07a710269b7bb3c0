"""Speaks to a service over HTTP, politely: slowly, by name, patiently when it is busy, and never without a bound."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from http import HTTPStatus
from http.client import responses
from types import TracebackType
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError
from urllib3.util.retry import Retry

from kg.errors import AnswerError, ServiceError

BUSY = (429, 500, 502, 503, 504)
MOST_BYTES = 8 * 2**20
"""The longest answer that is read, unpacked."""

REDIRECTS = 3
LONGEST_WAIT_S = 120
"""Who asks to be left alone for longer is asked again another day."""


class _Patient(Retry):
    """Waits also before the first repetition, and gives up at once where the service wants a longer rest."""

    def get_backoff_time(self) -> float:
        """Return the seconds to wait, doubled with each failure."""
        return max(super().get_backoff_time(), self.backoff_factor)

    def parse_retry_after(self, retry_after: str) -> float:
        """Return the seconds that the header Retry-After asks for."""
        wait = super().parse_retry_after(retry_after)
        if wait > LONGEST_WAIT_S:
            raise ServiceError(f"it asks to be left alone for {wait:,.0f} seconds; run the command again after that")
        return wait


class Service:
    """One endpoint. Asking is a POST or GET whose answer is JSON of at most 8 MiB; requests start ``rate`` a second.

    A request that fails because the service is busy or the line is bad is repeated ``retries`` times, after
    ``backoff_s`` seconds, then twice as many and so on, or as many as the service asks for.
    """

    def __init__(
        self, endpoint: str, *, agent: str, rate: float, timeout_s: float, retries: int, backoff_s: float
    ) -> None:
        """Take the address; nothing is asked yet."""
        self.endpoint = endpoint
        self.asked = 0
        self._pause = 1 / rate
        self._timeout = timeout_s
        self._last = float("-inf")
        self._session = requests.Session()
        self._session.max_redirects = REDIRECTS
        self._session.headers.update({"User-Agent": agent})
        patience = _Patient(
            total=retries, redirect=REDIRECTS, allowed_methods=None, status_forcelist=BUSY, backoff_factor=backoff_s,
            backoff_max=LONGEST_WAIT_S, raise_on_status=False,
        )  # fmt: skip
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=patience))

    def __enter__(self) -> Service:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def ask(self, method: str, *, accept: str, form: Mapping[str, str] | None = None) -> Any:
        """Return the JSON of an answer.

        Raises:
            ServiceError: The service is down, or refuses to answer at all.
            AnswerError: This answer cannot be used.
        """
        self._wait()
        try:
            with self._session.request(
                method, self.endpoint, data=form, headers={"Accept": accept}, timeout=self._timeout, stream=True
            ) as response:
                if response.request.method != method:  # as libraries do, so that the question would be lost
                    raise ServiceError(f"it has moved; give the address {response.url}")
                self._refuse(response.status_code)
                body = _body(response.raw, until=time.monotonic() + self._timeout)
        except (requests.exceptions.InvalidSchema, requests.exceptions.InvalidURL, requests.TooManyRedirects) as error:
            raise AnswerError(f"it leads elsewhere ({error})") from error
        except (requests.ConnectionError, requests.Timeout, requests.exceptions.RetryError) as error:
            raise ServiceError(f"{self.endpoint}: no answer ({_cause(error)}); try again later") from error
        except ServiceError as error:
            raise ServiceError(f"{self.endpoint}: {error}") from error
        except (requests.RequestException, HTTPError, OSError) as error:
            raise AnswerError(f"the answer broke off ({type(error).__name__})") from error
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            raise AnswerError(f"the answer is no JSON ({type(error).__name__}: {error!s:.100})") from error

    def _wait(self) -> None:
        time.sleep(max(0.0, self._last + self._pause - time.monotonic()))
        self._last = time.monotonic()
        self.asked += 1

    def _refuse(self, code: int) -> None:
        if code in BUSY or code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise ServiceError(f"it answers {code} {responses.get(code, '')}; try again later, or another endpoint")
        if code != HTTPStatus.OK:
            raise AnswerError(f"it answers {code} {responses.get(code, '')}")


def _body(raw: BaseHTTPResponse, *, until: float) -> bytes:
    """Return the unpacked body, read as it comes: neither a trickle nor a flood of bytes holds us up."""
    parts = bytearray()
    while part := raw.read1(2**16, decode_content=True):
        parts += part
        if len(parts) > MOST_BYTES:
            raise AnswerError(f"the answer has more than {MOST_BYTES // 2**20} MiB; ask for less with --batch")
        if time.monotonic() > until:
            raise AnswerError("the answer is not complete in time")
    return bytes(parts)


def _cause(error: BaseException) -> str:
    """Return what went wrong in the end, without the layers around it."""
    text = str(error.args[0] if error.args else error)
    return text.rpartition("Caused by ")[2][:200] or type(error).__name__
