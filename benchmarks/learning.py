"""How much reading learning saves: simulated reviews of labelled pairs, by untrained score and learned.

``python benchmarks/learning.py [DATA]`` lets a reader who always answers as labelled read pairs one by one: in the
order of the score, or in the order of a model refitted to the answers as the app does it. Three piles:

- *gold*: the pairs of clauses of ``corpus/gold``, most of them hard on purpose, almost half of them overlaps;
- *gold among others*: the same, among pairs of clauses of different subjects (families of ``families.csv``), as many
  as an ordinary run would bring; none of these is an overlap, by how the texts were written;
- *UN series*: pairs of operative paragraphs that matching keeps on texts of ``DATA/un``; two paragraphs count as an
  overlap when their texts belong to one series. Vectors are latent semantic ones, made of these texts alone.

Writes ``benchmarks/learning.json``, ``.md`` and ``docs/images/learning.svg``. Nothing was tuned on these figures but
what is said in the text; the seed of the sample is fixed.
"""

import argparse
import csv
import json
import os
import platform
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from flows.cli.labelled import read_texts
from pipeline.domain import Overlap, Part, Relation, Resolution, instrument_of
from pipeline.embed import embed_passages, load_encoder, passages
from pipeline.evaluate import read_pairs
from pipeline.match import find_overlaps
from pipeline.match.asked import judge_pairs
from pipeline.match.background import load_background
from pipeline.review.learning import features_of, fit_model
from pipeline.store.embeddings import vector_cache

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
OVERLAPS = {
    Relation.VERB, Relation.SUB, Relation.SAME_ACT, Relation.SAME_REQ, Relation.REPORT, Relation.CONF, Relation.STUDY,
}  # fmt: skip
OTHERS = 4_000
WANTED = 0.95
STEP = 10


@dataclass(frozen=True)
class Pile:
    """Pairs to read: what a model sees of each, whether it is an overlap, and the untrained score."""

    name: str
    features: NDArray[np.float32]
    truth: NDArray[np.bool_]
    score: NDArray[np.float64]


def pile(name: str, overlaps: Sequence[Overlap], truth: Sequence[bool]) -> Pile:
    """The pile of these pairs."""
    rows = [features_of(o, instrument_of(o.left).body is not instrument_of(o.right).body) for o in overlaps]
    score = np.array([o.evidence.log_odds for o in overlaps])
    return Pile(name, np.array(rows, dtype=np.float32), np.array(truth), score)


def gold_piles(out: Path) -> list[Pile]:
    """The labelled pairs, alone and among pairs of different subjects."""
    gold = ROOT / "corpus" / "gold"
    rows = read_pairs((gold / "pairs.csv").read_text(encoding="utf-8"), "pairs.csv", None)
    texts = read_texts(gold / "texts.jsonl", ROOT / "corpus" / "sample")
    with (gold / "families.csv").open(encoding="utf-8") as file:
        families = {row["work"]: row["family"] for row in csv.DictReader(file)}
    draw = random.Random(1)
    clauses = [
        (clause.id, families[str(text.id.work)])
        for text in texts
        if str(text.id.work) in families
        for clause in text.clauses
        if clause.part is Part.OPERATIVE
    ]
    others: dict[tuple[str, str], None] = {}
    while len(others) < OTHERS * 8:
        (a, one), (b, two) = draw.sample(clauses, 2)
        if one != two and instrument_of(a).body is not instrument_of(b).body:
            others[min(a, b), max(a, b)] = None
    encoder = load_encoder(out, print)
    embedded = embed_passages(passages(texts), lambda: encoder, vector_cache(out, encoder.digest), encoder.dimension)
    asked = [(row.left, row.right) for row in rows] + list(others)
    found = judge_pairs(texts, embedded.vectors, embedded.rows, asked)
    labelled, unlike = found[: len(rows)], found[len(rows) :]
    truth = [Relation(row.expected) in OVERLAPS for row in rows]
    near = sorted(unlike, key=lambda o: -o.evidence.log_odds)[:OTHERS]
    return [
        pile("gold", labelled, truth),
        pile("gold among others", [*labelled, *near], [*truth, *(False for _ in near)]),
    ]


def un_pile(data: Path) -> Pile:
    """Pairs of operative paragraphs of series that have several texts."""
    from un_texts import _resolution, _rows  # the nouns as that module makes them, with the series beside them

    rows = list(_rows(data / "un" / "resolutions.jsonl.xz"))
    held = Counter(row["series_id"] for row in rows if row["series_id"])
    chosen = sorted(name for name, count in held.items() if 3 <= count <= 8)
    random.Random(2).shuffle(chosen)
    seen: Counter[str] = Counter()
    texts: list[Resolution] = []
    series: dict[str, str] = {}
    for row in rows:
        if row["series_id"] in chosen[:30]:
            kept = {**row, "paragraphs": [p for p in row["paragraphs"] if p.get("paragraph_type") == "operative"]}
            if kept["paragraphs"]:
                text = _resolution(kept, seen)
                texts.append(text)
                series[str(text.id)] = row["series_id"]
    wanted = passages(texts)
    counts = TfidfVectorizer(sublinear_tf=True, min_df=2, max_df=0.2, stop_words="english").fit_transform(
        [p.text for p in wanted]
    )
    vectors = TruncatedSVD(384, n_iter=2, random_state=1).fit_transform(counts).astype(np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    places = {clause: place for place, p in enumerate(wanted) for clause in p.clauses}
    with patch.object(Resolution, "is_foreign", new=False):
        found = find_overlaps(texts, vectors + load_background().mean, places).overlaps
    truth = [series[o.left.partition("#")[0]] == series[o.right.partition("#")[0]] for o in found]
    return pile("UN series", found, truth)


def read_by_rank(held: Pile) -> NDArray[np.int64]:
    """Places in the order of the untrained score."""
    return np.argsort(-held.score, kind="stable")


def read_learning(held: Pile) -> tuple[NDArray[np.int64], int]:
    """Places in the order in which they are read when a model is refitted on the way; and how often it was refused."""
    rank = read_by_rank(held)
    read: list[int] = []
    unread = list(rank)
    refused = 0
    while unread:
        step = max(STEP, len(read) // 10)
        read, unread = [*read, *unread[:step]], unread[step:]
        if not unread:
            break
        at = np.array(read)
        fit = fit_model(held.features[at], held.truth[at], held.score[at])
        if fit.accepted:
            told = fit.probabilities(held.features[np.array(unread)])
            unread = [unread[place] for place in np.argsort(-told, kind="stable")]
        else:
            refused += fit.card is not None
            position = {name: place for place, name in enumerate(rank)}
            unread.sort(key=position.__getitem__)
    return np.array(read), refused


def reads_for(truth: NDArray[np.bool_], order: NDArray[np.int64], share: float) -> int:
    """How many pairs are read until this share of the overlaps is found."""
    found = np.cumsum(truth[order])
    return int(np.searchsorted(found, np.ceil(share * truth.sum()))) + 1


def measure(held: Pile) -> dict[str, Any]:
    """Both ways of reading one pile."""
    rank = read_by_rank(held)
    learned, refused = read_learning(held)
    figures: dict[str, Any] = {"pairs": len(held.truth), "overlaps": int(held.truth.sum()), "refused": refused}
    for share in (0.8, 0.9, WANTED, 1.0):
        by_rank, by_model = reads_for(held.truth, rank, share), reads_for(held.truth, learned, share)
        figures[f"{share:.0%}"] = {"rank": by_rank, "learned": by_model, "ratio": round(by_model / by_rank, 3)}
    figures["least possible"] = int(np.ceil(WANTED * held.truth.sum()))
    for name, order in (("rank", rank), ("learned", learned)):
        found = np.cumsum(held.truth[order]) / held.truth.sum()
        places = np.unique(np.linspace(0, len(order) - 1, 120).astype(int))
        figures[f"curve {name}"] = [[int(p) + 1, round(float(found[p]), 4)] for p in places]
    print(held.name, {k: v for k, v in figures.items() if not k.startswith("curve")}, flush=True)
    return figures


def draw_curves(found: dict[str, Any], path: Path) -> None:
    """The curves side by side as SVG: solid is learned, dashed is by rank."""
    width, height, gap, top = 300, 220, 60, 46
    parts = []
    for place, (name, figures) in enumerate(found.items()):
        x0 = 50 + place * (width + gap)
        most = figures["pairs"]
        parts.append(
            f'<text x="{x0}" y="24" font-weight="600">{name}: {figures["overlaps"]} overlaps in {most:,} pairs</text>'
        )
        for share in (0.25, 0.5, 0.75, WANTED, 1.0):
            y = top + height * (1 - share)
            parts.append(f'<line x1="{x0}" x2="{x0 + width}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ccc"/>')
            parts.append(f'<text x="{x0 - 6}" y="{y + 4:.1f}" text-anchor="end">{share:.0%}</text>')
        for kind, style in (("rank", 'stroke="#767676" stroke-dasharray="5 4"'), ("learned", 'stroke="#0b5cad"')):
            line = " ".join(
                f"{x0 + width * n / most:.1f},{top + height * (1 - s):.1f}" for n, s in figures[f"curve {kind}"]
            )
            parts.append(f'<polyline points="{line}" fill="none" stroke-width="2" {style}/>')
        parts.append(f'<text x="{x0}" y="{top + height + 18}">0</text>')
        parts.append(f'<text x="{x0 + width}" y="{top + height + 18}" text-anchor="end">{most:,} pairs read</text>')
    total = 50 + len(found) * (width + gap)
    title = "Share of the overlaps found by number of pairs read: solid line learned, dashed line by rank"
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {top + height + 60}" role="img" '
        f'font-family="sans-serif" font-size="12"><title>{title}</title>'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}'
        f'<text x="50" y="{top + height + 44}">{title}.</text></svg>\n',
        encoding="utf-8",
    )


def report(found: dict[str, Any]) -> str:
    """The result as tables for people."""
    lines = [
        "# Reading saved by learning",
        "",
        f"Made {found['date']} at commit {found['commit']} on {found['machine']} by `{found['command']}`.",
        "",
        "A reader who answers as labelled reads pairs until a share of all overlaps is found: by rank of the untrained",
        "score, or in an order that is learned from the answers on the way. *Least* is the number of reads of somebody",
        "who knew the answers. The goal is half the reading by rank at 95 %.",
        "",
        "| pile | pairs | overlaps | 95 % by rank | 95 % learned | ratio | least | 80 % | 90 % | all | refused fits |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, f in found["piles"].items():
        at = f["95%"]
        others = " | ".join(f"{f[s]['rank']} → {f[s]['learned']}" for s in ("80%", "90%", "100%"))
        lines.append(
            f"| {name} | {f['pairs']:,} | {f['overlaps']} | {at['rank']:,} | {at['learned']:,} | {at['ratio']:.2f} | "
            f"{f['least possible']:,} | {others} | {f['refused']} |"
        )
    return "\n".join([*lines, "", "![Curves](../docs/images/learning.svg)", ""])


def main() -> None:
    """Measure and write the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", default=ROOT.parent / "shared" / "data")
    parser.add_argument("--out", type=Path, default=ROOT / "outputs", help="folder of the vector cache")
    parser.add_argument("--dry", action="store_true")
    given = parser.parse_args()
    piles = gold_piles(given.out)
    if (given.data / "un").is_dir():
        piles.append(un_pile(given.data))
    else:
        print("the series of the United Nations are not here; they are left out", file=sys.stderr)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT).stdout
    found = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit.strip(),
        "machine": f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}",
        "command": "python benchmarks/learning.py",
        "piles": {held.name: measure(held) for held in piles},
    }
    if not given.dry:
        (HERE / "learning.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        (HERE / "learning.md").write_text(report(found), encoding="utf-8")
        draw_curves(found["piles"], ROOT / "docs" / "images" / "learning.svg")


if __name__ == "__main__":
    main()
