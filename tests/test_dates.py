"""Date expressions: what is found, what it means, and that neither ever goes wrong on any text."""

from __future__ import annotations

import json
import re
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.dates import (
    DateExpression,
    Tense,
    bounds,
    combine,
    contains,
    extend,
    find_dates,
    find_durations,
    finer,
    is_valid,
    overlaps,
    resolve,
)
from kg.records import Span

CASES = Path(__file__).parent / "cases_dates"
TENSES: tuple[Tense, ...] = get_args(Tense)


def load(name: str, key: str) -> list[Any]:
    return list(tomllib.loads((CASES / f"{name}.toml").read_text("utf-8"))[key])


def words_found(text: str) -> list[str]:
    return [expression.span.of(text) for expression in find_dates(text)]


def named(text: str, words: str) -> DateExpression:
    return next(e for e in find_dates(text) if e.span.of(text) == words)


RESOLVED = [
    pytest.param(case, id=f"{name}-{i}-{case['text'][:30]}")
    for name in ("days", "weekdays", "relative", "months", "seasons_years", "ranges", "anaphora")
    for i, case in enumerate(load(name, "cases"))
]


@pytest.mark.parametrize("case", RESOLVED)
def test_an_expression_is_found_and_resolved(case: dict[str, Any]) -> None:
    words = case.get("words", case["text"])
    for wanted in words if isinstance(words, list) else [words]:
        assert wanted in words_found(case["text"])
    expression = named(case["text"], words if isinstance(words, str) else words[-1])
    anchor: date | str | None = case.get("partial", case.get("anchor"))
    for tense in [case["tense"]] if "tense" in case else TENSES:
        found = resolve(expression, anchor=anchor, tense=tense, reference=case.get("reference"))
        assert found == case.get("edtf"), (tense, expression)
        assert found is None or is_valid(found)
    assert expression.bearing == case.get("bearing", expression.bearing)
    assert expression.kind == case.get("kind", expression.kind)


@pytest.mark.parametrize("case", load("numbers", "texts"), ids=lambda case: case["text"])
def test_what_only_looks_like_a_date_is_left_alone(case: dict[str, Any]) -> None:
    assert words_found(case["text"]) == case.get("words", [])
    assert [e.kind for e in find_dates(case["text"])] == case.get("kinds", [])


@pytest.mark.parametrize("case", load("numbers", "texts"), ids=lambda case: case["text"])
def test_a_clock_time_resolves_to_no_date(case: dict[str, Any]) -> None:
    clocks = [e for e in find_dates(case["text"]) if e.kind == "clock"]
    assert [resolve(e, anchor=date(2022, 5, 19), tense="past") for e in clocks] == [None] * len(clocks)


@pytest.mark.parametrize("case", load("durations", "durations"), ids=lambda case: case["text"])
def test_a_duration_carries_one_end_of_a_visit_to_the_other(case: dict[str, Any]) -> None:
    found = find_durations(case["text"])
    assert [d.span.of(case["text"]) for d in found] == ([case["words"]] if "words" in case else [])
    assert [d.days for d in found] == ([abs(case["days"])] if "days" in case else [])
    if "start" in case:
        assert extend(case["start"], case["days"]) == case.get("end")


@pytest.mark.parametrize("case", load("edtf", "bounds"), ids=lambda case: case["edtf"])
def test_bounds_are_the_days_that_a_date_covers(case: dict[str, Any]) -> None:
    assert bounds(case["edtf"]) == ((case["earliest"], case["latest"]) if "earliest" in case else None)


def test_only_dates_of_the_calendar_are_valid() -> None:
    assert [edtf for edtf in load("edtf", "valid") if not is_valid(edtf)] == []
    assert [edtf for edtf in load("edtf", "invalid") if is_valid(edtf)] == []


@pytest.mark.parametrize("case", load("edtf", "combined"), ids=lambda case: case["edtf"])
def test_two_dates_combine_into_an_interval(case: dict[str, Any]) -> None:
    assert combine(case["start"], case["end"]) == case["edtf"]


@pytest.mark.parametrize("case", load("edtf", "pairs"), ids=lambda case: f"{case['a']}-{case['b']}")
def test_dates_contain_and_overlap(case: dict[str, Any]) -> None:
    assert contains(case["a"], case["b"]) is case["contains"]
    assert overlaps(case["a"], case["b"]) is case["overlaps"]
    assert overlaps(case["b"], case["a"]) is case["overlaps"]


@pytest.mark.parametrize(("fine", "coarse"), load("edtf", "ranked"))
def test_the_more_precise_date_is_known(fine: str, coarse: str) -> None:
    assert finer(fine, coarse) == finer(coarse, fine) == fine


GRAMMAR = tomllib.loads((files("kg.data") / "dates.toml").read_text("utf-8"))


@pytest.mark.parametrize("entry", GRAMMAR["form"], ids=lambda entry: entry["form"])
def test_every_form_reads_its_own_example(entry: dict[str, Any]) -> None:
    assert entry["kind"] in [expression.kind for expression in find_dates(entry["example"])]


@pytest.mark.parametrize("entry", GRAMMAR["duration"], ids=lambda entry: entry["form"])
def test_every_form_of_duration_reads_its_own_example(entry: dict[str, Any]) -> None:
    assert len(find_durations(entry["example"])) == 1


def test_a_word_of_the_grammar_has_one_class() -> None:
    plain = [word for words in GRAMMAR["plain"].values() for word in words]
    valued = [word for words in GRAMMAR["words"].values() for word in words]
    twice = sorted(word for word, count in Counter(plain + valued).items() if count > 1)
    assert twice == [], "give each of these words one class in kg/data/dates.toml"


# Words that dates are made of, so that random sequences of them form dates, near-dates and nonsense.
PIECES = """on in from to until since the of last next this that and between week month year days day ago later 3 18 31
22nd 2022 1990s May March Feb. Friday Sunday , . - ( ) spring fall evening two a few Christmas today tomorrow first
second half end mid 5/6/2022 2022-05-18 12:30 p.m. GMT Merkel visit"""
SEQUENCES = st.lists(st.sampled_from([*PIECES.split(), "\n\n"]), max_size=14).map(" ".join)
ANCHORS = st.none() | st.dates(date(1950, 1, 1), date(2090, 12, 31)) | st.sampled_from(["XXXX-02-29", "XXXX-11-08"])
REFERENCES = st.sampled_from([None, "2022-05-18", "2022-05", "2022", "XXXX-02-28", "2022-05-30/2022-06-02", "2021-24"])


# The first parse of an EDTF value is slow, later ones are remembered.
@settings(deadline=None)
@given(SEQUENCES | st.text(max_size=60), ANCHORS, st.sampled_from(TENSES), REFERENCES)
def test_any_text_gives_separate_spans_and_valid_dates(
    text: str, anchor: date | str | None, tense: Tense, reference: str | None
) -> None:
    end = 0
    for expression in find_dates(text):
        assert end <= expression.span.start < expression.span.end <= len(text)
        end = expression.span.end
        assert {expression: 1}[expression]
        found = resolve(expression, anchor=anchor, tense=tense, reference=reference)
        assert found is None or is_valid(found)


@given(st.dates(date(1900, 1, 1), date(2090, 12, 31)), st.sampled_from(range(7)))
def test_a_weekday_lies_within_the_week_that_tense_points_to(anchor: date, weekday: int) -> None:
    expression = DateExpression(Span(0, 1), "weekday", weekday=weekday)
    past, future = (date.fromisoformat(resolve(expression, anchor=anchor, tense=t) or "") for t in ("past", "future"))
    assert past.weekday() == future.weekday() == weekday
    assert 0 <= (anchor - past).days < 7
    assert 0 <= (future - anchor).days < 7


def gold_dates(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the evidence and the date of each event of an annotated article that has a date."""
    gold = json.loads(path.read_text("utf-8"))
    for event, key in [(v, "start") for v in gold["visits"]] + [(m, "date") for m in gold["meetings"]]:
        if event[key]:
            yield event["evidence"], event[key]


def meanings(text: str, anchor: date | None) -> dict[DateExpression, set[str]]:
    """Return what each expression can mean in some tense, with some date named up to eight before it as reference."""
    found: dict[DateExpression, set[str]] = {}
    named: dict[str | None, None] = {None: None}
    for expression in find_dates(text):
        references = [None, *list(named)[-8:]]
        values = {resolve(expression, anchor=anchor, tense=t, reference=r) for t in TENSES for r in references}
        found[expression] = {value for value in values if value}
        named |= dict.fromkeys(sorted(found[expression]))
    return found


def test_the_development_corpus_dates_its_events_by_what_is_found() -> None:
    """Most evidence that words a date must word the annotated one: the rest names another date than the event's.

    Articles "a" to "k" are those that the grammar was worked on; the others came later.
    """
    total: Counter[bool] = Counter()
    right: Counter[bool] = Counter()
    for path in sorted((Path(__file__).parent / "corpus" / "open").glob("*[0-9].json")):
        worked_on = path.stem[0] <= "k"
        text = path.with_suffix(".txt").read_text("utf-8")
        published = json.loads(path.read_text("utf-8"))["published"]
        found = meanings(text, date.fromisoformat(published) if published else None)
        for evidence, gold in gold_dates(path):
            place = re.search(r"\s+".join(map(re.escape, evidence.split())), text)
            assert place, f"{path.name}: {evidence!r} is not in the text"
            inside = [e for e in found if place.start() <= e.span.start and e.span.end <= place.end()]
            values = {value for e in inside for value in found[e]}
            values |= {end for value in values for end in value.split("/")}
            total[worked_on] += bool(values)
            right[worked_on] += gold in values
    assert min(total.values()) > 600
    assert right[True] / total[True] > 0.9, f"{right} of {total}"
    assert right[False] / total[False] > 0.85, f"{right} of {total}"


@pytest.mark.parametrize(
    "piece", ["on the ", "May 18 and ", "the last week of ", "2022-", "1/", "a few days ", "'", "9" * 50]
)
def test_time_grows_with_the_text_alone(piece: str) -> None:
    def seconds(text: str) -> float:
        start = time.process_time()
        find_dates(text)
        return time.process_time() - start

    short, long = piece * (6000 // len(piece)), piece * (48000 // len(piece))
    # Eight times the text, the best of three: quadratic work would take sixty-four times as long.
    assert min(seconds(long) for _ in range(3)) < 32 * max(min(seconds(short) for _ in range(3)), 0.005)
