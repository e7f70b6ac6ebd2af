"""Labelled clause pairs: what a list must hold, and what its figures say."""

from dataclasses import replace
from pathlib import Path

import pytest

from flows.cli.app import app
from flows.cli.failures import Guard
from pipeline.domain import Evidence, Overlap, Relation
from pipeline.errors import InputError
from pipeline.evaluate import read_pairs, score_pairs

HEAD = "pair_id,level,left,right,expected,family,split\n"
SAME = "a,clause,pp/res/901@2022#instructs-sg.1,wtsa/res/920@2024#instructs-dir-tsb.1,SAME-ACT,{family},{split}\n"
NONE = "b,clause,pp/res/901@2022#instructs-sg.2,wtdc/res/921@2025#instructs-dir-bdt.2,NONE,{family},{split}\n"
EDITION = "c,clause,pp/res/901@2018#resolves.1,pp/res/901@2022#resolves.1,REV,{family},{split}\n"
WHOLE = "d,resolution,pp/res/901@2022,wtsa/res/920@2024,SUB,{family},{split}\n"


def listed(*rows: str, family: str = "kites", split: str = "dev") -> str:
    return HEAD + "".join(row.format(family=family, split=split) for row in rows)


def overlap(relation: Relation, probability: float) -> Overlap:
    return Overlap("o-1", "l", "r", relation, probability, 0.5, 0.5, 0.5, 0.5, Evidence(0.0, (), ()))


def test_rows_on_whole_texts_and_of_other_splits_are_left_out() -> None:
    text = listed(SAME, WHOLE) + listed(NONE, split="test").removeprefix(HEAD)
    assert [row.expected for row in read_pairs(text, "gold.csv")] == [Relation.SAME_ACT, Relation.NONE]
    assert [row.expected for row in read_pairs(text, "gold.csv", "test")] == [Relation.NONE]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("left,right\n", "line 1: the column expected is missing"),
        (listed(SAME).replace("SAME-ACT", "ALIKE"), "line 2: 'ALIKE' is not a valid Relation"),
        (listed(SAME).replace("pp/res/901", "Resolution 901"), "line 2: "),
        (listed(WHOLE), "holds no clause pair"),
    ],
)
def test_a_list_that_cannot_be_used_says_where_and_why(text: str, said: str) -> None:
    with pytest.raises(InputError, match=r"gold\.csv") as raised:
        read_pairs(text, "gold.csv")
    assert said in str(raised.value)


def test_right_answers_give_one_and_editions_are_settled_by_lineage() -> None:
    rows = read_pairs(listed(SAME, NONE, EDITION), "gold.csv")
    found = [overlap(Relation.SAME_ACT, 0.99), overlap(Relation.NONE, 0.01), overlap(Relation.VERB, 0.9)]
    result = score_pairs(rows, found, 0.5, 10)
    assert result.headline.name == "relation F1"
    assert result.headline.value == 1.0
    assert {m.name: round(m.value, 2) for m in result.measures}["overlap, calibration error"] == 0.01
    assert result.differences == ()


def test_a_wrong_relation_is_listed_and_lowers_two_relations() -> None:
    rows = read_pairs(listed(SAME, NONE) + listed(SAME, NONE, family="drums").removeprefix(HEAD), "gold.csv")
    right = [overlap(Relation.SAME_ACT, 0.9), overlap(Relation.NONE, 0.1)]
    wrong = [overlap(Relation.NONE, 0.2), overlap(Relation.NONE, 0.1)]
    result = score_pairs(rows, [*right, *wrong], 0.5, 10)
    values = {m.name: m.value for m in result.measures}
    assert values["overlap, F1"] == pytest.approx(2 / 3)
    assert values["relation F1"] == pytest.approx((2 / 3 + 4 / 5) / 2)
    (difference,) = result.differences
    assert (difference.expected, difference.found, difference.line) == ("SAME-ACT", "NONE", 4)
    assert result.headline.low is not None


def test_one_family_alone_has_no_interval() -> None:
    rows = read_pairs(listed(SAME), "gold.csv")
    result = score_pairs(rows, [replace(overlap(Relation.SAME_ACT, 0.9), id="o-2")], 0.5, 10)
    assert result.headline.low is None


def test_a_clause_that_no_text_holds_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("gold.csv").write_text(listed(SAME), encoding="utf-8")
    texts = Path(__file__).resolve().parents[1] / "corpus" / "sample" / "S-RES-CL.1902-2023-E.txt"
    arguments = ["evaluate", "pairs", "gold.csv", "--texts", str(texts)]
    assert Guard().run(lambda: app(args=arguments, prog_name="overlap")) == 4
    assert "gold.csv, line 2: no text holds the clause pp/res/901@2022#instructs-sg.1" in capfd.readouterr().err
