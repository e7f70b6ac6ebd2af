"""The versioned data files and their checks."""

from pathlib import Path

import pytest

from pipeline.domain import Body, Relation
from pipeline.errors import ReferenceDataError
from pipeline.match.features import FEATURES
from pipeline.match.judgement import load_pair_model
from pipeline.reference import load_actors, load_calls, load_conferences, load_mandate_words, load_scoring, tables


def test_conferences_resolve_city_and_year() -> None:
    conferences = load_conferences()
    assert conferences.bodies("Dubai", 2018) == (Body.PP,)
    assert conferences.bodies("dubai", 2014) == (Body.WTDC,)
    assert set(conferences.bodies("Dubai", 2012)) == {Body.WTSA, Body.WCIT}
    assert conferences.bodies("Atlantis", 2018) == ()


def test_every_feature_has_a_weight_and_every_finding_a_label() -> None:
    assert len(load_pair_model(FEATURES).points) == len(FEATURES)
    assert set(load_scoring().label_weights) == {r for r in Relation if r.is_finding}


def test_call_words_are_told_apart() -> None:
    calls = load_calls()
    assert not set(calls.preambular) & set(calls.operative)


def test_actors_have_one_phrase_each() -> None:
    phrases = [p for a in load_actors().actors for p in a.phrases]
    assert len(phrases) == len(set(phrases))
    assert all(p == p.lower() for p in phrases)


def test_action_verbs_are_known_words() -> None:
    assert {"develop", "report", "organize", "maintain"} <= set(load_mandate_words().actions.values())


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("calls.toml", "language = 'en'", "states no version"),
        (
            "calls.toml",
            "version = '1'\npreambular = ['noting']\noperative = ['noting']",
            "both preambular and operative",
        ),
        ("calls.toml", "version = '1'\npreambular = [1]", "list of words"),
        ("calls.toml", "not toml", "calls.toml"),
    ],
)
def test_a_wrong_file_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, content: str, words: str
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / name).write_text(content, encoding="utf-8")
    monkeypatch.setattr(tables, "files", lambda _: tmp_path)
    load_calls.cache_clear()
    with pytest.raises(ReferenceDataError, match=words):
        load_calls()
    load_calls.cache_clear()
