"""Formula language told from substance, phrases mined for the bank, and figures of retrieval."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import Road

from flows.cli.app import app
from flows.cli.failures import Guard
from pipeline.errors import InputError, ModelError
from pipeline.evaluate import Query, area_under_curve, average_precision, interval, read_passages, score_retrieval
from pipeline.match import passages
from pipeline.match.mining import mine_formulae, same_words
from pipeline.match.passages import Passage, fit_formula_model, formula_probability, passage_values, rarity_in
from pipeline.match.tokens import Vocabulary

VOCABULARY = Vocabulary(100, {"report": 90, "council": 95, "progress": 80, "register": 4, "charging": 2})
RARITY = rarity_in(VOCABULARY)


def probability(text: str, title: str = "") -> float:
    return formula_probability(passage_values(Passage(text, text, title, title), RARITY))


def test_a_reporting_formula_is_more_probably_formula_than_a_mandate() -> None:
    mandate = "to maintain a public register of community charging points with their voltage and opening hours"
    assert probability("to report on progress to the Council") > 0.8
    assert probability(mandate) < 0.5
    assert probability(mandate, "Registers of community charging points") < probability(mandate)


def test_a_phrase_of_the_bank_adds_nothing() -> None:
    bare = passage_values(Passage("register", "register"), RARITY)
    dressed = "register within available resources"
    assert passage_values(Passage(dressed, dressed), RARITY) == bare


def test_how_often_a_passage_occurs_is_no_feature() -> None:
    often = Vocabulary(100, VOCABULARY.document_frequency)
    passage = Passage("register of charging points", "register of charging points")
    assert passage_values(passage, rarity_in(often)) == passage_values(passage, RARITY)


def test_rarity_falls_with_the_works_that_use_a_word() -> None:
    assert RARITY("charging") > RARITY("register") > RARITY("report") >= 0
    assert RARITY("never seen") == 1


def test_a_model_learns_what_it_is_shown() -> None:
    values = np.array([[9.0, 2.3, 1.0], [8.0, 2.2, 0.7], [0.5, 0.4, 0.0], [0.2, 0.2, 0.0]] * 5)
    model = fit_formula_model(values, np.array([False, False, True, True] * 5))
    assert formula_probability((0.3, 0.3, 0.0), model) > 0.5 > formula_probability((8.5, 2.25, 0.7), model)


def test_a_model_of_other_features_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passages, "models_folder", lambda: tmp_path)
    passages.load_formula_model.cache_clear()
    with pytest.raises(ModelError, match=r"train_formula_model\.py"):
        passages.load_formula_model()
    facts = {"features": ["other"], "bias": 0, "weights": [1], "means": [0], "scales": [1]}
    (tmp_path / "formula_model.json").write_text(json.dumps(facts), encoding="utf-8")
    with pytest.raises(ModelError, match="other features"):
        passages.load_formula_model()
    passages.load_formula_model.cache_clear()


def test_candidates_are_used_by_works_of_several_bodies_and_tell_what_they_would_hide(sample_road: Road) -> None:
    texts = sample_road.settled.resolutions
    found = mine_formulae(texts, RARITY, same_words(texts))
    assert found
    said = {c.phrase: c for c in found}
    assert all(c.works >= 3 and c.bodies >= 2 and 0 <= c.probability <= 1 for c in found)
    assert any("charging point" in phrase and c.hides for phrase, c in said.items())
    fewer = mine_formulae(texts, RARITY, (), least_works=5)
    assert {c.phrase for c in fewer if c.works < 5} == set()
    assert not any(c.hides for c in fewer)


def test_editions_of_one_work_count_once(sample_road: Road) -> None:
    text = next(r for r in sample_road.settled.resolutions if sum(1 for _ in r.clauses) > 3)
    copies = [replace(text) for _ in range(4)]
    assert mine_formulae(copies, RARITY, (), least_works=2, least_bodies=1) == ()


def test_average_precision_of_a_known_order() -> None:
    scores = np.array([9.0, 0.4, 0.9, 0.8, 0.1])
    assert average_precision(scores, [2], [0]) == 1.0
    assert average_precision(scores, [1, 2], [0]) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision(scores, [1, 2], [0, 3]) == 1.0
    with pytest.raises(InputError, match="without any kin"):
        average_precision(scores, [], [0])


def test_retrieval_is_a_mean_over_queries_with_an_interval_over_groups() -> None:
    near = np.array([[1.0, 0.9, 0.1], [0.9, 1.0, 0.2], [0.1, 0.2, 1.0]])
    asked = [Query("a", 0, frozenset({1}), frozenset(), "x"), Query("c", 2, frozenset({0}), frozenset(), "y")]
    found = score_retrieval(near, asked)
    assert found.headline.value == pytest.approx((1 + 0.5) / 2)
    assert (found.headline.low, found.headline.high) == (0.5, 1.0)


def test_area_under_the_curve_counts_equals_by_half() -> None:
    assert area_under_curve([0.9, 0.8, 0.1], [True, True, False]) == 1.0
    assert area_under_curve([0.5, 0.5], [True, False]) == 0.5
    assert interval(["one", "one"], lambda rows: 1.0) is None


GOLD = """left,right,label
to report on progress to the committee,to report on progress to the committee,0
the effective date of this section,the effective date of this section,0
a register of solar charging points for fishing harbours,a register of solar charging points for fishing harbours,1
left out,left out,2
"""


def test_evaluate_boilerplate_tells_the_area(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold = tmp_path / "passages.csv"
    gold.write_text(GOLD, encoding="utf-8")
    assert Guard().run(lambda: app(["evaluate", "boilerplate", str(gold), "--json"])) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["kind"], len(told["units"]), told["measures"][0]["value"]) == ("boilerplate", 3, 1.0)


@pytest.mark.parametrize(
    ("content", "says"), [("left,label\na,1\n", "right is missing"), ("left,right,label\na,a,1\n", "rows labelled 0")]
)
def test_a_wrong_gold_file_is_told(content: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_passages(content, "passages.csv")
