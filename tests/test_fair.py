"""What a release as it is served lacks of F-UJI's metrics: only what needs a day of publication or a registry."""

from __future__ import annotations

import pytest

from kg.release import Release
from server.app import create_app
from tests.fair import METRICS, Served, score, table

MISSED = {"FsF-F1-02MD-2", "FsF-F2-01M-2", "FsF-F2-01M-3"}
"""Registration with w3id.org, which nobody here can tell, and citations with a day, which nobody gave."""


@pytest.fixture(scope="module")
def served(whole_release: Release) -> Served:
    """Return the seeds with all files, as their server tells of them."""
    client = create_app(whole_release.path).test_client()
    return Served(client, base=str(whole_release.manifest["base"]), version=whole_release.version)


def test_all_is_met_but_what_a_registry_or_a_day_would_give(served: Served) -> None:
    missed = {
        f"{metric.identifier}-{test.number}" for metric in METRICS for test in metric.tests if not test.evidence(served)
    }
    assert missed == MISSED
    assert score(served) == (23.5, 26)
    assert list(table(served))[-1] == "23.5 of 26 points, 90 %, over 17 metrics"


def test_what_does_not_tell_of_itself_meets_little(served: Served) -> None:
    nobody = Served(served.client, base="https://w3id.org/legation/id/", version="0.0.0-none")
    reached, most = score(nobody)
    assert reached < most * 0.7
