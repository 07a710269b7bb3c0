"""Addresses of what earlier releases described, and what leads from one release to the next, over HTTP."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kg.release import diff, write_release
from server.app import create_app
from tests.release_fixture import NAMES, SUBJECTS, contents, line

REPLACED = "http://purl.org/dc/terms/isReplacedBy"
AWAY, INTO, RETRACTED, THERE = SUBJECTS[:4]
FULL = {line(iri, 0) for iri in (AWAY, INTO, RETRACTED, THERE)}
MERGED = {line(AWAY, INTO, predicate=REPLACED), line(INTO, 0), line(THERE, 0)}


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    write_release(tmp_path, contents(FULL))
    return create_app(tmp_path).test_client()


def at(kind: str, iri: str) -> str:
    return f"/{kind}/{iri.removeprefix(NAMES.base)}"


def test_what_is_retracted_is_gone(client: FlaskClient, tmp_path: Path) -> None:
    assert client.get(at("id", RETRACTED)).status_code == 303
    write_release(tmp_path, contents(MERGED))
    for address in (at("id", RETRACTED), at("page", RETRACTED), at("data", RETRACTED) + ".ttl", "/id/graph/2"):
        answer = client.get(address)
        assert answer.status_code == 410, address
        assert answer.content_type == "application/problem+json"
        assert "nothing took its place" in answer.json["detail"]
    assert client.get("/id/event/never-there").status_code == 404
    assert client.get(at("id", THERE)).status_code == 303

    write_release(tmp_path, contents(FULL))
    assert client.get(at("id", RETRACTED)).status_code == 303


def test_what_was_merged_away_leads_to_its_successor(client: FlaskClient, tmp_path: Path) -> None:
    write_release(tmp_path, contents(MERGED))
    answer = client.get(at("id", AWAY))
    assert (answer.status_code, answer.location) == (301, at("id", INTO))
    assert "isReplacedBy" in client.get(at("data", AWAY) + ".ttl").text

    write_release(tmp_path, contents({line(INTO, 0)}))
    answer = client.get(at("id", AWAY))
    assert (answer.status_code, answer.location) == (301, at("id", INTO))
    answer = client.get(at("page", AWAY))
    assert answer.status_code == 410
    assert f"{INTO} took its place" in answer.json["detail"]


def test_differences_are_listed_and_handed_out(client: FlaskClient, tmp_path: Path) -> None:
    assert client.get("/dumps/").json["diffs"] == []
    before, after = (write_release(tmp_path, contents(lines)) for lines in (FULL, MERGED))
    (told,) = client.get("/dumps/").json["diffs"]
    assert (told["from"], told["to"]) == (before[0], after[0])
    assert [file["name"] for file in told["files"]] == [
        "added.nq.gz",
        "changes.json",
        "changes.md",
        "patch.rdfp.gz",
        "removed.nq.gz",
    ]
    for file in told["files"]:
        answer = client.get(file["url"])
        assert len(answer.data) == file["bytes"]
        packed = file["name"].endswith(".gz")
        kinds = {"application/gzip"} if packed else {"application/json", "text/markdown; charset=utf-8"}
        assert answer.content_type in kinds
    added = gzip.decompress(client.get(told["files"][0]["url"]).data).splitlines(keepends=True)
    assert added == [change.line for change in diff(before[1], after[1]) if change.added]
    page = client.get("/dumps/", headers={"Accept": "text/html"}).text
    assert f"{before[0]} → {after[0]}" in page
    assert f"/dumps/{before[0]}--{after[0]}/patch.rdfp.gz" in page


@pytest.mark.parametrize("name", ["..--..", "--", ".draft--x", "x--y", "%2e%2e--%2e%2e"])
def test_no_other_folder_is_handed_out(client: FlaskClient, tmp_path: Path, name: str) -> None:
    (tmp_path / "gone.tsv").write_text("iri\tsuccessor\n")
    assert client.get(f"/dumps/{name}/gone.tsv").status_code == 404
