"""The Reconciliation Service API 0.2 at ``/reconcile``: each of its services, against the schemas and the text."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from kg.iri import PREFIXES
from tests.reconcile_fixture import ask, client, conforms, extend, extra
from tests.server_fixture import BASE, point, write_release

LENA = "person/lena-maro"


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    return client(tmp_path_factory.mktemp("reconcile"))


def test_the_manifest_announces_what_is_there(http: FlaskClient) -> None:
    response = http.get("/reconcile")
    manifest = response.get_json()
    conforms(manifest, "manifest")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert manifest["versions"] == ["0.2"]
    assert manifest["identifierSpace"] == BASE
    assert manifest["schemaSpace"] == PREFIXES["leg"]
    assert [kind["id"] for kind in manifest["defaultTypes"]] == ["Person", "State", "Organization", "Place"]
    addresses = [
        manifest["documentation"],
        manifest["logo"],
        manifest["view"]["url"].replace("{{id}}", quote(LENA, safe="")),
        manifest["preview"]["url"].replace("{{id}}", quote(LENA, safe="")),
        "{service_url}{service_path}".format(**manifest["extend"]["propose_properties"]),
    ]
    for service, example in (("entity", LENA), ("type", "Person"), ("property", "office")):
        about = manifest["suggest"][service]
        addresses.append(about["service_url"] + about["service_path"] + "?prefix=o")
        flyout = about["flyout_service_url"] + about["flyout_service_path"]
        addresses.append(flyout.replace("${id}", quote(example, safe="")))
    for address in addresses:
        assert http.get(address).status_code == 200, address


def test_the_manifest_speaks_of_the_address_that_was_asked(http: FlaskClient) -> None:
    manifest = http.get("/reconcile", base_url="https://data.example.org/legation").get_json()
    assert manifest["view"]["url"] == "https://data.example.org/legation/page/{{id}}"
    assert manifest["suggest"]["entity"]["service_url"] == "https://data.example.org/legation"


@pytest.mark.parametrize("path", ["", "/suggest/entity", "/properties", "/preview", "/flyout/type"])
def test_other_origins_may_ask(http: FlaskClient, path: str) -> None:
    headers = {"Origin": "http://127.0.0.1:3333", "Access-Control-Request-Method": "GET"}
    asked = http.options(f"/reconcile{path}", headers=headers)
    assert asked.status_code == 200
    assert asked.headers["Access-Control-Allow-Origin"] == "*"
    assert "GET" in asked.headers["Access-Control-Allow-Methods"]


def test_a_batch_is_answered_alike_by_get_and_post(http: FlaskClient) -> None:
    batch = json.dumps({"a": {"query": "Lena Maro"}, "b": {"query": "Tolvia", "type": "State", "limit": 1}})
    posted = http.post("/reconcile", data={"queries": batch})
    assert posted.get_json() == http.get("/reconcile", query_string={"queries": batch}).get_json()
    conforms(posted.get_json(), "results")
    (first, *_), second = (posted.get_json()[key]["result"] for key in "ab")
    assert first == {
        "id": LENA,
        "name": "Lena Maro",
        "description": "person, TV, Prime Minister of Tolvia (2024–)",
        "type": [{"id": "Person", "name": "person"}, {"id": "Actor", "name": "actor"}],
        "score": 100.0,
        "match": True,
        "features": [{"id": "name", "value": 100.0}, {"id": "reports", "value": 2}],
    }
    assert [candidate["id"] for candidate in second] == ["state/tv"]


def test_results_come_sorted_and_limited(http: FlaskClient) -> None:
    name = "Ministry of Foreign Affairs"
    found = ask(http, all={"query": name}, one={"query": name, "limit": 1})
    scores = [candidate["score"] for candidate in found["all"]]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) >= 2
    assert found["one"] == found["all"][:1]


def test_a_new_release_is_found_without_a_restart(tmp_path: Path) -> None:
    http = client(tmp_path)
    person = f"<{BASE}person/new-name>"
    more = (
        f"{person} <{PREFIXES['rdf']}type> <{PREFIXES['leg']}Person> <{BASE}graph/actors> .\n"
        f'{person} <{PREFIXES["rdfs"]}label> "Freya Newcomb"@en <{BASE}graph/actors> .\n'
    )
    assert ask(http, q={"query": "Freya Newcomb"})["q"] == []
    write_release(tmp_path, "two", extra=extra() + more)
    assert [candidate["id"] for candidate in ask(http, q={"query": "Freya Newcomb"})["q"]] == ["person/new-name"]
    point(tmp_path, "0.1.0-test")
    assert ask(http, q={"query": "Freya Newcomb"})["q"] == []


@pytest.mark.parametrize(
    ("prefix", "more", "first"),
    [
        ("len", {}, LENA),
        ("maro", {}, LENA),
        ("LENA MAR", {}, LENA),
        ("zoe", {}, "person/zoe-aelia"),
        ("小泉", {}, "person/小泉"),
        ("Lina Maro", {}, LENA),  # nothing starts so
        ("tolvia", {"type": "Place"}, "place/tolvia"),
        ("tolvia", {"type": "State"}, "state/tv"),
        ("Q900001", {}, LENA),
        (LENA, {}, LENA),
        (BASE + LENA, {}, LENA),
        ("omar", {}, "person/omar-khalil-2"),  # of namesakes the one that is reported more
        ("", {}, LENA),
    ],
)
def test_entities_are_suggested(http: FlaskClient, prefix: str, more: dict[str, str], first: str) -> None:
    response = http.get("/reconcile/suggest/entity", query_string={"prefix": prefix, **more}).get_json()
    conforms(response, "suggestedEntities")
    assert response["result"][0]["id"] == first


def test_the_cursor_goes_on_where_the_last_page_ended(http: FlaskClient) -> None:
    def page(cursor: int, limit: int) -> list[str]:
        asked = {"prefix": "", "cursor": cursor, "limit": limit}
        return [entry["id"] for entry in http.get("/reconcile/suggest/entity", query_string=asked).get_json()["result"]]

    everything = page(0, 100)
    assert len(everything) > 12
    assert [id_ for at in range(0, len(everything) + 4, 4) for id_ in page(at, 4)] == everything
    assert page(len(everything), 4) == []


def test_types_are_suggested_with_what_is_broader(http: FlaskClient) -> None:
    response = http.get("/reconcile/suggest/type", query_string={"prefix": "minis"}).get_json()
    conforms(response, "suggestedTypes")
    (ministry,) = response["result"]
    assert (ministry["id"], ministry["broader"]) == ("Ministry", [{"id": "GovernmentBody", "name": "government body"}])
    for asked in ("leg:Ministry", PREFIXES["leg"] + "Ministry"):
        again = http.get("/reconcile/suggest/type", query_string={"prefix": asked}).get_json()
        assert again["result"] == [ministry]
    all_of_them = http.get("/reconcile/suggest/type?prefix=&limit=100").get_json()["result"]
    assert {"Person", "State", "Place", "Alliance", "Ministry"} < {kind["id"] for kind in all_of_them}
    assert "Event" not in {kind["id"] for kind in all_of_them}


def test_properties_are_suggested_codes_of_any_kind_among_them(http: FlaskClient) -> None:
    cases = {"off": "office", "wikid": "wikidata", "rdfs:label": "label", "leg:countryCode": "countryCode"}
    for prefix, first in cases.items():
        response = http.get("/reconcile/suggest/property", query_string={"prefix": prefix}).get_json()
        conforms(response, "suggestedProperties")
        assert response["result"][0]["id"] == first
    ids = {entry["id"] for entry in http.get("/reconcile/suggest/property?prefix=&limit=100").get_json()["result"]}
    assert {"isoAlpha3", "cowNumber", "notation"} < ids


def test_properties_are_proposed_by_type(http: FlaskClient) -> None:
    proposed = {}
    for kind in ("Person", "Place", "Ministry", ""):
        response = http.get("/reconcile/properties", query_string={"type": kind}).get_json()
        conforms(response, "proposals")
        assert response.get("type", "") == kind
        proposed[kind] = {entry["id"] for entry in response["properties"]}
    assert {"office", "from", "until", "wikidata"} < proposed["Person"]
    assert "latitude" not in proposed["Person"]
    assert {"latitude", "geonames"} < proposed["Place"]
    assert not {"office", "statement"} & proposed["Place"]
    assert "statement" in proposed["Ministry"]
    assert proposed[""] == set().union(*proposed.values())
    cut = http.get("/reconcile/properties?type=Person&limit=2").get_json()
    assert (len(cut["properties"]), cut["limit"]) == (2, 2)
    assert http.get("/reconcile/properties?type=Nonsense").get_json()["properties"] == []


def test_values_of_every_kind_are_told(http: FlaskClient) -> None:
    wanted = ["countryCode", "latitude", "geonames", "wikidata", "isoAlpha3", "cowNumber", "reports", "iri", "type"]
    rows = extend(http, [LENA, "place/tolvia", "state/tv"], *wanted, "exactMatch", "alias")["rows"]
    assert rows[LENA]["wikidata"] == [{"str": "Q900001"}]
    links = ["http://www.wikidata.org/entity/Q900001", "https://example.org/m"]
    assert rows[LENA]["exactMatch"] == [{"str": link} for link in links]
    assert rows[LENA]["reports"] == [{"int": 2}]
    assert rows[LENA]["alias"] == [{"str": "Foreign Minister"}, {"str": "Lena K. Maro"}, {"str": "Maro"}]
    assert rows["place/tolvia"]["latitude"] == [{"float": 47.5}]
    assert rows["place/tolvia"]["geonames"] == [{"str": "990011"}]
    assert rows["state/tv"]["isoAlpha3"] == [{"str": "TLV"}]
    assert rows["state/tv"]["cowNumber"] == [{"str": "742"}]
    assert rows["state/tv"]["type"] == [{"str": "state"}]
    assert rows["state/tv"]["iri"] == [{"str": BASE + "state/tv"}]


def test_offices_stand_beside_their_days(http: FlaskClient) -> None:
    row = extend(http, [LENA], "office", "from", "until", "officeOf")["rows"][LENA]
    assert list(zip(row["office"], row["from"], row["until"], row["officeOf"], strict=True)) == [
        (
            {"str": "Foreign Minister of Tolvia"},
            {"date": "2020-01-02T00:00:00Z"},
            {"str": "2024-05"},
            {"id": "state/tv", "name": "Tolvia"},
        ),
        (
            {"str": "Prime Minister of Tolvia"},
            {"date": "2024-06-01T00:00:00Z"},
            {},
            {"id": "state/tv", "name": "Tolvia"},
        ),
        ({"str": "Minister"}, {}, {}, {}),
    ]


def test_events_are_told_by_day_or_counted(http: FlaskClient) -> None:
    counting = {"id": "visit", "settings": {"count": "on"}}
    answer = extend(http, [LENA, "place/tolvia", "state/os"], "visit")
    assert answer["meta"] == [{"id": "visit", "name": "visits", "type": {"id": "Visit", "name": "visit"}}]
    visits = [
        {"id": "visit/a2", "name": "Lena Maro visits Tolvia again"},
        {"id": "visit/a1", "name": "Lena Maro visits Tolvia"},
    ]
    assert answer["rows"] == {LENA: {"visit": visits}, "place/tolvia": {"visit": visits}, "state/os": {"visit": []}}
    assert extend(http, [LENA, "state/os"], counting)["rows"] == {
        LENA: {"visit": [{"int": 2}]},
        "state/os": {"visit": [{"int": 0}]},
    }
    for limit, kept in ((1, 1), ("1", 1), (0, 2), ("", 2), (None, 2)):
        asked = {"id": "visit", "settings": {"limit": limit}}
        assert len(extend(http, [LENA], asked)["rows"][LENA]["visit"]) == kept


def test_what_is_not_known_has_no_values(http: FlaskClient) -> None:
    answer = extend(http, [LENA, "person/nobody", LENA, "\ud800", ""], "nonsense", "label", "label")
    assert [entry["name"] for entry in answer["meta"]] == ["nonsense (not known here)", "name"]
    assert answer["rows"][LENA] == {"nonsense": [], "label": [{"str": "Lena Maro"}]}
    assert answer["rows"]["person/nobody"] == {"nonsense": [], "label": []}


def test_previews_may_be_framed_and_run_nothing(http: FlaskClient) -> None:
    response = http.get("/reconcile/preview", query_string={"id": "person/shout"})
    assert response.mimetype == "text/html"
    policy = response.headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "default-src 'none'" in policy
    assert "X-Frame-Options" not in response.headers
    html = response.get_data(as_text=True)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "frame-ancestors 'none'" in http.get("/").headers["Content-Security-Policy"]  # as before


def test_previews_tell_what_is_known(http: FlaskClient) -> None:
    html = http.get("/reconcile/preview", query_string={"id": LENA}).get_data(as_text=True)
    for told in ("Lena Maro", "Prime Minister of Tolvia", "Q900001", "/page/person/lena-maro", BASE + LENA):
        assert told in html
    assert "Lena Maro visits Tolvia" in http.get("/reconcile/preview?id=visit/a1").get_data(as_text=True)
    missing = http.get("/reconcile/preview?id=person/nobody")
    assert (missing.status_code, missing.mimetype) == (404, "application/problem+json")


@pytest.mark.parametrize(("kind", "id_"), [("entity", "person/shout"), ("type", "Ministry"), ("property", "office")])
def test_flyouts_are_escaped(http: FlaskClient, kind: str, id_: str) -> None:
    answer = http.get(f"/reconcile/flyout/{kind}", query_string={"id": id_}).get_json()
    conforms(answer, "flyout")
    assert answer["id"] == id_
    assert "<script" not in answer["html"]
    assert http.get(f"/reconcile/flyout/{kind}?id=nothing").status_code == 404


def test_the_help_page_names_thresholds_types_and_properties(http: FlaskClient) -> None:
    html = http.get("/reconcile/help").get_data(as_text=True)
    for told in ("92.0", "OpenRefine", "Ministry", "isoAlpha3", 'id="reports"', "http://localhost/reconcile"):
        assert told in html


@pytest.mark.parametrize("id_", ["person/小泉", LENA])
def test_the_view_of_an_encoded_id_is_its_page(http: FlaskClient, id_: str) -> None:
    template = http.get("/reconcile").get_json()["view"]["url"]
    page = http.get(template.replace("{{id}}", quote(id_, safe="")))
    assert page.status_code == 200
    assert BASE in page.get_data(as_text=True)
