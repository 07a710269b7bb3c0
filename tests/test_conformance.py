"""The conformance suite, case by case; ``python -m tests.conformance`` prints it by section."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.case import Case, Endpoint
from tests.conformance.suite import cases, served

CASES = cases()


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with served() as address:
        yield address


def marked(case: Case) -> list[pytest.MarkDecorator]:
    return [pytest.mark.xfail(reason=case.deviates)] if case.deviates else []


@pytest.mark.parametrize("case", [pytest.param(case, marks=marked(case), id=str(case)) for case in CASES])
def test_conformance(endpoint: Endpoint, case: Case) -> None:
    case.check(endpoint)


def test_no_two_cases_have_the_same_name() -> None:
    names = [str(case) for case in CASES]
    assert sorted(names) == sorted(set(names))
    assert len(names) > 600
