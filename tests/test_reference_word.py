"""The facts about Word files and headers are checked when they are loaded, and the wrong entry is named."""

import copy
from typing import Any

import pytest

from pipeline.errors import ReferenceDataError
from pipeline.reference import headers, load_header_words, load_word_facts, wordfiles
from pipeline.reference.tables import read_table


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"bookmarks": {"dnum": "number"}}, "no field 'number'"),
        ({"styles": []}, "styles must be a list"),
        ({"note_marks": [7]}, "note_marks must be a list"),
        ({"symbol_runs": {"GG": "a"}}, "'GG' is no code"),
        ({"symbol_runs": {"20": "ab", "21": "c"}}, "21 overlaps"),
        ({"symbol_runs": {"F0": "a" * 40}}, "F0 overlaps"),
    ],
)
def test_a_wrong_fact_about_word_files_is_named(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], words: str
) -> None:
    data = read_table("word.toml") | change
    monkeypatch.setattr(wordfiles, "read_table", lambda _: data)
    with pytest.raises(ReferenceDataError, match=words):
        load_word_facts.__wrapped__()


@pytest.mark.parametrize(
    ("language", "key", "value", "words"),
    [
        ("fr", "agenda", None, "fr: agenda"),
        ("es", "languages", ["inglés"], "es: languages must be 6 names"),
        ("ru", "document", ["Документ"], "ru: document must be a list of texts in small letters"),
    ],
)
def test_a_wrong_header_word_is_named(
    monkeypatch: pytest.MonkeyPatch, language: str, key: str, value: object, words: str
) -> None:
    data = copy.deepcopy(read_table("headers.toml"))
    data[language][key] = value
    monkeypatch.setattr(headers, "read_table", lambda _: data)
    with pytest.raises(ReferenceDataError, match=words):
        load_header_words.__wrapped__()


def test_symbols_fields_and_styles_as_they_stand() -> None:
    facts = load_word_facts()
    assert (facts.symbols[0xB7], facts.symbols[0xD3], facts.symbols[0x61], facts.symbols[0x2D]) == ("•", "©", "α", "–")
    assert facts.header_field("dtitle1") == "title"
    assert facts.header_field("_GoBack") is None
    assert facts.knows_style("Res_No")
    assert not facts.knows_style("Normal")
