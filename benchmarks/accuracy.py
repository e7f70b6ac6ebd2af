# ruff: noqa: E501
"""Ours beside public methods: formula language, graded pairs, the gold list, planted copies.

``python benchmarks/accuracy.py DATA [--cache FOLDER] [--only PART ...]`` writes ``benchmarks/accuracy.json`` and ``.md``;
parts that were not run keep their last figures, each with its own date. It needs the extra ``bench``; vectors are kept in
FOLDER. Whole texts are measured by ``retrieval.py``.
"""

import argparse
import json
import os
import platform
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from accuracy_gold import gold_pairs, planted_copies
from accuracy_pairs import graded_subsections, labelled_formulae
from tree import measured_commit

from pipeline.embed import load_encoder

HERE = Path(__file__).resolve().parent
PARTS = ("formulae", "subsections", "gold", "planted")


def measured(part: str, data: Path, cache: Path) -> dict[str, Any]:
    """The figures of one part."""
    encoder = load_encoder(cache, say)
    if part == "formulae":
        return labelled_formulae(data / "labels" / "boilerplate-alignments.csv", encoder)
    if part == "subsections":
        return graded_subsections(data / "labels" / "bill-subsections-val.csv", encoder)
    return gold_pairs(encoder, cache) if part == "gold" else planted_copies(data / "itu" / "pp18", encoder, cache)


def say(line: str) -> None:
    """Tell how far it is, on the side of the terminal that holds no result."""
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of the reference data")
    parser.add_argument("--cache", type=Path, default=HERE.parent / "outputs", help="folder for vectors")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="parts to measure")
    given = parser.parse_args()
    target = HERE / "accuracy.json"
    result = json.loads(target.read_text(encoding="utf-8")) if target.exists() else {}
    for part in given.only:
        say(f"measuring {part}")
        commit = measured_commit()
        result[part] = {
            "date": datetime.now(UTC).date().isoformat(),
            "commit": commit,
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
            **measured(part, given.data, given.cache),
        }
        target.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
        (HERE / "accuracy.md").write_text(as_markdown(result), encoding="utf-8")
    print((HERE / "accuracy.md").read_text(encoding="utf-8"))


def as_markdown(result: Mapping[str, Any]) -> str:
    """The result as a page."""
    parts = {"formulae": _formulae, "subsections": _subsections, "gold": _gold, "planted": _planted}
    pages = [
        f"{parts[name](result[name])}\n\n{result[name]['date']}, commit {result[name]['commit']}, "
        f"{result[name]['machine']}."
        for name in PARTS
        if name in result
    ]
    return (
        "# Accuracy beside public methods\n\nWritten by `benchmarks/accuracy.py`. Intervals are 95 %, by resampling\
 whole lineages, documents or families.\n\n"
        + "\n\n".join(pages)
        + "\n"
    )


def _table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def _ends(one: Mapping[str, Any]) -> str:
    low, high = one["interval"]
    return f"{one['value']:.3f} ({low:.3f} to {high:.3f})"


def _formulae(found: Mapping[str, Any]) -> str:
    rows = [(n, _ends(m), f"{m['lowest']:.3f}") for n, m in found["methods"].items()]
    return f"""## Formula language

{found["rows"]} aligned passages of United States bills, {found["formula"]} of them formula language; area under the curve in
four folds that share no document ({found["groups"]} groups), mean of ten divisions into folds. Target 0.970; the published
feature set reaches 0.957 in folds that may share documents.

{_table(("method", "area (95 %)", "lowest division"), list(rows))}

Ours uses three features, chosen among some twenty, with the way to cut words, by folds of these same rows, so its lead is
somewhat flattered: nine features together gave 0.964 to 0.967."""


def _subsections(found: Mapping[str, Any]) -> str:
    rows = [(n, f"{m['as it is']:.4f}", _ends(m)) for n, m in found["methods"].items()]
    return f"""## Graded subsections

{found["pairs"]} pairs of subsections of bills, graded 0 to 4 ({found["grades"]}): Spearman's rank correlation.
Half of the pairs have grade 0, so a score without equals cannot pass {found["highest that scores without equals can reach"]}.
The second figure counts as 0 whatever is no nearer than 99 of 100 chance pairs of the same texts, for every method.
The level of 99 was settled after levels of 50, 90, 95 and 99 had been seen on these pairs (0.911, 0.913, 0.915, 0.935 for
a like score), so only the first figure is free of tuning. Target 0.92 without tuning: missed.

{_table(("method", "as it is", "chance as 0 (95 %)"), list(rows))}"""


def _gold(found: Mapping[str, Any]) -> str:
    rows = [(n, f"{m['dev']:.3f}", _ends(m)) for n, m in found["methods"].items()]
    return f"""## The gold list

Is a pair of clauses an overlap of mandate? {found["test"]} test pairs ({found["overlaps in test"]} overlaps) of themes that the
{found["dev"]} development pairs do not share; each threshold is the best on the development pairs. The product's weights
were fitted to the development pairs, so its first figure flatters.

{_table(("method", "F1, development", "F1, test (95 %)"), list(rows))}"""


def _planted(found: Mapping[str, Any]) -> str:
    kinds = [k for k in next(iter(found["methods"].values())) if k != "all"]
    rows = [(n, f"{m['all']:.3f}", *(f"{m[k]:.3f}" for k in kinds)) for n, m in found["methods"].items()]
    return f"""## Planted copies

{found["originals"]} invented clauses and {found["copies"]} edited copies of them among {found["real clauses"]:,} operative clauses of
PP-18: recall at the threshold where nine of ten pairs told are planted ones, all kinds under one threshold. Target 0.95.
Each copy is held against what it was made of and its ten nearest clauses by words and by meaning, so this measures
judgement, not search.
The paraphrases (`benchmarks/gold/planted.csv`) were written by hand for this list.

{_table(("method", "all", *kinds), list(rows))}"""


if __name__ == "__main__":
    main()
