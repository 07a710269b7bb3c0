"""What several tests share: the release of the seed articles, made once by the real pipeline."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.pipeline import build
from kg.release import Release, open_release

SEEDS = Path(__file__).parents[1] / "seeds"


@pytest.fixture(scope="session")
def seeds_release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return the release of the five seed articles; its folder is ``seeds_release.path``."""
    out = tmp_path_factory.mktemp("seeds-release")
    build(sorted(SEEDS.glob("*.txt")), out)
    return open_release(out)
