"""What a second worker gains: the stages that are spread over a Dask cluster, with one worker and with two.

``python benchmarks/scale_out.py CORPUS --documents 120`` starts a cluster of one worker and one of two, and runs the
whole road over the same documents with each in turns, into empty output folders; it writes
``benchmarks/scale_out.json`` and ``.md``. Every worker has one thread. A large corpus is the ``corpus-10000`` that
``speed.py`` writes into its folder. Seconds are of the clock, from the first shard of a stage that is handed out until
the last result is back; the median of the repeats counts. Workers have done every stage once before on a few documents,
so that the loading of models, which each does once, is not measured. The tables of all runs, and of one without a
cluster, must be the same to the last byte: otherwise it fails.

What the machine itself gives is measured beside: before each round a loop in one process, then in two at once.
"""

import argparse
import hashlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from tree import measured_commit

from flows import engines, stages
from flows.spec import RunSpec
from pipeline.ingest import find_files
from pipeline.store.runs import RunFolder

HERE = Path(__file__).resolve().parent
STAGES = {
    "_read": "reading",
    "_segment": "cutting into clauses",
    "_encode": "encoding",
    "_score_all": "alignment and evidence",
}
WORKERS = (1, 2)
WARM_UP = 16
LOOP = "from time import perf_counter as t\ns = t()\nfor i in range(10**7): i * i % 7\nprint(t() - s)"


@dataclass
class Timed:
    """A way to spread shards that notes the seconds and the shards of each stage.

    ``own`` are seconds of the processor that this process spent meanwhile, which hands out shards and takes in results.
    """

    over: engines.Spread
    seconds: dict[str, float] = field(default_factory=dict)
    own: dict[str, float] = field(default_factory=dict)
    shards: dict[str, int] = field(default_factory=dict)

    def __call__(self, function: Callable[[Any, Any], Any], shared: object, shards: Iterable[Any]) -> Iterator[Any]:
        """The results, as ``over`` gives them."""
        stage, count = STAGES[function.__name__], 0
        start, own = perf_counter(), process_time()
        for result in self.over(function, shared, shards):
            count += 1
            yield result
        self.seconds[stage] = self.seconds.get(stage, 0.0) + perf_counter() - start
        self.own[stage] = self.own.get(stage, 0.0) + process_time() - own
        self.shards[stage] = self.shards.get(stage, 0) + count


def choose(corpus: Path, most: int, into: Path) -> Path:
    """A folder with at most so many documents of a corpus, evenly over their names; 0 takes all."""
    files = find_files(corpus)
    step = max(1.0, len(files) / most) if most else 1.0
    into.mkdir()
    for number in range(min(most or len(files), len(files))):
        path = files[int(number * step)]
        shutil.copy(path, into / f"{number:05}-{path.name}")
    return into


def run(
    corpus: Path, out: Path, over: engines.Spread | None, models: Path | None
) -> tuple[Timed | None, dict[str, int], str]:
    """Seconds of the spread stages, counts, and a digest of all tables of one run; without ``over`` no cluster."""
    # The same folder each time: an encoder that a worker holds belongs to its folder.
    shutil.rmtree(out, ignore_errors=True)
    if models is not None:
        shutil.copytree(models, out / "cache" / "models")  # the export of the model is made once, not in each run
    timed = None
    with ExitStack() as stack:
        if over is not None:
            timed = Timed(over)
            stack.enter_context(engines.spreading(timed))
        published = road(RunSpec(str(corpus), str(out), "2026-11-23"))
    manifest = published.manifest
    digest = hashlib.sha256(manifest.findings_digest.encode())
    for path in sorted([*published.path.glob("*.parquet"), published.path / "rejected.jsonl"]):
        digest.update(path.read_bytes())
    return timed, dict(manifest.counts), digest.hexdigest()


def road(spec: RunSpec) -> RunFolder:
    """A finished run, made without Prefect."""
    staged = stages.open_run(spec)
    documents = stages.ingest(staged, spec)
    resolutions = stages.segment(staged, documents)
    embeddings = stages.embed(staged, resolutions, spec)
    overlaps = stages.match(staged, resolutions, embeddings)
    pairs = stages.compare(staged, resolutions, overlaps)
    clusters = stages.cluster(staged, resolutions, overlaps)
    findings = stages.rank(staged, resolutions, pairs, overlaps, clusters)
    return stages.publish(staged, spec, (documents, resolutions, embeddings, overlaps, pairs, clusters, findings))


def cluster(stack: ExitStack, work: Path, workers: int) -> engines.Spread:
    """A cluster that lives as long as the stack."""
    stack.enter_context(engines.engaged("dask", work / f"shards-{workers}", workers=workers))
    over = engines.spread()
    if over is None:
        raise SystemExit("the cluster did not start")
    return over


def machine_gain() -> float:
    """How much more two processes do than one, now: 2 at best, less where other work takes its part."""

    def slowest(count: int) -> float:
        loops = [
            subprocess.Popen([sys.executable, "-c", LOOP], stdout=subprocess.PIPE, text=True) for _ in range(count)
        ]
        return max(float(loop.communicate()[0]) for loop in loops)

    one = slowest(1)
    return 2 * one / slowest(2)


def measure(
    options: argparse.Namespace, work: Path
) -> tuple[dict[int, list[Timed]], list[float], dict[str, int], bool]:
    """The runs with each number of workers, what the machine gave, the counts, and whether all tables were the same."""
    models = options.models if options.models.is_dir() else None
    corpus = choose(options.corpus, options.documents, work / "corpus")
    few = choose(options.corpus, WARM_UP, work / "few")
    out = work / "out"
    _, counts, plain = run(corpus, out, None, models)
    digests, timed = {plain}, {workers: list[Timed]() for workers in WORKERS}
    gains: list[float] = []
    with ExitStack() as stack:
        overs = {workers: cluster(stack, work, workers) for workers in WORKERS}
        for workers in WORKERS:
            run(few, out, overs[workers], models)
        for repeat in range(options.repeats):
            gains.append(machine_gain())
            for workers in WORKERS:
                found, _, digest = run(corpus, out, overs[workers], models)
                assert found is not None
                timed[workers].append(found)
                digests.add(digest)
                print(f"{repeat + 1}, {workers}: {found.seconds}", file=sys.stderr)
    return timed, gains, counts, len(digests) == 1


def row(stage: str, one: Sequence[float], two: Sequence[float], own: Sequence[float], shards: int) -> dict[str, Any]:
    """Medians of one stage, and the gain of each round, in which the two ran one after the other."""
    gains = [a / max(b, 1e-6) for a, b in zip(one, two, strict=True)]
    first, second = statistics.median(one), statistics.median(two)
    return {
        "stage": stage,
        "shards": shards,
        "one": round(first, 2),
        "two": round(second, 2),
        "own": round(statistics.median(own), 2),
        "gain": round(first / max(second, 1e-6), 2),
        "least": round(min(gains), 2),
        "most": round(max(gains), 2),
    }


def rows(timed: dict[int, list[Timed]]) -> list[dict[str, Any]]:
    """A row for each stage, and one for all of them together."""
    one, two = timed[1], timed[2]
    out = [
        row(
            stage,
            [t.seconds[stage] for t in one],
            [t.seconds[stage] for t in two],
            [t.own[stage] for t in two],
            one[0].shards[stage],
        )
        for stage in one[0].seconds
    ]
    whole = [[sum(t.seconds.values()) for t in side] for side in (one, two)]
    return [*out, row("together", *whole, [sum(t.own.values()) for t in two], sum(one[0].shards.values()))]


def table(facts: dict[str, Any]) -> str:
    """The report."""
    counts = facts["counts"]
    lines = [
        "# One worker and two",
        "",
        f"{facts['date']}, commit {facts['commit']}, {facts['machine']}. Command: `{facts['command']}`.",
        "",
        (
            f"{facts['corpus']}: {counts['documents']:,} documents, {counts['clauses']:,} clauses, "
            f"{counts['passages']:,} passages, {counts['overlaps']:,} overlaps. "
            f"Median of {facts['repeats']}, with models loaded; load of the machine "
            f"before: {facts['load']}, after: {facts['load_after']}."
        ),
        "",
        (
            "| stage | shards | one worker, s | two workers, s | the process in the middle, processor s | "
            "gain of the medians | gain, least to most of a round |"
        ),
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r['stage']} | {r['shards']} | {r['one']} | {r['two']} | {r['own']} | "
        f"{r['gain']} | {r['least']} to {r['most']} |"
        for r in facts["stages"]
    ]
    lines += [
        "",
        (
            "The process in the middle hands out the shards and takes in the results, beside the workers: of "
            f"{facts['processors']} processors it takes its part from two workers and not from one. A loop in two "
            "processes at once did, before each round, so many times the work of one: "
            f"{', '.join(str(gain) for gain in facts['machine_gains'])}."
        ),
        "",
        f"Tables byte by byte as without a cluster: {'yes' if facts['same'] else 'NO'}.",
        "",
    ]
    return "\n".join(lines)


def loads() -> str:
    """The load of the machine over one, five and fifteen minutes."""
    return ", ".join(f"{load:.1f}" for load in os.getloadavg())


def main() -> None:
    """Run with each number of workers and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--documents", type=int, default=0, help="how many of the corpus; 0 for all")
    parser.add_argument("--models", type=Path, default=HERE.parent / "outputs" / "cache" / "models")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--into", type=Path, default=HERE, help="folder of the two files that are written")
    options = parser.parse_args()
    load = loads()
    with tempfile.TemporaryDirectory(prefix="overlap-scale-out-") as name:
        timed, gains, counts, same = measure(options, Path(name))
    commit = measured_commit()
    facts = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit,
        "machine": f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}",
        "processors": os.cpu_count(),
        "command": f"python benchmarks/scale_out.py CORPUS --documents {options.documents}",
        "corpus": options.corpus.name,
        "repeats": options.repeats,
        "load": load,
        "load_after": loads(),
        "counts": counts,
        "same": same,
        "machine_gains": [round(gain, 2) for gain in gains],
        "stages": rows(timed),
    }
    (options.into / "scale_out.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    (options.into / "scale_out.md").write_text(table(facts), encoding="utf-8")
    print(table(facts))
    if not facts["same"]:
        raise SystemExit("the tables differ")


if __name__ == "__main__":
    main()
