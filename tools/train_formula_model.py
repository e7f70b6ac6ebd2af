"""Fit models/formula_model.json to labelled formula language.

``python tools/train_formula_model.py LABELS`` learns from the ``dev`` rows of corpus/gold/pairs.csv and from the public
alignments of United States bills in ``LABELS/boilerplate-alignments.csv`` (no word of which is kept), prints how well
the model does on the ``test`` rows, and writes the model. Run it when the features, the phrase bank or the gold change.
"""

import argparse
import csv
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from pipeline.domain import Document, Resolution
from pipeline.evaluate import read_passages
from pipeline.ingest import find_files, merge_copies, read_file, relative_name
from pipeline.match.background import load_background
from pipeline.match.passages import (
    PASSAGE_FEATURES,
    Passage,
    document_vocabulary,
    fit_formula_model,
    formula_probability,
    passage_values,
    rarity_in,
)
from pipeline.match.tokens import build_vocabulary
from pipeline.segment import segment_document, settle_corpus

ROOT = Path(__file__).resolve().parents[1]
GOLD = ROOT / "corpus" / "gold"
# Own rows are fewer than those of bills, and are what the product meets.
_OWN = 3.0
# What these rows have in common is wording; the clauses of the others are taken one by one.
_SHARED = {"BOIL", "VERB"}
_SUBSTANTIVE = {"VERB", "SUB", "SAME-ACT", "SAME-REQ", "CONF", "STUDY"}


def corpus_texts() -> tuple[Resolution, ...]:
    """The texts that the gold list speaks of."""
    sample = ROOT / "corpus" / "sample"
    read = [read_file(p, relative_name(p, sample)) for p in find_files(sample)]
    documents = merge_copies([d for d in read if isinstance(d, Document)])
    further = read_file(GOLD / "texts.jsonl", "texts.jsonl")
    held = (*documents, *(d for d in (further,) if isinstance(d, Document)))
    return settle_corpus(r for d in held for r in segment_document(d)).resolutions


def own_rows(split: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Passages of the gold list: what formula rows and verbatim rows share, and each clause of labelled rows alone."""
    texts = corpus_texts()
    background = load_background()
    rarity = rarity_in(build_vocabulary(texts, background.words, background.works))
    clauses = {c.id: (c.text, r.title) for r in texts for c in r.clauses}
    values, formula = [], []
    for row in csv.DictReader((GOLD / "pairs.csv").read_text(encoding="utf-8").splitlines()):
        label = row["expected"]
        if row["level"] != "clause" or row["split"] != split or label not in {"BOIL", *_SUBSTANTIVE}:
            continue
        (left, left_title), (right, right_title) = clauses[row["left"]], clauses[row["right"]]
        passages = [Passage(left, left, left_title, left_title), Passage(right, right, right_title, right_title)]
        if label in _SHARED:
            passages.append(Passage(left, right, left_title, right_title))
        values += [passage_values(passage, rarity) for passage in passages]
        formula += [label == "BOIL"] * len(passages)
    return np.array(values), np.array(formula)


def main() -> None:
    """Learn, tell how well, and write the model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", type=Path, help="folder that holds boilerplate-alignments.csv")
    path = parser.parse_args().labels / "boilerplate-alignments.csv"
    content = path.read_text(encoding="utf-8")
    bills = read_passages(content, path.name)
    rarity = rarity_in(document_vocabulary((b.left_document, b.left, b.right_document, b.right) for b in bills))
    theirs = np.array([passage_values(Passage(b.left, b.right, b.left_title, b.right_title), rarity) for b in bills])
    values, formula = own_rows("dev")
    weights = np.concatenate([np.full(len(values), _OWN), np.ones(len(theirs))])
    model = fit_formula_model(
        np.concatenate([values, theirs]), np.concatenate([formula, np.array([b.formula for b in bills])]), weights
    )
    held, truth = own_rows("test")
    told = [formula_probability(row, model) for row in held]
    auc = float(roc_auc_score(truth, told))
    target = ROOT / "models" / "formula_model.json"
    target.write_text(
        json.dumps(
            {
                "source": "corpus/gold/pairs.csv (dev) and public alignments of United States bills",
                "alignments_sha256": hashlib.sha256(content.encode()).hexdigest(),
                "features": PASSAGE_FEATURES,
                "bias": round(model.bias, 6),
                "weights": [round(float(x), 6) for x in model.weights],
                "means": [round(float(x), 6) for x in model.means],
                "scales": [round(float(x), 6) for x in model.scales],
                "rows": {"own": len(values), "bills": len(theirs)},
                "test": {"rows": len(truth), "formula": int(truth.sum()), "auc": round(auc, 4)},
            },
            indent=1,
        )
        + "\n",
        encoding="utf-8",
    )
    sys.stdout.write(f"{target.name}: {len(values)} own rows, {len(theirs)} of bills; test AUC {auc:.4f}\n")


if __name__ == "__main__":
    main()
