"""The calibration table counts as the scores do, and its error is the textbook's."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kg.evaluate import Found, FoundActor, FoundEvent, FoundPlace, Gold, GoldActor, GoldEvent, load_gold, score
from tests.bench import calibration
from tests.bench.calibration import Judged, buckets, calibration_table, expected_error, judged
from tests.bench.score import articles, read

ROOT = Path(__file__).parents[1]
ANA = FoundActor("Ana Petrova", "person")


def visit(country: str, confidence: float) -> FoundEvent:
    place = FoundPlace(country, country)
    return FoundEvent("visit", (ANA,), f"went to {country}", place=place, confidence=confidence)


def wanted(country: str, *, required: bool) -> GoldEvent:
    return GoldEvent("visit", ("Ana Petrova",), f"went to {country}", required, country, country)


GOLD = Gold("a", (GoldActor("Ana Petrova", "person"),), (wanted("PE", required=True), wanted("CL", required=False)))


def test_required_is_right_borderline_is_neither_and_the_rest_is_wrong() -> None:
    found = Found("a", (visit("PE", 0.9), visit("CL", 0.8), visit("BR", 0.7), visit("PE", 0.6)))
    points = judged({"a": GOLD}, {"a": found})
    assert points == [Judged("visit", 0.9, True), Judged("visit", 0.7, False), Judged("visit", 0.6, False)]
    scores = score({"a": GOLD}, {"a": found})
    assert (scores.overall.found, scores.overall.extra) == (1, 2)


def test_an_article_that_was_not_read_has_no_reports() -> None:
    assert judged({"a": GOLD}, {}) == []
    assert expected_error([]) == 0


@pytest.mark.parametrize(
    ("confidence", "low"), [(0.0, 0.0), (0.09, 0.0), (0.1, 0.1), (0.29, 0.2), (0.3, 0.3), (0.7, 0.7), (1, 0.9)]
)  # fmt: skip
def test_buckets_begin_at_their_tenth(confidence: float, low: float) -> None:
    (bucket,) = buckets([Judged("visit", confidence, True)])
    assert bucket.low == pytest.approx(low)


def test_the_error_is_weighted_by_count() -> None:
    sure = [Judged("visit", 0.95, n < 8) for n in range(10)]  # 0.8 right: 0.15 off
    unsure = [Judged("visit", 0.4, n < 12) for n in range(30)]  # 0.4 right: 0 off
    assert expected_error(sure) == pytest.approx(0.15)
    assert expected_error(unsure) == pytest.approx(0)
    assert expected_error(sure + unsure) == pytest.approx(0.15 * 10 / 40)


def test_the_table_has_all_kinds_and_each() -> None:
    points = [Judged("visit", 0.55, True), Judged("visit", 0.57, False), Judged("statement", 0.91, True)]
    lines = calibration_table(points).splitlines()
    assert [line.split()[0] for line in lines if "reports" in line and "mean" in line] == [
        "all", "visits", "meetings", "statements",
    ]  # fmt: skip
    assert ["0.5–0.6", "2", "0.560", "0.500"] in [line.split() for line in lines]
    assert "  expected calibration error 0.000 over 0 reports" in lines


@pytest.mark.slow
def test_the_tables_hang_together_with_the_scores(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = ROOT / "tests" / "gold"
    golds = load_gold(folder)
    founds = read(list(articles(folder)), (None, 0.8))
    for minimum, found in founds.items():
        points, scores = judged(golds, found), score(golds, found)
        assert sum(p.right for p in points) == scores.overall.found
        assert sum(not p.right for p in points) == scores.overall.extra
        assert minimum is None or min(p.confidence for p in points) >= minimum

    monkeypatch.setattr(sys, "argv", ["calibration", str(folder)])
    assert calibration.main() == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    (default,) = [row for row in rows if row[:1] == ["default"]]
    scores = score(golds, founds[None])
    assert default[1:4] == [f"{x:.3f}" for x in (scores.overall.precision, scores.overall.recall, scores.overall.f1)]
    recalls = [float(row[2]) for row in rows if row and row[0] in {"0.00", "0.50", "0.80", "0.90"}]
    assert recalls == sorted(recalls, reverse=True)
    assert recalls[0] > recalls[-1]
