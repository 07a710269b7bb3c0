"""The command ``legation explain``: what it prints and writes, and what it says of what it cannot explain."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import kg.cli
import kg.parse
import kg.reader
from kg.reader import Reader
from tests.conftest import SEEDS
from tests.test_explain import ROOT, TEXT, parsed

TWO = b'{"id":"a","text":"One envoy left."}\n{"id":"b","text":"Two envoys left."}\n'


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, reader: Reader) -> Callable[..., int]:
    """Return the command with a reader that is loaded already."""
    monkeypatch.setattr(kg.reader, "Reader", lambda: reader)
    return lambda *words: kg.cli.main(["explain", *map(str, words)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "korhonen.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_the_command_prints_brackets_where_there_is_no_terminal(
    command: Callable[..., int], file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(file, "--published", "2022-05-18") == 0
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "korhonen, published 2022-05-18: " in shown
    assert "2022-05-17" in shown


def test_the_command_writes_a_page(
    command: Callable[..., int], file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    assert command(file, "--html", page, "--all") == 0
    assert capsys.readouterr().out == f"{page}\n"
    assert "".join(parsed(page.read_text("utf-8")).find(".//h1").itertext()) == "Minister in Lima"

    assert command(file, "--html", tmp_path / "none" / "page.html") == 2
    assert "page.html: cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.txt", None, "none.txt: there is no such file or folder; check the name"),
        ("empty.txt", b"", "empty.txt: the file is empty; leave it out"),
        ("talk.pdf", b"%PDF-1.7", "talk.pdf: files of the kind \".pdf\" are not read; give .txt"),
        ("latin.txt", "Café talks".encode("latin-1"), "latin.txt: it is not UTF-8"),
        ("two.jsonl", TWO, "two.jsonl: there are 2 articles here (a, b); name one with --id"),
    ],
)  # fmt: skip
def test_what_cannot_be_explained_stops_with_2_and_says_why(
    command: Callable[..., int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: bytes | None,
    message: str,
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert command(tmp_path / name) == 2
    said = capsys.readouterr()
    assert message in said.err
    assert said.out == ""


def test_an_article_that_is_too_long_stops_with_2_and_names_the_file(
    command: Callable[..., int], file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kg.parse, "MAX_TOKENS", 5)
    assert command(file) == 2
    assert re.match(
        rf"legation: {file}: the text has \d+ words and marks, more than 5; split it", capsys.readouterr().err
    )


def test_one_of_several_articles_is_named(
    command: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "two.jsonl"
    file.write_bytes(TWO + b"broken\n")
    assert command(file, "--id", "b") == 0
    assert "Two envoys" in capsys.readouterr().out
    assert command(file, "--id", "c") == 2
    said = capsys.readouterr().err
    assert "no article has the id 'c'; name one of a, b" in said
    assert "two.jsonl:3: it is not JSON" in said


@pytest.mark.parametrize("words", [["--published", "tomorrow"], ["--all", "--min-confidence", "1"], []])
def test_wrong_usage_stops_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        kg.cli.main(["explain", *(["x.txt", *words] if words else [])])
    assert stopped.value.code == 2
    assert "usage: legation explain" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize(("more", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_a_terminal_gets_colours_unless_it_wants_none(file: Path, more: dict[str, str], coloured: bool) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | {"TERM": "xterm"} | more
    reading, writing = pty.openpty()
    run = [sys.executable, "-m", "kg", "explain", str(file)]
    process = subprocess.Popen(run, stdout=writing, stderr=subprocess.DEVNULL, env=environment, cwd=ROOT)
    os.close(writing)
    said = b""
    while chunk := _read(reading):
        said += chunk
    os.close(reading)
    assert process.wait(timeout=120) == 0
    assert (b"\x1b[" in said) is coloured
    assert b"Korhonen" in said


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when the other side has closed
        return b""


def test_the_seeds_can_be_explained_as_files(command: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    for path in sorted(SEEDS.glob("*.txt")):
        assert command(path) == 0
        assert "EVENTS" in capsys.readouterr().out
