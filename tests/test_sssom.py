"""SSSOM/TSV: what is written is read back, in one canonical form, and what is malformed is said with its line."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import InputError
from kg.sssom import BUILT_IN, SLOTS, Mapping, MappingSet, expand, read, write

SKOS, SEMAPV = BUILT_IN["skos"], BUILT_IN["semapv"]
ANA = Mapping(
    subject_id="https://w3id.org/legation/id/person/ana-petrova",
    predicate_id=f"{SKOS}exactMatch",
    object_id="http://www.wikidata.org/entity/Q900000001",
    mapping_justification=f"{SEMAPV}CompositeMatching",
    subject_label="Ana Petrova",
    mapping_tool="Legation",
    confidence=0.9505,
    comment="same name; same country",
)
HARBOUR = Mapping(
    subject_id="https://w3id.org/legation/id/place/harbour-no",
    predicate_id=f"{SKOS}closeMatch",
    object_id="https://sws.geonames.org/3143244/",
    mapping_justification=f"{SEMAPV}LexicalMatching",
    subject_label='Harbour "the\told"',
    predicate_modifier="Not",
    mapping_tool="Legation",
)
PREFIXES = {
    "legation": "https://w3id.org/legation/id/",
    "unused": "https://unused.example/",
    "wikidata": "http://www.wikidata.org/entity/",
}
SET = MappingSet((ANA, HARBOUR), PREFIXES, {"mapping_set_id": "https://x.example/set", "mapping_set_version": "1: a"})

TEXT = """\
#curie_map:
#  legation: https://w3id.org/legation/id/
#  ns1: https://sws.geonames.org/
#  wikidata: http://www.wikidata.org/entity/
#mapping_set_id: https://x.example/set
#mapping_set_version: '1: a'
#mapping_tool: Legation
subject_id\tsubject_label\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification\tconfidence\tcomment
legation:person/ana-petrova\tAna Petrova\tskos:exactMatch\t\twikidata:Q900000001\tsemapv:CompositeMatching\t0.951\tsame name; same country
legation:place/harbour-no\t"Harbour ""the\told\"""\tskos:closeMatch\tNot\tns1:3143244/\tsemapv:LexicalMatching\t\t
"""  # noqa: E501 - a row is a line


def put(folder: Path, text: str | bytes) -> Path:
    path = folder / "links.sssom.tsv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_the_canonical_form_has_sorted_rows_used_prefixes_and_what_is_shared_above() -> None:
    assert write(SET) == TEXT
    assert write(replace(SET, mappings=SET.mappings[::-1])) == TEXT


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    found = read(put(tmp_path, TEXT))
    assert found.mappings == (replace(ANA, confidence=0.951), HARBOUR)
    assert found.metadata == SET.metadata
    assert [mapping.line for mapping in found.mappings] == [9, 10]
    assert write(found) == TEXT


def test_a_file_to_add_to_keeps_what_is_shared_in_its_rows() -> None:
    text = write(SET, condense=False)
    assert "#mapping_tool" not in text
    assert text.count("Legation\t") == 2


def test_columns_that_people_fill_survive_and_unknown_ones_do_not(tmp_path: Path) -> None:
    text = TEXT.replace("\tcomment", "\tauthor_id\tmood").replace("same name; same country", "orcid:0000-0001\tgood")
    found = read(put(tmp_path, text.replace("#curie_map:", "#curie_map:\n#  orcid: https://orcid.org/")))
    assert found.mappings[0].others == (("author_id", "orcid:0000-0001"),)
    again = write(found)
    assert "#  orcid: https://orcid.org/" in again
    assert "orcid:0000-0001" in again
    assert "mood" not in again


def test_a_shared_value_counts_only_where_no_row_has_its_own(tmp_path: Path) -> None:
    """Section "Propagation"."""
    plain = "subject_id\tpredicate_id\tobject_id\tmapping_justification\tmapping_tool\n"
    row = "skos:a\tskos:exactMatch\tskos:b\tsemapv:LexicalMatching\t"
    header = "#mapping_tool: shared\n"
    assert [m.mapping_tool for m in read(put(tmp_path, f"{header}{plain}{row}\n{row}\n")).mappings] == ["shared"] * 2
    assert [m.mapping_tool for m in read(put(tmp_path, f"{header}{plain}{row}\n{row}mine\n")).mappings] == ["", "mine"]


def test_what_editors_do_to_a_file_is_forgiven(tmp_path: Path) -> None:
    windows = "\ufeff" + TEXT.rstrip("\n").replace("\t\t\n", "\n").replace("\n", "\r\n") + "\r\n\r\n\t\t\t\r\n"
    assert read(put(tmp_path, windows)).mappings == read(put(tmp_path, TEXT)).mappings


ROW = "skos:a\tskos:exactMatch\tskos:b\tsemapv:LexicalMatching"
HEAD = "subject_id\tpredicate_id\tobject_id\tmapping_justification"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"line 1: there is no column subject_id"),
        ("subject_id\tobject_id\n", r"line 1: there is no column predicate_id"),
        (f"{HEAD}\n{ROW}\textra\n", r"line 2: more cells than the 4 columns"),
        (f"{HEAD}\n{ROW}\n\tskos:exactMatch\tskos:b\tsemapv:LexicalMatching\n", r"line 3: subject_id is empty"),
        (f"#license: x\n{HEAD}\n{ROW.replace('skos:b', 'other:b')}\n", r"line 3: object_id 'other:b' has no prefix"),
        (f"{HEAD}\n{ROW.replace('skos:b', 'https://x.example/b')}\n", r"'https://x.example/b' has no prefix"),
        (f"{HEAD}\n{ROW.replace('skos:b', 'skos:b c')}\n", r"line 2: object_id 'skos:b c' has no prefix"),
        (f"{HEAD}\tconfidence\n{ROW}\tquite\n", r"line 2: confidence 'quite' is no number from 0 to 1"),
        (f"{HEAD}\tconfidence\n{ROW}\t1.5\n", r"confidence '1.5'"),
        (f"{HEAD}\tconfidence\n{ROW}\tnan\n", r"confidence 'nan'"),
        (f"{HEAD}\tpredicate_modifier\n{ROW}\tnot\n", r"line 2: predicate_modifier may only be Not"),
        (f'{HEAD}\tcomment\n{ROW}\t"open\n', r"line 2: not a table with tabs"),
        (f'{HEAD}\tcomment\n{ROW}\t"a"b\n', r"line 2: not a table with tabs"),
        (f"#curie_map: [\n{HEAD}\n{ROW}\n", r"the lines that begin with # are no YAML"),
        (f"#just words\n{HEAD}\n{ROW}\n", r"line 1: the lines that begin with # hold no names with values"),
        (f"#curie_map: x\n{HEAD}\n{ROW}\n", r"curie_map is no list of prefixes"),
        (f"#curie_map:\n#  a: 3\n{HEAD}\n{ROW}\n", r"curie_map is no list of prefixes"),
        (f"#a: !!python/object:os.system x\n{HEAD}\n{ROW}\n", r"are no YAML"),
    ],
)
def test_a_malformed_file_is_told_with_its_line_and_what_to_do(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as refused:
        read(put(tmp_path, text))
    assert str(refused.value).startswith(f"{tmp_path}/links.sssom.tsv")
    assert "move the file away and make it anew with: legation link" in str(refused.value)


@pytest.mark.parametrize("data", [b"\xff\xfe", "é".encode("latin-1")])
def test_another_encoding_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(InputError, match="give a UTF-8 file"):
        read(put(tmp_path, data))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.tsv: cannot be read"):
        read(tmp_path / "none.tsv")


def test_the_longest_prefix_is_taken() -> None:
    prefixes = {"a": "https://x.example/", "b": "https://x.example/id/"}
    text = write(MappingSet((replace(ANA, object_id="https://x.example/id/7"),), {**PREFIXES, **prefixes}))
    assert "\tb:7\t" in text
    assert "#  a:" not in text
    assert expand("b:7", prefixes) == "https://x.example/id/7"
    assert expand("c:7", prefixes) is expand("7", prefixes) is None


words = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters='\t\n"\u2028\x85'), max_size=20)
local = st.text("abcXYZ019-_./%", min_size=1, max_size=12)


@given(
    rows=st.lists(
        st.builds(
            Mapping,
            subject_id=local.map("https://w3id.org/legation/id/".__add__),
            predicate_id=st.sampled_from([f"{SKOS}exactMatch", f"{SKOS}closeMatch"]),
            object_id=st.tuples(st.sampled_from(["https://a.example/", "https://b.example/x#"]), local).map("".join),
            mapping_justification=st.just(f"{SEMAPV}LexicalMatching"),
            subject_label=words.map(str.strip),
            comment=words.map(str.strip),
            confidence=st.none() | st.integers(0, 1000).map(lambda n: n / 1000),
            others=st.lists(st.tuples(st.just("author_label"), words.map(str.strip).filter(bool)), max_size=1).map(
                tuple
            ),
        ),
        max_size=6,
    ),
    condense=st.booleans(),
)
def test_whatever_is_written_is_read_back_and_written_the_same(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Mapping], condense: bool
) -> None:
    shuffled = random.Random(3).sample(rows, len(rows))
    text = write(MappingSet(tuple(rows), PREFIXES), condense=condense)
    assert write(MappingSet(tuple(shuffled), PREFIXES), condense=condense) == text
    found = read(put(tmp_path_factory.mktemp("set"), text))
    assert sorted(map(repr, (replace(one, line=0) for one in found.mappings))) == sorted(map(repr, rows))


def test_every_sort_of_line_break_in_a_name_becomes_one(tmp_path: Path) -> None:
    text = write(MappingSet((replace(ANA, subject_label="Ana\r\nof\rHarbour"),), PREFIXES))
    assert read(put(tmp_path, text)).mappings[0].subject_label == "Ana\nof\nHarbour"


def test_slots_are_in_canonical_order_and_distinct() -> None:
    assert len(set(SLOTS)) == len(SLOTS) == 50
    assert SLOTS.index("subject_id") < SLOTS.index("predicate_id") < SLOTS.index("object_id") < SLOTS.index("comment")
