"""The clauses of a run in columns, made ready to be searched for what a draft says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from pipeline.domain import Resolution
from pipeline.match.background import load_background
from pipeline.match.bounds import CODES, FLAGS
from pipeline.match.mandates import ComparedMandate, read_mandates
from pipeline.match.overlaps import centred, worded_clauses
from pipeline.match.pairs import is_pointer
from pipeline.match.texts import compared_texts
from pipeline.match.tokens import Vocabulary, WordedClause, build_vocabulary

__all__ = ["DraftIndex", "build_draft_index", "word_sums"]


@dataclass(frozen=True, slots=True)
class DraftIndex:
    """The clauses of a run, n of them, made ready to be searched for what a draft says.

    ``clauses`` are in the order of their ids. ``of_text`` (n,) numbers the text of each, ``works`` names the work of
    each text and ``themes`` (texts, dimension), float64, is its mean vector of length one. ``vectors`` (n, dimension),
    float32, are centred and of length one. ``words`` numbers words; row w of ``said`` (words, n), CSR float32, holds
    the weight of word w in each clause, and that of ``objects``, where it is one of its most telling words. ``mass``
    (n,), ``object_words`` (n,), ``actions`` (n,) as an index of ``action_names`` and ``pointer`` (n,) are what bounds
    ask of a clause, and ``shown`` (n,) is the number of all else that they ask of it.

    Many clauses show the same, so that is held once, s times in all: ``flags`` (s, as many as ``FLAGS``), ``codes``
    (as many as ``code_names``, as many as ``CODES``, s) and ``bodies`` (s,) as an index of ``body_names``.
    """

    clauses: Sequence[WordedClause]
    of_text: NDArray[np.intp]
    works: tuple[str, ...]
    themes: NDArray[np.float64]
    vectors: NDArray[np.float32]
    vocabulary: Vocabulary
    words: Mapping[str, int]
    said: sp.csr_matrix
    objects: sp.csr_matrix
    mass: NDArray[np.float64]
    object_words: NDArray[np.float64]
    actions: NDArray[np.intp]
    action_names: tuple[str, ...]
    pointer: NDArray[np.bool_]
    shown: NDArray[np.intp]
    flags: NDArray[np.bool_]
    codes: NDArray[np.bool_]
    code_names: tuple[str, ...]
    bodies: NDArray[np.intp]
    body_names: tuple[str, ...]


def build_draft_index(
    resolutions: Sequence[Resolution], vectors: NDArray[np.float32], rows: Mapping[str, int]
) -> DraftIndex:
    """The index of some texts; all of them are searched, so give only those in force.

    Args:
        resolutions: the texts.
        vectors: vectors of their mandates, shape (m, dimension), float32, rows of length one.
        rows: clause id → row of ``vectors``.
    """
    background = load_background()
    clauses = worded_clauses(resolutions)
    matrix = centred(vectors[[rows[c.clause.id] for c in clauses]]) if clauses else vectors[:0]
    texts = compared_texts(clauses, matrix)
    mandates = read_mandates(clauses)
    names = tuple(sorted({m.action for m in mandates} | {""}))
    action = {name: i for i, name in enumerate(names)}
    words: dict[str, int] = {}
    said = _columns([word_sums(c) for c in clauses], words)
    objects = _columns([dict.fromkeys(sorted(m.object), 1.0) for m in mandates], words)
    said.resize(len(words), len(clauses))
    code_names = tuple(sorted({code for m in mandates for read in CODES.values() for code in read(m)}))
    body_names = tuple(sorted({str(text.body) for text in texts.texts}))
    shown, (flags, codes, bodies) = _shown(clauses, mandates, code_names, body_names)
    return DraftIndex(
        clauses=clauses,
        of_text=texts.of_clause,
        works=tuple(str(text.id.work) for text in texts.texts),
        themes=texts.means,
        vectors=matrix,
        vocabulary=build_vocabulary(resolutions, background.words, background.works),
        words=words,
        said=said,
        objects=objects,
        mass=np.array([c.mass for c in clauses], dtype=np.float64),
        object_words=np.array([len(m.object) for m in mandates], dtype=np.float64),
        actions=np.array([action[m.action] for m in mandates], dtype=np.intp),
        action_names=names,
        pointer=np.array([is_pointer(c) for c in clauses], dtype=bool),
        shown=shown,
        flags=flags,
        codes=codes,
        code_names=code_names,
        bodies=bodies,
        body_names=body_names,
    )


def word_sums(clause: WordedClause) -> dict[str, float]:
    """What each word weighs in a clause, all its uses together."""
    sums: dict[str, float] = {}
    for key, weight in zip(clause.keys, clause.weights.tolist(), strict=True):
        sums[key] = sums.get(key, 0.0) + weight
    return sums


def _columns(rows: Sequence[Mapping[str, float]], words: dict[str, int]) -> sp.csr_matrix:
    """One column for each of the given rows and one row for each word, which is numbered as it comes."""
    places = np.array([words.setdefault(word, len(words)) for row in rows for word in row], dtype=np.int32)
    columns = np.repeat(np.arange(len(rows), dtype=np.int32), [len(row) for row in rows])
    values = np.array([value for row in rows for value in row.values()], dtype=np.float32)
    made = sp.csr_matrix((values, (places, columns)), shape=(len(words), len(rows)))
    made.eliminate_zeros()
    return made


def _shown(
    clauses: Sequence[WordedClause],
    mandates: Sequence[ComparedMandate],
    code_names: Sequence[str],
    body_names: Sequence[str],
) -> tuple[NDArray[np.intp], tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.intp]]]:
    """``shown`` of an index, and what its numbers stand for: ``flags``, ``codes`` and ``bodies``."""
    code = {name: i for i, name in enumerate(code_names)}
    body = {name: i for i, name in enumerate(body_names)}
    number: dict[tuple[tuple[bool, ...], tuple[tuple[int, ...], ...], int], int] = {}
    shown = []
    for clause, mandate in zip(clauses, mandates, strict=True):
        flags = tuple(shows(mandate) for shows in FLAGS.values())
        named = tuple(tuple(sorted(code[name] for name in read(mandate))) for read in CODES.values())
        shown.append(number.setdefault((flags, named, body[str(clause.resolution.body)]), len(number)))
    codes = np.zeros((len(code_names), len(CODES), len(number)), dtype=bool)
    for column, (_, named, _) in enumerate(number):
        for kind, some in enumerate(named):
            codes[list(some), kind, column] = True
    held = np.array([flags for flags, _, _ in number], dtype=bool).reshape(-1, len(FLAGS))
    return np.array(shown, dtype=np.intp), (held, codes, np.array([by for _, _, by in number], dtype=np.intp))
