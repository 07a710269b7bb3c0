"""All cases, and the server they are put to."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox
from pyoxigraph import RdfFormat

from tests.conformance import description, exchange, graphs, negotiation, protocol, query, results
from tests.conformance.case import Case, Endpoint
from tests.server_fixture import ROOT, write_release

DATA = Path(__file__).with_name("data.trig")


def cases() -> list[Case]:
    """Return all cases; no two have the same section and name."""
    modules = (protocol, exchange, negotiation, results, graphs, description, query)
    return [case for module in modules for case in module.cases()]


@contextmanager
def served() -> Iterator[Endpoint]:
    """Serve the suite's data with ``legation serve`` on a free port until the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        quads = ox.serialize(ox.parse(DATA.read_bytes(), RdfFormat.TRIG), format=RdfFormat.N_QUADS) or b""
        write_release(Path(folder), extra=quads.decode())
        command = [sys.executable, "-m", "kg", "serve", folder, "--port", "0"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert process.stdout is not None
        try:
            said = process.stdout.readline().strip()
            assert "SPARQL at " in said, f"the server did not start; see its messages above ({said})"
            yield Endpoint(said.rpartition("SPARQL at ")[2])
        finally:
            process.terminate()
            process.wait(timeout=60)
            process.stdout.close()
