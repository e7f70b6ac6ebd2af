"""Candidates, bounds and exact scoring of many pairs, against plain ways to the same result."""

import pickle
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import product

import numpy as np
import pytest
from conftest import Road
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.domain import Clause, Part, Resolution, ResolutionId, Section, Span, Standing, plain_characters
from pipeline.match import find_overlaps, nearest, sending, texts
from pipeline.match.alignment import align
from pipeline.match.background import load_background
from pipeline.match.bounds import ClauseColumns, clause_columns, pair_bounds
from pipeline.match.candidates import candidate_pairs, compared_clauses, within_limit
from pipeline.match.exact import PossiblePairs, judged_overlap, score_pairs
from pipeline.match.features import (
    KNOWN,
    ComparedPair,
    is_pointer,
    known_values,
    points_of,
    probabilities_of,
    probability_bounds,
    score,
)
from pipeline.match.generators import GENERATORS, NEAR, places
from pipeline.match.mandates import ComparedMandate, read_mandate
from pipeline.match.nearest import Metric, NearRows, Searched, nearest_rows
from pipeline.match.nearness import text_nearness
from pipeline.match.overlaps import centred, worded_clauses
from pipeline.match.sending import packed_nouns
from pipeline.match.tokens import Vocabulary, WordedClause, word_clause
from pipeline.reference import formula_spans, load_formulae, load_scoring

Read = tuple[WordedClause, ComparedMandate]


def copies(texts: Sequence[str], body: str = "wtdc") -> tuple[list[Resolution], list[WordedClause]]:
    """A text for each sentence, with one clause each."""
    resolutions, clauses = [], []
    for number, text in enumerate(texts, 901):
        name = f"{body}/res/{number}@2025"
        clause = Clause(f"{name}#x.1", Part.OPERATIVE, "instructs", "1", ("1",), text, Span(0, len(text)))
        section = Section("instructs", "x", "instructs", Part.OPERATIVE, Span(0, 0), (clause,))
        resolution = Resolution(ResolutionId.parse(name), "", "en", "doc/x", "", Span(0, 0), (section,))
        resolutions.append(resolution)
        clauses.append(word_clause(clause, resolution, (), Vocabulary(10, {})))
    return resolutions, clauses


@pytest.fixture(scope="session")
def sample_read(sample_road: Road) -> tuple[list[Read], NDArray[np.float32]]:
    """The compared clauses of the sample with their mandates and centred vectors."""
    in_force = [r for r in sample_road.settled.resolutions if r.standing is Standing.IN_FORCE]
    clauses = worded_clauses(in_force)
    rows = [sample_road.embeddings.rows[c.clause.id] for c in clauses]
    return [(c, read_mandate(c)) for c in clauses], centred(sample_road.embeddings.vectors[rows])


def columns_of(read: list[Read], vectors: NDArray[np.float32]) -> ClauseColumns:
    clauses = [c for c, _ in read]
    matrices = compared_clauses(clauses, vectors).matrices
    return clause_columns(clauses, [m for _, m in read], matrices, np.array([is_pointer(c) for c in clauses]))


def test_no_pair_is_more_probable_than_its_bound(sample_read: tuple[list[Read], NDArray[np.float32]]) -> None:
    read, vectors = sample_read
    clauses = [c for c, _ in read]
    rng = np.random.default_rng(5)
    pairs = rng.integers(0, len(read), (3000, 2))
    cosines = np.clip(np.einsum("ij,ij->i", vectors[pairs[:, 0]], vectors[pairs[:, 1]]), -1, 1).astype(np.float32)
    themes = rng.uniform(-1, 1, len(pairs)).astype(np.float32)
    for block, bounds in pair_bounds(columns_of(read, vectors), pairs, cosines, themes):
        most, known = probability_bounds(bounds), known_values(bounds)
        for place, (i, j) in enumerate(pairs[block].tolist()):
            alignment = align(clauses[i], clauses[j])
            cosine, theme = float(cosines[block][place]), float(themes[block][place])
            pair = ComparedPair(clauses[i], clauses[j], read[i][1], read[j][1], alignment, cosine, theme)
            values = score(pair)
            assert probabilities_of(points_of(np.array([values])))[0] <= most[place]
            assert [values[at] for at, _ in KNOWN] == known[place].tolist()
            assert alignment.shared <= bounds.shared[place] + 1e-9
            assert alignment.formula_words <= bounds.formula_words[place]


@pytest.mark.parametrize("block", [3, 7, 64])
def test_the_nearest_rows_are_those_of_a_full_sort(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "_BLOCK", block)
    rng = np.random.default_rng(block)
    rows = searched(rng, 40)
    metrics = [Metric(0.0, 5, 0.1), Metric(0.5, 3, -0.2)]
    found = nearest_rows(rows, metrics)
    check_nearest(rows, metrics, found)


def searched(rng: np.random.Generator, count: int, names: Sequence[str] | None = None) -> Searched:
    """Rows of few distinct values, so that many scores are equal."""
    groups = np.sort(rng.integers(0, 9, count))
    themes = rng.integers(-2, 3, (9, 9)).astype(np.float32) / 4
    return Searched(
        ids=names or [f"{number:03}" for number in range(count)],
        vectors=rng.integers(-2, 3, (count, 3)).astype(np.float32) / 4,
        groups=groups,
        apart=groups // 2,
        nearness=themes + themes.T,
        marks=np.zeros((9, 1)),
        weights=rng.integers(0, 5, count) / 4,
        left_out=rng.integers(0, 8, count) == 0,
    )


def check_nearest(rows: Searched, metrics: Sequence[Metric], found: NearRows) -> None:
    """The same by a full sort of all scores."""
    products = rows.vectors @ rows.vectors.T
    count = len(products)
    for number, metric in enumerate(metrics):
        scores = products + metric.group * rows.nearness[np.ix_(rows.groups, rows.groups)]
        pairs, more = found.pairs(number), found.more(number)
        for row in range(count):
            near = [
                column
                for column in range(count)
                if rows.apart[column] != rows.apart[row]
                and scores[row, column] >= metric.minimum
                and not rows.left_out[[row, column]].any()
            ]
            best = sorted(near, key=lambda column: (-round(float(scores[row, column]), 5), column))
            assert pairs[pairs[:, 0] == row, 1].tolist() == best[: metric.count]
            assert more[row] == (len(best) > metric.count)
    for run, start in enumerate(rows.starts.tolist()):
        members = np.flatnonzero(rows.run_of == run)
        for other in range(len(rows.starts)):
            best_products = products[np.ix_(members, np.flatnonzero(rows.run_of == other))].max(axis=1).clip(0)
            assert found.best[run, other] == (best_products * rows.weights[members]).sum()
        assert start == members[0]


@settings(deadline=None)
@given(st.lists(st.lists(st.tuples(st.integers(0, 11), st.integers(1, 5)), min_size=1, max_size=9), max_size=5))
@example([[(0, 2), (1, 2), (3, 2), (6, 1)], [(1, 1), (6, 1)], [(6, 1)]])  # a list once cut above all rows that stay
def test_a_search_that_goes_on_from_another_finds_what_a_full_one_finds(
    corpora: list[list[tuple[int, int]]],
) -> None:
    metrics = [Metric(0.0, 2, 0.1), Metric(0.5, 1, -0.2)]
    before = None
    for corpus in corpora:
        # A text is a number and how it is written now; its rows follow from both.
        rows = texts_searched(sorted(dict(corpus).items()))
        before = nearest_rows(rows, metrics, before)
        full = nearest_rows(rows, metrics)
        check_nearest(rows, metrics, before)
        for number in range(2):
            assert np.array_equal(before.pairs(number), full.pairs(number))
            assert np.array_equal(before.more(number), full.more(number))
        assert np.array_equal(before.best, full.best)
        before = NearRows.of(before.arrays())


def texts_searched(versions: Sequence[tuple[int, int]]) -> Searched:
    """Rows of texts, each made of its number and its version alone."""
    made = [np.random.default_rng([text, version]) for text, version in versions]
    vectors = [rng.integers(-2, 3, (1 + rng.integers(0, 5), 3)).astype(np.float32) / 4 for rng in made]
    themes = np.array([rng.integers(-2, 3, 2) for rng in made], dtype=np.float32).reshape(-1, 2) / 4
    sizes = [len(v) for v in vectors]
    groups = np.repeat(np.arange(len(versions)), sizes)
    return Searched(
        ids=[f"{text:02}#{row}" for (text, _), size in zip(versions, sizes, strict=True) for row in range(size)],
        vectors=np.concatenate(vectors) if vectors else np.zeros((0, 3), np.float32),
        groups=groups,
        apart=np.array([text // 2 for text, _ in versions], dtype=np.intp)[groups],
        apart_names=[str(versions[g][0] // 2) for g in groups],
        nearness=(themes @ themes.T).astype(np.float32),
        marks=themes,
        weights=np.concatenate(
            [rng.integers(0, 5, n) / 4 for rng, n in zip(made, sizes, strict=True)] or [np.zeros(0)]
        ),
        left_out=np.arange(len(groups)) % 7 == 6,
    )


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 5)), max_size=60), st.integers(1, 40))
def test_pairs_stay_that_are_among_the_first_of_either_clause(rows: list[tuple[int, int, int]], most: int) -> None:
    distinct = {(i, j): p for i, j, p in rows if i < j}
    pairs = np.array(list(distinct), dtype=np.intp).reshape(-1, 2)
    priority = np.array(list(distinct.values()), dtype=np.float64)
    held, each = within_limit(pairs, priority, most)
    assert held.sum() <= most
    for place, pair in enumerate(pairs.tolist()):
        before = [
            sum((-priority[o], o) < (-priority[place], place) for o in range(len(pairs)) if end in pairs[o])
            for end in pair
        ]
        assert held[place] == (min(before) < each)
    if len(pairs) <= most:
        assert held.all()


def test_a_formula_of_hundreds_of_texts_is_compared_with_one_clause_of_each_body() -> None:
    text = "to maintain a public register of community charging points in every district"
    here, there = copies([text] * 150), copies([text] * 3, "wtsa")
    resolutions, clauses = [*here[0], *there[0]], [*here[1], *there[1]]
    found = candidate_pairs(compared_clauses(clauses, np.eye(153, 384, dtype=np.float32)))
    assert found.folded == 151
    assert len(found.pairs) < 2 * 153
    assert set(found.pairs.ravel().tolist()) == set(range(153))
    rows = {c.clause.id: i for i, c in enumerate(clauses)}
    told = find_overlaps(resolutions, np.eye(153, 384, dtype=np.float32), rows).limits
    assert any("151 clauses say the same" in limit for limit in told)


def test_a_near_copy_of_another_meaning_is_found_by_its_words() -> None:
    base = "to keep a catalogue of trailers which members lend with frequency range and place of storage of each"
    _, clauses = copies([base, f"{base} unit", "to publish tariffs of roaming for travellers abroad"])
    found = candidate_pairs(compared_clauses(clauses, np.eye(3, 384, dtype=np.float32)))
    assert found.pairs.tolist() == [[0, 1]]
    names = {name for bit, name in enumerate(found.names) if int(found.sources[0]) >> bit & 1}
    assert {"copied", "words", "contained"} <= names


def test_places_shrink_as_a_corpus_grows_and_never_vanish() -> None:
    scale = load_scoring().candidates
    counts = [places(n) for n in (1, 1_000, 10_000, 100_000, 10**9)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] == scale["most_near"]
    assert counts[-1] == scale["dense"]


def test_every_generator_has_a_name_of_its_own() -> None:
    names = [*(name for name, _ in GENERATORS), *NEAR]
    assert len(names) == len(set(names))


def test_nearness_of_texts_is_that_of_each_pair_by_itself(
    sample_road: Road, monkeypatch: pytest.MonkeyPatch, sample_read: tuple[list[Read], NDArray[np.float32]]
) -> None:
    read, vectors = sample_read
    clauses = [c for c, _ in read]
    monkeypatch.setattr(texts, "_BLOCK", 16)
    found = texts.kinship(clauses, vectors, texts.compared_texts(clauses, vectors))
    assert found == sample_road.matched.kinship
    names = sorted({str(c.resolution.id) for c in clauses})
    rows = [[row for row, c in enumerate(clauses) if str(c.resolution.id) == name] for name in names]
    says = np.array([texts.says(c) for c in clauses])
    best = np.zeros((len(names), len(names)))
    for (i, here), (j, there) in product(enumerate(rows), repeat=2):
        products = np.clip(vectors[here] @ vectors[there].T, 0, 1)
        best[i, j] = says[here] @ products.max(axis=1) / max(says[here].sum(), 1e-9)
    words = [[word for row in one for word in clauses[row].masked] for one in rows]
    near = text_nearness(words, best, load_background())
    for kin in found:
        expected = min(1.0, near[names.index(kin.a), names.index(kin.b)])
        assert kin.strength == pytest.approx(expected, abs=2e-5)


def test_all_nouns_come_out_of_the_pickler_as_they_went_in(
    sample_read: tuple[list[Read], NDArray[np.float32]],
) -> None:
    read, _ = sample_read
    for (clause, mandate), (same_clause, same_mandate) in zip(read, pickle.loads(packed_nouns(read)), strict=True):
        assert same_mandate == mandate
        for field in fields(clause):
            assert np.array_equal(getattr(same_clause, field.name), getattr(clause, field.name)), field.name
    assert sending._reducer(OneField)(OneField("held")) == (OneField, ("held",))


@dataclass(frozen=True, slots=True)
class OneField:
    name: str


@pytest.mark.slow
def test_two_workers_score_as_one_does(sample_read: tuple[list[Read], NDArray[np.float32]]) -> None:
    read, vectors = sample_read
    pairs = np.argwhere(np.triu(np.ones((len(read), len(read))), 1))[:9000]
    cosines = np.clip(np.einsum("ij,ij->i", vectors[pairs[:, 0]], vectors[pairs[:, 1]]), -1, 1).astype(np.float32)
    possible = PossiblePairs(pairs, cosines, cosines, columns_of(read, vectors))
    alone = score_pairs(read, possible, workers=1)
    assert alone
    assert score_pairs(read, possible, workers=2) == alone
    row = {clause.clause.id: at for at, (clause, _) in enumerate(read)}
    near = {(i, j): cosine for (i, j), cosine in zip(pairs.tolist(), cosines.tolist(), strict=True)}
    for overlap in alone[:: len(alone) // 20 + 1]:
        i, j = row[overlap.left], row[overlap.right]
        (left, left_mandate), (right, right_mandate) = read[i], read[j]
        pair = ComparedPair(left, right, left_mandate, right_mandate, align(left, right), near[i, j], near[i, j])
        assert judged_overlap(pair) == overlap


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(
            [
                "to report annually to the council",
                "on the implementation of this resolution",
                "within available resources",
                "as appropriate",
                "to continue",
                "in close collaboration with the directors",
                "of the other bureaux",
                "the needs of developing countries",
                "charging points",
                "to",
            ]
        ),
        max_size=8,
    )
)
def test_one_pass_finds_the_formulae_that_each_pattern_finds(phrases: list[str]) -> None:
    text = " ".join(phrases)
    folded = plain_characters(text).lower()
    covered = {
        place
        for formula in load_formulae()
        for pattern in formula.patterns
        for match in pattern.finditer(folded)
        for place in range(match.start(), match.end())
    }
    assert {p for span in formula_spans(text) for p in range(span.start, span.end)} == covered
