"""The cases of ``queries/*.toml``: queries with their answers, asked by GET.

Each file has a ``section`` and a ``source``, its queries a name, and what must come of them: ``rows`` (in any order,
unless ``ordered``), ``boolean``, ``graph`` in Turtle, ``count`` of rows, or the ``status`` of a refusal.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.conformance.case import Case, Endpoint
from tests.conformance.terms import JSON, PROLOGUE, rows, same_graph, same_rows

FOLDER = Path(__file__).parent / "queries"


def cases() -> Iterator[Case]:
    """Yield the cases, in the order of the files."""
    for path in sorted(FOLDER.glob("*.toml")):
        about = tomllib.loads(path.read_text("utf-8"))
        for case in about["case"]:
            yield Case(
                about["section"],
                case["name"],
                case.get("source", about["source"]),
                _check(case),
                case.get("deviates", ""),
            )


def _check(case: Mapping[str, Any]) -> Any:
    query = case["query"] if case.get("bare") else PROLOGUE + case["query"]

    def check(endpoint: Endpoint) -> None:
        if "graph" in case:
            response = endpoint.get(query, "application/n-triples")
            assert response.status == 200, response.body
            same_graph(response.body, "nt", case["graph"])
            return
        response = endpoint.get(query, JSON)
        if "status" in case:
            assert response.status == case["status"], (response.status, response.body[:300])
        elif "boolean" in case:
            assert response.status == 200, response.body
            assert json.loads(response.body)["boolean"] is case["boolean"]
        elif "count" in case:
            assert len(rows(response)[1]) == case["count"], response.body[:500]
        else:
            same_rows(response, case["rows"], ordered=case.get("ordered", False))
            assert "vars" not in case or rows(response)[0] == case["vars"]

    return check
