"""Asks a reconciliation service, in the W3C community group's protocol 0.2 or 0.1: batches of queries, answers by key.

https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/, "Service Manifest",
"Reconciliation Queries".
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from kg.errors import AnswerError, ServiceError
from kg.lookup.question import Candidate, Countries, Question
from kg.spelling import normalise

LIMIT = 10
"""Candidates that a question asks for."""

_SPOKEN = {"0.1", "0.2"}


@dataclass(frozen=True)
class Manifest:
    """What a service says of itself, as far as it is needed; ``types`` are (id, name), ``most`` its largest batch."""

    space: str
    types: tuple[tuple[str, str], ...] = ()
    most: int = 2**31


def read_manifest(data: Any, *, endpoint: str) -> Manifest | None:
    """Return the manifest, or None where the data are none.

    Raises:
        ServiceError: It is the manifest of a version of the protocol that is not spoken here.
    """
    if not isinstance(data, dict) or not all(isinstance(data.get(name), str) for name in ("name", "identifierSpace")):
        return None
    versions = data.get("versions", ["0.1"])
    if not isinstance(versions, list) or not _SPOKEN & {str(version) for version in versions}:
        raise ServiceError(f"{endpoint}: it speaks versions {versions} of the protocol, not 0.1 or 0.2; ask another")
    types = data.get("defaultTypes")
    most = data.get("batchSize")
    return Manifest(
        space=data["identifierSpace"],
        types=tuple((str(one["id"]), str(one.get("name", ""))) for one in _objects(types) if "id" in one),
        most=most if isinstance(most, int) and most > 0 else Manifest.most,
    )


def form(questions: Sequence[Question], manifest: Manifest, world: Countries) -> dict[str, str]:
    """Return the form of a batch: one query a question, by its place in the batch."""
    queries = {f"q{place}": _query(question, manifest, world) for place, question in enumerate(questions)}
    return {"queries": json.dumps(queries, ensure_ascii=False)}


def read_answer(data: Any, questions: Sequence[Question], manifest: Manifest) -> dict[Question, tuple[Candidate, ...]]:
    """Return the candidates of each question that has an answer of the right shape; the others are missing.

    Raises:
        AnswerError: The whole answer is of the wrong shape.
    """
    if not isinstance(data, dict):
        raise AnswerError("the answer is no JSON object by question")
    found: dict[Question, tuple[Candidate, ...]] = {}
    for place, question in enumerate(questions):
        answer = data.get(f"q{place}")
        results = answer.get("result") if isinstance(answer, dict) else None
        if isinstance(results, list) and all(map(_well_formed, results)):
            found[question] = tuple(_candidate(one, manifest) for one in results[:LIMIT])
    return found


def _query(question: Question, manifest: Manifest, world: Countries) -> dict[str, Any]:
    query: dict[str, Any] = {"query": question.name, "limit": LIMIT}
    known = _services().get(manifest.space, {})
    kind = known.get("types", {}).get(question.kind) or _type_named(question.kind, manifest)
    if kind:
        query["type"] = kind
    state = world.states.get(question.country or "")
    if state and state.qid and question.kind in known.get("country", {}):
        value = {"id": state.qid, "name": state.name}
        query["properties"] = [{"pid": known["country"][question.kind], "v": value}]
    return query


def _type_named(kind: str, manifest: Manifest) -> str | None:
    """Return the service's type whose name is that of our kind: "Person", "organisation"."""
    spelled = kind.replace("z", "s")
    return next((key for key, name in manifest.types if normalise(name).replace("z", "s") == spelled), None)


def _well_formed(result: Any) -> bool:
    return isinstance(result, dict) and all(
        isinstance(result.get(name), str) and result[name] for name in ("id", "name")
    )


def _candidate(result: Mapping[str, Any], manifest: Manifest) -> Candidate:
    types = result.get("type") if isinstance(result.get("type"), list) else [result.get("type")]
    told = [
        text for one in types or () for text in ((one.get("id"), one.get("name")) if isinstance(one, dict) else (one,))
    ]
    description = result.get("description")
    key = result["id"]
    return Candidate(
        iri=key if "://" in key else manifest.space + key,
        name=result["name"],
        description=description if isinstance(description, str) else "",
        types=tuple(text for text in told if isinstance(text, str) and text),
        sure=result.get("match") is True,
    )


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


@cache
def _services() -> dict[str, dict[str, Any]]:
    told = tomllib.loads((files("kg") / "data" / "lookup.toml").read_text("utf-8"))
    return {service["space"]: service for service in told["service"]}
