"""A draft against the mandates of a run: the same judgement as a run gives, from memory or from the disk."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import Road
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.check import check
from pipeline.domain import Document, Overlap, Part, Relation, Resolution, Standing
from pipeline.embed import load_encoder
from pipeline.errors import RunError
from pipeline.ingest.drafts import read_draft
from pipeline.match import draft as draft_search
from pipeline.match.alignment import align
from pipeline.match.bounds import PairBounds
from pipeline.match.draft import CheckedClause, DraftIndex, build_draft_index, check_draft
from pipeline.match.draft_bounds import NearClauses
from pipeline.match.draft_columns import word_sums
from pipeline.match.exact import judged_overlap
from pipeline.match.features import ComparedPair
from pipeline.match.mandates import read_mandate
from pipeline.match.overlaps import centred
from pipeline.match.texts import compared_texts
from pipeline.match.tokens import WordedClause, is_compared, word_clause
from pipeline.reference import load_scoring, precedence
from pipeline.segment.drafts import segment_draft
from pipeline.store.draft_index import read_index, write_index

ROOT = Path(__file__).parent.parent


def document(text: str, name: str = "draft.md") -> Document:
    read = read_draft(text.encode(), name)
    assert isinstance(read, Document)
    return read


@pytest.fixture(scope="module")
def texts(sample_road: Road) -> tuple[Resolution, ...]:
    held = sample_road.settled.resolutions
    return tuple(r for r in held if r.standing is Standing.IN_FORCE and not r.is_foreign and r.language == "en")


@pytest.fixture(scope="module")
def index(sample_road: Road, texts: tuple[Resolution, ...]) -> DraftIndex:
    return build_draft_index(texts, sample_road.embeddings.vectors, sample_road.embeddings.rows)


@pytest.fixture(scope="module")
def checked(sample_road: Road, texts: tuple[Resolution, ...], index: DraftIndex) -> tuple[CheckedClause, ...]:
    """Every text of the sample as if it were a draft, with all that is found."""
    vectors, rows = sample_road.embeddings.vectors, sample_road.embeddings.rows
    return tuple(one for text in texts for one in check_draft(index, [text], vectors, rows, top=500))


@pytest.fixture(scope="module")
def plain(
    sample_road: Road, texts: tuple[Resolution, ...], index: DraftIndex
) -> dict[str, list[list[tuple[str, Overlap]]]]:
    """Of some texts of the sample, what is worth telling of each clause."""
    return {str(text.id): plainly_checked(index, text, sample_road) for text in texts[::6]}


def test_a_check_says_of_two_clauses_what_a_run_says(sample_road: Road, checked: tuple[CheckedClause, ...]) -> None:
    run = {overlap.id: overlap for overlap in sample_road.matched.overlaps}
    told = {match.overlap.id: match.overlap for one in checked for match in one.matches}
    common = run.keys() & told.keys()
    assert len(common) > 100
    for key in common:
        assert told[key].relation is run[key].relation
        assert told[key].probability == pytest.approx(run[key].probability, abs=1e-4)
        assert told[key].evidence.matches == run[key].evidence.matches


def test_a_check_misses_no_overlap_of_a_run(sample_road: Road, checked: tuple[CheckedClause, ...]) -> None:
    told = {match.overlap.id for one in checked for match in one.matches}
    overlaps = [overlap for overlap in sample_road.matched.overlaps if overlap.relation.is_finding]
    assert len(overlaps) > 50
    assert not [(o.left, o.right, o.probability, o.similarity) for o in overlaps if o.id not in told]


def test_few_are_the_first_of_many(
    sample_road: Road,
    texts: tuple[Resolution, ...],
    index: DraftIndex,
    checked: tuple[CheckedClause, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # One at a time: the sample is so small that its promising clauses are looked at together otherwise.
    monkeypatch.setattr(draft_search, "_BATCH", 1)
    vectors, rows = sample_road.embeddings.vectors, sample_road.embeddings.rows
    few = [one for text in texts for one in check_draft(index, [text], vectors, rows, top=3)]
    for short, long in zip(few, checked, strict=True):
        first = [match.overlap.id for match in long.matches if match.overlap.relation.is_finding][:3]
        assert [match.overlap.id for match in short.matches][: len(first)] == first
    assert sum(one.aligned for one in few) < sum(one.aligned for one in checked)


def plainly_checked(index: DraftIndex, text: Resolution, road: Road) -> list[list[tuple[str, Overlap]]]:
    """All existing mandates worth telling of each clause of a text, the best first: every one judged by itself."""
    ours = [
        word_clause(clause, text, tuple(c.text for c in text.citations if c.clause == clause.id), index.vocabulary)
        for clause in text.clauses
        if is_compared(clause)
    ]
    if not ours:
        return []
    vectors = centred(road.embeddings.vectors[[road.embeddings.rows[c.clause.id] for c in ours]])
    cosines = np.clip(vectors @ index.vectors.T, -1.0, 1.0)
    themes = (compared_texts(ours, vectors).means @ index.themes.T).astype(np.float32)[0]
    return [
        sorted(
            _judged_by_itself(index, draft, cosines[row], themes),
            key=lambda told: (not told[1].relation.is_finding, -told[1].probability, told[0]),
        )
        for row, draft in enumerate(ours)
    ]


def _judged_by_itself(
    index: DraftIndex, draft: WordedClause, cosines: NDArray[np.float32], themes: NDArray[np.float32]
) -> Iterator[tuple[str, Overlap]]:
    settings, full = load_scoring().candidates, load_scoring().features.theme_full
    ours = word_sums(draft)
    for row, existing in enumerate(index.clauses):
        cosine, theme = float(cosines[row]), float(themes[index.of_text[row]])
        shared = sum(min(weight, ours.get(word, 0.0)) for word, weight in word_sums(existing).items())
        near = cosine + settings["theme_beside_meaning"] * min(max(theme, 0.0), full) >= settings["minimum_dense"]
        least = min(draft.mass, max(existing.mass, 1e-9))
        if existing.resolution.id.work == draft.resolution.id.work:
            continue
        if not near and shared < settings["minimum_containing"] * least:
            continue
        left, right = sorted((draft, existing), key=lambda c: (*precedence(c.resolution), c.clause.id))
        pair = ComparedPair(left, right, read_mandate(left), read_mandate(right), align(left, right), cosine, theme)
        overlap = judged_overlap(pair)
        if overlap.probability >= load_scoring().thresholds["kept"]:
            yield existing.clause.id, overlap


@pytest.mark.parametrize(("top", "batch"), [(1, 16), (3, 2), (5, 16), (500, 16)])
def test_a_search_finds_what_judging_every_clause_by_itself_finds(
    sample_road: Road,
    texts: tuple[Resolution, ...],
    index: DraftIndex,
    plain: dict[str, list[list[tuple[str, Overlap]]]],
    monkeypatch: pytest.MonkeyPatch,
    top: int,
    batch: int,
) -> None:
    monkeypatch.setattr(draft_search, "_BATCH", batch)
    vectors, rows = sample_road.embeddings.vectors, sample_road.embeddings.rows
    told = 0
    for text in texts[::6]:
        found = check_draft(index, [text], vectors, rows, top=top)
        for one, best in zip(found, plain[str(text.id)], strict=True):
            assert [(match.clause.id, match.overlap) for match in one.matches] == best[:top]
            assert len(best) <= one.promising
            told += len(best)
    assert told > 20


def test_shares_and_spans_are_those_of_the_draft(checked: tuple[CheckedClause, ...]) -> None:
    seen = 0
    for one in checked:
        for match in one.matches:
            if match.overlap.relation is Relation.VERB:
                seen += 1
                ours = "".join(run.left.of(one.clause.text).lower() for run in match.matches)
                theirs = "".join(run.right.of(match.clause.text).lower() for run in match.matches)
                assert abs(len(ours) - len(theirs)) <= 0.2 * max(len(ours), len(theirs))
                first = match.overlap.left == one.clause.id
                left, right = match.overlap.containment_left, match.overlap.containment_right
                assert (match.draft_share, match.existing_share) == ((left, right) if first else (right, left))
    assert seen


def test_a_text_is_not_held_against_its_own_work(checked: tuple[CheckedClause, ...]) -> None:
    for one in checked:
        work = one.clause.id.partition("@")[0]
        assert not [match for match in one.matches if str(match.text.id.work) == work]


def test_an_index_from_the_disk_answers_the_same(
    sample_road: Road, texts: tuple[Resolution, ...], index: DraftIndex, tmp_path: Path
) -> None:
    write_index(tmp_path / "checks" / "ab", index)
    stored = read_index(tmp_path / "checks" / "ab")
    vectors, rows = sample_road.embeddings.vectors, sample_road.embeddings.rows
    for text in texts[:20]:
        here, there = (check_draft(one, [text], vectors, rows) for one in (index, stored))
        assert [(c.promising, c.aligned, c.cut) for c in here] == [(c.promising, c.aligned, c.cut) for c in there]
        for one, other in zip(here, there, strict=True):
            assert [(m.clause, m.overlap, m.matches) for m in one.matches] == [
                (m.clause, m.overlap, m.matches) for m in other.matches
            ]
            assert [replace(m.text, sections=()) for m in one.matches] == [m.text for m in other.matches]


def test_a_damaged_index_is_told_and_old_ones_are_removed(index: DraftIndex, tmp_path: Path) -> None:
    for name in "abcdef":
        write_index(tmp_path / name, index)
    assert len(list(tmp_path.iterdir())) == 4
    with (tmp_path / "f" / "clauses.jsonl").open("ab") as file:
        file.write(b"{}")
    with pytest.raises(RunError, match="damaged"):
        read_index(tmp_path / "f")
    shutil.rmtree(tmp_path / "f")
    with pytest.raises(RunError, match="cannot be used"):
        read_index(tmp_path / "f")


def test_an_empty_index_finds_nothing(texts: tuple[Resolution, ...], sample_road: Road, tmp_path: Path) -> None:
    vectors, rows = sample_road.embeddings.vectors, sample_road.embeddings.rows
    write_index(tmp_path / "none", build_draft_index((), vectors, rows))
    for index in (build_draft_index((), vectors, rows), read_index(tmp_path / "none")):
        found = check_draft(index, texts[:1], vectors, rows)
        assert found
        assert not [match for one in found for match in one.matches]


class TestReport:
    TEXT = (
        "# Charging points\n\nThe Bureau should *maintain*, within its available resources, a public register of all "
        "community\ncharging points.\n\nThe moon is made of green cheese and of nothing else at all.\n\nContents\n"
    )

    def test_bare_paragraphs_are_checked(self, index: DraftIndex) -> None:
        report = check(index, document(self.TEXT), load_encoder(ROOT / "outputs"))
        first, second = report.clauses
        assert first.clause.text == (
            "The Bureau should maintain, within its available resources, a public register of all community "
            "charging points."
        )
        assert first.matches[0].text.number_line
        assert first.matches[0].overlap.relation in (Relation.VERB, Relation.SUB, Relation.SAME_ACT)
        assert "register" in first.matches[0].clause.text
        assert not second.matches
        assert any("each paragraph was taken for a clause" in note for note in report.notes)
        assert (report.texts, report.existing) == (len(index.works), len(index.clauses))

    def test_another_language_is_told_and_not_compared(self, index: DraftIndex) -> None:
        french = "La Conférence de plénipotentiaires décide que le registre des points de recharge sera tenu à jour. "
        report = check(index, document(french * 6, "projet.txt"), load_encoder(ROOT / "outputs"))
        assert not report.clauses
        assert any("another language than English" in note for note in report.notes)


class TestReading:
    def test_calls_without_a_number_line_are_read(self) -> None:
        draft = segment_draft(
            document(
                "The World Telecommunication Development Conference,\n\n*recalling*\n\na) Resolution 951;\n\n"
                "*instructs the Director of the Telecommunication Development Bureau*\n\n1 to keep a register\nof "
                "all charging points;\n\n2 to report on it to the Council."
            )
        )
        (text,) = draft.texts
        assert text.body.value == "wtdc"
        assert [c.text for c in text.clauses if c.part is Part.OPERATIVE][1] == "to report on it to the Council."
        assert all(c.actors == ("bdt.dir",) for c in text.clauses if c.part is Part.OPERATIVE)
        assert "call lines" in draft.notes[0]

    def test_pasted_lines_are_joined_and_short_lines_are_not(self) -> None:
        pasted = (
            "instructs the Secretary-General\n1 to keep a register of all the charging points that the membership has\n"
            "told it about since the last conference;\n2 to publish it.\n\nMore follows in the annex."
        )
        assert document(pasted, "").text.splitlines() == [
            "instructs the Secretary-General",
            (
                "1 to keep a register of all the charging points that the membership has told it about since the last "
                "conference;"
            ),
            "2 to publish it.",
            "More follows in the annex.",
        ]

    def test_word_files_are_known_without_a_name(self) -> None:
        data = (ROOT / "corpus" / "sample" / "S-RES-PP.902-2022-MSW-E.docx").read_bytes()
        read = read_draft(data, "")
        assert isinstance(read, Document)
        assert segment_draft(read).texts[0].number_line

    @given(st.text(max_size=300))
    def test_any_text_is_read_or_refused(self, text: str) -> None:
        read = read_draft(text.encode("utf-8", errors="replace"), "draft.md")
        if isinstance(read, Document):
            for found in segment_draft(read).texts:
                for clause in found.clauses:
                    assert clause.text


def test_a_limit_that_ends_the_search_is_told(
    sample_road: Road, texts: tuple[Resolution, ...], index: DraftIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors, rows = sample_road.embeddings.vectors, sample_road.embeddings.rows
    whole = [one for text in texts for one in check_draft(index, [text], vectors, rows, top=500)]
    assert not any(one.cut for one in whole)
    monkeypatch.setattr(draft_search, "_MOST_ALIGNED", 3)
    short = [one for text in texts for one in check_draft(index, [text], vectors, rows, top=500)]
    assert any(one.cut for one in short)
    for one, other in zip(short, whole, strict=True):
        assert one.cut == (other.promising > 3)
        assert one.aligned == min(3, other.aligned)
        assert one.promising == other.promising
        assert {match.overlap.id for match in one.matches} <= {match.overlap.id for match in other.matches}


bounds = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.25000001, 0.5, 0.9, 1.0]), max_size=30)


@given(bounds, st.integers(1, 12), st.sampled_from([0.0, 0.25, 0.95]))
def test_the_most_promising_are_the_first_of_a_plain_sort(most: list[float], count: int, least: float) -> None:
    nothing = np.zeros(0)
    pairs = PairBounds(*[nothing] * 10)
    near = NearClauses(np.arange(len(most)), np.array(most), pairs)
    plain = sorted((place for place, one in enumerate(most) if one >= least), key=lambda place: (-most[place], place))
    assert near.most_promising(count, least).tolist() == plain[:count]


@pytest.mark.parametrize("body", ["pp", "council", "wtdc"])
def test_a_draft_of_a_body_that_the_index_lacks_is_judged_the_same(
    sample_road: Road, texts: tuple[Resolution, ...], body: str
) -> None:
    vectors, rows = sample_road.embeddings.vectors, sample_road.embeddings.rows
    index = build_draft_index([text for text in texts if text.body.value != body], vectors, rows)
    ours = [text for text in texts if text.body.value == body]
    told = 0
    for text in ours[::3]:
        plain = plainly_checked(index, text, sample_road)
        for one, best in zip(check_draft(index, [text], vectors, rows, top=5), plain, strict=True):
            assert [(match.clause.id, match.overlap) for match in one.matches] == best[:5]
            told += len(best)
    assert told


def test_vectors_of_a_draft_do_not_depend_on_the_index(sample_road: Road, texts: tuple[Resolution, ...]) -> None:
    vectors, rows = sample_road.embeddings.vectors, sample_road.embeddings.rows
    draft, few = texts[0], build_draft_index(texts[:12], vectors, rows)
    many = build_draft_index(texts[:12] + texts[20:], vectors, rows)
    cosine = {}
    for held in (few, many):
        for one in check_draft(held, [draft], vectors, rows, top=500):
            for match in one.matches:
                cosine.setdefault((one.clause.id, match.clause.id), set()).add(match.overlap.similarity)
    assert any(len(held) == 1 for held in cosine.values())
    assert all(len(held) == 1 for held in cosine.values())
