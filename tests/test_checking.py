"""``legation validate``: what it reads, what it says, and how it ends."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from rdflib import RDF, SH, Graph, Literal

from kg.cli import main
from kg.iri import Names
from kg.merge import merge
from kg.rdf import graph_quads, nquads
from kg.release import Release
from tests.accounts import harbour
from tests.mutations import WHOLE

BAD = """@prefix leg: <https://w3id.org/legation/ontology#> .
@prefix my: <https://example.org/> .
my:visit a leg:Event , leg:Visit ; leg:purpose 3 .
"""
MANY = BAD + "".join(f"my:v{number} a leg:Event , leg:Visit .\n" for number in range(9))

Validate = Callable[..., tuple[int, str]]


@pytest.fixture
def validate(capsys: pytest.CaptureFixture[str]) -> Validate:
    """Run the command; return its exit code and what it printed."""

    def run(*arguments: object) -> tuple[int, str]:
        code = main(["validate", *map(str, arguments)])
        out = capsys.readouterr()
        return code, out.out + out.err

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    def written(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written


Write = Callable[[str, str | bytes], Path]


def test_a_good_file_conforms(validate: Validate) -> None:
    code, out = validate(WHOLE, "--severity", "info")
    assert code == 0
    assert out == f"{WHOLE}: conforms (0 violations, 0 warnings, 0 hints; 49 nodes judged, 331 triples)\n"


def test_a_bad_file_is_told_by_shape_node_and_value(validate: Validate, write: Write) -> None:
    path = write("bad.ttl", BAD)
    code, out = validate(path, "--severity", "violation")
    assert code == 1
    assert out.splitlines()[0] == f"{path}: does not conform (6 violations; 1 node judged, 3 triples)"
    assert (
        """
  Violation: Visit, leg:purpose (1)
  A visit has at most one purpose, a plain string that is not empty.
    my:visit  "3"^^xsd:integer  (datatype)
"""
        in out
    )
    assert "  Violation: Visit, leg:visitor (1)\n" in out


def test_what_repeats_is_cut_unless_all_is_asked_for(validate: Validate, write: Write) -> None:
    path = write("many.ttl", MANY)
    _, out = validate(path)
    assert "Visit, leg:visitor (10)" in out
    assert "    and 5 more: --all lists them\n" in out
    assert out.count("my:v7 ") == 0
    _, out = validate(path, "--all")
    assert "--all" not in out
    assert all(f"    my:v{number}  (minCount)\n" in out for number in range(9))


@pytest.mark.parametrize(
    ("severity", "shown"),
    [("violation", {"Violation"}), ("warning", {"Violation", "Warning"}), ("info", {"Violation", "Warning", "Hint"})],
)
def test_the_severity_chooses_what_is_looked_for(
    validate: Validate, write: Write, severity: str, shown: set[str]
) -> None:
    article = "my:a a leg:Article ."  # no identifier: a violation; no date: a warning; no publisher: a hint
    code, out = validate(write("a.ttl", BAD.partition("my:visit")[0] + article), "--severity", severity)
    assert code == 1
    assert {line.split(":")[0].strip() for line in out.splitlines() if line.startswith("  ") and "(1)" in line} == shown


def test_warnings_alone_conform(validate: Validate, seeds_release: Release) -> None:
    code, out = validate(seeds_release.dump)
    assert code == 0
    assert out.startswith(f"{seeds_release.dump}: conforms (0 violations, ")
    assert "  Warning: Event, leg:edtf (" in out
    assert "    id:statement/" in out


def test_the_folder_of_a_release_means_its_dump(validate: Validate, seeds_release: Release) -> None:
    for folder in (seeds_release.path, seeds_release.path.parents[1]):
        code, out = validate(folder, "--severity", "violation")
        assert code == 0
        assert out.startswith(f"{folder}: conforms (0 violations; ")


def test_files_of_every_syntax_are_judged_by_themselves(validate: Validate, write: Write) -> None:
    account = harbour()
    quads = list(graph_quads(Names(), (account,), merge((account,))))
    good = Graph().parse(data=b"".join(f"{quad.triple} .\n".encode() for quad in quads), format="ntriples")
    lines = b"".join(nquads(quads))
    files = {
        "a.ttl": good.serialize(format="turtle"),
        "b.nt": good.serialize(format="nt"),
        "c.rdf": good.serialize(format="xml"),
        "d.jsonld": good.serialize(format="json-ld"),
        "legation-0.1.0-abc.nq.gz": gzip.compress(lines),
        "e.nq.zst": zstandard.compress(lines[:900]) + zstandard.compress(lines[900:]),  # two frames
        "f.trig": b"<https://g.example/> {" + good.serialize(format="nt", encoding="utf-8") + b"}",
    }
    paths = [write(name, content) for name, content in files.items()]
    code, out = validate(*paths, write("z.ttl", BAD), "--severity", "violation")
    assert code == 1
    verdicts = dict(line.split(": ", 1) for line in out.splitlines() if line.startswith("/"))
    assert {path: verdicts[str(path)].partition(" (")[0] for path in paths} == dict.fromkeys(paths, "conforms")
    assert len({verdict for path, verdict in verdicts.items() if not path.endswith("z.ttl")}) == 1


def test_named_graphs_are_judged_as_their_union(validate: Validate, write: Write) -> None:
    triples = filter(None, Graph().parse(WHOLE).serialize(format="nt").splitlines())
    lines = [f"{line.removesuffix('.')} <https://g.example/{n % 3}> .\n" for n, line in enumerate(triples)]
    code, out = validate(write("whole.nq", "".join(lines)))
    assert code == 0, out
    assert "0 violations, 0 warnings" in out


def test_parts_are_judged_together_when_asked(validate: Validate, write: Write) -> None:
    lines = Graph().parse(WHOLE).serialize(format="nt").splitlines(keepends=True)
    parts = [write(f"{name}.nt", "".join(lines[start::2])) for start, name in enumerate("ab")]
    assert validate(*parts)[0] == 1
    code, out = validate(*parts, "--together")
    assert code == 0
    assert out.startswith(f"{parts[0]} + {parts[1]}: conforms (0 violations, 0 warnings; ")


def test_blank_nodes_of_two_files_are_two(validate: Validate, write: Write) -> None:
    head = "@prefix leg: <https://w3id.org/legation/ontology#> .\n"
    files = [write(f"{kind}.ttl", f"{head}_:b a leg:{kind} .") for kind in ("Visit", "Place")]
    _, out = validate(*files, "--together", "--severity", "violation")
    assert "2 nodes judged" in out


def test_a_file_of_something_else_is_noticed(validate: Validate, write: Write) -> None:
    code, out = validate(write("other.ttl", "<https://a.example/> <https://b.example/> 1 ."))
    assert code == 0
    assert "nothing in it is described in the terms of the Legation ontology" in out


def test_json_holds_what_the_text_does(validate: Validate, write: Write) -> None:
    good, bad = WHOLE, write("bad.ttl", BAD)
    code, out = validate(good, bad, "--format", "json")
    told = json.loads(out)
    assert code == 1
    assert told["conforms"] is False
    first, second = told["files"]
    assert first == {
        "file": str(good),
        "conforms": True,
        "nodes": 49,
        "triples": 331,
        "counts": {"violation": 0, "warning": 0},
        "findings": [],
    }
    assert second["counts"]["violation"] == sum(one["severity"] == "violation" for one in second["findings"]) == 6
    assert {
        "severity": "violation",
        "shape": "https://w3id.org/legation/shapes#Visit",
        "path": "<https://w3id.org/legation/ontology#purpose>",
        "name": "purpose",
        "constraint": "datatype",
        "focus": "<https://example.org/visit>",
        "value": '"3"^^<http://www.w3.org/2001/XMLSchema#integer>',
        "message": "A visit has at most one purpose, a plain string that is not empty.",
    } in second["findings"]


def test_turtle_is_the_standards_report(validate: Validate, write: Write) -> None:
    bad = write("bad.ttl", BAD)
    code, out = validate(WHOLE, bad, "--format", "turtle", "--severity", "violation")
    assert code == 1
    report = Graph().parse(data=out, format="turtle")
    assert set(report.objects(None, SH.conforms)) == {Literal(True), Literal(False)}
    assert len(list(report.subjects(RDF.type, SH.ValidationReport))) == 2
    assert len(list(report.objects(None, SH.result))) == 6
    assert {severity for _, severity in report.subject_objects(SH.resultSeverity)} == {SH.Violation}


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("missing.ttl", None, "missing.ttl: cannot be read ("),
        ("notes.txt", b"", "notes.txt: not a known RDF file name; name it .ttl, "),
        ("bad.ttl", b"<u:a> <u:b> <u:c> .\n\n<u:a> <u:b> .", "bad.ttl: not valid Turtle, line 3: "),
        ("prefix.ttl", b"a:b a:c 1 .", "prefix.ttl: not valid Turtle, line 1: The prefix a: has not been declared; "),
        ("bad.rdf", b"<?xml version='1.0'?>\n<a>\n</b>", "bad.rdf: not valid RDF/XML, line 3: "),
        ("bad.jsonld", b'{\n"@id": }', "bad.jsonld: not valid JSON-LD, line 2: "),
        ("far.jsonld", b'{"@context": "https://schema.org/"}', "nothing is fetched from elsewhere"),
        ("cut.nq.gz", gzip.compress(b"x" * 999, mtime=0)[:-9], "cut.nq.gz: cannot be read"),
        ("none.nq.gz", b"plain", "none.nq.gz: cannot be read"),
        ("none.nq.zst", b"plain", "none.nq.zst: cannot be read"),
        ("cut.nq.zst", zstandard.compress(b"<u:a> <u:b> <u:c> .\n" * 999)[:-5], "cut.nq.zst: "),
        ("latin.nt", '<u:a> <u:b> "é" .'.encode("latin-1"), "latin.nt: not valid N-Triples, line 1: "),
        ("star.ttl", b"<u:a> <u:b> <<( <u:c> <u:d> <u:e> )>> .", "star.ttl: the triple term"),
    ],
)
def test_an_unreadable_file_stops_with_2_and_is_named(
    validate: Validate, write: Write, tmp_path: Path, name: str, content: bytes | None, reason: str
) -> None:
    path = tmp_path / name if content is None else write(name, content)
    code, out = validate(path)
    assert code == 2
    assert reason in out
    assert str(path) in out


def test_a_folder_without_a_release_says_so(validate: Validate, tmp_path: Path) -> None:
    code, out = validate(tmp_path)
    assert code == 2
    assert "no release here" in out


def test_a_bad_literal_is_a_violation_and_no_crash(validate: Validate, write: Write) -> None:
    prefixes = """@prefix dct: <http://purl.org/dc/terms/> .
@prefix leg: <https://w3id.org/legation/ontology#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
    article = '<https://example.org/a> a leg:Article ; dct:issued "2022-13-45"^^xsd:date .'
    code, out = validate(write("a.ttl", prefixes + article))
    assert code == 1
    assert "  Violation: Article, dct:issued (2)\n" in out


def test_the_readmes_example_is_what_is_printed(
    validate: Validate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    section = readme.partition("### Does my data fit?")[2].partition("\n### ")[0]
    (data,), (printed,) = (re.findall(rf"```{kind}\n(.*?)```", section, re.DOTALL) for kind in ("turtle", "text"))
    monkeypatch.chdir(tmp_path)
    Path("mine.ttl").write_text(data, "utf-8")
    assert validate("mine.ttl") == (1, printed)


def test_the_readme_tells_what_the_json_holds(validate: Validate, write: Write) -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    told = json.loads(validate(write("bad.ttl", BAD), "--format", "json")[1])
    (file,) = told["files"]
    assert [key for key in {*told, *file, *file["findings"][0]} - {"file"} if f"`{key}`" not in readme] == []
