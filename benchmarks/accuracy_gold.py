"""The gold list of clause pairs, and copies planted among real clauses: ours beside peers."""

import csv
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from accuracy_pairs import peer_scores
from numpy.typing import NDArray

from pipeline.domain import Document, Relation, Resolution
from pipeline.embed import Encoder, embed_passages, passages
from pipeline.evaluate import interval
from pipeline.ingest import find_files, merge_copies, read_file, relative_name
from pipeline.match.asked import judge_pairs
from pipeline.segment import segment_document, settle_corpus
from pipeline.store.embeddings import vector_cache

__all__ = ["gold_pairs", "planted_copies"]

HERE = Path(__file__).resolve().parent
CORPUS = HERE.parent / "corpus"
OVERLAPS = {"VERB", "SUB", "SAME-ACT", "SAME-REQ", "CONF", "REPORT", "STUDY"}
# What the product says is no overlap, however near two clauses are.
_SETTLED = {Relation.BOIL, Relation.PAR}
_PRECISION = 0.90
# Whom a copy addresses; the originals address the Director of the Development Bureau.
_ADDRESSED = {
    "verbatim": ("wtdc", "instructs the Director of the Telecommunication Development Bureau"),
    "other actor": ("wtsa", "instructs the Director of the Telecommunication Standardization Bureau"),
}
_SEED = 20_261_123
Vector = NDArray[np.float64]


def _texts() -> tuple[Resolution, ...]:
    sample = CORPUS / "sample"
    read = [read_file(path, relative_name(path, sample)) for path in find_files(sample)]
    own = read_file(CORPUS / "gold" / "texts.jsonl", "texts.jsonl")
    documents = merge_copies(d for d in read if isinstance(d, Document) and d.language == "en")
    further = (own,) if isinstance(own, Document) else ()
    return settle_corpus(r for d in (*documents, *further) for r in segment_document(d)).resolutions


def ours(texts: Sequence[Resolution], asked: Sequence[tuple[str, str]], encoder: Encoder, cache: Path) -> Vector:
    """The product's probability of an overlap of mandate; 0 where it says that a pair is none."""
    vectors = vector_cache(cache, encoder.digest)
    embedded = embed_passages(passages(texts), lambda: encoder, vectors, encoder.dimension)
    judged = judge_pairs(texts, embedded.vectors, embedded.rows, asked)
    return np.array([0.0 if o.relation in _SETTLED else o.probability for o in judged])


def gold_pairs(encoder: Encoder, cache: Path) -> dict[str, Any]:
    """F1 of "is this an overlap of mandate" on the test rows, each method at its best threshold on the dev rows."""
    rows = [
        row
        for row in csv.DictReader((CORPUS / "gold" / "pairs.csv").read_text(encoding="utf-8").splitlines())
        if row["level"] == "clause" and row["expected"] != "REV"
    ]
    texts = _texts()
    words = {c.id: c.text for r in texts for c in r.clauses}
    truth = np.array([row["expected"] in OVERLAPS for row in rows])
    dev = np.array([row["split"] == "dev" for row in rows])
    families = [row["family"] for row in rows]
    scores = peer_scores([words[row["left"]] for row in rows], [words[row["right"]] for row in rows], encoder)
    scores["Overlap"] = ours(texts, [(row["left"], row["right"]) for row in rows], encoder, cache)
    out = {}
    held = np.flatnonzero(~dev)
    for name, told in scores.items():
        threshold = max(np.unique(told[dev]), key=lambda t, s=told: _f1(s[dev] >= t, truth[dev]))
        said = told >= threshold
        ends = interval([families[i] for i in held], lambda some, s=said: _f1(s[held][some], truth[held][some]))
        out[name] = {
            "dev": round(_f1(said[dev], truth[dev]), 4),
            "value": round(_f1(said[held], truth[held]), 4),
            "interval": [round(x, 4) for x in ends or ()],
        }
    return {"dev": int(dev.sum()), "test": len(held), "overlaps in test": int(truth[held].sum()), "methods": out}


def _f1(said: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    return float(2 * (said & truth).sum() / max(1, said.sum() + truth.sum()))


def planted_copies(pp18: Path, encoder: Encoder, cache: Path) -> dict[str, Any]:
    """Recall of planted copies by kind of edit at the threshold where nine of ten pairs told are planted ones.

    Each copy is held against what it was made of, and against its ten nearest clauses by words and by meaning among all
    originals and the operative clauses of PP-18: judgement is measured, not search.
    """
    with (HERE / "gold" / "planted.csv").open(encoding="utf-8", newline="") as lines:
        planted = list(csv.DictReader(lines))
    originals = [row["original"] for row in planted]
    clauses = sorted(
        {
            clause["text"]
            for line in (pp18 / "truth.jsonl").read_text(encoding="utf-8").splitlines()
            for clause in json.loads(line)["clauses"]
            if clause["part"] == "operative"
        }
    )
    copies = [edit for row, one in enumerate(planted) for edit in _edits(one, row, originals)]
    others = originals + clauses
    near = _nearest([text for _, text, _ in copies], others, encoder)
    asked = [(copy, other) for copy in range(len(copies)) for other in sorted({*copies[copy][2], *near[copy]})]
    lefts, rights = [copies[c][1] for c, _ in asked], [others[o] for _, o in asked]
    scores = peer_scores(lefts, rights, encoder)
    sources = _resolutions(
        [("pp", "instructs the Director of the Telecommunication Development Bureau", t) for t in others]
    )
    edited = _resolutions([(*_ADDRESSED.get(kind, _ADDRESSED["verbatim"]), text) for kind, text, _ in copies])
    scores["Overlap"] = ours(
        (*sources, *edited),
        [(next(iter(edited[c].clauses)).id, next(iter(sources[o].clauses)).id) for c, o in asked],
        encoder,
        cache,
    )
    truth = np.array([o in copies[c][2] for c, o in asked])
    kinds = np.array([copies[c][0] for c, _ in asked])
    out = {}
    for name, told in scores.items():
        threshold = _at_precision(told, truth)
        found = told >= threshold
        out[name] = {"all": round(float(found[truth].mean()), 4)} | {
            kind: round(float(found[truth & (kinds == kind)].mean()), 4) for kind in sorted(set(kinds))
        }
    return {"originals": len(planted), "copies": len(copies), "real clauses": len(clauses), "methods": out}


def _resolutions(clauses: Sequence[tuple[str, str, str]]) -> tuple[Resolution, ...]:
    """Each clause, given with its body and call, as a resolution of its own, read as the product reads any text."""
    lines = []
    for number, (body, call, text) in enumerate(clauses, 901):
        section = {"call": call, "part": "operative", "clauses": [{"label": "1", "text": text}]}
        year = {"pp": "2018", "wtdc": "2022", "wtsa": "2024"}[body]
        identity = f"{body}/res/{number}@{year}"
        facts = {"id": identity, "body": body, "type": "res", "number": str(number), "edition": year}
        lines.append(json.dumps(facts | {"title": "Text", "language": "en", "sections": [section]}))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "planted.jsonl"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        document = read_file(path, path.name)
    if not isinstance(document, Document):
        raise SystemExit(f"the planted texts cannot be read: {document.reason}")
    found = {str(r.id): r for r in segment_document(document)}
    return tuple(found[json.loads(line)["id"]] for line in lines)


def _edits(row: dict[str, str], number: int, originals: Sequence[str]) -> tuple[tuple[str, str, frozenset[int]], ...]:
    """The copies of one planted clause: kind, text, and the rows of the originals that stand in it."""
    original = row["original"]
    words = original.removeprefix("to ").split()
    middle = next((i for i, w in enumerate(words) if i > 2 and w in _TURNS), len(words) // 2)
    turned = " ".join(("to ensure that,", *words[middle:], ", action is taken to", *words[:middle]))
    beside = ((number + 7) % len(originals), (number + 19) % len(originals))
    omnibus = f"{originals[beside[0]]}; {original}; and {originals[beside[1]]}"
    own = frozenset({number})
    return (
        ("verbatim", original, own),
        ("reordered", turned.replace(" ,", ","), own),
        ("other actor", original, own),
        ("paraphrased", row["paraphrase"], own),
        ("in an omnibus clause", omnibus, own | frozenset(beside)),
    )


_TURNS = frozenset(
    ("on", "of", "in", "for", "to", "with", "from", "which", "that", "by", "at", "until", "when", "against", "about")
)


def _nearest(copies: Sequence[str], others: Sequence[str], encoder: Encoder) -> list[list[int]]:
    """For each copy the clauses that any simple search would name: the ten nearest by words and by meaning."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    made = TfidfVectorizer(sublinear_tf=True).fit(others)
    by_words = (made.transform(copies) @ made.transform(others).T).toarray()
    by_meaning = encoder.encode(copies) @ encoder.encode(others).T
    return [
        sorted({*np.argsort(-a, kind="stable")[:10].tolist(), *np.argsort(-b, kind="stable")[:10].tolist()})
        for a, b in zip(by_words, by_meaning, strict=True)
    ]


def _at_precision(told: Vector, truth: NDArray[np.bool_]) -> float:
    """The lowest threshold at which the wanted share of what is told is true; above all scores where there is none."""
    best = float(told.max()) + 1.0
    for threshold in np.unique(told)[::-1]:
        if truth[told >= threshold].mean() >= _PRECISION:
            best = float(threshold)
    return best
