"""Rebuild models/background.json from the sample corpus: word counts by work, and the mean vector of its mandates.

Run it when the sample corpus, the model or the masking of formula language changes:
``python tools/build_background.py``.
"""

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Document
from pipeline.embed import embed_passages, load_encoder, model_card, passages
from pipeline.ingest import find_files, read_file, relative_name
from pipeline.match import words
from pipeline.segment import segment_document, settle_corpus

ROOT = Path(__file__).resolve().parents[1]


class _Memory:
    """A vector cache for one run."""

    def __init__(self) -> None:
        self._held: dict[str, NDArray[np.float32]] = {}

    def get(self, keys: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        return {k: self._held[k] for k in keys if k in self._held}

    def put(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        self._held.update(vectors)


def main() -> None:
    """Read the sample corpus and write the file."""
    corpus = ROOT / "corpus" / "sample"
    documents = [read_file(p, relative_name(p, corpus)) for p in find_files(corpus)]
    settled = settle_corpus(r for d in documents if isinstance(d, Document) for r in segment_document(d))
    card = model_card()
    found = passages(settled.resolutions)
    embedded = embed_passages(found, load_encoder, _Memory(), card.dimension)
    by_work: dict[str, set[str]] = {}
    for resolution in settled.resolutions:
        for clause in resolution.clauses:
            by_work.setdefault(str(resolution.id.work), set()).update(words(clause.text)[0])
    counts = Counter(word for used in by_work.values() for word in used)
    # Words of two works and more: the rest weighs as much as an unknown word anyway.
    common = {word: n for word, n in sorted(counts.items()) if n > 1}
    target = ROOT / "models" / "background.json"
    target.write_text(
        json.dumps(
            {
                "source": "corpus/sample",
                "model": card.name,
                "model_sha256": card.digest,
                "works": len(by_work),
                "mandates": len(found),
                "words": common,
                "mean": [round(float(x), 6) for x in embedded.vectors.mean(axis=0)],
            },
            indent=None,
            separators=(",", ":"),
        )
        + "\n",
        encoding="utf-8",
    )
    sys.stdout.write(f"{target}: {len(by_work)} works, {len(common)} words, {len(found)} mandates\n")


if __name__ == "__main__":
    main()
