"""Texts that nobody would print: each is read in bounded work or refused by name, and its evidence stays exact."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kg.mentions
import kg.parse
import kg.workers
from kg.article.record import Record, UnfitError, to_article
from kg.authority import Authority
from kg.iri import DEFAULT_BASE, Names
from kg.parse import MAX_SENTENCE, MAX_TOKENS, MAX_WORD, forgetting, parse
from kg.pipeline import build
from kg.quotes import find_quotes
from kg.reader import Reader
from kg.records import Account, Article, Refusal, Span, Statement
from kg.visible import UNSEEN, visible
from kg.workers import read_articles
from kg.zones import find_zones

CORPUS = Path(__file__).parent / "corpus" / "open"
MET = "Sergei Lavrov met Antony Blinken in Geneva on Tuesday. "
SAID = "“We are ready,” Lavrov said. "


@cache
def reader() -> Reader:
    return Reader()


def article(text: str, key: str = "a") -> Article:
    return to_article(Record(f"{key}.txt", {"text": text, "lang": "en", "published": "2022-01-18"}, key))


def spans(account: Account) -> list[Span]:
    """Return every span of an account."""
    said = [report.event.content for report in account.reports if isinstance(report.event, Statement)]
    return [report.evidence for report in account.reports] + said + [h.span for h in account.holdings if h.span]


# -- what does not show -------------------------------------------------------------------------------------------


def test_what_shows_nothing_is_left_out_of_words_and_parts_sentences() -> None:
    assert (
        visible("Lav\u200brov met\u200f Blin\u00adken.\u200bHe \u200bleft\u200e").text == "Lavrov met Blinken. He left"
    )


@given(st.text(st.sampled_from(["a", "B", " ", ".", "\n", "\u0301", "é", *UNSEEN])))
def test_each_visible_character_comes_from_its_place(text: str) -> None:
    shown = visible(text)
    places = [shown.back(Span(i, i + 1)) for i in range(len(shown.text))]
    assert all(place.end - place.start == 1 for place in places)
    assert [place.start for place in places] == sorted({place.start for place in places})
    for place, character in zip(places, shown.text, strict=True):
        given_there = place.of(text)
        assert given_there == character or (given_there in UNSEEN and character == " ")
    left_out = "".join(text[start:end] for start, end in shown.cut)
    assert not set(left_out) - set(UNSEEN) - {"\u0301"}


def test_names_with_zero_width_characters_and_marks_of_direction_are_read_and_cited_exactly() -> None:
    plain = MET + SAID
    spoilt = (
        plain.replace("Lavrov", "Lav\u200brov")
        .replace("Geneva", "\u200fGe\u200dneva\u200f")
        .replace("met", "m\u2060et")
    )
    first, second = (reader().read(article(text)) for text in (plain, spoilt))
    assert first.reports
    assert second.article.text == spoilt
    assert [(r.rule, r.edtf, r.status) for r in second.reports] == [(r.rule, r.edtf, r.status) for r in first.reports]
    assert [a.key for a in second.actors] == [a.key for a in first.actors]
    seen = str.maketrans("", "", UNSEEN)
    assert [s.of(spoilt).translate(seen) for s in spans(second)] == [s.of(plain) for s in spans(first)]
    assert any("\u200b" in s.of(spoilt) for s in spans(second))


# -- the parse ----------------------------------------------------------------------------------------------------


def test_a_sentence_of_five_thousand_words_is_parsed_in_pieces_that_hold_all_of_it() -> None:
    text = "Lavrov met " + ", ".join(["Blinken in Paris and the minister of Italy"] * 625) + "."
    parsed = parse(text, find_zones(text), reader().nlp)
    lengths = [len(sentence) for sentence in parsed.doc.sents]
    assert len(lengths) > 30
    assert max(lengths) <= MAX_SENTENCE
    assert [parsed.span(i, i + 1).of(text) for i in range(len(parsed.doc))] == [token.text for token in parsed.doc]
    assert parsed.span(0, len(parsed.doc)).of(text) == text


def test_a_run_without_a_blank_is_one_token_and_the_words_around_it_are_read() -> None:
    for run in ("(" * 200_000, "x" * (MAX_WORD + 1), "Paris-" * 30_000, "a@b." * 40_000):
        text = f"{MET}{run} Lavrov left."
        parsed = parse(text, find_zones(text), reader().nlp)
        assert len(parsed.doc) < 20
        assert [t.text for t in parsed.doc][-3:] == ["Lavrov", "left", "."]


def test_an_article_of_too_many_words_is_refused_before_it_is_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader().nlp, "pipe", pytest.fail)
    with pytest.raises(UnfitError, match=f"words and marks, more than {MAX_TOKENS:,}; split it"):
        reader().read(article("a " * (MAX_TOKENS + 10)))
    monkeypatch.undo()
    monkeypatch.setattr(kg.parse, "MAX_TOKENS", 30)
    for name, text in (("long", MET * 5), ("short", MET)):
        (tmp_path / f"{name}.txt").write_text(text, "utf-8")
    result = build([tmp_path / "long.txt", tmp_path / "short.txt"], tmp_path / "out", make_reader=reader)
    assert result.published == 1
    (refused,) = result.refused
    assert refused.source == "long"
    assert "more than 30" in refused.reason
    assert refused.remedy == "split it"


def test_an_article_with_too_many_people_and_pronouns_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    text = MET + "He said that he met him. " * 10
    monkeypatch.setattr(kg.mentions, "MAX_CHOICES", 60)
    assert reader().read(article(text)).article.text == text
    monkeypatch.setattr(kg.mentions, "MAX_CHOICES", 59)
    with pytest.raises(
        UnfitError, match=r"names 2 people and has 30 pronouns .* more than can be weighed \(59 pairs\)"
    ):
        reader().read(article(text))


# -- the rest of the reader -----------------------------------------------------------------------------------------

KINDS = {
    "quotation marks that open": "The envoy said " + "“word " * 400 + ".",
    "quotation marks in a row": f"{MET}{chr(34) * 10_000} {MET}",
    "names": "Lavrov met " + ", ".join(f"Ivan {chr(65 + i % 26)}{chr(97 + i // 26)}nov" for i in range(150)) + ".",
    "places": "Lavrov went to " + ", ".join(["Paris", "Rome", "Cairo", "Italy"] * 150) + ".",
    "dates": "Lavrov was in Paris on " + ", ".join(f"{1 + i % 28} May {1990 + i % 30}" for i in range(300)) + ".",
    "pronouns": MET + "He said that he met him. " * 150,
    "genitives": "France's " * 500 + "president was in Paris.",
    "titles": "the president of " * 300 + "France was in Paris.",
    "lines": "Lavrov said\n- He met\n" * 400,
    "blank lines": MET + "\n" * 19_000 + MET,
    "marks of direction": MET + "\u200f" * 200_000 + MET,
    "zero width": "\u200b".join(MET * 20),
    "combining marks": "".join(letter + "\u0301" * 50 for letter in MET * 10),
    "control characters": MET + "\x07\x1b[31m" * 20_000 + MET,
    "blanks": MET + " \t\u00a0" * 60_000 + MET,
    "emoji": MET + "😀👨‍👩‍👧" * 10_000 + " " + MET,
    "nested brackets": MET + "( " * 400 + "Lavrov said" + " )" * 400,
    "figures": MET + "1,234.5 67% " * 500,
    "capitals": (MET + SAID).upper() * 20,
}


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_texts_are_read_and_their_evidence_lies_in_them(kind: str) -> None:
    text = KINDS[kind]
    account = reader().read(article(text))
    assert account.article.text == text
    for span in spans(account):
        assert 0 <= span.start < span.end <= len(text)
        assert span.of(text).strip()


def test_ten_thousand_quotation_marks_are_five_thousand_quotations() -> None:
    text = "He said " + '"yes" ' * 5000
    assert len(find_quotes(text, find_zones(text).zones)) == 5000


def test_twenty_thousand_acronyms_on_one_line_are_found() -> None:
    text = "the US and " * 20_000
    hits = Authority.load().gazetteer.scan(text)
    assert len(hits) == 20_000
    assert {(hit.key, hit.ambiguous) for hit in hits} == {("US", False)}


@pytest.mark.slow
def test_a_report_of_two_hundred_kilobytes_is_converted() -> None:
    texts = [path.read_text("utf-8") for path in sorted(CORPUS.glob("*.txt"))]
    told = (zone.span.of(text) for text in texts for zone in find_zones(text).zones if zone.kind == "body")
    long = "\n\n".join(" ".join(paragraph.split()) for paragraph in told)[:200_000]
    assert len(reader().read(article(long)).reports) > 500


# -- many articles --------------------------------------------------------------------------------------------------


class Stuck:
    """A reader that never comes back from some articles."""

    model_name = "none"

    def read(self, article: Article, *, min_confidence: float | None = None) -> Account:
        """Return nothing of an article, or nothing at all."""
        while article.text == "stuck":
            pass
        return Account(article)


def test_a_stuck_article_is_refused_and_the_others_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kg.workers, "SECONDS", 0.2)
    texts = {"a": "fine", "b": "stuck", "c": "fine"}
    articles = [Article(key, text, key * 64) for key, text in texts.items()]
    told = read_articles(articles, names=Names(DEFAULT_BASE), workers=1, make_reader=Stuck, tell=lambda done, of: None)
    assert told.refused == (
        Refusal("b", "reading it takes more than 0.2 s of processor time", "split it, or leave it out"),
    )
    assert [account.article.id for account in told.accounts] == ["a", "c"]


def test_an_article_broken_off_in_the_middle_leaves_the_model_fit_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kg.parse, "KEPT", 0)
    expected = reader().read(article(MET))
    with monkeypatch.context() as patched:
        patched.setattr(kg.workers, "SECONDS", 0.5)
        told = read_articles(
            [article(MET * 1000, "long"), article(MET, "a")],
            names=Names(DEFAULT_BASE),
            workers=1,
            make_reader=reader,
            tell=lambda done, of: None,
        )
    assert [refusal.source for refusal in told.refused] == ["long"]
    assert told.accounts == (expected,)


def test_words_of_an_article_are_forgotten_behind_it_and_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    coined = iter(range(10**6))
    text = next(iter(sorted(CORPUS.glob("*.txt")))).read_text("utf-8")
    made = replace(article(text), id="a")
    remembered = reader().read(made)
    monkeypatch.setattr(kg.parse, "KEPT", 0)
    reader().read(made)
    strings = len(reader().nlp.vocab.strings)
    for _ in range(3):
        again = replace(made, text=re.sub(r"\b(\w{6,})\b", lambda m: f"{m.group()}{next(coined)}", made.text))
        reader().read(again)
    assert len(reader().nlp.vocab.strings) == strings
    assert not reader().nlp.get_pipe("lemmatizer").cache  # type: ignore[attr-defined]
    assert reader().read(made) == remembered


def test_common_words_are_kept() -> None:
    nlp = reader().nlp
    with forgetting(nlp):
        nlp("Gorbulonta went home.")
    assert "Gorbulonta" in nlp.vocab.strings
