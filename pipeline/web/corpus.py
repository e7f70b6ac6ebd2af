"""The texts of the current run in memory: vectors for search by meaning, and the index that drafts are held against.

It is built at the first question after a run was imported, from the run's folder and the vectors that the run left in
the cache. Nothing is encoded again but the question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Clause, Resolution, Standing
from pipeline.errors import RunError
from pipeline.store.contents import RunContents
from pipeline.store.embeddings import vector_cache

if TYPE_CHECKING:
    from pipeline.embed import Embeddings, Encoder
    from pipeline.match.draft import CheckedClause, DraftIndex

__all__ = ["Corpora", "Corpus", "NearClause"]


@dataclass(frozen=True, slots=True)
class NearClause:
    """A clause near to what was asked: ``similarity`` is the centred cosine in [-1, 1]."""

    clause: Clause
    text: Resolution
    similarity: float


@dataclass(frozen=True)
class Corpus:
    """The texts in force of one run with their vectors."""

    run: str
    resolutions: tuple[Resolution, ...]
    embeddings: Embeddings
    encoder: Encoder

    @cached_property
    def clauses(self) -> Mapping[str, tuple[Clause, Resolution]]:
        """All clauses by identifier."""
        return {clause.id: (clause, text) for text in self.resolutions for clause in text.clauses}

    @cached_property
    def _mean(self) -> NDArray[np.float32]:
        held = self.embeddings.vectors
        return np.asarray(held.mean(axis=0) if len(held) else np.zeros(held.shape[1]), dtype=np.float32)

    @cached_property
    def _centred(self) -> NDArray[np.float32]:
        moved = self.embeddings.vectors - self._mean
        return np.asarray(moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9), dtype=np.float32)

    @cached_property
    def index(self) -> DraftIndex:
        """What a draft is held against."""
        from pipeline.match.draft import build_draft_index

        return build_draft_index(self.resolutions, self.embeddings.vectors, self.embeddings.rows)

    def near(self, question: str, most: int) -> tuple[NearClause, ...]:
        """The operative clauses nearest in meaning to a question, nearest first; none for a blank question."""
        if not question.strip() or not len(self.embeddings.vectors):
            return ()
        asked = self.encoder.encode([question])[0] - self._mean
        asked = asked / max(float(np.linalg.norm(asked)), 1e-9)
        likeness = self._centred @ asked
        of_row: dict[int, list[str]] = {}
        for clause, row in self.embeddings.rows.items():
            of_row.setdefault(row, []).append(clause)
        found: list[NearClause] = []
        for row in np.argsort(-likeness, kind="stable").tolist():
            names = sorted(of_row.get(row, ()))
            found.extend(NearClause(*self.clauses[name], float(likeness[row])) for name in names)
            if len(found) >= most:
                break
        return tuple(found[:most])

    def check(self, drafts: tuple[Resolution, ...], top: int) -> tuple[CheckedClause, ...]:
        """The clauses of a draft, each with the existing ones that say the same."""
        from pipeline.embed import embed_passages, passages
        from pipeline.match.draft import check_draft

        wanted = passages(drafts)
        made = embed_passages(wanted, lambda: self.encoder, _Unkept(), self.encoder.dimension)
        return check_draft(self.index, drafts, made.vectors, made.rows, top)


class _Unkept:
    """A cache that keeps nothing: what a draft says leaves no trace."""

    def get(self, keys: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        return {}

    def put(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        pass


class Corpora:
    """The corpus of the run that was asked for last; loading takes seconds and happens once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = Lock()
        self._held: Corpus | None = None
        self._encoder: Encoder | None = None

    def of(self, run: str, folder: Path) -> Corpus:
        """The corpus of a run.

        Raises:
            RunError: the folder of the run is gone or damaged.
            ModelError: the language model is not installed.
        """
        with self._lock:
            if self._held is None or self._held.run != run:
                self._held = self._load(run, folder)
            return self._held

    def _load(self, run: str, folder: Path) -> Corpus:
        from pipeline.embed import embed_passages, load_encoder, passages
        from pipeline.segment import in_compared_language

        if not folder.is_dir():
            raise RunError(f"the folder of run {run} is not there any more; import a newer run")
        read = in_compared_language(RunContents(folder).read_resolutions())
        texts = tuple(one for one in read if one.standing is Standing.IN_FORCE and not one.is_foreign)
        if self._encoder is None:
            self._encoder = load_encoder(self._root)
            # Else each draft would wait for what its paragraphs are the first to need.
            Thread(target=self._encoder.prepare, name="encoder", daemon=True).start()
        encoder = self._encoder
        cache = vector_cache(self._root, encoder.digest)
        return Corpus(run, texts, embed_passages(passages(texts), lambda: encoder, cache, encoder.dimension), encoder)
