"""Two texts as typed runs: nothing lost, every kind of change told, any script, any length."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.domain import Match, MatchKind, OverlapClass, Span
from pipeline.errors import ReferenceDataError
from pipeline.reference import closeness
from pipeline.report.diff import Run, RunKind, compare_texts, count_running_words
from pipeline.report.differences import differences, swap_runs, weigh_runs

ENGLISH = ("the", "Director", "instructs", "invites", "spectrum", "to", "report", ";", "(a)", "ITU‑T", "2022", "“x”")
OTHERS = ("频", "谱", "研究", "المجلس", "مَجلِس", "Совет", "résolution", "e\u0301tude", "\u00a0", "\n", "  ", "=SUM(1)")
WORDS = st.sampled_from(ENGLISH + OTHERS)
TEXTS = st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=60).map(" ".join), st.lists(WORDS).map("".join))


def joined(runs: tuple[Run, ...]) -> tuple[str, str]:
    return "".join(run.left for run in runs), "".join(run.right for run in runs)


def kinds(left: str, right: str) -> list[RunKind]:
    return [run.kind for run in compare_texts(left, right)]


def spans(text: str) -> st.SearchStrategy[Span]:
    ends = st.integers(0, len(text) + 3)
    return st.tuples(ends, ends).map(lambda pair: Span(min(pair), max(pair)))


@given(TEXTS, TEXTS)
def test_runs_cover_both_texts_completely_and_in_order(left, right):
    assert joined(compare_texts(left, right)) == (left, right)


@given(st.data())
@settings(max_examples=200)
def test_runs_cover_both_texts_whatever_the_evidence_names(data):
    left, right = data.draw(TEXTS), data.draw(TEXTS)
    matches = data.draw(
        st.lists(st.builds(Match, spans(left), spans(right), st.sampled_from(list(MatchKind))), max_size=5)
    )
    runs = compare_texts(left, right, matches)
    assert joined(runs) == (left, right)
    for index, run in enumerate(runs):
        if run.partner is not None:
            assert runs[run.partner].partner is not None
            assert bool(runs[run.partner].left) != bool(run.left), index
    differences(runs)
    weigh_runs(runs)


@given(TEXTS)
def test_a_text_beside_itself_has_no_difference(text):
    runs = compare_texts(text, text)
    assert {run.kind for run in runs} <= {RunKind.SAME, RunKind.FORMULA}
    assert differences(runs) == ()
    assert not text or weigh_runs(runs).closeness is OverlapClass.VERBATIM


@given(TEXTS, TEXTS)
def test_each_run_has_the_sides_of_its_kind(left, right):
    for run in compare_texts(left, right):
        sides = bool(run.left), bool(run.right)
        assert {
            RunKind.SAME: sides == (True, True),
            RunKind.FORMULA: sides == (True, True),
            RunKind.REWORDED: sides == (True, True),
            RunKind.MOVED: sides[0] != sides[1] and run.partner is not None,
            RunKind.ADDED: sides == (False, True),
            RunKind.REMOVED: sides == (True, False),
        }[run.kind]


def test_every_kind_of_change_is_told_in_words():
    left = "instructs the Director to study the use of spectrum each year, in cooperation with the regional offices;"
    right = "in cooperation with the regional offices, invites the Director to study orbit and the use of spectrum;"
    told = [str(difference) for difference in differences(compare_texts(left, right))]
    assert any("reworded: “instructs” becomes" in line or "“instructs”" in line for line in told)
    assert any(line.split(". ", 1)[1].startswith("moved: “in cooperation with the regional offices”") for line in told)
    assert any("added: “orbit and” after “the Director to study”" in line for line in told)
    assert any("removed: “each year” after" in line for line in told)
    assert [line.split(".")[0] for line in told] == [str(n) for n in range(1, len(told) + 1)]


def test_one_verb_for_another_is_reworded():
    runs = compare_texts("invites the Council to consider this matter", "instructs the Council to consider this matter")
    assert str(differences(runs)[0]) == "1. reworded: “invites” becomes “instructs”"
    assert len(differences(runs)) == 1


def test_moved_words_name_each_other():
    runs = compare_texts(
        "alpha beta gamma delta epsilon. Omega stands.", "Omega stands. alpha beta gamma delta epsilon."
    )
    moved = [run for run in runs if run.kind is RunKind.MOVED]
    assert len(moved) == 2 or {run.kind for run in runs} == {RunKind.SAME, RunKind.ADDED, RunKind.REMOVED}
    swapped = compare_texts(
        "one two three four five six, then seven eight nine ten",
        "then seven eight nine ten, one two three four five six",
    )
    first, second = (i for i, run in enumerate(swapped) if run.kind is RunKind.MOVED)
    assert (swapped[first].partner, swapped[second].partner) == (second, first)


def test_chinese_is_compared_by_characters():
    assert kinds("请主任继续研究频谱问题", "请局长继续研究频谱管理问题") == [
        RunKind.SAME,
        RunKind.REWORDED,
        RunKind.SAME,
        RunKind.ADDED,
        RunKind.SAME,
    ]
    assert count_running_words("频谱 spectrum 2022") == 4


def test_arabic_vowel_marks_are_no_change():
    assert kinds("يكلّف المجلس", "يكلف المجلس") == [RunKind.SAME]


def test_one_empty_text_gives_one_run():
    assert compare_texts("", "") == ()
    assert kinds("", "resolves to act") == [RunKind.ADDED]
    assert kinds("resolves to act", "") == [RunKind.REMOVED]
    assert weigh_runs(compare_texts("", "x")).left.share is None


def test_the_evidence_decides_what_faces_what():
    left, right = "urges members to act on roaming prices", "calls upon States to act on roaming prices"
    reworded = Match(Span(0, 13), Span(0, 17), MatchKind.SAME)
    formula = Match(Span(14, 20), Span(18, 24), MatchKind.FORMULA)
    runs = compare_texts(left, right, (reworded, formula))
    assert any(run.kind is RunKind.FORMULA and run.left == "to act " for run in runs)


@pytest.mark.parametrize("name", [kind.name for kind in MatchKind if kind.name in ("REWORDED", "MOVED")] or ["SAME"])
def test_kinds_of_evidence_hold(name):
    left, right = "alpha beta gamma delta", "delta alpha beta rho"
    match = Match(Span(17, 22), Span(0, 5) if name == "MOVED" else Span(17, 20), MatchKind[name])
    runs = compare_texts(left, right, (match,))
    assert joined(runs) == (left, right)
    if name in ("REWORDED", "MOVED"):
        assert any(run.kind.name == name and "delta" in run.left for run in runs)


def test_lone_small_words_do_not_tear_a_passage():
    left = "promote the affordability of international roaming services"
    right = "protect the privacy of subscribers everywhere"
    assert kinds(left, right) == [RunKind.REWORDED]


def test_five_thousand_words_stay_linear_in_runs():
    left = " ".join(f"word{i % 700} of clause {i}" for i in range(1300))
    right = left.replace("of clause 77", "in clause 77") + " and more"
    runs = compare_texts(left, right)
    assert joined(runs) == (left, right)
    assert len(differences(runs)) < 60


def test_classes_follow_the_share_of_the_shorter_text():
    text = "the Director shall publish every year a list of affordable roaming offers of all operators"
    assert weigh_runs(compare_texts(text, text.upper())).closeness is OverlapClass.VERBATIM
    assert (
        weigh_runs(compare_texts(text, text.replace("every year", "each month"))).closeness
        is OverlapClass.NEAR_VERBATIM
    )
    other = "a list of affordable roaming offers is kept by the Bureau for small island countries in need"
    assert weigh_runs(compare_texts(text, other)).closeness is OverlapClass.PARAPHRASE
    far = "orbital debris needs attention"
    assert weigh_runs(compare_texts(text, far)).closeness is OverlapClass.OTHER
    assert (
        weigh_runs(compare_texts(text, f"{far} of all operators and of many more people")).closeness
        is OverlapClass.SAME_THEME
    )
    assert weigh_runs(compare_texts(text, far), similarity=0.9).closeness is OverlapClass.PARAPHRASE


@given(TEXTS, TEXTS)
def test_shares_count_every_word_once(left, right):
    shares = weigh_runs(compare_texts(left, right))
    for side, text in ((shares.left, left), (shares.right, right)):
        assert side.shared + side.formula <= side.words
        assert side.share is None or 0 <= side.share <= 1
        assert side.words == sum(count_running_words(word) for word in [text])


@given(TEXTS, TEXTS)
def test_a_swapped_comparison_covers_the_texts_the_other_way_round(left, right):
    runs = compare_texts(left, right)
    assert joined(swap_runs(runs)) == (right, left)
    assert swap_runs(swap_runs(runs)) == runs


def test_a_damaged_table_names_its_entry(monkeypatch, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "closeness.toml").write_text('version = "1"\n[runs]\nmoved_words = 0\n', encoding="utf-8")
    monkeypatch.setattr(closeness, "files", lambda _: tmp_path)
    closeness.load_closeness.cache_clear()
    try:
        with pytest.raises(ReferenceDataError, match=r"\[runs\]"):
            closeness.load_closeness()
    finally:
        closeness.load_closeness.cache_clear()
