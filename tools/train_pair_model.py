"""Fit models/pair_model.json to the gold list, and measure such models on folds that share no theme.

``python tools/train_pair_model.py`` fits on the ``dev`` rows of corpus/gold/pairs.csv and writes the model;
``python tools/train_pair_model.py --measure`` also writes benchmarks/relations.json and .md.
Run it when the features, the gold list, the encoder or the background change.
"""

import argparse
import hashlib
import json
import platform
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pair_data import GOLD, ROOT, Labelled, gold_rows, labelled
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.model_selection import GroupKFold

from pipeline.domain import Relation
from pipeline.match.features import FEATURES
from pipeline.match.judgement import OVERLAPS, PairModel, RelationModel, relation_shares
from pipeline.match.relations import is_settled, relate
from pipeline.match.training import fit_pair_model

# What a pair counts by where it comes from. Unlisted pairs are many and a few of them overlap; copies are easy.
WEIGHTS = {"listed": 1.0, "far": 0.15, "beside": 0.1, "planted": 0.15}
# Penalty on the squared weights, chosen like those above on folds of the development families.
STRENGTH = 3.0
_FOLDS = 5
_PASSES = 300
_ABOUT = (
    "The gold list (`corpus/gold/pairs.csv`, clause rows). *Folds*: ten folds over all rows that share no family, each"
    " judged by a model fitted to the other nine. *Test*: the `test` families, judged by the model of the `dev`"
    " families, which is the one that the product uses. Editions (REV) are settled by lineage before any comparison."
)


def fitted(data: Labelled) -> PairModel:
    """A model of all the rows that judgement decides, its probabilities calibrated on folds that share no theme."""
    settled = np.array([is_settled(p) for p in data.pairs])
    # A shared formula is no lack of relation: unlisted pairs that are mostly formula are left out.
    formula = np.array([p.alignment.formula_share >= 0.5 for p in data.pairs])
    known = np.array([r is not Relation.PAR for r in data.relations])
    use = data.rows(known & ~settled & ~(np.isin(data.sources, ("far", "beside")) & formula))
    named = use.sources == "listed"
    odds = np.zeros(len(use.pairs))
    for train, held in GroupKFold(_FOLDS).split(use.values, groups=use.families):
        rows = np.zeros(len(use.pairs), dtype=bool)
        rows[train] = True
        part = _fitted(use.rows(rows), (0.0, 0.0))
        odds[held] = part.bias + use.values[held] @ np.array(part.points)
    overlap = np.array([r in OVERLAPS for r in use.relations])
    platt = LogisticRegression(C=1e6).fit(odds[named, None], overlap[named])
    slope, offset = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    calibrated = 1.0 / (1.0 + np.exp(-(slope * odds[named] + offset)))
    model = _fitted(use, _open_band(calibrated, overlap[named]))
    return replace(model, bias=slope * model.bias + offset, points=tuple(slope * p for p in model.points))


def _fitted(use: Labelled, abstain: tuple[float, float]) -> PairModel:
    weights = np.array([WEIGHTS[source] for source in use.sources])
    named = np.isin(use.sources, ("listed", "far"))
    rises, expected = [f.rises for f in FEATURES], [f.expected for f in FEATURES]
    return fit_pair_model(use.values, use.relations, weights, named, rises, expected, STRENGTH, abstain)


def _open_band(probability: NDArray[np.float64], overlap: NDArray[np.bool_]) -> tuple[float, float]:
    """The narrowest band around one half outside which nine of ten answers are right on both sides, in twentieths."""
    low = max((t for t in np.arange(0.05, 0.5, 0.05) if _right(~overlap[probability < t])), default=0.0)
    high = min((t for t in np.arange(0.55, 1.0, 0.05) if _right(overlap[probability > t])), default=1.0)
    return round(float(low), 2), round(float(high), 2)


def _right(answers: NDArray[np.bool_]) -> bool:
    return len(answers) > 0 and float(answers.mean()) >= 0.9


def answers(model: PairModel, data: Labelled) -> tuple[list[Relation], NDArray[np.float64]]:
    """The relation that the product would give each row, and its probability of an overlap."""
    odds = model.bias + data.values @ np.array(model.points)
    probability = 1.0 / (1.0 + np.exp(-odds))
    found = [
        relate(pair, p, relation_shares(model, values[None, :], [p])[0]).relation
        for pair, values, p in zip(data.pairs, data.values, probability.tolist(), strict=True)
    ]
    return found, probability


def measure(data: Labelled, editions: Mapping[str, int]) -> dict[str, object]:
    """Figures on the labelled rows alone: grouped folds over all, and dev against test.

    Args:
        data: labelled rows and neighbours.
        editions: how many REV rows each part holds ("all", "test"); lineage settles them before any comparison.
    """
    real = data.sources == "listed"
    families = np.array(data.families)
    relations: list[Relation] = [Relation.NONE] * len(data.pairs)
    probability = np.zeros(len(data.pairs))
    for train, held in GroupKFold(10).split(data.values, groups=families):
        chosen = np.zeros(len(families), dtype=bool)
        chosen[train] = True
        part = np.zeros(len(families), dtype=bool)
        part[held] = True
        model = fitted(data.rows(chosen))
        found, odds = answers(model, data.rows(part))
        probability[held] = odds
        for i, relation in zip(held.tolist(), found, strict=True):
            relations[i] = relation
    folds = _figures(
        data.rows(real), [r for r, k in zip(relations, real, strict=True) if k], probability[real], editions["all"]
    )
    development = np.array([s == "dev" for s in data.splits])
    model = fitted(data.rows(development))
    test = data.rows(~development & real)
    found, odds = answers(model, test)
    return {"folds": folds, "test": _figures(test, found, odds, editions["test"])}


def _figures(
    data: Labelled, found: Sequence[Relation], probability: NDArray[np.float64], editions: int
) -> dict[str, object]:
    expected = [r.value for r in data.relations] + ["REV"] * editions
    got = [r.value for r in found] + ["REV"] * editions
    overlap = np.array([r in OVERLAPS for r in data.relations])
    names = sorted(set(expected))
    each = f1_score(expected, got, labels=names, average=None, zero_division=0)
    confused: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for want, have in zip(expected, got, strict=True):
        confused[want][have] += 1
    return {
        "rows": len(expected),
        "relation_macro_f1": _with_interval(data, expected, got, names, editions),
        "accuracy": round(float(np.mean([a == b for a, b in zip(expected, got, strict=True)])), 4),
        "relation_f1": {n: round(float(f), 3) for n, f in zip(names, each, strict=True)},
        "overlap_f1": round(float(f1_score(overlap, probability >= 0.5)), 4),
        "overlap_auc": round(float(roc_auc_score(overlap, probability)), 4),
        "calibration_error": round(_calibration_error(overlap, probability), 4),
        "brier": round(float(np.mean((probability - overlap) ** 2)), 4),
        "confusion": {k: dict(sorted(v.items())) for k, v in sorted(confused.items())},
    }


def _with_interval(
    data: Labelled, expected: Sequence[str], got: Sequence[str], names: Sequence[str], editions: int
) -> list[float]:
    """Macro F1 with a 95 % interval, drawn by whole families."""
    families = [*data.families, *(f"edition {i}" for i in range(editions))]
    rows: dict[str, list[int]] = defaultdict(list)
    for i, family in enumerate(families):
        rows[family].append(i)
    random = np.random.default_rng(20261123)
    keys, want, have = sorted(rows), np.array(expected), np.array(got)
    drawn = []
    for _ in range(_PASSES):
        at = [i for k in random.choice(len(keys), len(keys)) for i in rows[keys[k]]]
        present = sorted(set(want[at]))
        drawn.append(f1_score(want[at], have[at], labels=present, average="macro", zero_division=0))
    value = float(f1_score(want, have, labels=list(names), average="macro", zero_division=0))
    return [round(x, 4) for x in (value, *np.percentile(drawn, [2.5, 97.5]).tolist())]


def _calibration_error(truth: NDArray[np.bool_], probability: NDArray[np.float64]) -> float:
    """Expected calibration error over ten equal bands."""
    band = np.minimum((probability * 10).astype(int), 9)
    total = 0.0
    for b in range(10):
        inside = band == b
        if inside.any():
            total += abs(float(truth[inside].mean()) - float(probability[inside].mean())) * float(inside.mean())
    return total


def write_model(model: PairModel, rows: int) -> Path:
    """The model as JSON, with the digest of the list that it was fitted to."""
    target = ROOT / "models" / "pair_model.json"
    digest = hashlib.sha256((GOLD / "pairs.csv").read_bytes() + (GOLD / "texts.jsonl").read_bytes()).hexdigest()
    data = {
        "about": "regressions on the features of pipeline/match/features.py; see models/cards/pair-model.md",
        "rows": rows,
        "gold_sha256": digest,
        "features": [f.name for f in FEATURES],
        "overlap": {"bias": round(model.bias, 5), "abstain": list(model.abstain), "weights": _rounded(model.points)},
        "overlaps": _as_data(model.overlaps),
        "others": _as_data(model.others),
    }
    target.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    return target


def _as_data(part: RelationModel) -> dict[str, object]:
    return {
        "relations": [r.value for r in part.relations],
        "bias": _rounded(part.bias.tolist()),
        "weights": [_rounded(row) for row in part.weights.tolist()],
    }


def _rounded(values: Sequence[float]) -> list[float]:
    return [round(v, 5) + 0.0 for v in values]


def _report(figures: Mapping[str, object]) -> None:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit.stdout.strip(),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "command": "python tools/train_pair_model.py --measure",
        **figures,
    }
    target = ROOT / "benchmarks" / "relations"
    target.with_suffix(".json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    target.with_suffix(".md").write_text(_page(result), encoding="utf-8")


def _page(result: Mapping[str, object]) -> str:
    lines = [
        "# Relations of clause pairs",
        "",
        f"{result['date']}, commit {result['commit']}, {result['machine']}. `{result['command']}`",
        "",
        _ABOUT,
        "",
        "| | folds | test | target |",
        "|---|---|---|---|",
    ]
    folds, test = result["folds"], result["test"]
    assert isinstance(folds, dict)
    assert isinstance(test, dict)
    for key, target in (
        ("rows", ""),
        ("relation_macro_f1", "≥ 0.90"),
        ("accuracy", ""),
        ("overlap_f1", "peers + 0.08"),
        ("overlap_auc", ""),
        ("calibration_error", "≤ 0.05"),
        ("brier", ""),
    ):
        shown = [f"{v[0]} ({v[1]}–{v[2]})" if isinstance(v := part[key], list) else str(v) for part in (folds, test)]
        lines.append(f"| {key.replace('_', ' ')} | {shown[0]} | {shown[1]} | {target} |")
    lines += [
        "",
        "F1 of each relation, and what it was taken for in the folds:",
        "",
        "| relation | folds | test | taken for |",
        "|---|---|---|---|",
    ]
    for name, value in folds["relation_f1"].items():
        taken = ", ".join(f"{k} {n}" for k, n in sorted(folds["confusion"][name].items(), key=lambda kv: -kv[1]))
        lines.append(f"| {name} | {value} | {test['relation_f1'].get(name, '')} | {taken} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Fit on the development rows and write the model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--measure", action="store_true", help="also measure on folds and write benchmarks/relations.*")
    chosen = parser.parse_args()
    rows = [r for r in gold_rows("pairs.csv") if r["level"] == "clause"]
    data = labelled(rows)
    development = data.rows(np.array([s == "dev" for s in data.splits]))
    target = write_model(fitted(development), int((development.sources == "listed").sum()))
    sys.stdout.write(f"{target}: fitted to {len(development.pairs)} pairs\n")
    if chosen.measure:
        editions = [r for r in rows if r["expected"] == "REV"]
        figures = measure(data, {"all": len(editions), "test": sum(r["split"] == "test" for r in editions)})
        _report(figures)
        sys.stdout.write((ROOT / "benchmarks" / "relations.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
