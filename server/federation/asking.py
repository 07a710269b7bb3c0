"""One question to one endpoint, within bounds: whom it reaches, how long it takes, how much it says."""

from __future__ import annotations

import time
from http.client import responses
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from kg.connections import Line
from kg.errors import AnswerError, ServiceError
from kg.release import software_version

JSON = ("application/sparql-results+json", "application/json")
LATE = "it has not answered in time"
MOVED = range(300, 400)
RULE = "and the operator has not allowed private ones (--allow-private-service)"


class LateError(ServiceError):
    """The endpoint did not answer in time."""


def ask(endpoint: str, question: str, *, until: float, most: int, private: bool) -> bytes:
    """Return an endpoint's answer to a SELECT query, in JSON; redirects are not followed.

    ``until`` is a time of :func:`time.monotonic`, ``most`` the bytes that the answer may have, unpacked. Neither
    proxies nor passwords are taken from the environment: those are not for the queries of strangers.

    Raises:
        LateError: It is not complete in time.
        ServiceError: There is no answer.
        AnswerError: The answer cannot be used, or the endpoint has a private address and these are not allowed.
    """
    seconds = max(0.001, until - time.monotonic())
    line = Line(lambda host: private, rule=RULE)
    headers = {"Accept": f"{JSON[0]}, {JSON[1]};q=0.5", "Accept-Encoding": "gzip"}
    agent = f"Legation/{software_version()} (legation serve; https://w3id.org/legation/)"
    try:
        with line.until(seconds), line.session(agent=agent) as session:
            session.trust_env = False
            with session.post(
                endpoint, data={"query": question}, headers=headers, timeout=seconds, stream=True, allow_redirects=False
            ) as response:
                _refuse(response)
                return line.read(response.raw, most=most)
    except AnswerError:
        raise
    except ServiceError as error:
        if line.late:
            raise LateError(LATE) from error
        raise
    except (requests.RequestException, HTTPError, OSError, ValueError) as error:
        if line.late or isinstance(error, requests.Timeout):
            raise LateError(LATE) from error
        raise ServiceError(f"there is no whole answer ({type(error).__name__})") from error


def usable(endpoint: str) -> bool:
    """Tell whether an address is one that may be listed: http(s), in full, without a password or a fragment."""
    try:
        parts = urlsplit(endpoint)
        within = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 80) > 0
    except ValueError:
        return False
    return within and "@" not in parts.netloc and "#" not in endpoint


def _refuse(response: requests.Response) -> None:
    code = response.status_code
    if code in MOVED:
        place = response.headers.get("Location", "elsewhere")
        raise AnswerError(f"it has moved to {place:.200}; the operator may list that address")
    if code == 400:
        raise AnswerError("it answers 400, so that it cannot read the pattern; try it there on its own")
    if code != 200:
        raise ServiceError(f"it answers {code} {responses.get(code, '')}".rstrip())
    kind = response.headers.get("Content-Type", "nothing").partition(";")[0].strip().lower()
    if kind not in JSON:
        raise AnswerError(f"it answers with {kind:.60} and not with {JSON[0]}")
