"""All files of a release: each form, whole and in parts, holds the same quads, for any reader."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
import yaml
import zstandard
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Triple

from kg.cli import main
from kg.dumps.files import FORMS, Form, form_name, offered, part_named
from kg.dumps.forms import Inside, graph_of
from kg.iri import term
from kg.pipeline import add, build, retract
from kg.rdf import nquads
from kg.rdf.tally import iri_of, part_of
from kg.release import Release, open_release, verify, write_release
from kg.release.opened import dump_of
from server.app import create_app
from tests.release_fixture import SUBJECTS, contents, line
from tests.synthetic import articles, synthetic_reader

PARTS = ["", "actors", "articles", "derived", "events", "links", "ontology", "release"]
"""Those of the seeds, which no official record confirms, and the whole."""


def lines_of(release: Release, part: str) -> list[bytes]:
    """Return the sorted lines of a release's dump that belong to a part, of all of them where it is empty."""
    return [each for each in dump_of(release.path).lines() if not part or part_of(iri_of(graph_of(each))) == part]


def unpacked(release: Release, form: Form, part: str) -> bytes:
    """Return what is in a file, the same whether by gzip or by Zstandard.

    Only the N-Quads that a release is made with end with its description, which is sorted in for Zstandard.
    """
    name = release.path / "dumps" / form_name(release.version, form.ending, "gz", part=part)
    text = gzip.decompress(name.read_bytes())
    frame = name.with_suffix(".zst").read_bytes()
    other = zstandard.ZstdDecompressor().decompress(frame, max_output_size=len(text) + 1)
    if form.ending == "nq" and not part:
        text = b"".join(sorted(text.splitlines(keepends=True)))
    assert text == other
    return text


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the files of a release, or of a folder of them, by name."""
    folder = folder / "dumps" if (folder / "dumps").is_dir() else folder
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def canonical(found: Iterable[Quad | Triple], form: Form) -> str:
    """Return a hash of the quads: their sorted canonical lines, as there are no blank nodes; in Turtle, of triples."""
    quads = (Quad(each.subject, each.predicate, each.object) if form.ending == "ttl" else each for each in found)
    return hashlib.sha256(b"".join(nquads(quads))).hexdigest()  # type: ignore[arg-type]


def of_rdflib(text: bytes, form: Form, monkeypatch: pytest.MonkeyPatch) -> Iterable[Quad]:
    """Yield the quads that rdflib reads, with literals as they are written."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    graph = rdflib.Dataset()
    graph.parse(BytesIO(text), format={"nq": "nquads", "ttl": "turtle", "jsonld": "json-ld"}.get(form.ending, "trig"))
    for subject, predicate, value, name in graph.quads():
        if isinstance(value, rdflib.Literal):
            kind = NamedNode(str(value.datatype)) if value.datatype else None
            node: NamedNode | Literal = Literal(str(value), datatype=kind, language=value.language)
        else:
            node = NamedNode(str(value))
        where = NamedNode(str(name)) if name and name != rdflib.graph.DATASET_DEFAULT_GRAPH_ID else ox.DefaultGraph()
        yield Quad(NamedNode(str(subject)), NamedNode(str(predicate)), node, where)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.ending)
@pytest.mark.parametrize("part", PARTS, ids=lambda part: part or "whole")
def test_every_reader_finds_the_same_quads_in_every_form(
    whole_release: Release, part: str, form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = lines_of(whole_release, part)
    assert wanted
    text = unpacked(whole_release, form, part)
    told = canonical(ox.parse(b"".join(wanted), ox.RdfFormat.N_QUADS), form)
    assert canonical(ox.parse(text, form.syntax), form) == told
    assert canonical(of_rdflib(text, form, monkeypatch), form) == told


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part or "whole")
def test_nquads_are_sorted_lines(whole_release: Release, part: str) -> None:
    assert unpacked(whole_release, FORMS[0], part).splitlines(keepends=True) == lines_of(whole_release, part)


def test_turtle_and_trig_are_for_people_too(whole_release: Release) -> None:
    for ending in ("ttl", "trig"):
        (form,) = (form for form in FORMS if form.ending == ending)
        text = unpacked(whole_release, form, "events").decode()
        assert "@prefix leg: <https://w3id.org/legation/ontology#> ." in text
        assert "a leg:Event , leg:Visit" in text or "a leg:Visit , leg:Event" in text


def test_a_release_has_the_files_that_it_offers(whole_release: Release, seeds_release: Release) -> None:
    there = {file.name for file in (whole_release.path / "dumps").iterdir()}
    parts = {part for name in there if (part := part_named(name, whole_release.version))}
    assert parts == set(PARTS) - {""}
    files = offered(whole_release.version, parts, every=True)
    assert there == {file.name for file in files}
    assert len(there) == len(files)
    assert len({file.title for file in files}) == len(files)
    assert {file.name for file in (seeds_release.path / "dumps").iterdir()} == {
        file.name for file in offered(seeds_release.version)
    }


def test_which_files_there_are_shows_in_the_version(whole_release: Release, seeds_release: Release) -> None:
    assert whole_release.manifest["dumps"] == "all"
    assert "dumps" not in seeds_release.manifest
    assert whole_release.version != seeds_release.version


def test_all_files_are_the_same_bytes_whatever_the_way(tmp_path: Path) -> None:
    first, second = [[line(iri, value) for iri in SUBJECTS[:300]] for value in (1, 2)]
    both = sorted({*first[:200], *second[100:]})
    one = write_release(tmp_path / "one", replace(contents(both), every_dump=True))
    _, before = write_release(tmp_path / "two", replace(contents(first), every_dump=True))
    grown = contents(both, previous=before, before=first)
    other = write_release(tmp_path / "two", replace(grown, every_dump=True))
    assert one[0] == other[0]
    assert files_of(one[1]) == files_of(other[1])
    assert len(files_of(one[1])) > 60


def test_verify_looks_at_every_file(tmp_path: Path) -> None:
    _, path = write_release(tmp_path, replace(contents([line(iri, 1) for iri in SUBJECTS[:20]]), every_dump=True))
    assert not any(verdict.problems for verdict in verify(tmp_path))
    spoilt = next((path / "dumps").glob("*.trig.zst"))
    spoilt.write_bytes(spoilt.read_bytes()[:-1] + b"!")
    assert [f"{spoilt}: " in problem for verdict in verify(tmp_path) for problem in verdict.problems] == [True]


def test_the_day_of_publication_is_told_where_somebody_gives_it(tmp_path: Path) -> None:
    given_day = replace(contents([line(iri, 1) for iri in SUBJECTS[:20]]), every_dump=True, issued=date(2023, 4, 1))
    version, path = write_release(tmp_path / "one", given_day)
    other, _ = write_release(tmp_path / "two", replace(given_day, issued=date(2023, 4, 2)))
    assert version != other
    release = open_release(path)
    assert release.manifest["issued"] == "2023-04-01"
    days = {quad.object.value for quad in release.store.quads_for_pattern(None, term("dct:issued"), None, None)}  # type: ignore[union-attr]
    assert days == {"2023-04-01"}
    assert yaml.safe_load((path / "dumps" / "CITATION.cff").read_text())["date-released"] == date(2023, 4, 1)
    assert not any(verdict.problems for verdict in verify(tmp_path / "one"))


@given(st.lists(st.binary(max_size=3)))
def test_an_array_is_told_from_its_brackets_however_it_is_cut(pieces: list[bytes]) -> None:
    told: list[bytes] = []
    inside = Inside(told.append)
    for piece in [b"[", *pieces, b"]"]:
        inside.write(piece)
    assert b"".join(told) == b"".join(pieces)


def test_what_grows_from_a_release_with_all_files_has_them_too(tmp_path: Path) -> None:
    first, second = (tmp_path / name for name in ("first", "second"))
    for folder, records in ((first, articles(3, seed=1)), (second, articles(5, seed=1))):
        folder.mkdir()
        for record in records:
            (folder / f"{record['id']}.json").write_text(json.dumps(record), encoding="utf-8")
    build([first], tmp_path / "grown", every_dump=True, make_reader=synthetic_reader)
    grown = add([second], tmp_path / "grown", make_reader=synthetic_reader)
    whole = build([second], tmp_path / "whole", every_dump=True, make_reader=synthetic_reader)
    assert grown.version == whole.version
    assert files_of(grown.path) == files_of(whole.path)
    assert len(files_of(grown.path)) > 60
    last = retract([json.loads(next(second.iterdir()).read_text())["id"]], tmp_path / "grown")
    assert len(files_of(last.path)) == len(files_of(grown.path))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.ending)
@pytest.mark.parametrize("part", ["", "events"], ids=lambda part: part or "whole")
def test_a_release_is_printed_as_its_files_have_it(
    whole_release: Release, part: str, form: Form, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    wanted = ["--part", part] if part else []
    assert main(["dump", str(whole_release.path), "--format", form.name.lower().replace("-", ""), *wanted]) == 0
    assert capfdbinary.readouterr().out == unpacked(whole_release, form, part)


def test_all_files_can_be_written_elsewhere(whole_release: Release, seeds_release: Release, tmp_path: Path) -> None:
    assert main(["dump", str(whole_release.path), "--out", str(tmp_path / "all")]) == 0
    written, there = files_of(tmp_path / "all"), files_of(whole_release.path)
    first = {file.name for file in offered(whole_release.version)}
    assert written == {name: data for name, data in there.items() if name not in first}
    (tmp_path / "file").write_bytes(b"")
    assert main(["dump", str(seeds_release.path), "--out", str(tmp_path / "file")]) == 2


# ---------------------------------------------------------------- downloads


@pytest.fixture(scope="module")
def web(whole_release: Release) -> FlaskClient:
    """Return a client of a server of the release with all its files."""
    return create_app(whole_release.path).test_client()


def test_sizes_and_checksums_are_known_before_the_download(web: FlaskClient, whole_release: Release) -> None:
    (release,) = web.get("/dumps/").get_json()["releases"]
    assert len(release["files"]) == len(list((whole_release.path / "dumps").iterdir())) + 2
    for file in release["files"]:
        head = web.head(file["url"])
        assert head.content_length == file["bytes"]
        body = web.get(file["url"]).data
        assert len(body) == file["bytes"]
        if file["name"] != "SHA256SUMS":
            assert hashlib.sha256(body).hexdigest() == file["sha256"]
            assert head.headers["ETag"] == f'"{file["sha256"]}"'
    events = next(file for file in release["files"] if file["name"].endswith("-events.ttl.zst"))
    assert (events["type"], events["format"], events["part"]) == ("application/zstd", "text/turtle", "events")
    assert events["title"] == "Events: visits, meetings and statements, in Turtle (Zstandard)"


@pytest.mark.parametrize("name", ["legation.trig.zst", "legation-events.ttl.gz", "manifest.json"])
def test_latest_leads_to_any_file_of_the_current_release(web: FlaskClient, whole_release: Release, name: str) -> None:
    answer = web.get(f"/dumps/latest/{name}")
    assert answer.status_code == 302
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.location == f"/dumps/{whole_release.version}/" + name.replace(
        "legation", f"legation-{whole_release.version}"
    )
    assert web.get(answer.location).status_code == 200


def test_latest_does_not_guess(web: FlaskClient) -> None:
    answer = web.get("/dumps/latest/legation.pdf")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert "/dumps/" in json.loads(answer.data)["detail"]


def test_the_page_shows_every_file_once(web: FlaskClient) -> None:
    page = web.get("/dumps/", headers={"Accept": "text/html"}).text
    assert '<script type="application/ld+json">' in page
    for file in web.get("/dumps/").get_json()["releases"][0]["files"]:
        assert page.count(f'href="{file["url"]}"') == 1
