"""What stands behind the editor page: its suggestions, its examples, and the parts it has from others."""

from __future__ import annotations

import hashlib
import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from kg.iri import PREFIXES
from kg.release import Release
from server.app import create_app
from server.examples import packaged
from tests.server_fixture import BASE, LEG, ROOT, point, write_release

VENDOR = ROOT / "server" / "static" / "vendor"
XSD, RDFS = PREFIXES["xsd"], PREFIXES["rdfs"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("releases")
    write_release(folder)
    return folder


@pytest.fixture(scope="module")
def http(folder: Path) -> FlaskClient:
    return create_app(folder).test_client()


def names(http: FlaskClient, prefix: str, **more: object) -> list[str]:
    """Return the names that are suggested for the beginning of one."""
    response = http.get("/editor/names.json", query_string={"prefix": prefix, **more})
    assert response.status_code == 200, response.text
    return [each["name"] for each in response.get_json()["names"]]


def terms(http: FlaskClient) -> dict[str, dict[str, Any]]:
    return {each["iri"]: each for each in http.get("/editor/terms.json").get_json()["terms"]}


def test_terms_are_those_of_the_release(http: FlaskClient) -> None:
    known = terms(http)
    assert known[f"{LEG}Visit"]["kind"] == "class"
    assert known[f"{LEG}visitor"]["kind"] == "property"
    assert known[f"{LEG}visitor"]["definition"] == "Links a visit to an actor who makes it."
    assert known[f"{LEG}status"]["range"] == [f"{LEG}Status"]
    assert f"{LEG}Status" in known[f"{LEG}Planned"]["types"]
    assert known[f"{LEG}Planned"]["kind"] == "value"
    assert list(known) == sorted(known)


def test_terms_of_other_vocabularies_are_those_that_the_data_use(http: FlaskClient) -> None:
    known = terms(http)
    for name in ("oa:exact", "dct:title", "gaf:denotedBy", "rdfs:label"):
        prefix, _, local = name.partition(":")
        assert known[PREFIXES[prefix] + local]["kind"] == "property"
    assert known[f"{PREFIXES['oa']}TextQuoteSelector"]["kind"] == "class"
    assert f"{PREFIXES['geo']}lat" not in known  # no place has coordinates here


def test_names_begin_with_what_is_written_or_have_a_word_that_does(http: FlaskClient) -> None:
    assert names(http, "ada") == ["Ada Example"]
    assert names(http, "Exa") == ["Ada Example"]
    assert names(http, "ada  ex") == ["Ada Example"]
    assert names(http, "ms ex") == ["Ada Example"]  # another name of hers
    assert names(http, "nor") == ["Norland"]
    assert names(http, "nowhere") == []  # nothing that only looks like it
    assert names(http, " ") == []
    assert names(http, "!") == []
    assert len(names(http, "e", limit=1)) == 1
    found = http.get("/editor/names.json?prefix=bo").get_json()["names"]
    assert found == [{"iri": f"{BASE}person/bo-sample", "name": "Bo Sample", "description": found[0]["description"]}]
    assert "person" in found[0]["description"]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?prefix=",
        f"?prefix={'a' * 101}",
        "?prefix=a&limit=0",
        "?prefix=a&limit=51",
        "?prefix=a&limit=x",
    ],
)
def test_what_cannot_be_suggested_is_refused_with_a_reason(http: FlaskClient, query: str) -> None:
    response = http.get(f"/editor/names.json{query}")
    assert response.status_code == 400
    assert "The parameter '" in response.get_json(force=True)["detail"]


@pytest.mark.parametrize("address", ["/editor/terms.json", "/editor/names.json?prefix=ada"])
@pytest.mark.parametrize("encoding", ["identity", "gzip", "zstd"])
def test_suggestions_hold_for_as_long_as_their_release(tmp_path: Path, address: str, encoding: str) -> None:
    write_release(tmp_path)
    http = create_app(tmp_path).test_client()
    http.environ_base["HTTP_ACCEPT_ENCODING"] = encoding
    first = http.get(address)
    assert first.headers["Cache-Control"] == "no-cache"
    again = http.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    http.environ_base["HTTP_ACCEPT_ENCODING"] = "identity"
    other = f"<{BASE}person/ada-new> <{PREFIXES['rdf']}type> <{LEG}Person> <{BASE}graph/actors> .\n"
    other += f'<{BASE}person/ada-new> <{RDFS}label> "Ada New"@en <{BASE}graph/actors> .\n'
    other += f'<{BASE}person/ada-new> <{PREFIXES["geo"]}lat> "1.5"^^<{XSD}decimal> <{BASE}graph/actors> .\n'
    write_release(tmp_path, "0.1.0-later", extra=other)
    point(tmp_path, "0.1.0-later")
    later = http.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert later.status_code == 200
    assert (b"Ada New" in later.data) or (b"wgs84_pos#lat" in later.data)


def test_the_page_has_the_examples_and_loads_nothing_from_elsewhere(http: FlaskClient) -> None:
    page = http.get("/sparql", headers={"Accept": "text/html"}).text
    settings = json.loads(
        re.findall(r'<script id="settings" type="application/json">(.*?)</script>', page, re.DOTALL)[0]
    )
    assert set(settings["queries"]) == {example.name for example in packaged()}
    loaded = re.findall(r'(?:src|href)="([^"#]*)"', page)
    loaded += [path for name, path in settings["addresses"].items() if name not in {"pages", "names", "endpoint"}]
    assert len(loaded) > 10
    for path in loaded:
        assert path.startswith("/")
        assert http.get(path).status_code == 200, path


@pytest.mark.slow
@pytest.mark.parametrize("example", packaged(), ids=lambda example: example.name)
def test_every_example_answers_on_the_seeds(seeds_release: Release, example: Any) -> None:
    http = create_app(seeds_release.path).test_client()
    response = http.post(
        "/sparql", data={"query": example.query}, headers={"Accept": "application/sparql-results+json"}
    )
    assert response.status_code == 200, response.text
    rows = json.loads(response.data)["results"]["bindings"]
    assert rows or example.name == "corroborated"  # no official record confirms what the seeds tell
    assert example.show in {"table", "map", "timeline", "chart"}
    assert "# show:" not in example.query


def test_what_is_from_others_is_as_notice_says() -> None:
    listed = dict(
        reversed(line.split()) for line in re.findall(r"^[0-9a-f]{64}  \S+$", (ROOT / "NOTICE").read_text(), re.M)
    )
    found = {
        path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "LICENSE.txt"
    }
    assert found == listed, "fetch them again with: python -m tests.tools.vendor"
    assert all((VENDOR / name.partition("/")[0] / "LICENSE.txt").is_file() for name in found)


def test_the_map_has_the_countries_without_leaps_across_the_globe() -> None:
    world = json.loads((VENDOR / "world" / "countries.geojson").read_bytes())
    assert len(world["features"]) == 177
    for feature in world["features"]:
        shape = feature["geometry"]
        for polygon in shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]:
            for ring in polygon:
                assert ring[0] == ring[-1]
                leaps = [abs(one[0] - two[0]) for one, two in pairwise(ring) if -90 not in (one[1], two[1])]
                assert max(leaps, default=0) < 180, feature["properties"]["name"]
