"""The release that is asked: invented articles, through the whole way from article to release, kept for the next run.

The same number of quads asked for gives the same release, byte for byte, as long as the program that makes it is the
same; its folder is named by both, and can be removed at any time.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from kg import pipeline
from kg.release import open_release
from tests.synthetic import articles, synthetic_reader

ROOT = Path(__file__).parents[3]
MADE_BY = (
    "kg/rdf/*.py",
    "kg/merge/*.py",
    "kg/release/*.py",
    "kg/derived.py",
    "ontology/*.ttl",
    "tests/synthetic.py",
    "tests/bench/endpoint/release.py",
)
"""What decides on the quads and on the files of a release, for the most part: when it changes, so does the folder."""
QUADS_AN_ARTICLE = 118
"""A little less than what each article adds, so that the number asked for is reached."""
OCCASIONS = 4.0
"""Of each article: most are then told by one or two, as in the news of the whole world."""
UNDATED = 0.04


@dataclass(frozen=True)
class Asked:
    """A folder that ``legation serve`` serves, the same quads as a file of N-Quads, and how many they are."""

    folder: Path
    dump: Path
    quads: int

    @property
    def store(self) -> Path:
        """The folder of the store."""
        return self.folder / "current" / "store"


def release(cache: Path, quads: int) -> Asked:
    """Return a release of at least so many quads below ``cache``, made there unless it is there.

    Raises:
        RuntimeError: The articles give fewer quads than they used to.
    """
    folder = cache / f"release-{quads}-{_program()}"
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix="release-", dir=cache))
        try:
            _make(draft, quads)
            draft.rename(folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    held = int(open_release(folder).manifest["counts"]["quads"])
    if held < quads:
        raise RuntimeError(f"{folder}: {held:,} quads where {quads:,} were asked for; lower QUADS_AN_ARTICLE")
    return Asked(folder, folder / "dump.nq", held)


def _make(folder: Path, quads: int) -> None:
    given = folder / "articles.jsonl"
    number = quads // QUADS_AN_ARTICLE
    with given.open("w", encoding="utf-8") as stream:
        for record in articles(number, seed=1, undated=UNDATED, occasions=OCCASIONS):
            stream.write(json.dumps(record) + "\n")
    pipeline.build([given], folder, make_reader=synthetic_reader)
    with gzip.open(open_release(folder).dump, "rb") as packed, (folder / "dump.nq").open("wb") as plain:
        shutil.copyfileobj(packed, plain, 1 << 20)


def _program() -> str:
    """Return a name for the program that makes the release."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in MADE_BY for path in ROOT.glob(pattern) if path.is_file()):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]
