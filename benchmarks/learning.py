"""How much reading learning saves: simulated reviews of labelled pairs, by untrained score and learned.

``python benchmarks/learning.py [DATA]`` lets a reader who always answers as labelled read pairs: in the order of the
score, or ten at a time in the order of a model that is refitted to the answers after each ten, with the guard, as the
app does it. Piles, those of ``corpus/gold`` for its development and its test families apart:

- *labelled*: the labelled pairs of clauses, most of them hard on purpose, almost half of them overlaps;
- *all, none unlisted*: the same among every pair of operative clauses of two bodies and two families; two families are
  two subjects, so none of these is an overlap;
- *kept*: the labelled pairs among all that matching keeps. Most of these are unlisted pairs within a family; they
  count as no overlap, though some of them are: the list names only some;
- *UN*: of each pair of texts of ``DATA/un`` the best scored pair of operative paragraphs, of the first eight of each
  text; an overlap when both texts belong to one series. Vectors are latent semantic ones, made of these texts alone;
- *UN, none unlisted*: only texts that are in a series.

The interval is the range of the ratio over draws of two thirds of the families, or of the series. Writes
``benchmarks/learning.json``, ``.md`` and ``docs/images/learning.svg``. What a model sees and how strongly it is held
back was chosen on the development families alone.
"""

import argparse
import csv
import itertools
import json
import math
import os
import platform
import random
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
from tree import measured_commit

from flows.cli.labelled import read_texts
from pipeline.domain import Overlap, Part, Relation, Resolution, Standing, instrument_of
from pipeline.embed import embed_passages, load_encoder, passages
from pipeline.evaluate import read_pairs
from pipeline.match import find_overlaps
from pipeline.match.asked import judge_pairs
from pipeline.match.background import load_background
from pipeline.review import work_of
from pipeline.review.learning import features_of, fit_model
from pipeline.review.neighbours import ends_of, neighbour_features, standing_features
from pipeline.store.embeddings import vector_cache

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
OVERLAPS = {
    Relation.VERB, Relation.SUB, Relation.SAME_ACT, Relation.SAME_REQ, Relation.REPORT, Relation.CONF, Relation.STUDY,
}  # fmt: skip
WANTED = 0.95
STEP = 10
RECENT = 200
PARAGRAPHS = 8
DRAWS = 5
NAMES = [
    *(f"{name}, {part}" for name in ("labelled", "all, none unlisted", "kept") for part in ("development", "test")),
    "UN",
    "UN, none unlisted",
]
Order = NDArray[np.int64]
TRIED = [
    "## What else was tried",
    "",
    "On the development families, pile *kept*: ratio with all of them, mean over six draws of two thirds of them.",
    "Measured before the untrained score was last trained anew.",
    "",
    "| what | all | draws |",
    "|---|---|---|",
    "| measures of the pair alone, nothing of neighbours | 0.88 | 0.84 |",
    "| with neighbours, as in the product | 0.55 | 0.53 |",
    "| without third clauses and third texts | 0.70 | – |",
    "| without counterparts | 0.57 | 0.55 |",
    "| without counterparts and shares of texts and clauses | 0.64 | 0.57 |",
    "| with the score of third clauses nobody has read (propagation along the graph of pairs) | 0.55 | 0.55 |",
    "| with products of shares and score | 0.55 | 0.51 |",
    "| with overlaps three steps away | 0.56 | 0.51 |",
    "| with shares by relation within two texts | 0.57 | 0.52 |",
    "| ten times as free (C = 1) | 0.54 | 0.57 |",
    "| held back five times as much (C = 0.02) | 0.57 | 0.56 |",
    "| both answers weighed as they come, not alike | 0.56 | 0.53 |",
    "| refit after five, after twenty | 0.55, 0.56 | 0.50, 0.54 |",
    "| boosted trees and the straight model, mean of ranks | 0.62 | – |",
    "| randomised trees and the straight model, mean of ranks (refit after a tenth more) | 0.63 | – |",
    "",
    "Differences below 0.03 are chance: a draw alone moves the ratio by 0.1. A guard that looked at ten decisions at a",
    "time refused three models of five by chance and cost 0.06; it now looks at the last 200 and allows for chance.",
]


@dataclass(frozen=True)
class Pile:
    """Pairs to read: what a model sees of each, its clauses, whether it is an overlap, the families of both."""

    name: str
    features: NDArray[np.float32]
    clauses: list[tuple[str, str]]
    truth: NDArray[np.bool_]
    families: list[tuple[str, str]]

    @property
    def score(self) -> NDArray[np.float64]:
        """The untrained log-odds."""
        return self.features[:, 0].astype(np.float64)

    def only(self, rows: Sequence[int]) -> "Pile":
        """Some of the pairs."""
        return Pile(
            self.name,
            self.features[list(rows)],
            [self.clauses[i] for i in rows],
            self.truth[list(rows)],
            [self.families[i] for i in rows],
        )


def pile(name: str, overlaps: Sequence[Overlap], truth: Sequence[bool], family: dict[str, str]) -> Pile:
    """The pile of these pairs; ``family`` is by work."""
    rows = [features_of(o, instrument_of(o.left).body is not instrument_of(o.right).body) for o in overlaps]
    clauses = [(o.left, o.right) for o in overlaps]
    families = [(family.get(work_of(a), a), family.get(work_of(b), b)) for a, b in clauses]
    return Pile(name, np.array(rows, dtype=np.float32), clauses, np.array(truth), families)


def gold_piles(out: Path) -> list[Pile]:
    """The piles of the gold list, for the development and the test families."""
    gold = ROOT / "corpus" / "gold"
    rows = read_pairs((gold / "pairs.csv").read_text(encoding="utf-8"), "pairs.csv", None)
    rows = [row for row in rows if Relation(row.expected) is not Relation.REV]
    texts = read_texts(gold / "texts.jsonl", ROOT / "corpus" / "sample")
    with (gold / "families.csv").open(encoding="utf-8") as file:
        entries = list(csv.DictReader(file))
    family, split = ({row["work"]: row[name] for row in entries} for name in ("family", "split"))
    encoder = load_encoder(out, print)
    embedded = embed_passages(passages(texts), lambda: encoder, vector_cache(out, encoder.digest), encoder.dimension)
    kept = find_overlaps(texts, embedded.vectors, embedded.rows, workers=1).overlaps
    piles = []
    for part, called in (("dev", "development"), ("test", "test")):
        listed = [row for row in rows if split.get(work_of(row.left)) == part == split.get(work_of(row.right))]
        truth = [Relation(row.expected) in OVERLAPS for row in listed]
        known = {frozenset((row.left, row.right)) for row in listed}
        judged = judge_pairs(texts, embedded.vectors, embedded.rows, [(row.left, row.right) for row in listed])
        clauses = [
            (clause.id, family[str(text.id.work)], text.body)
            for text in texts
            if split.get(str(text.id.work)) == part and text.standing is Standing.IN_FORCE
            for clause in text.clauses
            if clause.part is Part.OPERATIVE
        ]
        asked = [
            (a, b)
            for (a, one, here), (b, two, there) in itertools.combinations(clauses, 2)
            if one != two and here is not there and frozenset((a, b)) not in known
        ]
        unlike = judge_pairs(texts, embedded.vectors, embedded.rows, asked)
        others = [
            o
            for o in kept
            if split.get(work_of(o.left)) == part == split.get(work_of(o.right))
            and frozenset((o.left, o.right)) not in known
        ]
        for name, more in (("labelled", ()), ("all, none unlisted", unlike), ("kept", others)):
            told = [*truth, *(False for _ in more)]
            piles.append(pile(f"{name}, {called}", [*judged, *more], told, family))
    return piles


def un_piles(data: Path) -> list[Pile]:
    """Pairs of texts of the United Nations by their best scored pair of operative paragraphs."""
    from un_texts import _resolution, _rows  # the nouns as that module makes them, with the series beside them

    with (data / "un" / "groups.csv").open(encoding="utf-8") as file:
        group = {row["symbol"]: row["group"] for row in csv.DictReader(file)}
    seen: Counter[str] = Counter()
    texts: list[Resolution] = []
    series: dict[str, tuple[str, str]] = {}
    for row in _rows(data / "un" / "resolutions.jsonl.xz"):
        kept = [p for p in row["paragraphs"] if p.get("paragraph_type") == "operative"][:PARAGRAPHS]
        if kept:
            text = _resolution({**row, "paragraphs": kept}, seen)
            texts.append(text)
            series[str(text.id.work)] = (row["series_id"] or "", group.get(row["symbol"], ""))
    wanted = passages(texts)
    counts = TfidfVectorizer(sublinear_tf=True, min_df=2, max_df=0.2, stop_words="english").fit_transform(
        [p.text for p in wanted]
    )
    vectors = TruncatedSVD(384, n_iter=2, random_state=1).fit_transform(counts).astype(np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    places = {clause: place for place, p in enumerate(wanted) for clause in p.clauses}
    with patch.object(Resolution, "is_foreign", new=False):
        found = find_overlaps(texts, vectors + load_background().mean, places).overlaps
    best: dict[frozenset[str], Overlap] = {}
    for overlap in sorted(found, key=lambda o: (-o.evidence.log_odds, o.id)):
        best.setdefault(frozenset((work_of(overlap.left), work_of(overlap.right))), overlap)
    truth = []
    for overlap in best.values():
        ends = zip(series[work_of(overlap.left)], series[work_of(overlap.right)], strict=True)
        truth.append(any(a and a == b for a, b in ends))
    family = {work: one or other or work for work, (one, other) in series.items()}
    whole = pile("UN", list(best.values()), truth, family)
    in_series = [i for i, ab in enumerate(whole.clauses) if all(series[work_of(one)][0] for one in ab)]
    listed = whole.only(in_series)
    return [whole, Pile("UN, none unlisted", listed.features, listed.clauses, listed.truth, listed.families)]


def read_by_rank(held: Pile) -> Order:
    """Places in the order of the untrained score."""
    return np.argsort(-held.score, kind="stable")


def read_learning(held: Pile, share: float) -> tuple[Order, int, NDArray[np.float64]]:
    """Places as they are read when a model is refitted on the way until a share is found, the rest by that model.

    Also how often a model was refused, and the probability that each pair was given out with, -1 without a model.
    """
    score, number = held.score, len(held.truth)
    ends = ends_of(held.clauses, [(work_of(a), work_of(b)) for a, b in held.clauses], score)
    features = np.hstack([held.features, standing_features(ends)])
    order, learned = read_by_rank(held), np.full(number, -1.0)
    answers = np.full(number, -1, dtype=np.int8)
    read: list[int] = []
    refused = 0
    while len(read) < number and (answers == 1).sum() < np.ceil(share * held.truth.sum()):
        given = order[answers[order] < 0][:STEP].tolist()
        read += given
        answers[given] = held.truth[given]
        at = np.array(read)
        unseen = (np.arange(len(at)) >= len(at) - RECENT) & (learned[at] >= 0)
        in_use = learned[at] if unseen.any() else score[at]
        fit = fit_model(
            features[at], held.truth[at], in_use, unseen if unseen.any() else np.ones_like(unseen), ends.only(at)
        )
        if fit.accepted:
            told = fit.probabilities(np.hstack([features, neighbour_features(ends, answers)]))
            order = np.lexsort((-score, -told))
            learned = np.where(answers < 0, told, learned)
        else:
            refused += fit.card is not None
    rest = order[answers[order] < 0]
    return np.concatenate([np.array(read, dtype=np.int64), rest]), refused, learned[read]


def reads_for(truth: NDArray[np.bool_], order: Order, share: float) -> int:
    """How many pairs are read until this share of the overlaps is found."""
    found = np.cumsum(truth[order])
    return int(np.searchsorted(found, np.ceil(share * truth.sum()))) + 1


def calibration_error(told: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """Mean gap between the probability that pairs were given out with and the share that were overlaps, ten bins."""
    told, truth = told[told >= 0], truth[told >= 0]
    places = np.minimum(9, (told * 10).astype(int))
    gaps = [(places == n).mean() * abs(told[places == n].mean() - truth[places == n].mean()) for n in set(places)]
    return float(sum(gaps))


def ratio_of(held: Pile) -> float:
    """Reads learned by reads in the order of the score."""
    learned = read_learning(held, WANTED)[0]
    return reads_for(held.truth, learned, WANTED) / reads_for(held.truth, read_by_rank(held), WANTED)


def spread(held: Pile, draws: int) -> list[float]:
    """The least and the greatest ratio over draws of two thirds of the families."""
    names = sorted({name for both in held.families for name in both})
    ratios = []
    for seed in range(draws):
        drawn = set(random.Random(seed).sample(names, math.ceil(len(names) * 2 / 3)))
        rows = [i for i, (a, b) in enumerate(held.families) if a in drawn and b in drawn]
        ratios.append(ratio_of(held.only(rows)))
    return [round(min(ratios), 3), round(max(ratios), 3)]


def measure(held: Pile) -> dict[str, Any]:
    """Both ways of reading one pile."""
    rank = read_by_rank(held)
    learned, refused, told = read_learning(held, WANTED)
    figures: dict[str, Any] = {"pairs": len(held.truth), "overlaps": int(held.truth.sum()), "refused": refused}
    for share in (0.8, 0.9, WANTED):
        by_rank, by_model = reads_for(held.truth, rank, share), reads_for(held.truth, learned, share)
        figures[f"{share:.0%}"] = {"rank": by_rank, "learned": by_model, "ratio": round(by_model / by_rank, 3)}
    figures["least possible"] = int(np.ceil(WANTED * held.truth.sum()))
    figures["calibration error"] = round(calibration_error(told, held.truth[learned[: len(told)]]), 3)
    if len(held.truth) < 20_000:
        figures["interval"] = spread(held, 2 if held.name.startswith("UN") else DRAWS)
    most = 1.15 * figures["95%"]["rank"]
    for name, order in (("rank", rank), ("learned", learned)):
        found = np.cumsum(held.truth[order]) / held.truth.sum()
        places = np.unique(np.linspace(0, min(len(order) - 1, most), 120).astype(int))
        figures[f"curve {name}"] = [[int(p) + 1, round(float(found[p]), 4)] for p in places]
    print(held.name, {k: v for k, v in figures.items() if not k.startswith("curve")}, flush=True)
    return figures


def draw_curves(found: dict[str, Any], path: Path) -> None:
    """The curves as SVG, two in a row: solid is learned, dashed is by rank; the dotted line is at 95 %."""
    width, height, left, top = 330, 200, 56, 44
    parts, (across, down) = [], (width + 80, height + 90)
    for place, (name, figures) in enumerate(found.items()):
        x0, y0 = left + place % 2 * across, top + place // 2 * down
        most = figures["curve rank"][-1][0]
        parts.append(f'<text x="{x0}" y="{y0 - 14}" font-weight="600">{name}: {figures["overlaps"]:,} overlaps in '
                     f'{figures["pairs"]:,} pairs</text>')  # fmt: skip
        for share in (0.0, 0.25, 0.5, 0.75, WANTED):
            y = y0 + height * (1 - share)
            dots = ' stroke-dasharray="2 3"' if share == WANTED else ""
            parts.append(f'<line x1="{x0}" x2="{x0 + width}" y1="{y:.1f}" y2="{y:.1f}" stroke="#bbb"{dots}/>')
            parts.append(f'<text x="{x0 - 6}" y="{y + 4:.1f}" text-anchor="end">{share:.0%}</text>')
        for kind, style in (("rank", 'stroke="#666" stroke-dasharray="6 4"'), ("learned", 'stroke="#0b5cad"')):
            line = " ".join(
                f"{x0 + width * n / most:.1f},{y0 + height * (1 - s):.1f}" for n, s in figures[f"curve {kind}"]
            )
            parts.append(f'<polyline points="{line}" fill="none" stroke-width="2" {style}/>')
        parts.append(f'<text x="{x0}" y="{y0 + height + 18}">0</text>')
        parts.append(f'<text x="{x0 + width}" y="{y0 + height + 18}" text-anchor="end">{most:,} pairs read</text>')
    total = top + (len(found) + 1) // 2 * down
    title = "Share of the overlaps found by number of pairs read: solid line learned, dashed line by rank"
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + 2 * across} {total}" role="img" '
        f'font-family="sans-serif" font-size="12"><title>{title}</title>'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}'
        f'<text x="{left}" y="{total - 12}">{title}.</text></svg>\n',
        encoding="utf-8",
    )


def table(piles: dict[str, Any]) -> list[str]:
    """One row for each pile."""
    lines = [
        (
            "| pile | pairs | overlaps | 95 % by rank | 95 % learned | ratio | range over draws | least ratio possible "
            "| 80 % | 90 % | calibration error | refused fits |"
        ),
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, f in piles.items():
        at = f["95%"]
        others = " | ".join(f"{f[s]['rank']:,} → {f[s]['learned']:,}" for s in ("80%", "90%"))
        ends = f"{f['interval'][0]:.2f} to {f['interval'][1]:.2f}" if "interval" in f else "–"
        least = f["least possible"] / at["rank"]
        lines.append(
            f"| {name} | {f['pairs']:,} | {f['overlaps']:,} | {at['rank']:,} | {at['learned']:,} | {at['ratio']:.2f} | "
            f"{ends} | {least:.2f} | {others} | {f['calibration error']:.2f} | {f['refused']} |"
        )
    return lines


def report(found: dict[str, Any]) -> str:
    """The result as tables for people."""
    return "\n".join([
        "# Reading saved by learning",
        "",
        f"Made {found['date']} at commit {found['commit']} on {found['machine']} by `{found['command']}`.",
        "",
        "A reader who answers as labelled reads pairs until 95 % of all overlaps are found: by rank of the",
        "untrained score, or ten at a time in an order that is learned anew after each ten. The goal is half the",
        "reading by rank.",
        "",
        *table(found["piles"]),
        "",
        "**What a pile holds.** *Labelled*: the rows of the gold list alone, many hard on purpose. *All, none",
        "unlisted*: the same among every pair of operative clauses of two bodies and two families, which are two",
        "subjects. *Kept*: the same among all pairs that matching keeps; two in three and more are unlisted pairs",
        "of one family. They count as no overlap here, but the list names only some of the overlaps of a family, so",
        "part of them are; a model cannot learn what somebody happened not to list, and the ratio looks worse than",
        "it is. *UN*: of each pair of texts the best scored pair of operative paragraphs, of the first eight of",
        "each; an overlap when the texts are of one series. *UN, none unlisted*: only texts that are in a series,",
        "for texts outside may be near twins of those.",
        "",
        "**What is possible.** The least ratio possible is that of a reader who knew the answers and read nothing",
        "but overlaps. Where the untrained score already puts nearly all overlaps first, that floor lies at one",
        "half or above it, and no order that has to be learned can reach the goal: so it is with all piles without",
        "unlisted pairs. There the question is how far learning goes from 1 towards the floor.",
        "",
        "**Range over draws.** The ratio with two thirds of the families, or series, drawn at random, five times",
        "(twice for the UN). A smaller pile holds fewer pairs that are none for each overlap, so there is less to",
        "save: the ratio of the whole may lie outside the range. *Calibration error*: mean gap between the",
        "probability that pairs were given out with and the share that were overlaps. *Refused fits*: models that",
        "the guard against drift kept out.",
        "",
        "What a model sees and how it is fitted was chosen on the development families alone; the test families",
        "were measured at the end. One half of the UN series was looked at while choosing, the goal was not tuned",
        "on it.",
        "",
        *found["tried"],
        "",
        "![Curves](../docs/images/learning.svg)",
        "",
    ])  # fmt: skip


def main() -> None:
    """Measure and write the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", default=ROOT.parent / "shared" / "data")
    parser.add_argument("--out", type=Path, default=ROOT / "outputs", help="folder of the vector cache")
    parser.add_argument("--only", choices=("gold", "un"), help="measure these piles, keep the others as they are")
    parser.add_argument("--dry", action="store_true")
    given = parser.parse_args()
    piles = gold_piles(given.out) if given.only != "un" else []
    if given.only != "gold" and (given.data / "un").is_dir():
        piles += un_piles(given.data)
    elif given.only != "gold":
        print("the series of the United Nations are not here; they are left out", file=sys.stderr)
    measured = {held.name: measure(held) for held in piles}
    kept = HERE / "learning.json"
    before = json.loads(kept.read_text(encoding="utf-8"))["piles"] if given.only and kept.is_file() else {}
    commit = measured_commit()
    found = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit,
        "machine": f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}",
        "command": "python benchmarks/learning.py",
        "piles": dict(sorted({**before, **measured}.items(), key=lambda one: NAMES.index(one[0]))),
        "tried": TRIED,
    }
    if not given.dry:
        kept.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        (HERE / "learning.md").write_text(report(found), encoding="utf-8")
        drawn = {name: figures for name, figures in found["piles"].items() if name.startswith(("kept", "UN"))}
        draw_curves(drawn, ROOT / "docs" / "images" / "learning.svg")


if __name__ == "__main__":
    main()
