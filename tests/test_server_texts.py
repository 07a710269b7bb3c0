"""Articles in full: shown where the operator gives the very text, nowhere else, and never part of what is published."""

from __future__ import annotations

import json
import re
import zlib
from html import unescape
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, RdfFormat, Store

from kg.article import read_inputs
from kg.errors import LegationError
from kg.iri import DEFAULT_BASE, Names, term
from kg.records import Article
from kg.release import Release
from kg.release.opened import dump_of
from server.app import create_app
from server.texts import Texts, passages
from tests.conftest import SEEDS
from tests.crawler import Page
from tests.server_fixture import write_release

SHORT = 80
"""Characters that a run outside of all quotations may have: names of people with their offices come to that."""


@pytest.fixture(scope="module")
def articles() -> dict[str, Article]:
    read = [item for item in read_inputs([SEEDS]) if isinstance(item, Article)]
    assert len(read) == 5
    return {article.id: article for article in read}


@pytest.fixture(scope="module")
def plain(seeds_release: Release) -> FlaskClient:
    return create_app(seeds_release.path).test_client()


@pytest.fixture(scope="module")
def full(seeds_release: Release) -> FlaskClient:
    return create_app(seeds_release.path, texts=Texts.read([SEEDS])).test_client()


def path_of(article: str) -> str:
    return Names().article(article).value.removeprefix(DEFAULT_BASE)


# ---------------------------------------------------------------- what is published


def quotations(release: Release, article: Article) -> set[str]:
    """Return what a release quotes of an article: its spans, its title, and what its events say in its words."""
    store, graph = release.store, Names().article_graph(article.id)
    spans = store.quads_for_pattern(None, term("oa:exact"), None, graph)
    words = [
        quad
        for name in ("leg:content", "leg:purpose", "leg:topic", "dct:title")
        for quad in store.quads_for_pattern(None, term(name), None, None)
    ]
    return {quad.object.value for quad in (*spans, *words) if isinstance(quad.object, Literal)}


def covered(text: str, quoted: set[str]) -> bytearray:
    """Return for each character of a text whether one of the quotations has it."""
    mask = bytearray(len(text))
    for words in filter(None, quoted):
        for found in re.finditer(re.escape(words), text):
            mask[found.start() : found.end()] = b"\1" * len(words)
    return mask


def copied(text: str, mask: bytearray, published: str) -> list[str]:
    """Return the runs of a text that are published although no quotation has all of their characters."""
    step = SHORT // 2
    runs = [(start, text[start : start + step]) for start in range(0, len(text) - step, step)]
    return [run for start, run in runs if not all(mask[start : start + step]) and run in published]


def test_quotations_are_parts_and_nothing_else_is_published(
    seeds_release: Release, articles: dict[str, Article], plain: FlaskClient
) -> None:
    dump = b"".join(dump_of(seeds_release.path).lines())
    literals = {quad.object.value for quad in ox.parse(dump, RdfFormat.N_QUADS) if isinstance(quad.object, Literal)}
    published = "\n".join(sorted(literals))
    for article in articles.values():
        quoted = quotations(seeds_release, article)
        mask = covered(article.text, quoted)
        share = sum(mask) / len(mask)
        print(f"{article.id}: {share:.0%} of {len(mask)} characters, the longest {max(map(len, quoted))}")
        assert 0 < share < 0.5
        assert copied(article.text, mask, published) == []
        for kind in ("page", "data"):
            for key in (path_of(article.id), f"graph/{path_of(article.id)}"):
                answer = plain.get(f"/{kind}/{key}{'.nt' if kind == 'data' else ''}")
                assert answer.status_code == 200
                assert copied(article.text, mask, unescape(answer.text)) == []
    assert max(map(len, literals)) < 600, "the longest are definitions of the ontology"


def test_a_copied_sentence_would_be_noticed(articles: dict[str, Article]) -> None:
    text = articles[min(articles)].text
    mask = covered(text, {text[:200]})
    assert copied(text, mask, text[:200]) == []
    assert copied(text, mask, text[300 : 300 + 2 * SHORT]) != []


# ---------------------------------------------------------------- what an operator shows


def test_a_page_shows_the_text_with_its_evidence_when_it_is_given(
    full: FlaskClient, plain: FlaskClient, articles: dict[str, Article]
) -> None:
    for article in articles.values():
        page = full.get(f"/page/{path_of(article.id)}")
        body = page.text.partition('<div class="article">')[2].partition("</div>")[0]
        shown = unescape(re.sub(r"<[^>]*>", "", body))
        assert shown.replace("\r\n", "\n") == article.text.replace("\r\n", "\n")
        assert "<mark>" in body
        read = Page(page.text)
        spans = {anchor for anchor in read.anchors if anchor.startswith("char=")}
        without = plain.get(f"/page/{path_of(article.id)}").text
        assert spans == {anchor for anchor in Page(without).anchors if anchor.startswith("char=")}
        assert {link.split("/")[2] for link in Page(f"<div>{body}</div>").links} <= {"visit", "meeting", "statement"}
        assert '<div class="article">' not in without


def test_the_text_is_in_no_data_and_no_answer(
    full: FlaskClient, plain: FlaskClient, articles: dict[str, Article], seeds_release: Release
) -> None:
    for article in articles.values():
        for ending in ("ttl", "nt", "jsonld", "rdf"):
            for key in (path_of(article.id), f"graph/{path_of(article.id)}"):
                address = f"/data/{key}.{ending}"
                assert full.get(address).data == plain.get(address).data
    assert not any(
        isinstance(quad.object, Literal) and len(quad.object.value) > 600
        for quad in seeds_release.store.quads_for_pattern(None, None, None, None)
    )


def test_another_text_of_that_name_is_not_shown(
    seeds_release: Release, articles: dict[str, Article], tmp_path: Path
) -> None:
    """Spans count the characters of what was read; a text that was edited since is not that."""
    article = articles[min(articles)]
    (tmp_path / f"{article.id}.txt").write_text(article.text + "\nCorrected.", encoding="utf-8")
    client = create_app(seeds_release.path, texts=Texts.read([tmp_path])).test_client()
    page = client.get(f"/page/{path_of(article.id)}").text
    assert '<div class="article">' not in page
    assert "Words quoted as evidence" in page


def test_markup_in_a_text_is_text(tmp_path: Path) -> None:
    text = "Minister travels to Norland <b>soon</b> </div><script>alert(1)</script>\n\n & left."
    path = write_release(tmp_path)
    about = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    about["inputs"] = [{"id": "news one", "sha256": "0" * 64}]
    (path / "manifest.json").write_text(json.dumps(about), encoding="utf-8")
    texts = Texts({"0" * 64: zlib.compress(text.encode())})
    page = create_app(tmp_path, texts=texts).test_client().get("/page/article/news%20one").text
    body = page.partition('<div class="article">')[2].partition("</div>")[0]
    assert "<script>alert" not in page
    assert unescape(re.sub(r"<[^>]*>", "", body)) == text
    assert '<span id="char=0,27"></span><a href="/page/visit/1111"><mark>Minister travels to Norland</mark></a>' in body


def test_spans_may_overlap_and_reach_beyond_the_text() -> None:
    text, store, spans = "0123456789", Store(), []
    for start, end in ((1, 5), (3, 8), (3, 4), (4, 99)):
        span = NamedNode(f"https://w3id.org/legation/id/article/x#char={start},{end}")
        spans.append(span)
        for name, number in (("oa:start", start), ("oa:end", end)):
            store.add(ox.Quad(span, term(name), Literal(str(number), datatype=term("xsd:integer"))))
        store.add(ox.Quad(NamedNode(f"urn:event:{start}-{end}"), term("gaf:denotedBy"), span))
    found = [(piece.text, piece.event) for piece in passages(store, text, spans)]
    assert found == [
        ("0", ""),
        ("12", "urn:event:1-5"),
        ("3", "urn:event:3-4"),
        ("4", "urn:event:1-5"),
        ("567", "urn:event:3-8"),
        ("89", ""),
    ]


def test_an_operator_who_gives_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(LegationError, match="no article's text here"):
        Texts.read([tmp_path / "missing"])
