"""Pairs of passages: formula language, graded subsections, the gold list, and planted copies; ours beside peers."""

import csv
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from scipy.stats import spearmanr

from pipeline.domain import Clause, ForeignId, InstrumentType, Part, Resolution, Section, Span, clause_id, fold_space
from pipeline.embed import Encoder
from pipeline.evaluate import area_under_curve, interval, passage_groups, read_passages
from pipeline.match.alignment import align
from pipeline.match.passages import Passage, document_vocabulary, fit_formula_model, passage_values, rarity_in
from pipeline.match.tokens import build_vocabulary, word_clause

__all__ = ["cosines_of", "graded_subsections", "labelled_formulae", "peer_scores", "texts_of"]

_FOLDS = 4
_CHANCE = 0.99
_SEED = 20_261_123
Vector = NDArray[np.float64]


def labelled_formulae(path: Path, encoder: Encoder) -> dict[str, Any]:
    """Area under the curve on labelled passages, in folds that share no document, ten divisions into folds each."""
    rows = read_passages(path.read_text(encoding="utf-8"), path.name)
    truth = np.array([row.formula for row in rows])
    groups = passage_groups(rows)
    aligned = [(r.left_document, r.left, r.right_document, r.right) for r in rows]
    rarity = rarity_in(document_vocabulary(aligned))
    own = np.array([passage_values(Passage(r.left, r.right, r.left_title, r.right_title), rarity) for r in rows])
    words = np.array([[np.log1p(len(f"{r.left} {r.right}".split()))] for r in rows])
    left = encoder.encode([r.left for r in rows]).astype(np.float64)
    meaning = left + encoder.encode([r.right for r in rows])
    meaning /= np.linalg.norm(meaning, axis=1, keepdims=True)
    whole = [f"{r.left} {r.right}" for r in rows]
    methods: dict[str, Callable[[NDArray[np.intp], NDArray[np.intp]], Vector]] = {
        "length alone": lambda learn, held: -words[held, 0],
        "TF-IDF, logistic regression": lambda learn, held: _tfidf_classifier(whole, truth, learn, held),
        "MiniLM vector, logistic regression": lambda learn, held: _classifier(meaning, truth, learn, held),
        "Overlap": lambda learn, held: _formula_odds(own, truth, learn, held),
    }
    out = {}
    for name, method in methods.items():
        told, curves = [], []
        for division in range(10):
            scores = np.zeros(len(rows))
            fold = _folds(groups, truth, division)
            for number in range(_FOLDS):
                learn, held = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
                scores[held] = method(learn, held)
            told.append(scores)
            curves.append(area_under_curve(scores, truth))
        first = told[0]
        ends = interval(groups, lambda some, s=first: area_under_curve(s[some], truth[some]))
        out[name] = {
            "value": round(float(np.mean(curves)), 4),
            "lowest": round(min(curves), 4),
            "interval": [round(x, 4) for x in ends or ()],
        }
    return {"rows": len(rows), "formula": int(truth.sum()), "groups": len(set(groups)), "methods": out}


def _folds(groups: Sequence[str], truth: NDArray[np.bool_], division: int) -> NDArray[np.intp]:
    from sklearn.model_selection import StratifiedGroupKFold

    fold = np.zeros(len(truth), dtype=np.intp)
    splitter = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=division)
    for number, (_, held) in enumerate(splitter.split(truth[:, None], truth, groups)):
        fold[held] = number
    return fold


def _formula_odds(values: Vector, truth: NDArray[np.bool_], learn: NDArray[np.intp], held: NDArray[np.intp]) -> Vector:
    model = fit_formula_model(values[learn], truth[learn])
    return np.asarray((values[held] - model.means) / model.scales @ model.weights + model.bias)


def _classifier(values: Vector, truth: NDArray[np.bool_], learn: NDArray[np.intp], held: NDArray[np.intp]) -> Vector:
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=3, max_iter=5000).fit(values[learn], truth[learn])
    return np.asarray(fitted.decision_function(values[held]))


def _tfidf_classifier(
    texts: Sequence[str], truth: NDArray[np.bool_], learn: NDArray[np.intp], held: NDArray[np.intp]
) -> Vector:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    made = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit([texts[i] for i in learn])
    fitted = LogisticRegression(C=10, max_iter=5000).fit(made.transform([texts[i] for i in learn]), truth[learn])
    return np.asarray(fitted.decision_function(made.transform([texts[i] for i in held])))


def peer_scores(lefts: Sequence[str], rights: Sequence[str], encoder: Encoder) -> dict[str, Vector]:
    """What each public method says of each pair, higher for nearer; counts of words are taken from these texts."""
    found = {
        "TF-IDF, words": _tfidf(lefts, rights, {"sublinear_tf": True}),
        "TF-IDF, words and pairs": _tfidf(lefts, rights, {"sublinear_tf": True, "ngram_range": (1, 2)}),
        "BM25 (bm25s)": _bm25(lefts, rights),
        "rapidfuzz, words in any order": np.array(
            [fuzz.token_set_ratio(a.lower(), b.lower()) for a, b in zip(lefts, rights, strict=True)]
        ),
        "MinHash (rensa)": _minhash(lefts, rights),
    }
    return found | cosines_of(lefts, rights, encoder)


def cosines_of(lefts: Sequence[str], rights: Sequence[str], encoder: Encoder) -> dict[str, Vector]:
    """Cosines of MiniLM as it is (what paraphrase mining and semhash rank by), and centred on these texts."""
    texts = sorted({*lefts, *rights})
    row = {text: i for i, text in enumerate(texts)}
    vectors = encoder.encode(texts).astype(np.float64)
    moved = vectors - vectors.mean(axis=0)
    moved /= np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)
    left, right = [row[t] for t in lefts], [row[t] for t in rights]
    return {
        "MiniLM cosine (paraphrase mining, semhash)": np.einsum("ij,ij->i", vectors[left], vectors[right]),
        "MiniLM cosine, centred": np.einsum("ij,ij->i", moved[left], moved[right]),
    }


def _tfidf(lefts: Sequence[str], rights: Sequence[str], settings: Mapping[str, Any]) -> Vector:
    from sklearn.feature_extraction.text import TfidfVectorizer

    made = TfidfVectorizer(**settings).fit(sorted({*lefts, *rights}))
    return np.asarray(made.transform(lefts).multiply(made.transform(rights)).sum(axis=1)).ravel()


def _bm25(lefts: Sequence[str], rights: Sequence[str]) -> Vector:
    import bm25s

    texts = sorted({*lefts, *rights})
    tokens = bm25s.tokenize(texts, stopwords="en", return_ids=False, show_progress=False)
    index = bm25s.BM25()
    index.index(tokens, show_progress=False)
    row = {text: i for i, text in enumerate(texts)}
    scores: dict[int, Vector] = {}

    def of(a: int, b: int) -> float:
        for q in (a, b):
            if q not in scores:
                scores[q] = np.asarray(index.get_scores(tokens[q]), dtype=np.float64)
        own = scores[a][a] * scores[b][b]
        return float(np.sqrt(max(0.0, scores[a][b] * scores[b][a]) / own)) if own > 0 else 0.0

    return np.array([of(row[a], row[b]) for a, b in zip(lefts, rights, strict=True)])


def _minhash(lefts: Sequence[str], rights: Sequence[str]) -> Vector:
    from rensa import RMinHash

    def sketch(text: str) -> NDArray[np.uint32]:
        made = RMinHash(num_perm=256, seed=42)
        made.update(re.findall(r"\w+", text.lower()))
        return np.array(made.digest())

    return np.array([(sketch(a) == sketch(b)).mean() for a, b in zip(lefts, rights, strict=True)])


def texts_of(clauses: Sequence[str], organ: str, first: int = 901) -> tuple[Resolution, ...]:
    """Each clause as a text of its own, for what compares clauses of texts."""
    out = []
    for number, raw in enumerate(clauses):
        text = fold_space(raw)
        identity = ForeignId("bench", organ, InstrumentType.RESOLUTION, str(first + number), "2020")
        span = Span(0, max(1, len(text)))
        clause = Clause(clause_id(identity, "p", ("1",)), Part.OPERATIVE, "resolves", "1", ("1",), text, span)
        section = Section("resolves", "p", "resolves", Part.OPERATIVE, span, (clause,))
        out.append(Resolution(identity, "Text", "en", str(number), str(number), span, (section,), ()))
    return tuple(out)


def graded_subsections(path: Path, encoder: Encoder) -> dict[str, Any]:
    """Rank correlation with the grades of people; nothing is tuned.

    Grade 0 means that two subsections have nothing to do with each other. So each method is measured twice: as it is,
    and with everything below what 99 of 100 chance pairs of the same texts reach counted as 0.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    grades = np.array([float(r["label"]) for r in rows])
    left, right = [r["sec_a_text"] for r in rows], [r["sec_b_text"] for r in rows]
    order = np.random.default_rng(_SEED).permutation(len(rows))
    order = np.where(order == np.arange(len(rows)), np.roll(order, 1), order)
    chance = [right[i] for i in order]
    both = peer_scores(left + left, right + chance, encoder)
    both["Overlap"] = _shared_information(left + left, right + chance)
    out = {}
    for name, scores in both.items():
        told, by_chance = scores[: len(rows)], scores[len(rows) :]
        floored = np.maximum(told, np.quantile(by_chance, _CHANCE))
        groups = [f"{r['sec_a_id'].rsplit('_none', 1)[0]}" for r in rows]
        ends = interval(groups, lambda some, s=floored: float(spearmanr(s[some], grades[some])[0]))
        out[name] = {
            "as it is": round(float(spearmanr(told, grades)[0]), 4),
            "value": round(float(spearmanr(floored, grades)[0]), 4),
            "interval": [round(x, 4) for x in ends or ()],
        }
    random = np.random.default_rng(_SEED).random(len(rows)) / 2
    return {
        "pairs": len(rows),
        "grades": {str(int(k)): n for k, n in sorted(Counter(grades.tolist()).items())},
        "highest that scores without equals can reach": round(float(spearmanr(grades + random, grades)[0]), 4),
        "methods": out,
    }


def _shared_information(lefts: Sequence[str], rights: Sequence[str]) -> Vector:
    """The product's alignment: weight of the words that stand in order in both, over the mean weight of the two."""
    texts = sorted({*lefts, *rights})
    resolutions = texts_of(texts, "bills")
    vocabulary = build_vocabulary(resolutions, {}, 0)
    worded = {
        text: word_clause(next(iter(r.clauses)), r, (), vocabulary) for text, r in zip(texts, resolutions, strict=True)
    }
    scores = []
    for a, b in zip(lefts, rights, strict=True):
        one, other = worded[a], worded[b]
        scores.append(2 * align(one, other).shared / max(1e-9, one.mass + other.mass))
    return np.array(scores)
