"""Texts of one series found again with titles and symbols masked, in ``DATA/un``: three questions, and the methods.

As the data measures it, the line of the title is no part of a text, and texts of another organ are searched for among
those of other organs. *Strictly* the words of a text's own title are taken out of its paragraphs too, and all texts are
searched.
"""

import csv
import hashlib
import json
import lzma
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.embed import load_encoder
from pipeline.evaluate import Evaluation, Query, score_retrieval
from pipeline.match.nearness import text_nearness

__all__ = ["Collection", "Peer", "TextParts", "load_collection", "measure_texts", "queries_of"]

QUESTIONS = ("same series", "other organ only", "other title only")
_SYMBOL = re.compile(r"\b(?:[AES]|CCPR|CERD|UNEP|HSP|ECE|TD)/[\w./()-]+|\b\d{1,4}/\d{1,4}\b")
_LONGEST = 480
_BATCH = 1000
Matrix = NDArray[np.floating]


@dataclass(frozen=True)
class TextParts:
    """The paragraphs of a collection: their words, the index of the text of each, and their vectors, float32."""

    words: Sequence[Sequence[str]]
    of_clause: NDArray[np.intp]
    vectors: NDArray[np.float32]


@dataclass(frozen=True)
class Collection:
    """Texts of at least three paragraphs; ``lineages`` names what series and groups join."""

    clauses: tuple[tuple[str, ...], ...]
    series: tuple[str, ...]
    organs: tuple[str, ...]
    groups: tuple[str, ...]
    titles: tuple[str, ...]
    lineages: tuple[str, ...]
    names: tuple[str, ...]


def load_collection(folder: Path, strict: bool = False) -> Collection:
    """The texts without titles and symbols."""
    with lzma.open(folder / "resolutions.jsonl.xz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    rows = [row for row in rows if sum(p["type"] == "paragraph" for p in row["paragraphs"]) >= 3]
    with (folder / "groups.csv").open(encoding="utf-8") as lines:
        group = {row["symbol"]: row["group"] for row in csv.DictReader(lines)}
    names = tuple(row["symbol"] for row in rows)
    series = tuple(row["series_id"] or "" for row in rows)
    groups = tuple(group.get(name, "") for name in names)
    return Collection(
        clauses=tuple(tuple(_masked(row, strict)) for row in rows),
        series=series,
        organs=tuple(row["organ"] for row in rows),
        groups=groups,
        titles=tuple(_folded(row["title"]) for row in rows),
        lineages=_lineages(names, series, groups),
        names=names,
    )


def _masked(row: Mapping[str, Any], strict: bool) -> Iterable[str]:
    title = _folded(row["title"]).split()
    own = re.compile(r"\W+".join(map(re.escape, title)), re.IGNORECASE) if strict and len(title) > 1 else None
    for paragraph in row["paragraphs"]:
        if paragraph["type"] == "paragraph":
            text = _SYMBOL.sub(" ", paragraph["text"])
            yield own.sub(" ", text) if own else text


def _folded(text: str) -> str:
    return re.sub(r"\W+", " ", (text or "").lower()).strip()


def _lineages(names: Sequence[str], series: Sequence[str], groups: Sequence[str]) -> tuple[str, ...]:
    """The least name among texts that series and groups join."""
    parent: dict[str, str] = {}

    def root(x: str) -> str:
        while parent.setdefault(x, x) != x:
            x = parent[x]
        return x

    for name, one, other in zip(names, series, groups, strict=True):
        for key in (f"s {one}" if one else "", f"g {other}" if other else ""):
            if key:
                parent[root(name)] = root(key)
    least: dict[str, str] = {}
    for name in names:
        least[root(name)] = min(name, least.get(root(name), name))
    return tuple(least[root(name)] for name in names)


def queries_of(held: Collection, strict: bool = False) -> dict[str, tuple[Query, ...]]:
    """The queries of each question. Texts that answer another question than the one asked are left out."""
    house = {organ: frozenset(i for i, one in enumerate(held.organs) if one == organ) for organ in set(held.organs)}
    out: dict[str, list[Query]] = {question: [] for question in QUESTIONS}
    everything = range(len(held.names))
    for q in everything:
        line = held.lineages[q]
        kin = frozenset(i for i in everything if i != q and held.series[q] and held.series[i] == held.series[q])
        far = frozenset(i for i in kin if held.organs[i] != held.organs[q])
        if kin:
            out[QUESTIONS[0]].append(Query(held.names[q], q, kin, frozenset(), line))
        if far:
            out[QUESTIONS[1]].append(Query(held.names[q], q, far, kin - far if strict else house[held.organs[q]], line))
        if held.groups[q]:
            same = frozenset(i for i in everything if i != q and held.titles[q] and held.titles[i] == held.titles[q])
            other = frozenset(i for i in everything if i != q and held.groups[i] == held.groups[q]) - {
                i for i in everything if held.titles[i] == held.titles[q]
            }
            if other:
                out[QUESTIONS[2]].append(Query(held.names[q], q, other, same, line))
    return {question: tuple(found) for question, found in out.items()}


def halves(held: Collection, queries: Mapping[str, Sequence[Query]]) -> dict[str, int]:
    """Lineage → 0 (development) or 1: alternately in the order of their digests, within each set of questions asked."""
    asked: dict[str, set[int]] = {name: set() for name in held.lineages}
    for number, question in enumerate(QUESTIONS):
        for query in queries[question]:
            asked[query.group].add(number)

    def key(name: str) -> tuple[bool, bool, bool, str]:
        return 2 in asked[name], 1 in asked[name], 0 in asked[name], hashlib.sha256(name.encode()).hexdigest()

    return {name: place % 2 for place, name in enumerate(sorted(asked, key=key))}


def vectors_of(texts: Sequence[str], folder: Path, say: Callable[[str], None]) -> NDArray[np.float32]:
    """Vectors of the first characters of each text, kept in ``folder`` in parts with the SHA-256 of their texts."""
    folder.mkdir(parents=True, exist_ok=True)
    keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    held: dict[str, NDArray[np.float16]] = {}
    parts = sorted(folder.glob("part*.keys"))
    for part in parts:
        held |= zip(part.read_text().split(), np.load(part.with_suffix(".npy")), strict=True)
    missing = sorted(
        {k: t for k, t in zip(keys, texts, strict=True) if k not in held}.items(), key=lambda kt: len(kt[1])
    )
    encoder = load_encoder(folder) if missing else None
    for start in range(0, len(missing), _BATCH):
        batch = missing[start : start + _BATCH]
        assert encoder is not None
        made = encoder.encode([text[:_LONGEST] for _, text in batch]).astype(np.float16)
        stem = folder / f"part{len(parts) + start // _BATCH + 1000}"
        np.save(stem.with_suffix(".npy"), made)
        stem.with_suffix(".keys").write_text("\n".join(key for key, _ in batch))
        held |= zip((key for key, _ in batch), made, strict=True)
        say(f"{start + len(batch)} of {len(missing)} paragraphs encoded")
    return np.array([held[key] for key in keys], dtype=np.float32)


@dataclass(frozen=True)
class Peer:
    """A method with the settings that it may be given; the development half chooses."""

    name: str
    settings: tuple[tuple[str, Callable[[], Matrix]], ...]


def peers_of(held: Collection, parts: TextParts, best: Callable[[bool], Matrix]) -> tuple[Peer, ...]:
    """Public methods, three settings each at the most."""
    whole = [" ".join(clauses) for clauses in held.clauses]
    return (
        Peer(
            "TF-IDF",
            (
                ("words", lambda: _tfidf(whole, {"min_df": 2, "sublinear_tf": True})),
                ("words and pairs", lambda: _tfidf(whole, {"ngram_range": (1, 2), "min_df": 2, "sublinear_tf": True})),
                (
                    "words of letters and pairs, in under 30 % of texts",
                    lambda: _tfidf(
                        whole,
                        {
                            "ngram_range": (1, 2),
                            "min_df": 2,
                            "max_df": 0.3,
                            "sublinear_tf": True,
                            "token_pattern": r"(?u)\b[a-z]{3,}\b",
                        },
                    ),
                ),
            ),
        ),
        Peer(
            "BM25 (bm25s)",
            tuple(
                (f"k1 {k}, b {b}", lambda k=k, b=b: _bm25(whole, k, b)) for k, b in ((1.5, 0.75), (1.2, 0.4), (3, 0.9))
            ),
        ),
        Peer(
            "MiniLM, mean of clauses",
            (("as it is", lambda: _means(parts, False)), ("centred", lambda: _means(parts, True))),
        ),
        Peer(
            "MiniLM, best match of each clause, both ways",
            (("as it is", lambda: best(False)), ("centred", lambda: best(True))),
        ),
        Peer(
            "paraphrase mining of clauses (sentence-transformers)",
            tuple((f"cosine over {least}", lambda least=least: _mined(parts, least)) for least in (0.6, 0.7, 0.8)),
        ),
        Peer(
            "semhash",
            tuple((f"threshold {least}", lambda least=least: _semhash(whole, least)) for least in (0.5, 0.7, 0.9)),
        ),
        Peer("MinHash (rensa)", tuple((f"runs of {n} words", lambda n=n: _minhash(whole, n)) for n in (1, 2, 4))),
    )


def _tfidf(texts: Sequence[str], settings: Mapping[str, Any]) -> Matrix:
    from sklearn.feature_extraction.text import TfidfVectorizer

    matrix = TfidfVectorizer(**settings).fit_transform(texts)
    return np.asarray((matrix @ matrix.T).toarray())


def _bm25(texts: Sequence[str], k1: float, b: float) -> Matrix:
    import bm25s

    tokens = bm25s.tokenize(list(texts), stopwords="en", return_ids=False, show_progress=False)
    index = bm25s.BM25(k1=k1, b=b)
    index.index(tokens, show_progress=False)
    scores = np.array([index.get_scores(query) for query in tokens])
    scores /= np.maximum(np.diag(scores)[:, None], 1e-9)
    return (scores + scores.T) / 2


def _centred(vectors: NDArray[np.float32], centre: bool) -> NDArray[np.float32]:
    moved = vectors - vectors.mean(axis=0) if centre else vectors
    return np.asarray(moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def _means(parts: TextParts, centre: bool) -> Matrix:
    vectors = _centred(parts.vectors, centre)
    sums = np.zeros((int(parts.of_clause.max()) + 1, vectors.shape[1]))
    np.add.at(sums, parts.of_clause, vectors)
    sums /= np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    return np.asarray(sums @ sums.T)


def _best(parts: TextParts, centre: bool) -> Matrix:
    vectors = _centred(parts.vectors, centre)
    starts = np.flatnonzero(np.diff(parts.of_clause, prepend=-1))
    ends = [*starts[1:], len(vectors)]
    best = np.array(
        [
            np.maximum.reduceat(vectors[a:b] @ vectors.T, starts, axis=1).mean(axis=0)
            for a, b in zip(starts, ends, strict=True)
        ]
    )
    return (best + best.T) / 2


def _mined(parts: TextParts, least: float) -> Matrix:
    """Pairs of near clauses, as paraphrase mining gives them, counted by text over the root of the lengths."""
    import torch
    from sentence_transformers import util

    texts = int(parts.of_clause.max()) + 1
    pairs = util.paraphrase_mining_embeddings(
        torch.from_numpy(_centred(parts.vectors, False)), max_pairs=2_000_000, top_k=50
    )
    counts = np.zeros((texts, texts))
    for score, i, j in pairs:
        if score >= least:
            counts[parts.of_clause[i], parts.of_clause[j]] += score
    lengths = np.sqrt(np.bincount(parts.of_clause, minlength=texts))
    return (counts + counts.T) / lengths[:, None] / lengths[None, :]


class _Averaged:
    """MiniLM for semhash, which asks for an object with ``encode``."""

    def __init__(self) -> None:
        self._encoder = load_encoder()

    def encode(self, inputs: Sequence[str], **_: object) -> NDArray[np.float32]:
        return self._encoder.encode([text[: 4 * _LONGEST] for text in inputs])


def _semhash(texts: Sequence[str], least: float) -> Matrix:
    """What semhash calls a duplicate at this threshold, with its score."""
    from semhash import SemHash

    index = SemHash.from_records(records=list(texts), model=_Averaged())
    found = index.self_deduplicate(threshold=least)
    place = {text: row for row, text in enumerate(texts)}
    scores = np.zeros((len(texts), len(texts)))
    for one in found.filtered:
        for other, score in one.duplicates:
            scores[place[one.record], place[other]] = scores[place[other], place[one.record]] = score
    return scores


def _minhash(texts: Sequence[str], run: int) -> Matrix:
    from rensa import RMinHash

    sketches = []
    for text in texts:
        words = re.findall(r"[a-z]+", text.lower())
        sketch = RMinHash(num_perm=256, seed=42)
        sketch.update([" ".join(words[i : i + run]) for i in range(max(1, len(words) - run + 1))])
        sketches.append(np.array(sketch.digest()))
    table = np.array(sketches)
    return np.array([(table == row).mean(axis=1) for row in table])


def _kept(place: Path, make: Callable[[], Matrix]) -> Matrix:
    """A matrix that takes minutes, made once."""
    if not place.exists():
        np.save(place, make())
    return np.asarray(np.load(place))


def measure_texts(
    folder: Path, cache: Path, without: Sequence[str], say: Callable[[str], None], strict: bool = False
) -> dict[str, Any]:
    """Each method on each question: development half, held-out half, and the whole.

    Args:
        folder: the folder ``un`` of the data.
        cache: where vectors are kept.
        without: names of peers to leave out, for they take long.
        say: told what is going on.
        strict: see the head of this module.
    """
    held = load_collection(folder, strict)
    flat = [clause for clauses in held.clauses for clause in clauses]
    owner = np.array([row for row, clauses in enumerate(held.clauses) for _ in clauses], dtype=np.intp)
    parts = TextParts([re.findall(r"[a-z]+", clause.lower()) for clause in flat], owner, vectors_of(flat, cache, say))
    key = hashlib.sha256("\n".join(flat).encode()).hexdigest()[:16]

    def best(centre: bool) -> Matrix:
        return _kept(cache / f"best-{key}-{int(centre)}.npy", lambda: _best(parts, centre))

    def ours() -> Matrix:
        said = [re.findall(r"[a-z]+", " ".join(clauses).lower()) for clauses in held.clauses]
        return text_nearness(said, best(True))

    queries = queries_of(held, strict)
    half = halves(held, queries)
    results = []
    for peer in (
        *peers_of(held, parts, best),
        Peer("Overlap", (("weights of the product, all paragraphs alike", ours),)),
    ):
        if any(name in peer.name for name in without):
            continue
        tried = []
        for setting, matrix in peer.settings:
            values = np.asarray(matrix(), dtype=np.float64)
            scored = {q: score_retrieval(values, found) for q, found in queries.items()}
            tried.append((float(np.mean([_part(scored[q], queries[q], half, 0) for q in QUESTIONS])), setting, scored))
            say(
                f"{peer.name}, {setting}: "
                + ", ".join(f"{_part(scored[q], queries[q], half, 0):.4f}" for q in QUESTIONS)
            )
        _, setting, scored = max(tried, key=lambda one: one[0])
        results.append(
            {
                "method": peer.name,
                "setting": setting,
                "tried": len(tried),
                "questions": {
                    q: {
                        "queries": len(queries[q]),
                        "value": round(scored[q].headline.value, 4),
                        "interval": [round(x or 0.0, 4) for x in (scored[q].headline.low, scored[q].headline.high)],
                        "development": round(_part(scored[q], queries[q], half, 0), 4),
                        "held out": round(_part(scored[q], queries[q], half, 1), 4),
                    }
                    for q in QUESTIONS
                },
            }
        )
    return {"texts": len(held.names), "clauses": len(flat), "methods": results}


def _part(scored: Evaluation, queries: Sequence[Query], half: Mapping[str, int], which: int) -> float:
    return float(np.mean([u.value for u, q in zip(scored.units, queries, strict=True) if half[q.group] == which]))
