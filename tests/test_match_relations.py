"""Faults in actions, conflicts, reports, deadlines, procedural titles and candidates, each with its test."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.domain import Clause, Overlap, Part, Relation, Resolution, ResolutionId, Section, Span
from pipeline.errors import ModelError, ReferenceDataError
from pipeline.match import background, find_overlaps
from pipeline.match.candidates import candidate_pairs, compared_clauses
from pipeline.match.mandates import ComparedMandate, contradict, read_mandate
from pipeline.match.tokens import Vocabulary, WordedClause, word_clause
from pipeline.reference import are_parallel, find_deadline, load_scoring, scoring
from pipeline.segment.actors import find_addressees
from pipeline.segment.mandates import with_mandates


def text_of(name: str, text: str, call: str = "instructs the Director of BDT", title: str = "") -> Resolution:
    """A text with one clause."""
    clause = Clause(
        f"{name}#x.1", Part.OPERATIVE, call, "1", ("1",), text, Span(0, len(text)), None, find_addressees(call).actors
    )
    section = Section(call, "x", "instructs", Part.OPERATIVE, Span(0, 0), (clause,))
    return with_mandates(Resolution(ResolutionId.parse(name), title, "en", "doc/x", "", Span(0, 0), (section,)))


def worded(text: str, call: str = "instructs the Director of BDT", name: str = "pp/res/901@2018") -> WordedClause:
    resolution = text_of(name, text, call)
    return word_clause(next(resolution.clauses), resolution, (), Vocabulary(10, {}))


def mandate(text: str, call: str = "instructs the Director of BDT") -> ComparedMandate:
    return read_mandate(worded(text, call))


def relations(*texts: Resolution) -> set[Relation]:
    """What the matcher says of texts whose clauses mean the same."""
    ids = [c.id for t in texts for c in t.clauses]
    rng = np.random.default_rng(1).standard_normal(384).astype(np.float32)
    vectors = np.tile(rng / np.linalg.norm(rng), (len(ids), 1)).astype(np.float32)
    found: tuple[Overlap, ...] = find_overlaps(texts, vectors, {name: i for i, name in enumerate(ids)}).overlaps
    return {o.relation for o in found}


def test_the_same_words_are_no_conflict() -> None:
    text = "to increase awareness of tariffs among travellers and to reduce roaming charges in border regions"
    found = relations(text_of("pp/res/901@2018", text), text_of("wtdc/res/951@2022", text))
    assert found == {Relation.VERB}


def test_opposites_are_whole_words_about_one_thing() -> None:
    keep = "to hold the register of cable faults confidential"
    assert contradict(mandate(keep), mandate("to begin the publication of the register of cable faults")) == ""
    assert "confidential" in contradict(mandate(keep), mandate("to make the register of cable faults public"))
    awareness = "to increase awareness of roaming tariffs among travellers"
    assert contradict(mandate(awareness), mandate("to reduce charges that travellers pay for roaming tariffs")) == ""


@pytest.mark.parametrize(
    "text",
    ["to close the gender gap", "to transfer knowledge to operators", "to remove barriers to entry", "to reduce costs"],
)
def test_closing_a_gap_ends_no_activity(text: str) -> None:
    assert not mandate(text).mandate.ends
    assert mandate(text).action != "stop"


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("to delete from the log of cable faults every entry", "log"),
        ("to discontinue the bulletin", "bulletin"),
        ("to close all existing databases", "database"),
    ],
)
def test_ending_a_kept_thing_is_read(text: str, thing: str) -> None:
    assert thing in mandate(text).mandate.ends
    assert mandate(text).action == "stop"


def test_procedural_titles_are_no_parts_of_words() -> None:
    def pair(one: str, other: str) -> bool:
        return are_parallel(
            text_of("wtsa/res/961@2024", "x", title=one), text_of("wtdc/res/951@2025", "x", title=other)
        )

    assert not pair("Protection of the infrastructure of submarine cables", "Infrastructure of submarine cables")
    assert not pair("Selection of sites for relays", "Selection of sites for masts")
    assert pair("Authority of the advisory group", "Role of the advisory group between conferences")


@pytest.mark.parametrize(
    "text",
    [
        "to publish the report on cable faults",
        "to study technical reports on cable faults",
        "to organize workshops on the reporting of outages to operators",
        "to submit contributions to the study groups",
    ],
)
def test_a_clause_with_the_word_report_is_no_duty_to_report(text: str) -> None:
    assert not mandate(text).is_report


@pytest.mark.parametrize(
    "text",
    [
        "to report annually to the Council",
        "to report every year on cable faults",
        "to submit to TDAG a report on cable faults",
        "to provide a report on the implementation of this resolution",
        "to inform the Council of the outcome",
    ],
)
def test_a_duty_to_report_has_a_recipient_a_cycle_or_the_formula(text: str) -> None:
    assert mandate(text).is_report


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("the plan approved by Council 2017", None),
        ("as agreed by the 2018 Plenipotentiary Conference", None),
        ("the group established by WTDC 2022, to finish by 2027", 2027),
        ("to publish the first list by 2027", 2027),
        ("the standard, to be approved by the end of 2027", 2027),
        ("to be finished by 31 December 2023", 2023),
    ],
)
def test_who_adopted_a_text_is_no_deadline(text: str, year: int | None) -> None:
    assert find_deadline(text) == year


def test_identical_mandates_are_all_compared_and_the_cap_is_told() -> None:
    text = "to maintain a public register of community charging points in every district"
    texts = [text_of(f"wtdc/res/{n}@2025", text) for n in range(901, 1001)]
    clauses = [word_clause(c, t, (), Vocabulary(10, {})) for t in texts for c in t.clauses]
    vectors = np.ones((100, 4), dtype=np.float32) / 2
    found = candidate_pairs(compared_clauses(clauses, vectors))
    assert len(found.pairs) == 100 * 99 / 2
    assert found.capped == 100
    ids = [c.clause.id for c in clauses]
    result = find_overlaps(texts, np.eye(100, 384, dtype=np.float32), {name: i for i, name in enumerate(ids)})
    assert any("100 clauses" in limit for limit in result.limits)


def test_a_background_of_another_model_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    background.load_background.cache_clear()
    monkeypatch.setattr(background, "_model_digest", lambda: "0" * 64)
    with pytest.raises(ModelError, match="rebuild it"):
        background.load_background()
    background.load_background.cache_clear()


def test_a_threshold_missing_from_the_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    data = scoring.read_table("scoring.toml")
    del data["features"]["voice"]
    load_scoring.cache_clear()
    monkeypatch.setattr(scoring, "read_table", lambda _: data)
    with pytest.raises(ReferenceDataError, match="features has a value too many or too few"):
        load_scoring()
    monkeypatch.undo()
    load_scoring.cache_clear()
    assert replace(load_scoring(), version="x").features.voice > 0
