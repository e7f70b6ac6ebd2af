"""What a second worker gains: the stages that are spread over a Dask cluster, with one worker and with two.

``python benchmarks/scale_out.py CORPUS`` runs ``overlap run CORPUS --engine dask`` with each number of workers, each
into an empty output folder, and writes ``benchmarks/scale_out.json`` and ``.md``. Every worker has one thread. Seconds
are those of each stage as the manifest of the run tells them, without the start of the cluster; the best of the repeats
counts. The tables of all runs, and of one without a cluster, must be the same to the last byte: otherwise it fails.
"""

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
STAGES = ("ingest", "segment", "embed", "match")
WORKERS = (1, 2)


def run(corpus: Path, workers: int, models: Path | None) -> tuple[dict[str, float], dict[str, int], str]:
    """Seconds of the stages, counts, and a digest of all tables of one cold run; no worker means no cluster."""
    with tempfile.TemporaryDirectory(prefix="overlap-scale-out-") as name:
        out = Path(name)
        if models is not None:
            shutil.copytree(models, out / "cache" / "models")  # the export of the model is made once, not in each run
        command = [sys.executable, "-m", "flows.cli", "run", str(corpus), "--out", str(out), "--as-of", "2026-11-23"]
        if workers:
            command += ["--engine", "dask", "--workers", str(workers)]
        done = subprocess.run(command, cwd=HERE.parent, capture_output=True, text=True)
        if done.returncode not in (0, 5):
            raise SystemExit(done.stderr)
        (folder,) = (path for path in (out / "runs").iterdir() if not path.name.startswith("."))
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        digest = hashlib.sha256(manifest["findings_digest"].encode())
        for path in sorted([*folder.glob("*.parquet"), folder / "rejected.jsonl"]):
            digest.update(path.read_bytes())
        return manifest["timings"], manifest["counts"], digest.hexdigest()


def table(facts: dict[str, Any]) -> str:
    """The report."""
    counts = facts["counts"]
    lines = [
        "# One worker and two",
        "",
        f"{facts['date']}, commit {facts['commit']}, {facts['machine']}. Command: `{facts['command']}`.",
        "",
        (
            f"{counts['documents']:,} documents, {counts['clauses']:,} clauses, {counts['passages']:,} passages, "
            f"{counts['overlaps']:,} overlaps. Best of {facts['repeats']}; load of the machine before: {facts['load']}."
        ),
        "",
        "| stage | one worker, s | two workers, s | gain |",
        "|---|---|---|---|",
    ]
    lines += [f"| {row['stage']} | {row['one']} | {row['two']} | {row['gain']} |" for row in facts["stages"]]
    lines += ["", f"Tables byte by byte as without a cluster: {'yes' if facts['same'] else 'NO'}.", ""]
    return "\n".join(lines)


def main() -> None:
    """Run with each number of workers and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--models", type=Path, default=HERE.parent / "outputs" / "cache" / "models")
    parser.add_argument("--repeats", type=int, default=2)
    options = parser.parse_args()
    models = options.models if options.models.is_dir() else None
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    _, counts, plain = run(options.corpus, 0, models)
    best: dict[int, dict[str, float]] = {}
    digests = {plain}
    for workers in WORKERS:
        for _ in range(options.repeats):
            timings, _, digest = run(options.corpus, workers, models)
            digests.add(digest)
            held = best.setdefault(workers, dict.fromkeys(STAGES, float("inf")))
            best[workers] = {stage: min(held[stage], timings[stage]) for stage in STAGES}
    rows = [(stage, best[1][stage], best[2][stage]) for stage in STAGES]
    rows.append(("all four", sum(best[1].values()), sum(best[2].values())))
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=HERE)
    facts = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit.stdout.strip(),
        "machine": f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}",
        "command": f"python benchmarks/scale_out.py {options.corpus}",
        "repeats": options.repeats,
        "load": load,
        "counts": counts,
        "same": len(digests) == 1,
        "stages": [
            {"stage": stage, "one": round(one, 2), "two": round(two, 2), "gain": round(one / max(two, 1e-6), 2)}
            for stage, one, two in rows
        ],
    }
    (HERE / "scale_out.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    (HERE / "scale_out.md").write_text(table(facts), encoding="utf-8")
    print(table(facts))
    if not facts["same"]:
        raise SystemExit("the tables differ")


if __name__ == "__main__":
    main()
