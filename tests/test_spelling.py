"""How names are compared: spellings of one name meet, and different names stay apart."""

from __future__ import annotations

import pytest

from kg.spelling import normalise, plurals, skeleton, slug


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Recep Tayyip Erdoğan", "recep tayyip erdogan"),
        ("Nguyễn Phú Trọng", "nguyen phu trong"),
        ("Sana'a", "sanaa"),
        ("U.S.", "us"),
        ("Guinea-Bissau", "guinea bissau"),
        ("Lars Løkke Rasmussen", "lars lokke rasmussen"),
        ("Ilham Əliyev", "ilham aliyev"),
        ("Trinidad & Tobago", "trinidad and tobago"),
        ("  Two\n words ", "two words"),
    ],
)
def test_spellings_become_one(name: str, plain: str) -> None:
    assert normalise(name) == plain
    assert normalise(plain) == plain


def test_transliterations_share_a_skeleton() -> None:
    assert skeleton("Sergei Lavrov") == skeleton("Sergey Lavrov")
    assert skeleton("Muhammad bin Zayid") == skeleton("Mohammed bin Zayed")
    assert skeleton("Yulia Tymoshenko") == skeleton("Julia Timoshenko")
    assert skeleton("Angela Merkel") != skeleton("Olaf Scholz")


def test_slugs_and_plurals() -> None:
    assert slug("Sharm el-Sheikh") == "sharm-el-sheikh"
    assert [plurals(word)[-1] for word in ("Russian", "Frenchman", "German", "Swiss", "Dutch", "Chinese")] == [
        "Russians",
        "Frenchmen",
        "Germans",
        "Swiss",
        "Dutch",
        "Chinese",
    ]
