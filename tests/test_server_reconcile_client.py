"""The real server and a client that others wrote: ``reconciler`` (PyPI), which fills tables from such services."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import httpx
import numpy as np
import pandas as pd
import pytest
import reconciler

from tests.reconcile_fixture import extra
from tests.server_fixture import serving, write_release


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("reconcile-served")
    write_release(folder, extra=extra())
    with serving(folder, workers=1) as address:
        yield address


def test_a_table_is_linked(address: str) -> None:
    table = pd.DataFrame(
        {"who": ["Lena Maro", "Omar Khalil", "Tolvia", "Foreign Minister"], "land": ["TV", "OS", "TV", "TV"]}
    )
    linked = reconciler.reconcile(
        table["who"], property_mapping={"countryCode": table["land"]}, reconciliation_endpoint=f"{address}/reconcile"
    )
    found = {row.input_value: (row.id, bool(row.match), row.score) for row in linked.itertuples()}
    assert found["Lena Maro"] == ("person/lena-maro", True, 100.0)
    assert found["Omar Khalil"] == ("person/omar-khalil-2", True, 100.0)
    assert found["Tolvia"][1:] == (False, 100.0)  # the state or the place
    assert found["Foreign Minister"][:2] == ("person/lena-maro", False)


def test_a_type_and_more_candidates(address: str) -> None:
    states = reconciler.reconcile(
        pd.Series(["Tolvia", "Ostmark"]), type_id="State", top_res="all", reconciliation_endpoint=f"{address}/reconcile"
    )
    assert list(states["id"]) == ["state/tv", "state/os"]
    assert list(states["type_id"]) == ["State", "State"]
    assert all(states["match"])


def test_many_rows_come_in_batches(address: str) -> None:
    written = [f"Lena {'x' * number} Maro" for number in range(25)]  # the client sends ten at a time
    linked = reconciler.reconcile(pd.Series(written), reconciliation_endpoint=f"{address}/reconcile")
    assert list(linked["input_value"]) == written
    assert set(linked["id"]) == {"person/lena-maro"}


def test_a_row_without_candidates(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client writes ``np.NaN``, which numpy 2 no longer has: a fault of its own, mended here."""
    monkeypatch.setattr(np, "NaN", np.nan, raising=False)
    linked = reconciler.reconcile(pd.Series(["Zzyzx", "Lena Maro"]), reconciliation_endpoint=f"{address}/reconcile")
    assert pd.isna(linked["id"][0])
    assert linked["id"][1] == "person/lena-maro"


def test_encoded_ids_reach_their_pages_through_the_real_server(address: str) -> None:
    """Clients encode the slash of an id, and servers differ in what they make of it."""
    manifest = httpx.get(f"{address}/reconcile").json()
    for template in (manifest["view"]["url"], manifest["preview"]["url"]):
        assert template.startswith(address)
        page = httpx.get(template.replace("{{id}}", quote("person/小泉", safe="")))
        assert page.status_code == 200
        assert "小泉 太郎" in page.text
