"""Scores against labelled data: what counts, what is told of a wrong gold file, and which exit code comes back."""

import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.cli.app import app
from flows.cli.failures import Guard
from pipeline.domain import Document
from pipeline.errors import InputError
from pipeline.evaluate import (
    Score,
    clause_keys,
    exactness,
    read_citation_gold,
    read_segmentation_gold,
    resampled,
    score_citations,
    score_segmentation,
)
from pipeline.ingest import read_file
from pipeline.segment import cite_document, segment_document, to_exchange

TEXT = """RESOLUTION 901 (Rev. Dubai, 2018)
Open registers of community charging points
The Plenipotentiary Conference of the International Telecommunication Union (Dubai, 2018),
considering
a)\tthat community charging points help to keep telecommunication services available;
b)\tResolution 902 (Rev. Dubai, 2018) of this conference, on registers,
instructs the Secretary-General
1\tto maintain a public register of community charging points;
2\tto report annually to the Council.
"""

Call = Callable[..., tuple[int, str, str]]


def row(**changes: object) -> dict[str, object]:
    return {"part": "operative", "call": "resolves", "label": "1", "text": "to keep a register;"} | changes


def gold_line(*clauses: object, **named: object) -> str:
    return json.dumps({"id": "res_901", "clauses": list(clauses)} | named) + "\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("documents")
    (made / "res-901.txt").write_text(TEXT, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def read(folder: Path) -> Document:
    document = read_file(folder / "res-901.txt", "res-901.txt")
    assert isinstance(document, Document)
    return document


@pytest.fixture
def exchange(read: Document) -> str:
    (resolution,) = segment_document(read)
    return json.dumps(to_exchange(resolution)) + "\n"


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    monkeypatch.chdir(tmp_path)

    def called(*arguments: object) -> tuple[int, str, str]:
        code = Guard().run(lambda: app(args=["evaluate", *map(str, arguments)], prog_name="overlap"))
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return called


class TestScores:
    def test_shares_of_nothing_are_nothing(self) -> None:
        assert (Score(0, 0, 0).precision, Score(0, 0, 0).recall, Score(0, 0, 0).f1) == (0, 0, 0)

    def test_precision_recall_and_f1(self) -> None:
        score = Score(expected=8, found=4, equal=3)
        assert (score.precision, score.recall, score.f1) == (0.75, 0.375, 0.5)

    def test_one_unit_has_no_interval(self) -> None:
        assert all(measure.low is None and measure.high is None for measure in exactness([Score(8, 4, 3)]))

    def test_units_that_are_alike_have_a_narrow_interval_and_unlike_ones_a_wide_one(self) -> None:
        alike = exactness([Score(10, 10, 9)] * 20)[-1]
        unlike = exactness([Score(10, 10, 10 if i % 2 else 8) for i in range(20)])[-1]
        assert alike.low == alike.high == alike.value == pytest.approx(0.9)
        assert unlike.value == pytest.approx(0.9)
        assert unlike.low is not None
        assert unlike.high is not None
        assert 0.8 < unlike.low < 0.9 < unlike.high < 1

    @given(
        st.lists(
            st.tuples(st.integers(0, 30), st.integers(0, 30)).flatmap(
                lambda t: st.integers(0, min(t)).map(lambda equal: Score(*t, equal))
            ),
            min_size=2,
            max_size=12,
        )
    )
    def test_intervals_lie_in_0_to_1_and_are_the_same_each_time(self, scores: list[Score]) -> None:
        first, again = exactness(scores), exactness(scores)
        assert first == again
        for measure in first:
            assert measure.low is not None
            assert measure.high is not None
            assert 0 <= measure.low <= measure.high <= 1

    def test_each_resample_draws_as_many_units_as_there_are(self) -> None:
        assert (resampled([(1, 5), (1, 0), (1, 2)])[:, 0] == 3).all()


class TestSegmentation:
    def test_what_was_found_equals_itself(self, read: Document, exchange: str) -> None:
        found = segment_document(read)
        result = score_segmentation(read_segmentation_gold(exchange, "gold.jsonl"), [found])
        assert (result.headline.name, result.headline.value, result.differences) == ("f1", 1.0, ())
        assert result.totals == (4, 4, 4)
        assert result.worst(5) == ()

    def test_a_clause_that_differs_is_shown_beside_what_was_expected(self, read: Document) -> None:
        found = segment_document(read)
        keys = [key._asdict() for key in clause_keys(found[0])]
        keys[1]["label"] = "c)"
        keys[2]["text"] = keys[2]["text"].replace("public register", "private register")
        del keys[3]
        keys.append(row())
        result = score_segmentation(read_segmentation_gold(gold_line(*keys), "gold.jsonl"), [found])
        assert result.totals == (4, 4, 1)
        assert [(d.what, bool(d.expected), bool(d.found)) for d in result.differences] == [
            ("label", True, True),
            ("text", True, True),
            ("not found", True, False),
            ("not expected", False, True),
        ]
        assert "private register" in result.differences[1].expected
        assert "public register" in result.differences[1].found
        assert result.differences[0].line == 1

    def test_a_text_that_was_not_found_is_missed_whole(self, read: Document, exchange: str) -> None:
        golds = read_segmentation_gold(exchange + gold_line(row(), id="res_902"), "gold.jsonl")
        result = score_segmentation(golds, [segment_document(read), ()])
        assert result.units[1].remark == "not found"
        assert result.totals == (5, 4, 4)
        assert [unit.name for unit in result.worst(5)] == ["res_902"]

    @given(st.lists(st.sampled_from("abcde"), max_size=8))
    def test_counts_are_those_of_multisets(self, texts: list[str]) -> None:
        keys = [row(text=text) for text in texts]
        (gold,) = read_segmentation_gold(gold_line(*keys, row(text="x")), "g")
        result = score_segmentation([gold], [()])
        assert result.totals == (len(texts) + 1, 0, 0)
        assert result.different == len(texts) + 1

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "gold.jsonl holds no text: it is empty"),
            ("\n\n", "it is empty"),
            (gold_line(), "holds no clause"),
            (gold_line(row()) + '{"id": "res_1", "clauses": [}', "line 2, column 29: this is no JSON"),
            ("[1]\n", "line 1: one JSON object is expected, not a list"),
            ('{"clauses": []}', "line 1: the line names no text"),
            ('{"id": 7, "clauses": []}', "line 1, id: a name is expected, not 7"),
            ('{"id": "res_1"}', "line 1: clauses is missing or no list"),
            (gold_line("x"), "clause 1: an object with part"),
            (gold_line(row(), row(text=None)), "line 1, clause 2: text is missing"),
            (gold_line(row(label=3)), "clause 1: label is no text but 3"),
            (gold_line(row(part="preamble")), "part is 'preamble'; it must be one of preambular, operative, annex"),
            (gold_line(row()) + "\n" + gold_line(row()), "line 3: res_901 stands in line 1 already"),
        ],
    )
    def test_a_gold_that_cannot_be_read_says_where_and_why(self, text: str, words: str) -> None:
        with pytest.raises(InputError) as told:
            read_segmentation_gold(text, "gold.jsonl")
        assert words in str(told.value)


class TestCitations:
    def test_a_citation_counts_when_place_and_target_are_equal(self, read: Document) -> None:
        found = cite_document(read, segment_document(read))
        assert found
        rows = [f"res-901,{c.span.start},{c.span.end},{c.target or ''}" for c in found]
        text = "document,start,end,target\n" + "\n".join(rows)
        whole = score_citations(read_citation_gold(text, "gold.csv"), [found], [read.text])
        assert whole.headline.value == 1
        moved = text.replace(f"{found[0].span.start},", f"{found[0].span.start + 1},")
        part = score_citations(read_citation_gold(moved, "gold.csv"), [found], [read.text])
        assert part.totals == (len(found), len(found), len(found) - 1)
        assert part.differences[0].what == "start"
        assert "«" in part.differences[0].expected

    def test_a_document_that_could_not_be_read_is_missed_whole(self) -> None:
        result = score_citations(read_citation_gold("document,start,end,target\na,0,5,\n", "g"), [None], [""])
        assert (result.totals, result.units[0].remark) == ((1, 0, 0), "not read")

    def test_a_place_behind_the_end_shows_that_the_gold_is_of_another_text(self) -> None:
        golds = read_citation_gold("document,start,end,target\na,0,5,\na,90,99,\n", "g")
        with pytest.raises(InputError, match="line 3 of the gold: 90 to 99 lies beyond the end of a"):
            score_citations(golds, [()], ["short text"])

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "holds no citation: it is empty"),
            ("document,start,end,target\n", "holds no citation"),
            ("document,start,end\na,1,2\n", "line 1: the columns document, start, end, target are needed; target is"),
            ("document,start,end,target\na,one,2,x\n", "line 2, column start: 'one' is no whole number"),
            ("document,start,end,target\na,1,2,x\na,-4,2,x\n", "line 3, column start: '-4'"),
            ("document,start,end,target\na,5,5,x\n", "line 2, column end: 5 does not lie behind start, 5"),
            ("document,start,end,target\n,1,5,x\n", "line 2, column document: the name is empty"),
            ("document,start,end,target\na,1\n", "line 2: the row ends before its column end"),
            ('document,start,end,target\na,1,5,"x" y\n', "this is no CSV"),
        ],
    )
    def test_a_gold_that_cannot_be_read_says_where_and_why(self, text: str, words: str) -> None:
        with pytest.raises(InputError) as told:
            read_citation_gold(text, "gold.csv")
        assert words in str(told.value)

    @given(st.text(max_size=80))
    def test_any_text_is_read_or_refused_in_words(self, text: str) -> None:
        for reader in (read_citation_gold, read_segmentation_gold):
            with suppress(InputError):
                assert reader(text, "gold")


class TestCommand:
    def test_figures_go_to_standard_output_and_progress_does_not(self, call: Call, folder: Path, exchange: str) -> None:
        Path("gold.jsonl").write_text(exchange, encoding="utf-8")
        code, out, _ = call("segmentation", "gold.jsonl", "--documents", folder, "--at-least", "0.98")
        assert code == 0
        assert out.startswith("segmentation: 1 text, clauses: 4 expected, 4 found, 4 equal\n")
        code, out, _ = call("segmentation", "gold.jsonl", "--documents", folder, "--json")
        facts = json.loads(out)
        assert {m["name"]: m["value"] for m in facts["measures"]} == {"precision": 1, "recall": 1, "f1": 1}
        assert facts["reached"] is True

    @pytest.mark.parametrize("name", ["pp/res/901@2018", "pp/res/901", "res_901"])
    def test_a_text_may_be_named_in_three_ways_or_by_its_file(
        self, call: Call, folder: Path, read: Document, name: str
    ) -> None:
        keys = [key._asdict() for key in clause_keys(segment_document(read)[0])]
        for named in ({"id": name}, {"id": name, "file": "res-901"}, {"id": "", "file": "res-901.txt"}):
            Path("gold.jsonl").write_text(gold_line(*keys, **named), encoding="utf-8")
            code, out, err = call("segmentation", "gold.jsonl", "--documents", folder)
            assert (code, "4 equal" in out) == (0, True), err

    def test_a_figure_below_the_one_asked_for_ends_with_6(self, call: Call, folder: Path, read: Document) -> None:
        keys = [key._asdict() for key in clause_keys(segment_document(read)[0])][:3]
        Path("gold.jsonl").write_text(gold_line(*keys), encoding="utf-8")
        code, out, err = call("segmentation", "gold.jsonl", "--documents", folder, "--at-least", "0.98")
        assert code == 6
        assert "not expected" in out
        assert "f1 0.8571 is lower than the 0.98 asked for" in err

    def test_what_is_not_there_is_an_error_or_missed_or_left_out_as_asked(
        self, call: Call, folder: Path, exchange: str
    ) -> None:
        Path("gold.jsonl").write_text(exchange + gold_line(row(), id="res_902"), encoding="utf-8")
        code, out, err = call("segmentation", "gold.jsonl", "--documents", folder)
        assert (code, out) == (4, "")
        assert "1 of 2 texts of the gold is not in" in err
        assert "res_902" in err
        assert "5 expected" in call("segmentation", "gold.jsonl", "--documents", folder, "--missing", "count")[1]
        assert "4 expected" in call("segmentation", "gold.jsonl", "--documents", folder, "--missing", "skip")[1]
        Path("gold.jsonl").write_text(gold_line(row(), id="res_902"), encoding="utf-8")
        assert call("segmentation", "gold.jsonl", "--documents", folder, "--missing", "skip")[0] == 4

    def test_a_text_in_two_files_has_to_be_told_apart(self, call: Call, exchange: str) -> None:
        Path("d").mkdir()
        for name in ("one", "two"):
            Path(f"d/{name}.txt").write_text(TEXT, encoding="utf-8")
        Path("gold.jsonl").write_text(exchange, encoding="utf-8")
        code, _, err = call("segmentation", "gold.jsonl", "--documents", "d")
        assert code == 4
        assert "stands in one.txt, two.txt" in err

    def test_a_text_that_nobody_expected_counts_where_its_document_is_known(self, call: Call, exchange: str) -> None:
        Path("d").mkdir()
        second = TEXT.replace("901", "905")
        Path("d/both.txt").write_text(f"{TEXT}{second}", encoding="utf-8")
        Path("d/other.txt").write_text(TEXT.replace("901", "906"), encoding="utf-8")
        Path("gold.jsonl").write_text(exchange, encoding="utf-8")
        code, out, err = call("segmentation", "gold.jsonl", "--documents", "d")
        assert code == 0
        assert "4 expected, 8 found, 4 equal" in out
        assert "1 document without a text of the gold: other.txt" in err

    def test_citations_are_scored_and_a_file_that_cannot_be_read_ends_with_5(self, call: Call, read: Document) -> None:
        found = cite_document(read, segment_document(read))
        rows = [f"res-901,{c.span.start},{c.span.end},{c.target or ''}" for c in found]
        Path("gold.csv").write_text("\n".join(["document,start,end,target", *rows, "bad,0,4,"]), encoding="utf-8")
        Path("d").mkdir()
        Path("d/res-901.txt").write_text(TEXT, encoding="utf-8")
        Path("d/bad.pdf").write_bytes(b"%PDF-1.4 nothing")
        code, out, err = call("citations", "gold.csv", "--documents", "d")
        assert code == 5, err
        assert f"{len(rows) + 1} expected, {len(rows)} found, {len(rows)} equal" in out
        assert "not read" in out
        assert "Not read: bad.pdf" in err

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("segmentation", "nothing.jsonl"), "there is no such file"),
            (("segmentation", "."), "is a folder"),
            (("citations", "latin.csv"), "is not UTF-8"),
            (("citations", "empty.csv"), "it is empty"),
            (("citations", "good.csv"), "holds no document"),
        ],
    )
    def test_what_cannot_be_read_ends_with_4(self, call: Call, arguments: tuple[str, ...], words: str) -> None:
        Path("latin.csv").write_bytes("document,start,end,target\né,1,2,\n".encode("latin-1"))
        Path("empty.csv").write_text("", encoding="utf-8")
        Path("good.csv").write_text("document,start,end,target\na,1,2,\n", encoding="utf-8")
        code, out, err = call(*arguments)
        assert (code, out) == (4, "")
        assert words in err

    def test_a_threshold_outside_0_to_1_is_a_usage_error(self, call: Call) -> None:
        assert call("citations", "x.csv", "--at-least", "98")[0] == 2


def test_differences_are_no_more_than_asked_for_and_counted_all(read: Document) -> None:
    found = segment_document(read)
    golds = read_segmentation_gold(gold_line(*(row(text=f"to do {i};") for i in range(9))), "g")
    result = score_segmentation(golds, [found], shown=3)
    assert len(result.differences) == 3
    assert result.different == 13
    assert Counter(d.what for d in result.differences) == {"not found": 3}
