"""How the time and memory of everything after embedding grow with the corpus, on texts of the United Nations.

``python benchmarks/matching.py DATA`` turns ``DATA/un/resolutions.jsonl.xz`` into texts and writes
``benchmarks/matching.json`` and ``.md``. Each size runs in a process of its own: words, candidates, bounds, alignment,
nearness of texts, comparison, clusters, ranking. Seconds are of the clock and of the processor, both with the worker
processes; memory is the sum of the peaks of the process and of its largest worker times their number.

The vectors are latent semantic vectors (TF-IDF, singular value decomposition) of the model's dimension, not those of
the model: speed depends on how many and how long they are. They stand in for meaning well enough to give candidates of
a realistic number, but no finding of this run means anything.
"""

import argparse
import json
import math
import os
import pickle
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime
from functools import wraps
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from memory import PeakMemory
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from tree import measured_commit
from un_texts import un_texts

from pipeline.cluster import cluster_overlaps
from pipeline.collector import uncollected
from pipeline.compare import compare_resolutions
from pipeline.domain import Resolution
from pipeline.embed import passages
from pipeline.match import find_overlaps, overlaps
from pipeline.match.background import load_background
from pipeline.rank import find_signals, rank_findings

HERE = Path(__file__).resolve().parent
SIZES = (1_000, 10_000, 50_000, 100_000)
DIMENSION = 384
STEPS = {
    "worded_clauses": "words",
    "compared_texts": "themes of texts",
    "compared_clauses": "matrices of words",
    "candidate_pairs": "candidates",
    "read_mandates": "mandates",
    "_possible": "bounds",
    "score_pairs": "alignment and evidence",
    "kinship": "nearness of texts",
}


class Watch:
    """Adds up the seconds of named steps."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def timed(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, its time added to a step."""

        @wraps(work)
        def run(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            began = time.perf_counter()
            try:
                return work(*args, **kwargs)
            finally:
                self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began

        return run


def prepare(data: Path, cache: Path) -> None:
    """Texts and vectors, made once and kept in ``cache``."""
    texts, vectors = cache / "un_texts.pickle", cache / "un_vectors.pickle"
    if not texts.is_file():
        made = un_texts(data / "un" / "resolutions.jsonl.xz", 10**9)
        texts.write_bytes(pickle.dumps(made, protocol=pickle.HIGHEST_PROTOCOL))
    if not vectors.is_file():
        held = passages(pickle.loads(texts.read_bytes()))
        counts = TfidfVectorizer(sublinear_tf=True, min_df=2, max_df=0.2, stop_words="english").fit_transform(
            [p.text for p in held]
        )
        found = TruncatedSVD(DIMENSION, n_iter=2, random_state=1).fit_transform(counts).astype(np.float32)
        found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
        rows = {clause: row for row, p in enumerate(held) for clause in p.clauses}
        # Matching takes the mean of the model's vectors away; these have no such mean.
        vectors.write_bytes(pickle.dumps((found + load_background().mean, rows), protocol=pickle.HIGHEST_PROTOCOL))


def road(size: int, cache: Path) -> dict[str, Any]:
    """Everything after embedding on so many clauses, in this process."""
    texts: list[Resolution] = []
    clauses = 0
    for text in pickle.loads((cache / "un_texts.pickle").read_bytes()):
        count = sum(1 for _ in text.clauses)
        if clauses + count > size:
            continue
        clauses += count
        texts.append(text)
    vectors, rows = pickle.loads((cache / "un_vectors.pickle").read_bytes())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    watch = Watch()
    processor, began = time.process_time(), time.perf_counter()
    with PeakMemory() as memory, uncollected(), ExitStack() as stack:
        # A run leaves texts of other organisations out; here they stand for ours.
        stack.enter_context(patch.object(Resolution, "is_foreign", new=False))
        for name, step in STEPS.items():
            stack.enter_context(patch.object(overlaps, name, watch.timed(step, getattr(overlaps, name))))
        found = watch.timed("matching in all", find_overlaps)(texts, vectors, rows)
        pairs = watch.timed("comparison", compare_resolutions)(texts, (), found.overlaps, found.weights, found.kinship)
        clusters = watch.timed("clusters", cluster_overlaps)(texts, found.overlaps)
        findings = watch.timed("ranking", rank_findings)(texts, pairs, found.overlaps, clusters)
        watch.timed("signals", find_signals)(texts, found.overlaps, date(2026, 11, 23))
    seconds = time.perf_counter() - began
    workers = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "clauses": clauses,
        "texts": len(texts),
        "seconds": round(seconds, 1),
        "processor_seconds": round(time.process_time() - processor + workers.ru_utime + workers.ru_stime, 1),
        "mebibytes_before": round(before),
        "mebibytes": memory.mebibytes,
        "steps": {name: round(value, 2) for name, value in watch.seconds.items()},
        "overlaps": len(found.overlaps),
        "pairs_of_texts": len(pairs),
        "clusters": len(clusters),
        "findings": len(findings),
        "limits": list(found.limits),
    }


def exponent(results: Sequence[dict[str, Any]], key: str) -> float:
    """Growth between the run of about 10,000 clauses and the largest: 1 is linear."""
    first, last = results[1 if len(results) > 2 else 0], results[-1]
    return round(math.log(last[key] / first[key]) / math.log(last["clauses"] / first["clauses"]), 2)


def report(results: Sequence[dict[str, Any]], facts: dict[str, Any]) -> str:
    """The results as a page."""
    head = " | ".join(f"{r['clauses']} clauses" for r in results)
    lines = [
        "# Matching at scale",
        "",
        f"{facts['date']}, commit {facts['commit']}, {facts['machine']}. Written by `benchmarks/matching.py`.",
        f"Load of the machine before: {facts['load']}; with a load above 2 the seconds of the clock are too many.",
        "",
        f"| | {head} |",
        "|---" * (len(results) + 1) + "|",
    ]
    for key, name in (
        ("texts", "texts"),
        ("seconds", "**seconds in all**"),
        ("processor_seconds", "processor seconds in all"),
        ("mebibytes", "peak memory, MiB"),
        ("mebibytes_before", "of this before the first step, MiB"),
        ("overlaps", "overlaps"),
        ("pairs_of_texts", "pairs of texts"),
        ("clusters", "clusters"),
        ("findings", "findings"),
    ):
        lines.append(f"| {name} | " + " | ".join(str(r[key]) for r in results) + " |")
    lines.extend(
        f"| {step}, seconds | " + " | ".join(str(r["steps"].get(step, "")) for r in results) + " |"
        for step in results[-1]["steps"]
    )
    lines += [
        "",
        f"Growth exponent from about 10,000 clauses: {facts['exponent']} by the clock,",
        f"{facts['processor_exponent']} by the processor.",
        "",
        "The vectors are latent semantic vectors of the model's dimension, not the model's: times hold, findings",
        "mean nothing. Headings, cover lines and lists of names are clauses here, which repeat more than mandates do.",
        "",
        "Limits told at the largest size:",
        "",
        *(f"* {limit}" for limit in results[-1]["limits"]),
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure each size in a process of its own and write both files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="folder with un/resolutions.jsonl.xz")
    parser.add_argument("--cache", type=Path, default=HERE.parent / "outputs" / "cache", help="for texts and vectors")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(road(arguments.one, arguments.cache)))
        return
    arguments.cache.mkdir(parents=True, exist_ok=True)
    prepare(arguments.data, arguments.cache)
    results, load = [], os.getloadavg()[0]
    for size in arguments.sizes:
        command = [sys.executable, __file__, str(arguments.data), "--cache", str(arguments.cache), "--one", str(size)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        results.append(json.loads(done.stdout.splitlines()[-1]))
        print(json.dumps(results[-1], indent=1), flush=True)
    commit = measured_commit()
    facts = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "load": round(load, 1),
        "exponent": exponent(results, "seconds"),
        "processor_exponent": exponent(results, "processor_seconds"),
    }
    (HERE / "matching.json").write_text(json.dumps({**facts, "results": results}, indent=1) + "\n", encoding="utf-8")
    (HERE / "matching.md").write_text(report(results, facts), encoding="utf-8")


if __name__ == "__main__":
    main()
