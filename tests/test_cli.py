"""The command line: what it prints where, and its exit codes."""

from __future__ import annotations

import functools
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kg.cli
import kg.pipeline
import server.serve
from kg.pipeline import add, build
from kg.query import run
from kg.release import open_release
from server.limits import MIB, Limits
from tests.accounts import fake_reader
from tests.test_build import FACTS, written

ASK = "ASK { ?x a <https://w3id.org/legation/ontology#Visit> }"


Command = Callable[..., int]


@pytest.fixture
def legation(monkeypatch: pytest.MonkeyPatch) -> Command:
    """Return the command with a reader that needs no language model."""
    monkeypatch.setattr(kg.pipeline, "build", functools.partial(build, make_reader=fake_reader))
    monkeypatch.setattr(kg.pipeline, "add", functools.partial(add, make_reader=fake_reader))
    return lambda *words: kg.cli.main([str(word) for word in words])


@pytest.fixture
def released(legation: Command, tmp_path: Path) -> Path:
    """Return the folder of a release of a few invented articles."""
    written(tmp_path / "in", FACTS)
    assert legation("build", tmp_path / "in", "--out", tmp_path / "out") == 0
    return tmp_path / "out"


def test_build_says_what_it_published(legation: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path / "in", FACTS)
    assert legation("build", tmp_path / "in", "--out", tmp_path / "out") == 0

    said = capsys.readouterr()
    release = open_release(tmp_path / "out")
    assert said.out == f"release {release.version}: 5 articles published\n{tmp_path}/out/releases/{release.version}\n"
    assert said.err.splitlines()[-1] == "read 5 of 5 articles"


def test_add_and_retract_say_what_they_changed(
    legation: Command, released: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = written(tmp_path / "more", {"a": "Petrova spoke in Harbour again.", "b": FACTS["b"], "f": FACTS["e"]})
    assert legation("add", *files, "--to", released) == 0
    assert legation("add", *files, "--to", released) == 0
    assert legation("retract", "f", "a", "--to", released) == 0

    lines = [line.partition(": ")[2] for line in capsys.readouterr().out.splitlines() if line.startswith("release ")]
    assert lines[-3:] == [
        "6 articles published (1 added, 1 corrected)",
        "6 articles published (no article changed)",
        "4 articles published (2 retracted)",
    ]


def test_add_publishes_the_rest_and_exits_with_1_where_one_is_refused(
    legation: Command, released: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path / "more", {"f": FACTS["e"], "bad": "Petrova is nameless here."})
    assert legation("add", tmp_path / "more", "--to", released) == 1
    said = capsys.readouterr()
    assert "6 articles published (1 added), 1 refused" in said.out
    assert "refused bad: " in said.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("retract", "aa"), r"no article 'aa' in the current release"),
        (("retract", "a", "b", "c", "d", "e"), r"nothing would be left.*legation build"),
    ],
)
def test_retract_stops_with_2_and_says_what_to_do(
    legation: Command, released: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    before = open_release(released).version
    assert legation(*words, "--to", released) == 2
    assert re.search(told, capsys.readouterr().err)
    assert open_release(released).version == before


def test_a_refused_article_is_listed_and_the_exit_code_is_1(
    legation: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path / "in", {**FACTS, "bad": "Petrova is nameless here."})
    assert legation("build", tmp_path / "in", "--out", tmp_path / "out") == 1

    said = capsys.readouterr()
    assert "5 articles published, 1 refused" in said.out
    (refused,) = [line for line in said.err.splitlines() if line.startswith("refused ")]
    assert refused.startswith("refused bad: its triples do not conform to the shapes:")
    assert "A visit has at least one visitor, and each is an actor." in said.err
    assert "correct the article" in said.err
    assert open_release(tmp_path / "out").manifest["counts"]["articles"] == 5


BAD = {
    "binary.txt": (bytes(range(256)) * 40, "it is not UTF-8|it is binary", "save it as UTF-8|give .txt"),
    "empty.txt": (b"", "the file is empty", "leave it out"),
    "german.txt": (
        "Der Außenminister reiste am Montag nach Paris und traf dort seinen französischen Amtskollegen.".encode(),
        "in the language 'de'",
        "translate it",
    ),
    "latin.txt": ("The envoys met at a café.".encode("latin-1"), "it is not UTF-8", "iconv"),
    "long.jsonl": (
        json.dumps({"id": "long", "text": "The envoys met. " * 330_000}).encode(),
        "the text has 5,280,000 characters",
        "split it",
    ),
    "no_text.json": (b'{"title": "Envoys meet"}', 'there is no "text"', "give the article's text"),
}


def test_bad_input_is_listed_with_its_file_and_remedy_and_the_others_are_published(
    legation: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path / "in", FACTS)
    for name, (content, _, _) in BAD.items():
        (tmp_path / "in" / name).write_bytes(content)

    assert legation("build", tmp_path / "in", "--out", tmp_path / "out") == 1

    said = capsys.readouterr()
    assert f"5 articles published, {len(BAD)} refused" in said.out
    refused = {
        line.partition(".")[0].rpartition("/")[2]: line
        for line in said.err.splitlines()
        if line.startswith(f"refused {tmp_path / 'in'}/")
    }
    assert sorted(refused) == sorted(name.partition(".")[0] for name in BAD)
    for name, (_, reason, remedy) in BAD.items():
        line = refused[name.partition(".")[0]]
        assert name in line
        assert re.search(reason, line), line
        assert re.search(remedy, line), line
    assert open_release(tmp_path / "out").manifest["counts"]["articles"] == 5


def test_an_empty_folder_stops_with_2(legation: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    assert legation("build", tmp_path / "in", "--out", tmp_path / "out") == 2
    assert capsys.readouterr().err.startswith(f"legation: {tmp_path / 'in'}: ")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_stops_with_2(
    legation: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path / "in", FACTS)
    (tmp_path / "out").write_text("a file, not a folder")
    assert legation("build", tmp_path / "in", "--out", tmp_path / "out") == 2
    assert "the release cannot be written" in capsys.readouterr().err


def test_a_fault_of_the_program_stops_with_2(
    legation: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kg.pipeline, "build", lambda *_, **__: 1 / 0)
    assert legation("build", tmp_path, "--out", tmp_path / "out") == 2
    said = capsys.readouterr().err
    assert "ZeroDivisionError" in said
    assert said.endswith("please report the lines above\n")


def test_query_reads_a_file_or_standard_input(
    legation,
    released: Path,
    tmp_path: Path,
    capsysbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "ask.rq").write_text(ASK)
    capsysbinary.readouterr()

    assert legation("query", released, tmp_path / "ask.rq") == 0
    assert capsysbinary.readouterr().out == b"yes\n"

    monkeypatch.setattr(sys, "stdin", io.StringIO(ASK))
    assert legation("query", released, "-", "--format", "json") == 0
    assert json.loads(capsysbinary.readouterr().out) == {"head": {}, "boolean": True}


@pytest.mark.parametrize(
    ("query", "words", "message"),
    [
        ("SELECT", [], "the query cannot be understood"),
        ("CLEAR ALL", [], "only SELECT, ASK, CONSTRUCT and DESCRIBE are offered"),
        (ASK, ["--format", "turtle"], "use --format table"),
    ],
)
def test_a_bad_query_stops_with_2(
    legation: Command,
    released: Path,
    capsys,
    monkeypatch: pytest.MonkeyPatch,
    query: str,
    words: list[str],
    message: str,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(query))
    assert legation("query", released, "-", *words) == 2
    assert message in capsys.readouterr().err


def test_a_missing_query_file_stops_with_2(
    legation: Command, released: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert legation("query", released, released / "none.rq") == 2
    assert "none.rq: cannot be read as a query" in capsys.readouterr().err


@pytest.mark.parametrize("command", [("query", "-"), ("serve",)])
def test_a_missing_release_stops_with_2_and_says_how_to_make_one(
    legation: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    name, *rest = command
    assert legation(name, tmp_path, *rest) == 2
    assert "no release here; make one with: legation build INPUT..." in capsys.readouterr().err


class Served:
    """In place of the server: notes what it was to serve, says that it is ready, and returns."""

    def __init__(self) -> None:
        self.calls: list[tuple[Path, str, int]] = []
        self.settings: dict[str, Any] = {}

    def serve(self, folder: Path, *, host: str, port: int, on_ready: Callable[[str], None], **settings: Any) -> None:
        """Do as the server does, short of serving."""
        self.calls.append((folder, host, port))
        self.settings = settings
        on_ready(f"http://{host}:{port}")


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Served:
    served = Served()
    monkeypatch.setattr(server.serve, "serve", served.serve)
    return served


def test_serve_starts_the_server_and_tells_the_address(
    legation: Command, released: Path, served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    assert legation("serve", released, "--port", "8123") == 0
    assert served.calls == [(released, "127.0.0.1", 8123)]
    assert "SPARQL at http://127.0.0.1:8123/sparql" in capsys.readouterr().out
    assert served.settings["limits"] == Limits()


def test_serve_takes_limits(legation: Command, released: Path, served: Served) -> None:
    given = ("--timeout", "5", "--memory", "64", "--rows", "7", "--size", "2", "--workers", "3", "--slow", "4")
    assert legation("serve", released, *given, "--rate", "2", "--in-memory", "0") == 0
    assert served.settings["limits"] == Limits(
        timeout_s=5, memory_bytes=64 * MIB, rows=7, answer_bytes=2 * MIB, workers=3, slow=4, rate=2, rate_local=True,
        in_memory=0,
    )  # fmt: skip


def test_demo_builds_the_seeds_and_tells_what_to_try(
    legation: Command,
    served: Served,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)

    assert legation("demo", "--port", "8124") == 0

    said = capsys.readouterr().out
    assert "5 articles published" in said
    assert "curl -s http://127.0.0.1:8124/sparql" in said
    assert served.calls == [(kg.cli.DEMO, "127.0.0.1", 8124)]
    release = open_release(tmp_path / kg.cli.DEMO)
    assert release.manifest["counts"]["articles"] == 5
    query = said.split("'query=")[1].split("'")[0]
    assert run(release.store, query).startswith(b"visit\n")


def test_evaluate_prints_scores_and_writes_them(
    legation: Command, released: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = {"id": "a", "published": None, "title": "", "actors": [], "visits": [], "meetings": [], "statements": []}
    (tmp_path / "gold").mkdir()
    (tmp_path / "gold" / "a.json").write_text(json.dumps({**gold, "non_events": []}))
    capsys.readouterr()

    assert legation("evaluate", tmp_path / "gold", released, "--json", tmp_path / "scores.json") == 0

    assert "visits" in capsys.readouterr().out
    assert json.loads((tmp_path / "scores.json").read_text())["articles"] == 1


def test_evaluate_counts_only_reports_that_are_sure_enough(
    legation: Command, released: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = {"id": "a", "published": None, "title": "", "actors": [], "visits": [], "meetings": [], "statements": []}
    (tmp_path / "gold").mkdir()
    (tmp_path / "gold" / "a.json").write_text(json.dumps({**gold, "non_events": []}))

    def extras(*words: str) -> int:
        assert legation("evaluate", tmp_path / "gold", released, "--json", tmp_path / "s.json", *words) == 0
        return int(json.loads((tmp_path / "s.json").read_text())["kinds"]["visit"]["extra"])

    assert extras() == extras("--min-confidence", "0") > 0
    assert extras("--min-confidence", "1") == 0


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["build"],
        ["build", "x", "--out", "y", "--workers", "0"],
        ["build", "x", "--out", "y", "--base", "graph.example"],
        ["build", "x", "--out", "y", "--base", "https://graph.example/id"],
        ["query", "x", "-", "--format", "pdf"],
        ["evaluate", "x", "y", "--min-confidence", "1.5"],
        ["evaluate", "x", "y", "--min-confidence", "nan"],
    ],
)
def test_wrong_usage_stops_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        kg.cli.main(words)
    assert stopped.value.code == 2
    assert "usage: legation" in capsys.readouterr().err


def test_the_module_is_the_command() -> None:
    answer = subprocess.run([sys.executable, "-m", "kg", "--version"], capture_output=True, text=True, check=True)
    assert answer.stdout == "legation 0.1.0\n"


def test_a_reader_that_stops_early_is_no_failure(released: Path) -> None:
    everything = "SELECT ?g ?s ?p ?o { GRAPH ?g { ?s ?p ?o } }"
    command = f"{sys.executable} -m kg query {released} - --format csv | head -n 1"
    answer = subprocess.run(["bash", "-o", "pipefail", "-c", command], input=everything, capture_output=True, text=True)
    assert (answer.stdout.strip(), answer.stderr, answer.returncode) == ("g,s,p,o", "", 0)
