"""Rubbish sent to ``/reconcile``: each gets a problem that says what is wrong, or an answer that conforms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.iri import PREFIXES
from server.app import create_app
from server.limits import Limits
from server.reconcile.ask import BATCH, IDS, MOST, PROPERTIES, TEXT, VALUES
from tests.reconcile_fixture import ask, best, client, conforms, extend, extra
from tests.server_fixture import BASE, write_release

NAME = {"query": "Lena Maro"}


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    return client(tmp_path_factory.mktemp("reconcile"))


@pytest.mark.parametrize("parameter", ["queries", "extend"])
@pytest.mark.parametrize(
    "text",
    ["", " ", "{", "nothing", "[]", "null", "1", '"q"', "NaN", '{"a": NaN}', '{"a": Infinity}', "[" * 50_000,
     '{"a":' * 8_000 + "1" + "}" * 8_000, "9" * 5000, '{"a": "\x00"}', "\udcff",
     '{"a": {}}', '{"a": []}', '{"a": null}',
     '{"ids": 1, "properties": []}', '{"ids": [1], "properties": []}', '{"ids": [], "properties": ["a"]}',
     '{"ids": [], "properties": [{"id": 1}]}', '{"ids": [], "properties": [{"id": "a", "settings": 1}]}',
     '{"ids": [], "properties": [{"id": "a", "settings": {"limit": -1}}]}',
     '{"ids": [], "properties": [{"id": "a", "settings": {"limit": "x"}}]}',
     '{"ids": [], "properties": [{"id": "a", "settings": {"limit": 1e999}}]}',
     '{"a": {"query": 1}}', '{"a": {"query": ""}}', '{"a": {"query": "  "}}', '{"a": {"properties": []}}',
     '{"a": {"query": "x", "limit": 0}}', '{"a": {"query": "x", "limit": -3}}', '{"a": {"query": "x", "limit": 1.5}}',
     '{"a": {"query": "x", "limit": 1e999}}', '{"a": {"query": "x", "limit": true}}',
     '{"a": {"query": "x", "limit": "3"}}',
     '{"a": {"query": "x", "type": 1}}', '{"a": {"query": "x", "type": [[]]}}', '{"a": {"query": "x", "type": {}}}',
     '{"a": {"query": "x", "type_strict": "maybe"}}', '{"a": {"query": "x", "type_strict": []}}',
     '{"a": {"query": "x", "properties": 1}}', '{"a": {"query": "x", "properties": [1]}}',
     '{"a": {"query": "x", "properties": [{"v": 1}]}}', '{"a": {"query": "x", "properties": [{"pid": [], "v": 1}]}}',
     '{"a": {"query": "x", "properties": [{"pid": "a", "v": {}}]}}',
     '{"a": {"query": "x", "properties": [{"pid": "a", "v": [[1]]}]}}'],
)  # fmt: skip
def test_what_is_no_query_is_a_problem(http: FlaskClient, parameter: str, text: str) -> None:
    response = http.post("/reconcile", data={parameter: text.encode("utf-8", "surrogateescape")})
    problem = response.get_json()
    assert (response.status_code, response.mimetype) == (400, "application/problem+json"), problem
    assert len(problem["detail"]) < 1000
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_a_problem_names_the_query(http: FlaskClient) -> None:
    response = http.post("/reconcile", data={"queries": json.dumps({"fine": NAME, "row 7": {"query": 7}})})
    assert "'row 7'" in response.get_json()["detail"]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 10**400},
        {"limit": 1e300},
        {"limit": None, "type": None, "properties": None, "type_strict": None},
        {"type": []},
        {"type": ["", " "]},
        {"unheard": [1, {"of": None}]},
        {"properties": [{"pid": "countryCode", "v": [True, 1e308, -0.0, "\ud800", {"id": "\x00"}]}]},
        {"properties": [{"pid": "latitude", "v": 10**400}]},
        {"properties": [{"pid": "\ud800", "v": "x"}]},
        {"properties": [{"pid": "from", "v": "T"}, {"pid": "iri", "v": "<>"}, {"pid": "office", "v": "???"}]},
        {"properties": [{"pid": "office", "v": "word " * 3000}]},
    ],
)
def test_odd_queries_are_answered(http: FlaskClient, query: dict[str, object]) -> None:
    first = ask(http, q={**NAME, **query})["q"]
    assert first[0]["id"] == "person/lena-maro"


@pytest.mark.parametrize(
    "text", ["???", "\ud800", "\x00", "<br>", "a" * 10_000, "x " * 10_000, "https://a/" + "id/" * 20_000, "\u202e",
             "🙂" * 50,
             "../../etc/passwd", "' OR 1=1 --", "person/", "Q" + "9" * 30, "https://w3id.org/legation/id/\x00 <>"]
)  # fmt: skip
def test_names_that_nothing_has_find_nothing(http: FlaskClient, text: str) -> None:
    assert best(http, text) == ("", 0.0, False)


def test_limits_are_told(http: FlaskClient) -> None:
    def status(parameter: str, message: object) -> int:
        response = http.post("/reconcile", data={parameter: json.dumps(message)})
        assert response.status_code == 200 or "at most" in response.get_json()["detail"]
        return response.status_code

    batch = {str(number): NAME for number in range(BATCH)}
    assert http.get("/reconcile").get_json()["batchSize"] == BATCH
    assert (status("queries", batch), status("queries", {**batch, "more": NAME})) == (200, 413)
    ids = [str(number) for number in range(IDS)]
    assert status("extend", {"ids": ids, "properties": []}) == 200
    assert status("extend", {"ids": [*ids, "x"], "properties": []}) == 413
    assert status("extend", {"ids": [], "properties": [{"id": "a"}] * (PROPERTIES + 1)}) == 413
    assert status("queries", {"q": {**NAME, "type": ["a"] * (PROPERTIES + 1)}}) == 413
    assert status("queries", {"q": {**NAME, "properties": [{"pid": "a", "v": 1}] * (PROPERTIES + 1)}}) == 413
    assert status("queries", {"q": {**NAME, "properties": [{"pid": "a", "v": [1] * (VALUES + 1)}]}}) == 413
    assert len(ask(http, q={"query": "a", "limit": 10**9})["q"]) <= MOST
    assert best(http, "Lena Maro" + " " * TEXT)[0] == "person/lena-maro"  # blanks do not count


def test_a_body_that_is_too_long_is_refused(http: FlaskClient) -> None:
    response = http.post("/reconcile", data={"queries": "x" * 300_000})
    assert (response.status_code, response.mimetype) == (413, "application/problem+json")
    assert "256 KiB" in response.get_json()["detail"]


def test_what_takes_too_long_is_given_up_as_a_whole(tmp_path: Path) -> None:
    write_release(tmp_path, extra=extra())
    http = create_app(tmp_path, limits=Limits(timeout_s=0.0)).test_client()
    for parameter, message in (("queries", {"q": NAME}), ("extend", {"ids": ["state/tv"], "properties": []})):
        response = http.post("/reconcile", data={parameter: json.dumps(message)})
        assert (response.status_code, response.get_json()["timeout_seconds"]) == (504, 0.0)
        assert "fewer" in response.get_json()["detail"]


def test_requests_of_another_form_are_refused(http: FlaskClient) -> None:
    batch = json.dumps({"q": NAME})
    other = http.post("/reconcile", data=batch, content_type="application/json")
    assert other.status_code == 415
    assert other.headers["Accept-Post"] == "application/x-www-form-urlencoded"
    assert http.post("/reconcile", data={}).status_code in (400, 415)
    assert http.post("/reconcile", data={"query": "Lena"}).status_code == 400
    assert http.post("/reconcile", data={"queries": batch, "extend": "{}"}).status_code == 400
    assert http.get("/reconcile", query_string=[("queries", batch), ("queries", batch)]).status_code == 400
    assert http.put("/reconcile").status_code == 405


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("suggest/entity?prefix=a&cursor=-1", 400),
        ("suggest/entity?prefix=a&cursor=x", 400),
        ("suggest/entity?prefix=a&cursor=99999999999999999999", 400),
        ("suggest/entity?prefix=a&limit=1e3", 400),
        ("suggest/entity?prefix=a&limit=%F0%9D%9F%99", 400),
        ("suggest/entity?prefix=a&limit=0", 200),
        ("suggest/entity?prefix=a&cursor=9999999", 200),
        ("suggest/entity?prefix=%FF%FE", 200),
        ("suggest/entity?prefix=" + "a" * 7000, 200),
        ("suggest/entity?prefix=https://a/" + "id/" * 2000, 200),
        ("suggest/entity?prefix=%3F%3F", 200),
        ("suggest/entity", 200),
        ("suggest/nothing", 404),
        ("flyout/entity", 404),
        ("preview", 404),
        ("preview?id=", 404),
        ("preview?id=%00%3C%3E", 404),
        ("preview?id=" + "a" * 7000, 404),
        ("properties?limit=x", 400),
    ],
)
def test_arguments_are_checked(http: FlaskClient, path: str, status: int) -> None:
    response = http.get(f"/reconcile/{path}")
    assert response.status_code == status
    assert response.mimetype == ("application/json" if status == 200 else "application/problem+json")
    assert len(response.get_data()) < 5000


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=12)
    | st.just("Lena Maro"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
queries = st.fixed_dictionaries(
    {},
    optional={
        "query": st.text(max_size=30) | st.sampled_from(["Lena Maro", "Q900001", "Tolvia"]) | anything,
        "type": st.sampled_from(["Person", ["State", "Place"], "x"]) | anything,
        "limit": st.integers(min_value=1, max_value=5) | anything,
        "type_strict": st.sampled_from(["any", "all", "should"]) | anything,
        "properties": st.lists(
            st.fixed_dictionaries(
                {"pid": st.sampled_from(["countryCode", "office", "from", "latitude", "wikidata", "reports", "x"])},
                optional={"v": anything},
            ),
            max_size=3,
        )
        | anything,
    },
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batch=st.dictionaries(st.text(max_size=4), queries | anything, max_size=3))
def test_any_json_is_answered_or_refused(http: FlaskClient, batch: dict[str, object]) -> None:
    response = http.post("/reconcile", data={"queries": json.dumps(batch)})
    assert response.status_code in (200, 400), response.get_data(as_text=True)
    if response.status_code == 200:
        conforms(response.get_json(), "results")
        assert set(response.get_json()) == set(batch)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    asked=st.fixed_dictionaries(
        {
            "ids": st.lists(st.text(max_size=9) | st.sampled_from(["person/lena-maro", "state/tv"]), max_size=3)
            | anything,
            "properties": st.lists(
                st.fixed_dictionaries(
                    {"id": st.sampled_from(["office", "from", "visit", "latitude", "x"]) | anything},
                    optional={"settings": st.fixed_dictionaries({}, optional={"limit": anything, "count": anything})},
                ),
                max_size=3,
            )
            | anything,
        }
    )
)
def test_any_extension_is_answered_or_refused(http: FlaskClient, asked: dict[str, object]) -> None:
    response = http.post("/reconcile", data={"extend": json.dumps(asked)})
    assert response.status_code in (200, 400), response.get_data(as_text=True)
    if response.status_code == 200:
        conforms(response.get_json(), "extension")


def test_odd_values_in_the_graph_are_told_as_they_stand(tmp_path: Path) -> None:
    """A release is validated, but one that is not must not break the service."""
    odd = f"""
    GRAPH <graph/actors> {{
      <place/odd> a leg:Place ; geo:lat "INF"^^xsd:double, "north"^^xsd:decimal, "1e400"^^xsd:double ;
        skos:exactMatch "no IRI", <{PREFIXES["leg"]}x> ; leg:countryCode <place/odd> .
      <https://elsewhere.example/p> a leg:Place ; rdfs:label "Elsewhere"@en .
      _:blank a leg:Person ; rdfs:label "Blank Node"@en .
      <holding/odd> leg:holder <place/odd>, "nobody" ; leg:office "no office" .
      <person/p> a leg:Person ; rdfs:label "Pia Ott"@en .
      <holding/p> leg:holder <person/p> ; leg:office <office/p> ; leg:from "199X-01-02" ; leg:until <office/p> .
    }}"""
    write_release(tmp_path, extra=extra(odd))
    http = create_app(tmp_path).test_client()
    rows = extend(http, ["place/odd"], "label", "latitude", "exactMatch", "countryCode", "office")["rows"]["place/odd"]
    assert rows["latitude"] == [{"str": "INF"}, {"str": "north"}]  # the store writes 1e400 so
    assert rows["exactMatch"] == [{"str": PREFIXES["leg"] + "x"}]
    assert (rows["label"], rows["office"]) == ([], [])
    held = extend(http, ["person/p"], "office", "from", "until")["rows"]["person/p"]
    assert held == {"office": [{"str": f"{BASE}office/p"}], "from": [{"str": "199X-01-02"}], "until": [{}]}
    assert best(http, "place/odd")[0] == "place/odd"
    assert best(http, "Elsewhere")[0] == best(http, "Blank Node")[0] == ""
    assert http.get("/reconcile/suggest/entity?prefix=odd").get_json()["result"][0]["name"] == "odd"
