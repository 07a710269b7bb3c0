"""The OpenAPI description: it is valid, it agrees with the routes, and the server does as it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from openapi_spec_validator import validate
from werkzeug.routing import Map, Rule

from kg.release import software_version
from server.app import UNBOUND, create_app
from server.errors import DETAILS
from server.formats import ALSO_GRAPHS, ALSO_RESULTS, GRAPHS, NAMES, RESULTS
from server.openapi import description
from tests.server_fixture import ROOT, serving, write_release

LIMITS = {"length", "depth", "rate", "queue", "deadline", "memory", "rows", "bytes", "services"}
"""What problems may name as ``limit``."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("releases")
    write_release(path)
    return path


@pytest.fixture(scope="module")
def about() -> dict[str, Any]:
    return description(server="https://graph.example.org")


def test_it_is_openapi(about: dict[str, Any]) -> None:
    validate(about)
    assert about["openapi"].startswith("3.1.")
    assert about["info"]["version"] == software_version()
    assert about["servers"] == [{"url": "https://graph.example.org"}]


def test_it_is_served_with_the_servers_own_address(folder: Path) -> None:
    web = create_app(folder).test_client()
    served = web.get("/openapi.json", base_url="http://graph.example.org:8080/")
    assert served.content_type == "application/json"
    assert served.get_json() == description(server="http://graph.example.org:8080")
    assert web.get("/openapi.json", base_url="http://graph.example.org/deep/").get_json()["servers"] == [
        {"url": "http://graph.example.org/deep"}
    ]


def routed(rules: Map) -> set[tuple[str, str]]:
    """Return path templates and methods as OpenAPI has them; HEAD and OPTIONS go without saying."""
    return {
        (re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", rule.rule), method)
        for rule in rules.iter_rules()
        for method in rule.methods or ()
        if method not in {"HEAD", "OPTIONS"}
    }


def test_it_describes_every_route_and_nothing_else(folder: Path, about: dict[str, Any]) -> None:
    described = {(path, method.upper()) for path, operations in about["paths"].items() for method in operations}
    assert described == routed(create_app(folder).url_map)


def test_parameters_in_paths_are_those_of_the_routes(about: dict[str, Any]) -> None:
    for path, operations in about["paths"].items():
        for operation in operations.values():
            found = [resolved(about, parameter) for parameter in operation["parameters"]]
            assert {each["name"] for each in found if each["in"] == "path"} == set(re.findall(r"{(\w+)}", path))


def resolved(about: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """Return a part of the description, or what it refers to."""
    for name in part.get("$ref", "#").split("/")[1:]:
        about = about[name]
    return about if "$ref" in part else part


def responses(about: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in about["paths"].items():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                yield f"{path} {operation['operationId']}", status, resolved(about, response)


def test_every_error_is_a_problem_and_every_answer_has_an_id(about: dict[str, Any]) -> None:
    for where, status, response in responses(about):
        assert "X-Request-Id" in response["headers"], where
        if status >= "400":
            schema = response["content"]["application/problem+json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Problem"}, (where, status)
    assert set(about["components"]["schemas"]["Problem"]["properties"]["limit"]["enum"]) == LIMITS


def test_formats_are_those_of_the_endpoint(about: dict[str, Any]) -> None:
    assert about["components"]["schemas"]["Format"]["enum"] == list(NAMES)
    answers = set(about["components"]["responses"]["Answer"]["content"])
    assert answers == {*RESULTS, *GRAPHS, *ALSO_RESULTS, *ALSO_GRAPHS, "text/html"}


def test_every_part_is_used(about: dict[str, Any]) -> None:
    text = str(about)
    for kind, parts in about["components"].items():
        for name in parts:
            assert f"#/components/{kind}/{name}'" in text, name


def test_what_the_framework_refuses_has_a_sentence_for_each_status_that_is_described(about: dict[str, Any]) -> None:
    """Statuses below 500 that only our own code gives carry their own sentence; these are given by the framework."""
    assert {404, 405, 413, 500} <= set(DETAILS)
    assert all(detail.endswith(".") for detail in DETAILS.values())


def test_what_may_be_refused_for_its_frequency_says_so(folder: Path, about: dict[str, Any]) -> None:
    rules = {rule.rule: rule.endpoint for rule in create_app(folder).url_map.iter_rules()}
    for rule, endpoint in rules.items():
        ((template, _),) = routed(Map([Rule(rule, methods=["GET"])]))
        operation = about["paths"][template]["get"]
        assert ("429" in operation["responses"]) == (endpoint not in UNBOUND), rule


@pytest.mark.slow
def test_the_server_does_as_described(folder: Path, tmp_path: Path) -> None:
    """A bounded run of what the README has at length; the same requests each time."""
    with serving(folder) as address:
        settings = str(ROOT / "tests" / "schemathesis.toml")
        command = [
            sys.executable, "-m", "schemathesis.cli", "--config-file", settings, "--no-color",
            "run", f"{address}/openapi.json", "--max-examples", "15", "--phases", "examples,coverage,fuzzing",
            "--generation-deterministic", "--continue-on-failure",
        ]  # fmt: skip
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240)
        assert done.returncode == 0, done.stdout[-20_000:]
        tested = re.search(r"Tested: (\d+)", done.stdout)
        operations = sum(len(each) for each in description(server="")["paths"].values())
        assert tested is not None
        assert int(tested[1]) == operations - 1  # it leaves out the address that it has the description from
        assert httpx.get(f"{address}/readyz").status_code == 200
