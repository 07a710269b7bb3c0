"""Tables are read by pandas, DuckDB and R with the types that they declare, and hold what SPARQL answers."""

from __future__ import annotations

import csv
import json
import random
import re
import shutil
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from datetime import date
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pandas
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from csvw import CSVW
from pyoxigraph import QuerySolutions, RdfFormat, Store, parse

from kg.dumps.columns import Column, Table
from kg.dumps.layout import ACTORS, DYADS, TABLE_FILES, TABLES
from kg.dumps.parquet import schema
from kg.dumps.tables import write_tables
from kg.dumps.told import QUOTE, shortened
from kg.iri import DEFAULT_BASE, PREFIXES
from kg.release import Release

ROOT = Path(__file__).parents[1]
R_TYPES = {"text": "c", "iri": "c", "edtf": "c", "day": "D", "flag": "l", "count": "i", "number": "d"}
R_CLASSES = {"c": "character", "D": "Date", "l": "logical", "i": "integer", "d": "numeric"}
DUCK_TYPES = {
    "text": "VARCHAR", "iri": "VARCHAR", "edtf": "VARCHAR", "day": "DATE", "flag": "BOOLEAN", "count": "INTEGER",
    "number": "DOUBLE",
}  # fmt: skip
BY_NAME = {table.name: table for table in TABLES}

ODD = """
@prefix : <https://w3id.org/legation/id/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix edtf: <http://id.loc.gov/datatypes/edtf/> .
@prefix leg: <https://w3id.org/legation/ontology#> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<https://w3id.org/legation/id/graph/actors> {
  <https://w3id.org/legation/id/person/a> a leg:Actor , leg:Person ; rdfs:label "=1+1|two"@en .
  <https://w3id.org/legation/id/person/b> a leg:Actor , leg:Person ; rdfs:label "@b"@en ; leg:countryCode "NA" .
  <https://w3id.org/legation/id/state/na> a leg:Actor , leg:State ; rdfs:label "Namibia"@en ; leg:countryCode "NA" .
  <https://w3id.org/legation/id/organization/c> a leg:Actor , leg:Organization , leg:Alliance ; rdfs:label "-C"@en .
  <https://w3id.org/legation/id/place/na> a leg:Place ; rdfs:label "Namibia"@en ; leg:countryCode "NA" .
  <https://w3id.org/legation/id/holding/1> a leg:OfficeHolding ; leg:holder <https://w3id.org/legation/id/person/b> ;
    leg:office <https://w3id.org/legation/id/office/1> ; leg:former false ; leg:from "2000"^^xsd:gYear ;
    leg:earliest "2000-01-01"^^xsd:date ; leg:latest "2010-12-31"^^xsd:date .
  <https://w3id.org/legation/id/office/1> a leg:Office ; rdfs:label "Foreign Minister of Namibia"@en ;
    org:postIn <https://w3id.org/legation/id/state/na> .
}
<https://w3id.org/legation/id/graph/events> {
  <https://w3id.org/legation/id/visit/1> a leg:Event , leg:Visit ; rdfs:label "a and b visit Namibia"@en ;
    leg:status leg:Occurred ; leg:visitor
    <https://w3id.org/legation/id/person/a> , <https://w3id.org/legation/id/person/b> ;
    leg:destination <https://w3id.org/legation/id/place/na> ; leg:purpose "+talks,\\n \\"open\\" talks" ;
    leg:edtf "2005-03-02/2005-03"^^edtf:EDTF ; leg:earliest "2005-03-02"^^xsd:date ; leg:latest "2005-03-31"^^xsd:date .
  <https://w3id.org/legation/id/meeting/1> a leg:Event , leg:Meeting ; rdfs:label "a, b and c meet"@en ;
    leg:status leg:Planned ; leg:mode leg:ByVideo ; leg:edtf "2005-03"^^edtf:EDTF ;
    leg:participant <https://w3id.org/legation/id/person/a> , <https://w3id.org/legation/id/person/b> ,
      <https://w3id.org/legation/id/organization/c> .
  <https://w3id.org/legation/id/meeting/2> a leg:Event , leg:Meeting ; rdfs:label "a and b do not meet"@en ;
    leg:status leg:Cancelled ; leg:mode leg:UnknownMode ;
    leg:participant <https://w3id.org/legation/id/person/a> , <https://w3id.org/legation/id/person/b> .
  <https://w3id.org/legation/id/statement/1> a leg:Event , leg:Statement ; rdfs:label "b says"@en ;
    leg:status leg:Occurred ; leg:speaker <https://w3id.org/legation/id/person/b> ; leg:act leg:Say ;
    leg:content "NA" ; leg:direct true .
  <https://w3id.org/legation/id/statement/2> a leg:Event , leg:Statement ; rdfs:label "b denies"@en ;
    leg:status leg:Occurred ; leg:speaker <https://w3id.org/legation/id/person/b> ; leg:act leg:Deny ;
    leg:content "no" ; leg:direct false ;
    leg:about <https://w3id.org/legation/id/visit/1> , <https://w3id.org/legation/id/person/b> ,
      <https://w3id.org/legation/id/organization/c> .
  <https://w3id.org/legation/id/report/5> leg:mergeConfidence 0.75 .
  <https://w3id.org/legation/id/report/6> leg:mergeConfidence 0.5 .
}
<https://w3id.org/legation/id/graph/ontology> {
  leg:Visit leg:ploverType "CONSULT" . leg:Meeting leg:ploverType "CONSULT" .
  leg:Say leg:cameoCode "01" . leg:Deny leg:cameoCode "016" , "12" ; leg:ploverType "REJECT" .
}
"""


def _reports() -> str:
    """Return a graph for each of six reports, two of which are of the same statement by different articles."""
    events = ["visit/1", "meeting/1", "meeting/2", "statement/1", "statement/2", "statement/2"]
    graphs = []
    for number, event in enumerate(events, 1):
        article = f"{DEFAULT_BASE}article/{number}"
        graphs.append(
            f"<{DEFAULT_BASE}graph/article/{number}> {{ <{article}> a leg:Article ; dct:identifier '{number:03}' ; "
            f"dct:language 'en' ; dct:issued '2005-03-{10 - number:02}'^^xsd:date . <{DEFAULT_BASE}report/{number}> "
            f"leg:reports <{DEFAULT_BASE}{event}> ; leg:article <{article}> ; leg:confidence 0.9 ; "
            f"leg:evidence <{article}#char=0,9> . <{article}#char=0,9> oa:exact 'words, {number}' }}"
        )
    return "\n".join(graphs)


@pytest.fixture(scope="module")
def tables(seeds_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the tables of the seeds' release."""
    folder = tmp_path_factory.mktemp("tables")
    paths = write_tables(seeds_release.store, folder, base=DEFAULT_BASE, version=seeds_release.version)
    assert [path.name for path in paths] == [name for name, *_ in TABLE_FILES]
    assert sorted(path.name for path in folder.iterdir()) == sorted(name for name, *_ in TABLE_FILES)
    return folder


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with tables of what is hard to write as such."""
    folder = tmp_path_factory.mktemp("odd")
    store = Store()
    store.extend(parse(ODD + _reports(), format=RdfFormat.TRIG))
    write_tables(store, folder, base=DEFAULT_BASE, version="1")
    return folder


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    """Return a table as plain CSV, by header."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def typed(folder: Path, name: str) -> list[dict[str, Any]]:
    """Return a table as Parquet has it."""
    found: list[dict[str, Any]] = pq.read_table(folder / f"{name}.parquet").to_pylist()
    return found


# ---------------------------------------------------------------- what is in them

COUNTS = {
    "visits": "SELECT (COUNT(DISTINCT ?x) AS ?n) { ?x a leg:Visit }",
    "meetings": "SELECT (COUNT(DISTINCT ?x) AS ?n) { ?x a leg:Meeting }",
    "statements": "SELECT (COUNT(DISTINCT ?x) AS ?n) { ?x a leg:Statement }",
    "actors": "SELECT (COUNT(DISTINCT ?x) AS ?n) { ?x a leg:Actor }",
    "offices": "SELECT (COUNT(DISTINCT ?x) AS ?n) { ?x a leg:OfficeHolding }",
    "links": "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT * { VALUES ?how { skos:exactMatch skos:closeMatch } "
    "GRAPH <graph/links> { ?thing ?how ?other } } }",
    "events": """SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?event ?actor ?other {
        ?event leg:status ?status FILTER(?status != leg:Cancelled)
        { ?event leg:participant ?actor, ?other FILTER(?actor != ?other) }
        UNION { ?event leg:act/leg:ploverType ?type ; leg:speaker ?actor
                OPTIONAL { ?event leg:about|leg:addressee ?other . ?other a leg:Actor FILTER(?other != ?actor) } }
        UNION { ?event leg:visitor ?actor
                OPTIONAL { ?event leg:host ?host FILTER(?host != ?actor) }
                OPTIONAL { ?event leg:destination/leg:countryCode ?code . ?state a leg:State ; leg:countryCode ?code
                           FILTER NOT EXISTS { ?actor leg:countryCode ?code } }
                BIND(COALESCE(?host, ?state) AS ?other) } } }""",
}


@pytest.mark.parametrize("name", COUNTS)
def test_there_are_as_many_rows_as_sparql_counts(seeds_release: Release, tables: Path, name: str) -> None:
    prologue = "".join(f"PREFIX {prefix}: <{space}> " for prefix, space in PREFIXES.items())
    answer = seeds_release.store.query(prologue + COUNTS[name], base_iri=DEFAULT_BASE, use_default_graph_as_union=True)
    assert isinstance(answer, QuerySolutions)
    number = int(next(answer)["n"].value)
    assert number > 6
    assert len(rows(tables, name)) == len(typed(tables, name)) == number


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_rows_are_sorted_by_their_key_which_is_unique(tables: Path, table: Table) -> None:
    headers = [column.title for key in table.key for column in table.columns if column.name == key]
    keys = [tuple(row[header] for header in headers) for row in rows(tables, table.name)]
    assert keys == sorted(set(keys))


def test_the_metadata_tell_the_truth_of_the_graph(seeds_release: Release, tables: Path) -> None:
    """Each cell of a column that stands for a property is a statement of the graph, read as CSVW's conversion does."""
    metadata = json.loads((tables / "csv-metadata.json").read_text("utf-8"))
    checked = 0
    for table in metadata["tables"]:
        for column in table["tableSchema"]["columns"]:
            if "propertyUrl" not in column:
                continue
            said: dict[str, set[str]] = {}
            answer = seeds_release.store.query(
                f"SELECT ?s ?o {{ ?s <{column['propertyUrl']}> ?o }}", use_default_graph_as_union=True
            )
            assert isinstance(answer, QuerySolutions)
            for solution in answer:
                said.setdefault(solution["s"].value, set()).add(_spaced(solution["o"].value))
            for row in rows(tables, table["url"].removesuffix(".csv")):
                cell = row[column["titles"]]
                values = cell.split(column["separator"]) if cell and "separator" in column else [cell][: len(cell)]
                for value in values:
                    full = column["valueUrl"].partition("{")[0] + value if "valueUrl" in column else value
                    number = re.fullmatch(r"-?\d+\.0", full)
                    assert (full[:-2] if number else full) in said[row["id"]], (table["url"], column["name"], row["id"])
                    checked += 1
    assert checked > 900


def _spaced(words: str) -> str:
    return re.sub(r"\s*\n\s*", " ", words)


def test_actors_that_tables_name_are_in_the_table_of_actors(tables: Path) -> None:
    known = {row["id"] for row in rows(tables, "actors")}
    named = set()
    for table in TABLES:
        for column in table.columns:
            if "table actors" in column.description:
                cells = [row[column.title] for row in rows(tables, table.name)]
                named |= {one for cell in cells for one in cell.split("|") if one}
    assert len(named) > 20
    assert named <= known


def test_lists_of_one_role_are_as_long_as_each_other(tables: Path) -> None:
    for name, role in (
        ("visits", "visitor"),
        ("visits", "host"),
        ("meetings", "participant"),
        ("statements", "addressee"),
    ):
        for row in typed(tables, name):
            lengths = {len(row[f"{role}_{what}"] or ()) for what in ("ids", "names", "iso3", "cow", "offices")}
            assert len(lengths) == 1


def test_the_same_statements_give_the_same_bytes(seeds_release: Release, tables: Path, tmp_path: Path) -> None:
    """Loaded anew in another order, as after another way of building."""
    quads = list(seeds_release.store)
    random.Random(7).shuffle(quads)
    store = Store()
    store.extend(quads)
    for path in write_tables(store, tmp_path, base=DEFAULT_BASE, version=seeds_release.version):
        assert path.read_bytes() == (tables / path.name).read_bytes(), path.name


def test_a_quotation_is_cut_between_words() -> None:
    assert shortened("short") == "short"
    cut = shortened("words " * 100)
    assert len(cut) <= QUOTE
    assert cut.endswith("words …")


def test_odd_values_stay_what_they_are(odd: Path) -> None:
    (visit,) = rows(odd, "visits")
    assert visit["visitor_names"] == "=1+1¦two|@b"
    assert visit["visitor_iso3"] == "|NAM"
    assert visit["visitor_offices"] == "|Foreign Minister of Namibia"
    assert visit["purpose"] == '+talks, "open" talks'
    assert (visit["destination_country"], visit["destination_iso3"]) == ("NA", "NAM")
    assert typed(odd, "visits")[0]["visitor_names"] == ["=1+1|two", "@b"]
    assert typed(odd, "visits")[0]["visitor_cow"] == [None, 565]
    assert typed(odd, "visits")[0]["latest"] == date(2005, 3, 31)
    assert (odd / "visits.csv").read_bytes().count(b"\n") == 2
    say, deny = rows(odd, "statements")
    assert (say["cameo"], say["plover"], say["content"], say["direct"]) == ("01", "", "NA", "true")
    assert (deny["cameo"], deny["plover"], deny["reports"], deny["articles"]) == ("016|12", "REJECT", "2", "2")
    assert (deny["merge_confidence"], deny["first_published"]) == ("0.5", "2005-03-04")
    assert deny["article_name"] == "005", "of two that are as sure, the first by its span"
    assert deny["about_names"] == "-C|@b|a and b visit Namibia"


def test_dyads_are_coded_after_plover(odd: Path) -> None:
    told = [
        (row["Event ID"].removeprefix(DEFAULT_BASE), row["Actor Name"], row["Recipient Name"])
        for row in rows(odd, "events")
    ]
    a, b, c = "=1+1|two", "@b", "-C"
    pairs = [(c, a), (c, b), (a, c), (a, b), (b, c), (b, a)]
    assert told == [
        *(("meeting/1", one, other) for one, other in pairs),
        ("statement/2", b, c),
        ("visit/1", a, "Namibia"),
        ("visit/1", b, ""),
    ], "no cancelled meeting, no plain comment, nobody is their own recipient or visits their own state"
    meeting, visit = rows(odd, "events")[0], rows(odd, "events")[-1]
    assert (meeting["Event Type"], meeting["Event Mode"], meeting["Quad Code"]) == (
        "CONSULT",
        "phone",
        "VERBAL COOPERATION",
    )
    assert (meeting["Contexts"], meeting["Event Date"], meeting["Actor Country"]) == ("future", "", "IGO")
    assert (visit["Event Mode"], visit["Event Date"], visit["Contexts"]) == ("visit", "2005-03-02", "")
    assert (visit["Primary Actor Sector"], visit["Actor Title"]) == ("GOV", "Foreign Minister of Namibia")
    assert rows(odd, "events")[6]["Quad Code"] == "VERBAL CONFLICT"


def test_the_event_table_has_the_columns_of_polecat_in_their_order() -> None:
    """As the header of the files "ngecEvents.DV.2023.txt" has them."""
    published = """
        Event ID, Event Date, Event Type, Event Mode, Event Intensity, Quad Code, Contexts, Actor Name, Actor Country,
        Actor COW, Primary Actor Sector, Actor Sectors, Actor Title, Actor Name Raw, Wikipedia Actor ID,
        Recipient Name, Recipient Country, Recipient COW, Primary Recipient Sector, Recipient Sectors, Recipient Title,
        Recipient Name Raw, Wikipedia Recipient ID, Placename, City, District, Province, Country, Latitude, Longitude,
        GeoNames ID, Raw Placename, Feature Type, Source, Publication Date, Story People, Story Organizations,
        Story Locations, Language, Version
    """
    headers = re.split(r",\s+", published.strip())
    assert len(headers) == 40
    assert [column.title for column in DYADS.columns][:40] == headers


# ---------------------------------------------------------------- who reads them


def against_metadata(folder: Path) -> list[str]:
    """Return what the files have that their metadata do not allow."""
    found = []
    with warnings.catch_warnings(record=True) as caught:
        about = CSVW(str(folder / "csv-metadata.json"), validate=True)
        try:
            for table in about.tables:
                for _ in table.iterdicts(strict=True):
                    pass
            if not about.is_valid:
                found.append("keys or references")
        except ValueError as error:
            found.append(str(error))
    return [*found, *(str(warning.message) for warning in [*caught, *about.warnings])]


@pytest.mark.parametrize("which", ["tables", "odd"])
def test_the_metadata_describe_the_files(which: str, request: pytest.FixtureRequest) -> None:
    assert against_metadata(request.getfixturevalue(which)) == []


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("visits.csv", ",2022-05-17,", ",17 May 2022,"),
        ("visits.csv", ",false,", ",maybe,"),
        ("statements.csv", f"{DEFAULT_BASE}person/imran-khan", f"{DEFAULT_BASE}person/nobody"),
        ("visits.csv", "id,label", "id,name"),
    ],
)
def test_the_check_of_the_metadata_finds_what_is_wrong(
    tables: Path, tmp_path: Path, file: str, old: str, new: str
) -> None:
    shutil.copytree(tables, tmp_path / "broken")
    broken = tmp_path / "broken" / file
    assert old in broken.read_text("utf-8")
    broken.write_text(broken.read_text("utf-8").replace(old, new), "utf-8")
    assert against_metadata(tmp_path / "broken") != []


def test_duckdb_reads_the_right_types(tables: Path) -> None:
    files = [f"'{tables}/{table.name}.{form}'" for table in TABLES for form in ("csv", "parquet")]
    answers = iter(duck(*(f"{ask} {file}" for file in files for ask in ("DESCRIBE FROM", "SELECT count(*) FROM"))))
    for table in TABLES:
        here = rows(tables, table.name)
        guessed, plain, declared, parquet = (next(answers) for _ in range(4))
        assert plain == parquet == [(len(here),)]
        seen, told = ({row[0]: row[1] for row in answer} for answer in (guessed, declared))
        filled = {key for row in here for key, cell in row.items() if cell}
        for column in table.columns:
            kind = DUCK_TYPES[column.kind]
            assert told[column.title] == kind + "[]" * column.listed
            if column.title in filled and guessable(column, here):
                assert seen[column.title].replace("BIGINT", "INTEGER") == kind, column.title


def guessable(column: Column, among: list[dict[str, str]]) -> bool:
    """Return whether a column looks like what it is: lists do not, nor a date in EDTF when each is a plain day."""
    plain = column.kind == "edtf" and all(re.fullmatch(r"\d{4}-\d\d-\d\d|", row[column.title]) for row in among)
    return not column.listed and not plain


def duck(*queries: str) -> list[list[tuple[Any, ...]]]:
    """Return what DuckDB answers, in a process of its own: with a language model beside it, it ends in complaints."""
    program = (
        "import duckdb, json, sys\nwith duckdb.connect() as it:\n"
        "    print(json.dumps([it.sql(query).fetchall() for query in json.load(sys.stdin)]))"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, input=json.dumps(queries), capture_output=True, timeout=60, check=False, text=True)
    assert done.returncode == 0, done.stderr
    return [[tuple(row) for row in rows] for rows in json.loads(done.stdout)]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_pandas_reads_the_right_types(tables: Path, table: Table) -> None:
    parquet = pandas.read_parquet(tables / f"{table.name}.parquet", dtype_backend="pyarrow")
    assert [kind.pyarrow_dtype for kind in parquet.dtypes] == schema(table).types
    days = [column.title for column in table.columns if column.kind == "day"]
    frame = pandas.read_csv(
        tables / f"{table.name}.csv", parse_dates=days, keep_default_na=False, na_values=[""], dtype={"cameo": str}
    )
    assert len(frame) == len(parquet)
    for column in table.columns:
        if frame[column.title].notna().any() and not column.listed:
            assert _is(column, frame[column.title]), (column.title, frame[column.title].dtype)


def _is(column: Column, values: pandas.Series) -> bool:
    kinds = pandas.api.types
    match column.kind:
        case "day":
            return kinds.is_datetime64_any_dtype(values)
        case "flag":
            return kinds.is_bool_dtype(values)
        case "count":
            return kinds.is_integer_dtype(values) or (values.isna().any() and kinds.is_float_dtype(values))
        case "number":
            return kinds.is_float_dtype(values)
        case _:
            return kinds.is_string_dtype(values)


@pytest.fixture(scope="module")
def rscript() -> str:
    """Return the command that runs R with readr; says so where there is none."""
    found = shutil.which("Rscript")
    remedy = "Debian: apt-get install r-base-core r-cran-readr"
    if not found:
        pytest.skip(f"tables were not read in R: it is not installed ({remedy})")
    if subprocess.run([found, "-e", "library(readr)"], capture_output=True, timeout=60, check=False).returncode:
        pytest.skip(f"tables were not read in R: it has no readr ({remedy})")
    return found


def in_r(rscript: str, folder: Path, types: Path) -> dict[tuple[str, str], list[str]]:
    """Return what R makes of each column: class as declared and as guessed, values that are there, the first one."""
    kinds = {table.name: "".join("c" if c.listed else R_TYPES[c.kind] for c in table.columns) for table in TABLES}
    types.write_text("".join(f"{name}\t{spec}\n" for name, spec in kinds.items()), "utf-8")
    command = [rscript, str(ROOT / "tests" / "tables.R"), str(folder), str(types)]
    done = subprocess.run(
        command, capture_output=True, timeout=120, check=False, env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}
    )
    assert done.returncode == 0, done.stderr.decode()
    lines = [line.split("\t") for line in done.stdout.decode().splitlines()]
    return {(name, column): rest for name, column, *rest in lines}


@pytest.mark.slow
def test_r_reads_the_right_types(rscript: str, tables: Path, tmp_path: Path) -> None:
    read = in_r(rscript, tables, tmp_path / "types.tsv")
    for table in TABLES:
        assert read[table.name, "rows"] == [str(len(rows(tables, table.name)))]
        for column in table.columns:
            declared, guessed, there, _ = read[table.name, column.title]
            code = "c" if column.listed else R_TYPES[column.kind]
            assert declared == R_CLASSES[code], (table.name, column.name)
            if int(there) and guessable(column, rows(tables, table.name)):
                assert guessed == R_CLASSES[code].replace("integer", "numeric"), (table.name, column.name)


@pytest.mark.slow
def test_r_reads_odd_values(rscript: str, odd: Path, tmp_path: Path) -> None:
    read = in_r(rscript, odd, tmp_path / "types.tsv")
    assert read["visits", "destination_country"][2:] == ["1", "NA"]
    assert read["visits", "visitor_names"][2:] == ["1", "=1+1¦two|@b"]
    assert read["visits", "purpose"][2:] == ["1", '+talks, "open" talks']
    assert read["visits", "earliest"][2:] == ["1", "2005-03-02"]
    assert read["statements", "content"][2:] == ["2", "NA"]
    assert read["statements", "cameo"][2:] == ["2", "01"]
    assert read["actors", "country"][2:] == ["2", "NA"]


# ---------------------------------------------------------------- the README


@pytest.fixture(scope="module")
def served(tables: Path) -> Iterator[str]:
    """Return the address of a server that has the tables where the README looks for them."""

    class Handler(SimpleHTTPRequestHandler):
        def translate_path(self, path: str) -> str:
            return str(tables / path.removeprefix("/dumps/latest/"))

        def log_message(self, *args: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def example(language: str) -> str:
    """Return the README's example of reading tables in a language."""
    section = (ROOT / "README.md").read_text("utf-8").partition("### Tables for R, pandas and DuckDB\n")[2]
    (block,) = re.findall(rf"```{language}\n(.*?)```", section.partition("\n### ")[0], re.DOTALL)
    return str(block)


def test_the_readmes_pandas_runs(served: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec(example("python").replace("http://127.0.0.1:8000", served), {})
    said = capsys.readouterr().out
    assert re.search(r"Imran Khan +RUS +2", said), said
    assert "Sergey Lavrov" in said


@pytest.mark.slow
def test_the_readmes_r_runs(rscript: str, served: str, tmp_path: Path) -> None:
    (tmp_path / "visits.R").write_text(example("r").replace("http://127.0.0.1:8000", served), "utf-8")
    done = subprocess.run([rscript, str(tmp_path / "visits.R")], capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert "Vladimir Putin" in done.stdout.decode()


def test_the_readmes_duckdb_runs(tables: Path) -> None:
    """On the file: over HTTP, DuckDB needs an extension that it fetches itself."""
    (found,) = duck(example("sql").replace("http://127.0.0.1:8000/dumps/latest", str(tables)))
    assert ("PAK", "RUS", "CONSULT", 7) in found, "four meetings and three visits"


def test_an_empty_release_gives_empty_tables(tmp_path: Path) -> None:
    write_tables(Store(), tmp_path, base=DEFAULT_BASE, version="1")
    for table in TABLES:
        assert (tmp_path / f"{table.name}.csv").read_text("utf-8").count("\n") == 1
        assert pq.read_table(tmp_path / f"{table.name}.parquet").num_rows == 0


def test_columns_are_described_and_named_for_programs() -> None:
    for table in TABLES:
        names = [column.name for column in table.columns]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names), names
        assert all(column.description.endswith(".") for column in table.columns)
        assert {reference.column for reference in table.references} <= set(names)
        assert {reference.table for reference in table.references} <= {"actors"}
    assert pa.types.is_int32(schema(ACTORS).field("cow_number").type)
