"""A minimum of confidence trades precision against recall, both ways, and the manifest says so."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

import kg.cli
from kg.pipeline import build
from kg.reader import Reader
from kg.records import Account, Report
from kg.release import Release, open_release
from tests.accounts import fake_reader
from tests.bench.score import articles
from tests.conftest import SEEDS
from tests.test_build import FACTS, written

ROOT = Path(__file__).parents[1]
Read = Callable[[float | None], list[Account]]


@pytest.fixture(scope="module")
def read() -> Read:
    """Return what gives the seeds' accounts at a minimum; each article is parsed once."""
    reader = Reader()
    scenes = [(article, reader.scene(article)) for article in articles(ROOT / "tests" / "gold")]
    return lambda c: [reader.account(article, scene, min_confidence=c) for article, scene in scenes]


def reports(accounts: list[Account]) -> list[Report]:
    return [report for account in accounts for report in account.reports]


def kinds(accounts: list[Account]) -> Counter[str]:
    return Counter(type(report.event).__name__ for report in reports(accounts))


def test_a_lower_minimum_reports_more_and_a_higher_one_less(read: Read) -> None:
    default = reports(read(None))
    ladder = [len(reports(read(c))) for c in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)]
    assert ladder == sorted(ladder, reverse=True)
    assert ladder[0] > len(default) > ladder[-2] > 0
    assert ladder[-1] == 0, "no report is certain"


def test_both_ways_for_every_kind(read: Read) -> None:
    low, default, high = kinds(read(0.0)), kinds(read(None)), kinds(read(0.9))
    for kind in ("Visit", "Meeting", "Statement"):
        assert low[kind] > default[kind] > high[kind], kind


@pytest.mark.parametrize("minimum", [0.1, 0.5, 0.75])
def test_every_report_is_as_sure_as_asked(read: Read, minimum: float) -> None:
    found = reports(read(minimum))
    assert found
    assert all(report.confidence >= minimum for report in found)


def test_reports_and_what_is_left_out_are_all_there_is(read: Read) -> None:
    article = next(a for a in articles(ROOT / "tests" / "gold") if a.id.startswith("003"))
    reader = Reader()
    scene = reader.scene(article)
    told, rest, everything = (
        reader.account(article, scene),
        reader.left_out(article, scene),
        reader.account(article, scene, min_confidence=0.0),
    )
    assert told.reports
    assert rest.reports
    assert not set(told.reports) & set(rest.reports)
    assert {r.evidence for r in everything.reports} <= {r.evidence for r in told.reports + rest.reports}


def test_the_manifest_states_the_minimum_and_names_another_release(tmp_path: Path) -> None:
    files = written(tmp_path / "in", FACTS)

    def release(*, minimum: float | None) -> Release:
        build(files, tmp_path / "out", make_reader=fake_reader, min_confidence=minimum)
        return open_release(tmp_path / "out")

    plain, sure, surer = release(minimum=None), release(minimum=0.5), release(minimum=0.95)
    assert "min_confidence" not in plain.manifest
    assert (sure.manifest["min_confidence"], surer.manifest["min_confidence"]) == (0.5, 0.95)
    assert len({plain.version, sure.version, surer.version}) == 3
    counts = [{**each.manifest["counts"], "quads": None} for each in (plain, sure)]  # which tell of the minimum, too
    assert counts[0] == counts[1]
    assert surer.manifest["counts"]["reports"] == 0 < sure.manifest["counts"]["reports"]


def test_the_workers_keep_the_minimum(tmp_path: Path) -> None:
    files = written(tmp_path / "in", FACTS)
    one = build(files, tmp_path / "one", make_reader=fake_reader, min_confidence=0.95)
    two = build(files, tmp_path / "two", make_reader=fake_reader, min_confidence=0.95, workers=2)
    assert one.version == two.version
    assert open_release(tmp_path / "two").manifest["counts"]["reports"] == 0


@pytest.mark.slow
def test_the_command_builds_at_a_minimum(
    tmp_path: Path, seeds_release: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = {}
    for minimum in ("0.2", "0.8"):
        out = tmp_path / minimum
        assert kg.cli.main(["build", str(SEEDS), "--out", str(out), "--min-confidence", minimum]) == 0
        manifest = json.loads((out / "current" / "manifest.json").read_text("utf-8"))
        assert manifest["min_confidence"] == float(minimum)
        counts[minimum] = manifest["counts"]["reports"]
    assert counts["0.2"] > seeds_release.manifest["counts"]["reports"] > counts["0.8"] > 0


@pytest.mark.parametrize("value", ["1.5", "-0.1", "nan", "high"])
def test_what_is_no_share_is_refused(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        kg.cli.main(["build", "x", "--out", "y", "--min-confidence", value])
    assert stopped.value.code == 2
    assert "--min-confidence" in capsys.readouterr().err
