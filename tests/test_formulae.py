"""The bank of formula language in six languages, a workplace's own file, and the commands that keep it."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.cli import failures
from flows.cli.app import app
from pipeline.errors import ReferenceDataError
from pipeline.reference import (
    LANGUAGES,
    OWN_FORMULAE,
    OwnPhrase,
    formula_spans,
    load_formulae,
    mandate_text,
    own_formulae_digest,
    read_own_formulae,
    write_own_formulae,
)

_FAMILIES = {"resources", "reporting", "publicity", "continuity", "collaboration", "implementation", "importance"}


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The path of an own file that is in use and not there yet."""
    path = tmp_path / "own.toml"
    monkeypatch.setenv(OWN_FORMULAE, str(path))
    return path


def found(text: str, language: str = "en") -> list[str]:
    return [span.of(text) for span in formula_spans(text, language)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_a_bank_whose_phrases_find_themselves(language: str) -> None:
    formulae = load_formulae(language)
    assert {formula.family for formula in formulae} >= _FAMILIES
    for formula in formulae:
        for phrase in formula.written:
            if "(" in phrase or "[" in phrase or "…" in phrase:
                continue  # a pattern, or a phrase with a gap
            assert formula_spans(phrase, language), phrase


@pytest.mark.parametrize(
    ("language", "text", "formulae"),
    [
        ("en", "to keep, bearing in mind the importance of care, a log", ["bearing in mind the importance of"]),
        ("fr", "de tenir, dans la limite des ressources disponibles, un journal, selon qu’il convient",
         ["dans la limite des ressources disponibles", "selon qu’il convient"]),
        ("es", "que lleve, según proceda, un registro, y que informe anualmente al Consejo",
         ["según proceda", "que informe anualmente al Consejo"]),
        ("ru", "представлять ежегодный отчёт Совету о журнале повреждений", ["представлять ежегодный отчёт Совету"]),
        ("ar", "أن يحتفظ بسجل، في حدود الموارد المتاحة، وأن يقدّم تقريراً سنوياً إلى المجلس",
         ["في حدود الموارد المتاحة", "وأن يقدّم تقريراً سنوياً إلى المجلس"]),
        ("zh", "提请成员国注意本决议，并在现有资源范围内保存故障记录", ["提请成员国注意本决议", "在现有资源范围内"]),
    ],
)  # fmt: skip
def test_formula_language_is_found_in_six_languages(language: str, text: str, formulae: list[str]) -> None:
    assert found(text, language) == formulae


def test_a_phrase_is_no_part_of_a_word_and_a_gap_stays_in_its_sentence() -> None:
    assert found("to prolong the inter aliases of a register") == []
    assert found("提请注意。成员国随后讨论了本决议", "zh") == []


def test_a_language_without_a_bank_is_told() -> None:
    with pytest.raises(ReferenceDataError, match="no bank of formula language for 'de'"):
        load_formulae("de")


def test_own_phrases_are_added_and_entries_of_the_bank_switched_off(own: Path) -> None:
    text = "in a spirit of compromise, and bearing in mind the cost, to keep a log of faults"
    assert found(text) == ["bearing in mind"]
    assert own_formulae_digest() == ""
    write_own_formulae(
        own, [OwnPhrase("en", "In a spirit of compromise"), OwnPhrase("en", "bearing in mind", off=True)]
    )
    assert found(text) == ["in a spirit of compromise"]
    assert "spirit" not in mandate_text(text, ())
    assert len(own_formulae_digest()) == 64
    own.unlink()
    assert found(text) == ["bearing in mind"]


@given(
    st.lists(
        st.builds(
            OwnPhrase,
            st.sampled_from(LANGUAGES),
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(
                lambda t: any(map(str.isalpha, t))
            ),
            st.text(st.characters(exclude_categories=["Cs", "Cc"])),
            st.booleans(),
        )
    )
)
def test_an_own_file_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, phrases: list[OwnPhrase]
) -> None:
    path = tmp_path_factory.mktemp("own") / "own.toml"
    write_own_formulae(path, phrases)
    expected = {OwnPhrase(p.language, " ".join(p.phrase.split()), p.note, p.off) for p in phrases}
    assert set(read_own_formulae(path)) == expected
    again = path.read_bytes()
    write_own_formulae(path, phrases[::-1])
    assert sorted(path.read_bytes().split()) == sorted(again.split())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[[add]\n", "cannot be read"),
        ('[[add]]\nlanguage = "de"\nphrase = "im Rahmen"\n', "must have a language"),
        ('[[add]]\nlanguage = "en"\nphrase = "§ 1"\n', "a phrase with words"),
        ('[[plus]]\nlanguage = "en"\n', "may hold"),
        ('add = "inter alia"\n', "written as"),
    ],
)
def test_a_damaged_own_file_says_what_is_wrong(own: Path, content: str, says: str) -> None:
    own.write_text(content, encoding="utf-8")
    with pytest.raises(ReferenceDataError, match=says):
        load_formulae("en")


def call(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = failures.Guard().run(lambda: app(["formulas", *args], prog_name="overlap"))
    out = capsys.readouterr()
    return code, out.out, out.err


def test_the_commands_keep_the_own_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(OWN_FORMULAE, "")
    assert call(capsys, "add", "in a spirit of compromise", "--note", "a habit")[0] == 0
    assert call(capsys, "add", "In a  spirit of compromise")[1].startswith("Counted as formula language already")
    assert call(capsys, "remove", "bearing in mind")[1].startswith("Switched off: bearing in mind")
    code, listed, _ = call(capsys, "list", "--own", "--json")
    told = json.loads(listed)
    assert code == 0
    assert [row["phrase"] for row in told["formulas"]] == ["in a spirit of compromise"]
    assert told["off"] == [{"language": "en", "phrase": "bearing in mind"}]
    assert "bearing in mind\n" not in call(capsys, "list", "--language", "en")[1]
    assert call(capsys, "add", "bearing in mind")[1].startswith("Switched on again")
    assert call(capsys, "remove", "in a spirit of compromise")[1].startswith("Taken away")
    assert read_own_formulae(tmp_path / "overlap-formulas.toml") == ()


def test_a_wrong_request_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(OWN_FORMULAE, "")
    code, _, said = call(capsys, "remove", "a phrase that nobody uses")
    assert code == 2
    assert "overlap formulas list --language en" in said
    assert call(capsys, "add", "?!")[0] == 2
    assert call(capsys, "add", "im Rahmen", "--language", "de")[0] == 2
