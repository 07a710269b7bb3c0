"""What several tests share: the release of the seed articles, made once by the real pipeline."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.authority import Authority
from kg.pipeline import build
from kg.reader import Reader
from kg.release import Release, open_release
from tests.desk import Desk

SEEDS = Path(__file__).parents[1] / "seeds"


@pytest.fixture(scope="session")
def seeds_release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return the release of the five seed articles; its folder is ``seeds_release.path``."""
    out = tmp_path_factory.mktemp("seeds-release")
    build(sorted(SEEDS.glob("*.txt")), out)
    return open_release(out)


@pytest.fixture(scope="session")
def whole_release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return the same with all files to download."""
    out = tmp_path_factory.mktemp("whole-release")
    build(sorted(SEEDS.glob("*.txt")), out, every_dump=True)
    return open_release(out)


@pytest.fixture(scope="session")
def known() -> Authority:
    """Return the packaged authority."""
    return Authority.load()


@pytest.fixture(scope="session")
def reader() -> Reader:
    """Return the reader proper, loaded once."""
    return Reader()


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """Return an empty folder for articles."""
    folder = tmp_path / "news"
    folder.mkdir()
    return folder


@pytest.fixture
def to(tmp_path: Path) -> Path:
    """Return where releases may go; nothing is there yet."""
    return tmp_path / "graph"


@pytest.fixture
def desk() -> Desk:
    """Return what a watch hands its batches to."""
    return Desk()
