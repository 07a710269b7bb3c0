"""The command ``legation`` as it is, but for the reader, which is that of the invented articles.

python -m tests.crash.command build INPUT... --out DIR
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from unittest.mock import patch

from kg import cli, pipeline
from tests.crash.corpus import invented_reader


def main(argv: Sequence[str]) -> int:
    """Run the command line and return its exit code."""
    build, add = (partial(act, make_reader=invented_reader) for act in (pipeline.build, pipeline.add))
    with patch.object(pipeline, "build", build), patch.object(pipeline, "add", add):
        return cli.main(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
