"""The index that drafts are checked against, on the disk: written once for the clauses of a run, then mapped.

    outputs/cache/checks/<digest of what it was made from>/
        facts.json                       words and how many works use each, works of texts, sizes of the other files
        *.npy                            columns of numbers
        clauses.jsonl   texts.jsonl      the clauses and their texts, looked up one by one

A folder is written under a hidden name and renamed, so that a reader meets a whole one or none.
"""

import json
import os
import secrets
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any, overload

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from pydantic import TypeAdapter

from pipeline.domain import Clause, Resolution
from pipeline.errors import RunError
from pipeline.match.draft import DraftIndex
from pipeline.match.tokens import Vocabulary, WordedClause
from pipeline.reference import load_scoring
from pipeline.store import rows

__all__ = ["INDEX_VERSION", "checks_folder", "read_index", "write_index"]

INDEX_VERSION = "3"
"""Part of the name of an index: another form of it has another name."""

_FACTS = "facts.json"
_MOST_KEPT = 4
_FORMULA, _CITED = 1, 2
_CLAUSE = TypeAdapter(Clause)
_COLUMNS = (
    "of_text",
    "themes",
    "vectors",
    "mass",
    "object_words",
    "actions",
    "pointer",
    "shown",
    "flags",
    "codes",
    "bodies",
)
_NAMES = ("works", "action_names", "code_names", "body_names")
_SPARSE = ("said", "objects")
_TOKEN_COLUMNS = (
    "word_weights",
    "token_words",
    "token_starts",
    "token_ends",
    "token_marks",
    "clause_tokens",
    "clause_places",
    "text_places",
)


def checks_folder(root: Path) -> Path:
    """Where the indexes lie under an output folder."""
    return root / "cache" / "checks"


def write_index(folder: Path, index: DraftIndex) -> None:
    """Write an index; those beside it that were used longest ago are removed when there are many.

    Raises:
        RunError: the folder cannot be written.
    """
    staged = folder.with_name(f".{folder.name}-{secrets.token_hex(4)}")
    try:
        staged.mkdir(parents=True)
        _write(staged, index)
        if folder.exists():  # damaged, or made by another process in the meantime
            shutil.rmtree(folder, ignore_errors=True)
        staged.replace(folder)
    except OSError as error:
        shutil.rmtree(staged, ignore_errors=True)
        raise RunError(f"{folder} cannot be written: {error.strerror or error}") from error
    kept = sorted((p for p in folder.parent.iterdir() if not p.name.startswith(".")), key=lambda p: -p.stat().st_mtime)
    for old in kept[_MOST_KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def read_index(folder: Path) -> DraftIndex:
    """The index in a folder, its columns mapped into memory.

    Raises:
        RunError: there is none, or it is damaged.
    """
    try:
        facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
        if any((folder / name).stat().st_size != size for name, size in facts["sizes"].items()):
            raise RunError(f"{folder} is damaged: a file has another size than it was written with")
        columns = {name: _mapped(folder, name) for name in _COLUMNS}
        names = {name: tuple(facts[name]) for name in _NAMES}
        vocabulary = Vocabulary(int(facts["vocabulary_works"]), dict(facts["document_frequency"]))
        words = tuple(facts["words"])
        clauses = _StoredClauses(folder, words, columns)
        count = len(clauses)
        sparse = {name: _sparse(folder, name, (len(words), count)) for name in _SPARSE}
        os.utime(folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"{folder} cannot be used: {error}") from error
    made: dict[str, Any] = {**names, **columns, **sparse}
    numbers = {word: i for i, word in enumerate(words)}
    return DraftIndex(clauses=clauses, vocabulary=vocabulary, words=numbers, **made)


class _StoredClauses(Sequence[WordedClause]):
    """The clauses of an index, each made when it is asked for."""

    def __init__(self, folder: Path, words: tuple[str, ...], columns: dict[str, NDArray[Any]]) -> None:
        self._words = words
        self._mass, self._of_text = columns["mass"], columns["of_text"]
        self._tokens = {name: _mapped(folder, name) for name in _TOKEN_COLUMNS}
        self._clause_lines = _bytes_of(folder / "clauses.jsonl")
        self._text_lines = _bytes_of(folder / "texts.jsonl")
        self._text = lru_cache(maxsize=4096)(self._read_text)

    def __len__(self) -> int:
        return len(self._mass)

    @overload
    def __getitem__(self, place: int) -> WordedClause: ...

    @overload
    def __getitem__(self, place: slice) -> list[WordedClause]: ...

    def __getitem__(self, place: int | slice) -> WordedClause | list[WordedClause]:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self)))]
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        number = place % len(self)
        tokens = self._tokens
        own = slice(int(tokens["clause_tokens"][number]), int(tokens["clause_tokens"][number + 1]))
        numbers = tokens["token_words"][own]
        keys = tuple(map(self._words.__getitem__, numbers.tolist()))
        marks = np.asarray(tokens["token_marks"][own])
        formula, cited = (marks & _FORMULA).astype(bool), (marks & _CITED).astype(bool)
        plain = tokens["word_weights"][numbers]
        plain[cited] = 0.0
        return WordedClause(
            clause=_CLAUSE.validate_json(_line(self._clause_lines, tokens["clause_places"], number)),
            resolution=self._text(int(self._of_text[number])),
            keys=keys,
            starts=np.asarray(tokens["token_starts"][own]),
            ends=np.asarray(tokens["token_ends"][own]),
            weights=np.where(formula, plain * load_scoring().words.formula_factor, plain),
            plain_weights=plain,
            formula=formula,
            cited=cited,
            mass=float(self._mass[number]),
            cited_share=float(cited.mean()) if keys else 0.0,
        )

    def _read_text(self, number: int) -> Resolution:
        row = json.loads(_line(self._text_lines, self._tokens["text_places"], number))
        return next(rows.resolutions_from_rows([row], ()))


def _write(folder: Path, index: DraftIndex) -> None:
    clauses = list(index.clauses)
    arrays: dict[str, NDArray[Any]] = {name: getattr(index, name) for name in _COLUMNS}
    for name in _SPARSE:
        matrix: sp.csr_matrix = getattr(index, name)
        arrays |= {f"{name}_{part}": getattr(matrix, part) for part in ("indptr", "indices", "data")}
    arrays["word_weights"] = np.array([index.vocabulary.weight(word) for word in index.words], dtype=np.float64)
    arrays["token_words"] = np.array([index.words[key] for c in clauses for key in c.keys], dtype=np.int32)
    arrays["token_starts"] = _joined([c.starts for c in clauses], np.int32)
    arrays["token_ends"] = _joined([c.ends for c in clauses], np.int32)
    marks = [c.formula.astype(np.uint8) * _FORMULA | c.cited.astype(np.uint8) * _CITED for c in clauses]
    arrays["token_marks"] = _joined(marks, np.uint8)
    arrays["clause_tokens"] = _ends([len(c.keys) for c in clauses])
    arrays["clause_places"] = _write_lines(folder / "clauses.jsonl", (_CLAUSE.dump_json(c.clause) for c in clauses))
    texts: dict[int, Resolution] = {}
    for number, clause in zip(index.of_text.tolist(), clauses, strict=True):
        texts.setdefault(number, clause.resolution)
    bare = (replace(texts[number], sections=()) for number in range(len(texts)))
    lines = (json.dumps(rows.resolution_to_row(text), ensure_ascii=False).encode() for text in bare)
    arrays["text_places"] = _write_lines(folder / "texts.jsonl", lines)
    for name, values in arrays.items():
        np.save(folder / f"{name}.npy", values, allow_pickle=False)
    facts = {
        "sizes": {path.name: path.stat().st_size for path in sorted(folder.iterdir())},
        **{name: getattr(index, name) for name in _NAMES},
        "words": list(index.words),
        "vocabulary_works": index.vocabulary.works,
        "document_frequency": index.vocabulary.document_frequency,
    }
    (folder / _FACTS).write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8", newline="\n")


def _write_lines(path: Path, lines: Iterable[bytes]) -> NDArray[np.int64]:
    """Write lines one after another, and give where each begins."""
    with path.open("wb") as file:
        return _ends([file.write(line + b"\n") for line in lines])


def _line(text: NDArray[np.uint8], places: NDArray[np.int64], number: int) -> bytes:
    return text[int(places[number]) : int(places[number + 1])].tobytes()


def _ends(lengths: Sequence[int]) -> NDArray[np.int64]:
    return np.array([0, *accumulate(lengths)], dtype=np.int64)


def _joined(parts: Sequence[NDArray[Any]], dtype: type) -> NDArray[Any]:
    return np.concatenate(parts).astype(dtype) if parts else np.zeros(0, dtype=dtype)


def _mapped(folder: Path, name: str) -> NDArray[Any]:
    path = folder / f"{name}.npy"
    mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    # A plain view: without the bookkeeping of a memmap each slice is made several times as fast.
    return np.asarray(mapped).view(np.ndarray)


def _sparse(folder: Path, name: str, shape: tuple[int, int]) -> sp.csr_matrix:
    parts = tuple(_mapped(folder, f"{name}_{part}") for part in ("data", "indices", "indptr"))
    if len(parts[2]) - 1 < shape[0]:  # words that no column of this matrix holds
        rest = np.full(shape[0] + 1 - len(parts[2]), parts[2][-1], dtype=parts[2].dtype)
        parts = (parts[0], parts[1], np.concatenate([parts[2], rest]))
    return sp.csr_matrix(parts, shape=shape, copy=False)


def _bytes_of(path: Path) -> NDArray[np.uint8]:
    if not path.stat().st_size:
        return np.zeros(0, dtype=np.uint8)
    return np.asarray(np.memmap(path, dtype=np.uint8, mode="r")).view(np.ndarray)
