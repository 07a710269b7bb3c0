"""SHACL engines that know nothing of each other, asked the same: pyshacl, ``shacl`` (Rust) and rdf-validate-shacl."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pyshacl
from rdflib import SH, BNode, Graph

from kg.validate.profile import flattened
from kg.validate.results import path_text

Result = tuple[str, str, str, str]
"""Focus node and path as in N-Triples and SPARQL, local names of constraint component and severity; ``_:`` is blank."""

NODE = Path(__file__).with_name("engines")


class MissingError(Exception):
    """An engine cannot run here: the message says what it needs."""


def by_pyshacl(shapes: Graph, data: Graph) -> set[Result]:
    """Return the results of pyshacl, as ``legation validate`` asks it."""
    _, report, _ = pyshacl.validate(data, shacl_graph=flattened(shapes))
    found = set()
    for result in report.subjects(SH.resultSeverity):
        focus, source = report.value(result, SH.focusNode), report.value(result, SH.sourceShape)
        steps = shapes.value(source, SH.path)
        component = report.value(result, SH.sourceConstraintComponent)
        severity = report.value(result, SH.resultSeverity)
        found.add(
            (
                "_:" if isinstance(focus, BNode) else focus.n3(),
                "" if steps is None else path_text(shapes, steps),
                component.removeprefix(str(SH)),
                severity.removeprefix(str(SH)),
            )
        )
    return found


def by_shacl(shapes: Graph, data: Graph) -> set[Result]:
    """Return the results of the package ``shacl``, which looks at articles first.

    Raises:
        MissingError: It is not installed.
    """
    try:
        import shacl
    except ImportError as error:
        raise MissingError("the package shacl has no wheel for this machine") from error
    compiled = shacl.Shapes.from_text(shapes.serialize(format="nt"), format="ntriples")
    report = compiled.validate_text(data.serialize(format="nt"), format="ntriples")
    return {
        (
            "_:" if result.focus_node.startswith("_:") else result.focus_node,
            re.sub(r"[() ]", "", result.path or ""),
            result.component,
            result.severity,
        )
        for result in report.results
    }


def by_javascript(shapes: Graph, data: Graph, folder: Path) -> set[Result]:
    """Return the results of rdf-validate-shacl in one run of Node.js; ``folder`` takes the two graphs.

    Raises:
        MissingError: There is no Node.js, or npm cannot install the engine.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        raise MissingError("it needs Node.js (Debian: apt-get install nodejs npm)")
    program = _installed(npm)
    for name, graph in (("shapes.nt", shapes), ("data.nt", data)):
        (folder / name).write_text(graph.serialize(format="nt"), "utf-8")
    command = [node, str(program), str(folder / "shapes.nt"), str(folder / "data.nt")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return {tuple(json.loads(line)) for line in done.stdout.splitlines()}


def _installed(npm: str) -> Path:
    """Return the program, installed once for each lock and program into the user's cache."""
    content = b"".join((NODE / name).read_bytes() for name in ("package-lock.json", "validate.mjs"))
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "legation-tests"
    folder = cache / f"shacl-{hashlib.sha256(content).hexdigest()[:16]}"
    if not (folder / "complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", "validate.mjs"):
            shutil.copy(NODE / name, folder)
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
        if done.returncode:
            raise MissingError(f"npm could not install it ({done.stderr.strip()[-300:]})")
        (folder / "complete").touch()
    return folder / "validate.mjs"
