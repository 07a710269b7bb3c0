"""Reading: every format, what a record becomes, and that bad input is refused by name while the rest is read."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from kg.article import read_inputs
from kg.article.language import foreign_language
from kg.records import Article, Refusal

REFUSED = Path(__file__).parent / "cases_input" / "refused"
OPEN = Path(__file__).parent / "corpus" / "open"
MET = "Petrova met Dahl in Paris on Friday and said that the bridge would open in May."


def split(paths: Sequence[Path]) -> tuple[list[Article], list[Refusal]]:
    found = list(read_inputs(paths))
    return [one for one in found if isinstance(one, Article)], [one for one in found if isinstance(one, Refusal)]


def one(path: Path) -> Article:
    articles, refusals = split([path])
    assert refusals == []
    assert len(articles) == 1
    return articles[0]


def refusal(path: Path) -> Refusal:
    articles, refusals = split([path])
    assert articles == []
    assert len(refusals) == 1
    return refusals[0]


def write(path: Path, content: object) -> Path:
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8", newline="")
    return path


# ---- bad input

EXPECTED = {
    "bad_address.json": ("not an address: 'courier.example/bridge'", "https://"),
    "blank.txt": ("no letters", "leave it out"),
    "broken.json": ("not JSON: Expecting ',' delimiter at line 3, column 2", "correct"),
    "document.txt": ("a PDF", "pdftotext"),
    "empty.txt": ("empty", "leave it out"),
    "empty_page.html": ("the text is empty", "give its text"),
    "french.txt": ("language 'fr'", "translate"),
    "german.json": ('"lang" is "de"', "translation"),
    "half_metadata.json": ("not JSON", "correct"),
    "half_metadata.txt": ("metadata in half_metadata.json", "remove that file"),
    "lines.jsonl:3 (id j2)": ('no "text"', "give the article's text"),
    "lines.jsonl:4": ("not JSON: Expecting value at column 21", "correct"),
    "lines.jsonl:5": ("a list, not an object", '"text"'),
    "list.json, item 2": ("text, not an object", '"text"'),
    "list.json, item 3 (id l3)": ('no "text"', "give the article's text"),
    "no_text.json": ('no "text"', "give the article's text"),
    "notes.docx": ('of the kind ".docx"', ".jsonl"),
    "number.json": ("a number, not an object", '"text"'),
    "pages.warc.gz": ("WARC", ".html"),
    "picture.txt": ("a picture", "leave it out"),
    "punctuation.txt": ("no letters", "leave it out"),
    "utf16.txt": ("UTF-16", "iconv -f UTF-16"),
    "windows_1252.txt": ("not UTF-8: byte 0xe9 at offset 18", "iconv"),
    "wrong_date.json": ("not a date: 'last Friday'", "2022-05-18"),
    "wrong_type.json": ('"text" is a list', "quotation marks"),
    "zeros.txt": ("byte 0x00 at offset 10", "give"),
}


def test_every_bad_input_is_refused_by_name_and_the_others_are_read() -> None:
    articles, refusals = split([REFUSED])
    found = {refused.source.removeprefix(f"{REFUSED}{os.sep}"): refused for refused in refusals}
    assert sorted(found) == sorted(EXPECTED)
    assert [article.id for article in articles] == ["good", "j1", "j4", "l1"]
    for source, (reason, remedy) in EXPECTED.items():
        assert reason in found[source].reason, source
        assert remedy in found[source].remedy, source


def test_a_line_of_five_megabytes_is_refused_and_the_next_is_read(tmp_path: Path) -> None:
    long = json.dumps({"id": "long", "text": "The envoys met. " * 330_000})
    path = write(tmp_path / "news.jsonl", long + "\n" + json.dumps({"id": "next", "text": MET}) + "\n")
    articles, refusals = split([path])
    assert [article.id for article in articles] == ["next"]
    assert refusals[0].source == f"{path}:1 (id long)"
    assert "5,280,000 characters, more than 1,000,000" in refusals[0].reason
    assert "split it" in refusals[0].remedy


def test_a_line_too_long_to_be_held_is_passed_by(tmp_path: Path) -> None:
    path = write(tmp_path / "news.jsonl", "x" * 17 * 2**20 + "\n" + json.dumps({"id": "next", "text": MET}))
    articles, refusals = split([path])
    assert [article.id for article in articles] == ["next"]
    assert [refused.source for refused in refusals] == [f"{path}:1"]
    assert "16,777,216 bytes" in refusals[0].reason


def test_a_text_of_too_many_lines_is_refused(tmp_path: Path) -> None:
    assert "30,000 lines, more than 20,000" in refusal(write(tmp_path / "a.txt", "Met.\r\n" * 30_000)).reason


def test_a_missing_path_is_refused_and_the_others_are_read(tmp_path: Path) -> None:
    articles, refusals = split([tmp_path / "nowhere.txt", write(tmp_path / "here.txt", MET)])
    assert [article.id for article in articles] == ["here"]
    assert refusals == [Refusal(str(tmp_path / "nowhere.txt"), "there is no such file or folder", "check the name")]


def test_what_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    _, refusals = split([tmp_path])
    assert [Path(refused.source).name for refused in refusals] == ["loop.txt", "pipe.txt"]
    assert "neither a file nor a folder" in refusals[1].reason


def test_a_damaged_archive_gives_what_comes_before_the_damage(tmp_path: Path) -> None:
    lines = "".join(json.dumps({"id": f"a{n}", "text": f"{MET} {os.urandom(40).hex()}"}) + "\n" for n in range(500))
    whole = gzip.compress(lines.encode("utf-8"))
    articles, refusals = split([write(tmp_path / "news.jsonl.gz", whole[: len(whole) // 2])])
    assert 0 < len(articles) < 500
    assert len(refusals) == 1
    assert "damaged after line" in refusals[0].reason
    assert "damaged" in refusal(write(tmp_path / "no.jsonl.gz", b"not gzip at all")).reason


def test_json_beyond_reason_is_refused(tmp_path: Path) -> None:
    assert "cannot be read as JSON" in refusal(write(tmp_path / "deep.json", "[" * 100_000)).reason
    assert (
        "half a surrogate pair at character 4"
        in refusal(write(tmp_path / "half.json", '{"id": "h", "text": "Met \\ud800 in Paris."}')).reason
    )
    assert "U+0000 at 3" in refusal(write(tmp_path / "zero.json", '{"id": "z", "text": "Met\\u0000 him."}')).reason
    assert "empty" in refusal(write(tmp_path / "none.jsonl", "")).reason
    assert "no article" in refusal(write(tmp_path / "none.json", "[]")).reason


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path).reason == "the folder is empty"


@pytest.mark.parametrize("name", ["a\u0000b", "a\nb", "x" * 201])
def test_an_id_that_cannot_be_shown_is_refused(tmp_path: Path, name: str) -> None:
    assert "its id" in refusal(write(tmp_path / "a.json", {"id": name, "text": MET})).reason


# ---- what a record becomes


def test_text_is_kept_as_given(tmp_path: Path) -> None:
    text = "Envoys meet\r\n\r\n\tPARIS: They met.\u00a0\u200f \r\n"
    article = one(write(tmp_path / "a.b.txt", b"\xef\xbb\xbf" + text.encode("utf-8")))
    assert article.text == text
    assert article.id == "a.b"
    assert article.title == "Envoys meet"


def test_every_field_of_a_record_is_read(tmp_path: Path) -> None:
    fields = {
        "id": 7,
        "url": "https://courier.example/bridge?id=7",
        "title": "Envoys meet",
        "text": MET,
        "published": "2011-03-04T23:30:00-05:00",
        "publisher": "The Courier",
        "authors": ["Vera Anders", "Tom Beck"],
        "lang": "en-GB",
        "section": "world",
    }
    article = one(write(tmp_path / "a.json", fields))
    assert article == Article(
        id="7",
        text=MET,
        sha256=article.sha256,
        title="Envoys meet",
        url="https://courier.example/bridge?id=7",
        published=date(2011, 3, 4),
        date_source="metadata",
        publisher="The Courier",
        authors=("Vera Anders", "Tom Beck"),
        lang="en-GB",
    )


@pytest.mark.parametrize(
    "published", ["2011-03-04", "2011-03-04T09:00:00Z", "20110304", "Fri, 04 Mar 2011 09:00:00 +0100", " 2011-03-04 "]
)
def test_dates_of_publication_in_several_forms(tmp_path: Path, published: str) -> None:
    assert one(write(tmp_path / "a.json", {"text": MET, "published": published})).published == date(2011, 3, 4)


@pytest.mark.parametrize(
    ("text", "published", "source"),
    [
        (f"Envoys meet\n\nVera Anders May 23, 2022\n\n{MET}", date(2022, 5, 23), "byline"),
        (f"Envoys meet\n\nPARIS, 4 March 2011 - {MET}", date(2011, 3, 4), "dateline"),
        (f"Envoys meet\n\nPARIS, March 4 - {MET}", None, "none"),
    ],
)
def test_without_metadata_the_date_is_the_texts(tmp_path: Path, text: str, published: date | None, source: str) -> None:
    article = one(write(tmp_path / "a.txt", text))
    assert (article.published, article.date_source) == (published, source)
    known = one(write(tmp_path / "b.json", {"text": text, "published": "1999-01-01"}))
    assert (known.published, known.date_source) == (date(1999, 1, 1), "metadata")


def test_the_hash_is_of_what_matters(tmp_path: Path) -> None:
    def of(name: str, **fields: object) -> str:
        return one(write(tmp_path / f"{name}.json", {"text": MET, **fields})).sha256

    plain = of("a")
    assert of("b", id="other", section="world") == plain
    assert of("c", published="2011-03-04") != plain
    assert of("d", url="https://courier.example/") != plain
    assert one(write(tmp_path / "e.txt", MET)).sha256 == plain
    assert one(write(tmp_path / "f.txt", MET + "\n")).sha256 != plain
    assert plain == "742b3df984b8c14c86f5768c5959d3df5b6c5fb1a75c40dca89205630050149d"


def test_a_record_without_id_gets_the_same_one_wherever_it_stands(tmp_path: Path) -> None:
    first, second = {"text": MET}, {"text": "Dahl flew home on Sunday.", "url": "https://courier.example/home"}
    ids = [article.id for article in split([write(tmp_path / "a.json", [first, second])])[0]]
    turned = [article.id for article in split([write(tmp_path / "b.json", [second, first])])[0]]
    assert ids == turned[::-1]
    assert len(set(ids)) == 2
    moved = one(write(tmp_path / "c.jsonl", json.dumps({**second, "text": "Dahl flew home on Monday."})))
    assert moved.id == ids[1]


# ---- files and folders


def test_lines_compressed_and_not(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps({"id": name, "text": MET}) for name in ("a", "b")) + "\n\n"
    write(tmp_path / "news.jsonl", lines)
    write(tmp_path / "NEWS.JSONL.GZ", gzip.compress(lines.encode("utf-8")))
    for name in ("news.jsonl", "NEWS.JSONL.GZ"):
        assert [article.id for article in split([tmp_path / name])[0]] == ["a", "b"]


def test_folders_are_read_in_order_without_hidden_files_and_nothing_twice(tmp_path: Path) -> None:
    (tmp_path / "b" / "deep").mkdir(parents=True)
    for name in ("c.txt", "a.txt", "b/z.txt", "b/deep/y.txt", ".hidden.txt", "__init__.py"):
        write(tmp_path / name, MET)
    (tmp_path / "b" / "round").symlink_to(tmp_path)
    articles, refusals = split([tmp_path, tmp_path / "a.txt", tmp_path / "b" / ".." / "c.txt"])
    assert refusals == []
    assert [article.id for article in articles] == ["a", "y", "z", "c"]


def test_json_beside_a_text_is_its_metadata(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", MET)
    write(tmp_path / "a.json", {"published": "2011-03-04", "title": None, "actors": [1], "url": ""})
    write(tmp_path / "a.coref.json", {"mentions": []})
    write(tmp_path / "b.txt", MET)
    write(tmp_path / "b.json", {"text": "Dahl flew home on Sunday.", "id": "own"})
    articles, refusals = split([tmp_path])
    assert refusals == []
    assert [(article.id, article.published) for article in articles] == [
        ("a", date(2011, 3, 4)),
        ("own", None),
        ("b", None),
    ]
    assert one(tmp_path / "a.txt").title is None


def test_the_open_corpus_is_read_with_its_dates() -> None:
    articles, refusals = split([OPEN])
    assert refusals == []
    assert len(articles) == len(list(OPEN.glob("*.txt"))) >= 260
    for article in articles:
        gold = json.loads((OPEN / f"{article.id}.json").read_text("utf-8"))
        if gold["published"]:
            assert (article.published, article.date_source) == (date.fromisoformat(gold["published"]), "metadata")
        else:
            assert article.date_source != "metadata"
        assert article.text == (OPEN / f"{article.id}.txt").read_bytes().decode("utf-8")


PAGE = f"""<!doctype html><html><head><title>Envoys meet in Paris | The Courier</title>
<meta property="article:published_time" content="2011-03-04T09:00:00+00:00"><meta name="author" content="Vera Anders">
<meta property="og:site_name" content="The Courier"><link rel="canonical" href="https://courier.example/bridge"></head>
<body><nav><a href="/">Home</a></nav><article><h1>Envoys meet in Paris</h1><p>{MET} The price of fish was not discussed,
an aide said.</p><p>“We have found the key,” Petrova told reporters.</p></article>
<section class="comments"><p>Tom: I should have gone by boat.</p></section><footer>© The Courier</footer></body></html>
"""


def test_a_page_gives_its_article_and_metadata(tmp_path: Path) -> None:
    article = one(write(tmp_path / "page.html", PAGE))
    assert article.id == "page"
    assert article.title == "Envoys meet in Paris"
    assert article.published == date(2011, 3, 4)
    assert article.publisher == "The Courier"
    assert article.authors == ("Vera Anders",)
    assert article.url == "https://courier.example/bridge"
    assert MET in article.text
    assert "“We have found the key,” Petrova told reporters." in article.text.split("\n")
    assert not any(word in article.text for word in ("Home", "boat", "©"))


def test_a_pages_own_bad_address_does_not_stop_it(tmp_path: Path) -> None:
    page = PAGE.replace("https://courier.example/bridge", "/bridge?a=<b>")
    assert one(write(tmp_path / "page.html", page)).url is None


def test_a_records_own_fields_go_before_the_pages(tmp_path: Path) -> None:
    fields = {"id": "p", "html": PAGE, "published": "2011-03-05", "title": "", "text": None}
    article = one(write(tmp_path / "page.json", fields))
    assert (article.id, article.published, article.title) == ("p", date(2011, 3, 5), "Envoys meet in Paris")


# ---- language


@pytest.mark.parametrize(
    "text",
    [
        "Lavrov visita Caracas",
        "MOSCOW",
        "Blinken meets Dar",
        "PUTIN ET MACRON: LE DUEL",
        "President Luiz Inácio Lula da Silva was received at the Casa Rosada by Alberto Fernández.",
        "Qian Qichen, Li Peng, Jiang Zemin, Deng Xiaoping and Zhao Ziyang met Mikhail Gorbachev. " * 5,
    ],
)
def test_short_or_foreign_sounding_english_is_read(text: str) -> None:
    assert foreign_language(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Le président français est arrivé lundi à Berlin pour rencontrer le chancelier allemand.", "fr"),
        ("Die Außenministerin reist am Montag nach Kiew und wird dort den Präsidenten treffen. " * 4, "de"),
        ("Министр иностранных дел прибыл в Москву для переговоров с президентом.", "ru"),
        ("وصل وزير الخارجية إلى القاهرة يوم الجمعة لإجراء محادثات مع نظيره المصري. " * 5, "ar"),
        ("qwrtp zxcvb " * 60, "zxx"),
    ],
)
def test_other_languages_are_named(text: str, code: str) -> None:
    assert foreign_language(text) == code
