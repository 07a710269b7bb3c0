"""What must hold of an answer, as checks."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.conformance.case import Check, Endpoint, Response
from tests.conformance.terms import PROLOGUE


def equal(found: object, wanted: object) -> None:
    """See that two things are equal."""
    assert found == wanted, f"{found} instead of {wanted}"


def differ(one: object, other: object) -> None:
    """See that two things are not."""
    assert one != other


def with_parsed(media_type: str, parse: Callable[[bytes], Any]) -> Callable[[str, Callable[[Any], None]], Check]:
    """Return what makes a check of a query and of what its answer in this media type, parsed, must be."""

    def case(query: str, check: Callable[[Any], None]) -> Check:
        def checked(endpoint: Endpoint) -> None:
            response = endpoint.get(PROLOGUE + query, media_type)
            assert (response.status, response.media_type) == (200, media_type), response.body
            check(parse(response.body))

        return checked

    return case


def exactly(query: str, media_type: str, wanted: bytes) -> Check:
    """Return the check that an answer has just these bytes."""

    def check(endpoint: Endpoint) -> None:
        response = endpoint.get(PROLOGUE + query, media_type)
        assert response.status == 200, response.body
        equal(response.body, wanted)

    return check


def matches(query: str, media_type: str, pattern: bytes, *, all_of: tuple[bytes, ...] = ()) -> Check:
    """Return the check that an answer is of this pattern, and has all of these pieces."""

    def check(endpoint: Endpoint) -> None:
        response = endpoint.get(PROLOGUE + query, media_type)
        assert response.status == 200, response.body
        assert re.fullmatch(pattern, response.body), response.body
        assert all(piece in response.body for piece in all_of), response.body

    return check


def true(holds: bool) -> None:
    """See that something holds."""
    assert holds


def status(send: Callable[[Endpoint], Response], *statuses: int) -> Check:
    """Return the check that a request gets one of these statuses."""

    def check(endpoint: Endpoint) -> None:
        response = send(endpoint)
        assert response.status in statuses, (response.status, response.body[:500])

    return check
