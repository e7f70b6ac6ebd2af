"""Whether the quality figure, which knows no labelled data, ranks documents by how exactly their clauses were read.

``python benchmarks/quality.py DATA`` reads ``DATA/itu/pp18`` (``docx``, ``pdf``, the Final Acts as PDF and as Akoma
Ntoso, ``truth.jsonl``) and writes ``benchmarks/quality.json`` and ``.md``. Each Word file is also damaged in many ways,
lightly and heavily, and read again. For each reading stand the figure and the true clause F1 (part, call, label and
text equal); what is reported is Spearman's rank correlation of the two, on a dev half of the instruments, on which the
weights were fitted, and on a test half, on which nothing was.
"""

import argparse
import json
import os
import platform
import random
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import spearmanr
from tree import measured_commit

from pipeline.domain import BlockKind, Document, Resolution
from pipeline.evaluate import ClauseKey, GoldText, Score, clause_keys, read_segmentation_gold
from pipeline.ingest.akn import read_akn
from pipeline.ingest.layout import Paragraph, Source, assemble
from pipeline.ingest.pdf import read_pdf
from pipeline.ingest.word import read_word
from pipeline.quality import assess_document
from pipeline.reference.quality import load_quality
from pipeline.segment import segment_document

HERE = Path(__file__).resolve().parent
LEVELS = (0.02, 0.06, 0.2)
LINE = 90
COLUMN = 45
MISREAD = {"l": "1", "o": "0", "e": "c", "h": "b", "n": "u", "i": "l", "c": "e", "a": "o", "t": "f", "s": "5"}
Paragraphs = list[Paragraph]
Damage = Callable[[Paragraphs, float, random.Random], Paragraphs]


@dataclass(frozen=True)
class Reading:
    """One text as read from one file: its figure, its true F1, and the load of each sign."""

    source: str
    damage: str
    level: float
    text: str
    figure: float
    f1: float
    loads: dict[str, float]


def half(text: str) -> str:
    """The half of the instruments that a text belongs to."""
    return "dev" if zlib.crc32(text.encode()) % 2 == 0 else "test"


def touched(paragraphs: Paragraphs, level: float, chance: random.Random, change: Callable[[str], str]) -> Paragraphs:
    """The paragraphs with a change to the text of some, those of the head left alone."""
    return [
        replace(p, text=change(p.text)) if index > 3 and chance.random() < level else p
        for index, p in enumerate(paragraphs)
    ]


def drop_paragraphs(paragraphs: Paragraphs, level: float, chance: random.Random) -> Paragraphs:
    """Whole paragraphs are missing."""
    return [p for index, p in enumerate(paragraphs) if index <= 3 or chance.random() >= level]


def drop_calls(paragraphs: Paragraphs, level: float, chance: random.Random) -> Paragraphs:
    """Call lines are missing; there are few, so more of them go."""
    return [p for p in paragraphs if not (p.italic or "call" in p.style) or chance.random() >= 2 * level]


def drop_lines(paragraphs: Paragraphs, level: float, chance: random.Random) -> Paragraphs:
    """One printed line of a paragraph is missing."""

    def without_line(text: str) -> str:
        lines = wrapped(text, LINE)
        del lines[chance.randrange(len(lines))]
        return " ".join(lines)

    return touched(paragraphs, level, chance, without_line)


def lose_labels(paragraphs: Paragraphs, level: float, chance: random.Random) -> Paragraphs:
    """Labels of items are missing."""
    return touched(paragraphs, 2 * level, chance, lambda text: text.partition("\t")[2] or text)


def merge(paragraphs: Paragraphs, level: float, chance: random.Random) -> Paragraphs:
    """Paragraphs run on in the one before."""
    out: Paragraphs = []
    for index, paragraph in enumerate(paragraphs):
        if index > 4 and chance.random() < level:
            out[-1] = replace(out[-1], text=f"{out[-1].text} {paragraph.text.replace(chr(9), ' ')}")
        else:
            out.append(paragraph)
    return out


def break_up(paragraphs: Paragraphs, level: float, chance: random.Random) -> Paragraphs:
    """Paragraphs are cut in two."""
    out: Paragraphs = []
    for index, paragraph in enumerate(paragraphs):
        words = paragraph.text.split(" ")
        if index > 3 and len(words) > 8 and chance.random() < level:
            at = chance.randrange(3, len(words) - 3)
            out += [replace(paragraph, text=" ".join(part)) for part in (words[:at], words[at:])]
        else:
            out.append(paragraph)
    return out


def mix_columns(paragraphs: Paragraphs, level: float, chance: random.Random) -> Paragraphs:
    """Lines of two neighbouring paragraphs are read across, as if they stood in two columns."""
    out = list(paragraphs)
    for index in range(4, len(out) - 1, 2):
        if chance.random() < level:
            left, right = wrapped(out[index].text, COLUMN), wrapped(out[index + 1].text, COLUMN)
            rows = max(len(left), len(right))
            both = [" ".join(side[i] for side in (left, right) if i < len(side)) for i in range(rows)]
            middle = rows // 2 or 1
            out[index] = replace(out[index], text=" ".join(both[:middle]))
            out[index + 1] = replace(out[index + 1], text=" ".join(both[middle:]) or "-")
    return out


def misread(paragraphs: Paragraphs, level: float, chance: random.Random) -> Paragraphs:
    """Letters are misread: half as printed letters are, half at random."""

    def letter(c: str) -> str:
        if not c.isalpha() or chance.random() >= level / 40:
            return c
        return MISREAD.get(c, c) if chance.random() < 0.5 else chance.choice("abcdefghijklmnopqrstuvwxyz")

    return [replace(p, text="".join(map(letter, p.text))) if i > 3 else p for i, p in enumerate(paragraphs)]


def glue_digits(paragraphs: Paragraphs, level: float, chance: random.Random) -> Paragraphs:
    """Marks of footnotes stick to words."""

    def glued(text: str) -> str:
        words = text.split(" ")
        plain = [i for i, word in enumerate(words) if word.isalpha() and len(word) > 3]
        if plain:
            words[chance.choice(plain)] += str(chance.randrange(1, 10))
        return " ".join(words)

    return touched(paragraphs, level, chance, glued)


def hyphenate(paragraphs: Paragraphs, level: float, chance: random.Random) -> Paragraphs:
    """Words divided at the end of a line stay divided."""

    def divided(text: str) -> str:
        words = text.split(" ")
        long = [i for i, word in enumerate(words) if word.isalpha() and word.islower() and len(word) > 6]
        if long:
            at = chance.choice(long)
            words[at] = f"{words[at][:4]}- {words[at][4:]}"
        return " ".join(words)

    return touched(paragraphs, level, chance, divided)


def insert_heads(paragraphs: Paragraphs, level: float, chance: random.Random) -> Paragraphs:
    """Heads of pages stand inside paragraphs."""
    head = chance.choice(("- {} -", "PP-18/{}-E", "Final Acts of the Conference {}", "Res. {}"))

    def headed(text: str) -> str:
        words = text.split(" ")
        words.insert(chance.randrange(1, len(words) + 1), head.format(chance.randrange(10, 200)))
        return " ".join(words)

    return touched(paragraphs, level, chance, headed)


def hide_letters(paragraphs: Paragraphs, level: float, chance: random.Random) -> Paragraphs:
    """Letters have no meaning, for their font does not tell it."""
    return touched(paragraphs, level, chance, lambda text: text.replace("i", chr(0xF069)).replace("fi", "\ufffd"))


def swallow_text(paragraphs: Paragraphs, level: float, chance: random.Random) -> Paragraphs:
    """The number line of another text and what follows it runs on in a paragraph."""
    other = "RESOLUTION 999 (REV. DUBAI, 2018) Another text The Plenipotentiary Conference (Dubai, 2018), considering"
    return touched(paragraphs, level / 2, chance, lambda text: f"{text} {other}")


def lose_format(paragraphs: Paragraphs, level: float, chance: random.Random) -> Paragraphs:
    """Styles and italics are gone; at higher levels labels lose their tab too."""
    plain = [replace(p, style="", italic=False) for p in paragraphs]
    return plain if level < 0.1 else [replace(p, text=p.text.replace("\t", " ")) for p in plain]


def cut_off(paragraphs: Paragraphs, level: float, chance: random.Random) -> Paragraphs:
    """The end of the text is missing, in the midst of a paragraph."""
    kept = max(6, round(len(paragraphs) * (1 - level - 0.1 * chance.random())))
    last = paragraphs[min(kept, len(paragraphs) - 1)]
    return [*paragraphs[:kept], replace(last, text=last.text[: len(last.text) // 2] or "x")]


def several(paragraphs: Paragraphs, level: float, chance: random.Random) -> Paragraphs:
    """Three damages at once."""
    for name in chance.sample([name for name in DAMAGES if name != "several"], 3):
        paragraphs = DAMAGES[name](paragraphs, level / 2, chance)
    return paragraphs


DAMAGES: dict[str, Damage] = {
    "paragraphs lost": drop_paragraphs,
    "call lines lost": drop_calls,
    "lines lost": drop_lines,
    "labels lost": lose_labels,
    "paragraphs merged": merge,
    "paragraphs cut in two": break_up,
    "two columns mixed": mix_columns,
    "letters misread": misread,
    "footnote digits glued": glue_digits,
    "words divided": hyphenate,
    "heads of pages inside": insert_heads,
    "letters hidden by the font": hide_letters,
    "another text swallowed": swallow_text,
    "format lost": lose_format,
    "end lost": cut_off,
    "several": several,
}


def wrapped(text: str, width: int) -> list[str]:
    """Words in lines of at most so many characters."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def paragraphs_of(document: Document) -> Paragraphs:
    """The paragraphs that a document is made of."""
    return [Paragraph(document.line(b), b.kind, b.style, b.italic, b.page, b.indent) for b in document.blocks]


def damaged(document: Document, name: str, level: float) -> Document:
    """The document with a planted damage; the same each time."""
    chance = random.Random(f"{document.path} {name} {level}")
    body = [p for p in paragraphs_of(document) if p.kind is not BlockKind.FOOTNOTE]
    changed = DAMAGES[name](body, level, chance)
    return assemble(Source(Path(document.path), document.path, document.digest), document.format, changed)


def key_of(resolution: Resolution) -> str:
    """A text's name in the truth."""
    return f"{resolution.id.type.value}_{resolution.id.number}"


def true_f1(gold: GoldText, texts: Iterable[Resolution]) -> float:
    """Clause F1 of what was found of one text."""
    found: Counter[ClauseKey] = Counter(key for text in texts for key in clause_keys(text))
    expected = Counter(gold.clauses)
    return Score(expected.total(), found.total(), (expected & found).total()).f1


def read_single(document: Document, gold: GoldText, damage: str, level: float) -> Reading:
    """A file that holds one text: whatever was found in it is held against that text."""
    texts = segment_document(document)
    quality = assess_document(document, texts)
    figure = 0.0 if quality.figure is None else quality.figure
    return Reading(document.format, damage, level, gold.id, figure, true_f1(gold, texts), dict(quality.loads))


def read_volume(document: Document, golds: dict[str, GoldText]) -> list[Reading]:
    """A file that holds many texts: each text that was found is judged by itself."""
    return [
        Reading(
            f"{document.format}, volume",
            "none",
            0.0,
            key_of(text),
            (quality := assess_document(document, [text])).figure or 0.0,
            true_f1(golds[key_of(text)], [text]),
            dict(quality.loads),
        )
        for text in segment_document(document)
        if key_of(text) in golds
    ]


def readings(folder: Path) -> list[Reading]:
    """All readings of all texts."""
    truth = (folder / "truth.jsonl").read_text(encoding="utf-8")
    golds = {gold.id: gold for gold in read_segmentation_gold(truth, "truth.jsonl")}
    out: list[Reading] = []
    for path in sorted((folder / "docx").glob("*.docx")):
        gold = golds[path.stem.removeprefix("pp18-").replace("-", "_")]
        document = read_word(Source.of(path, path.name))
        out.append(read_single(document, gold, "none", 0.0))
        out += [read_single(damaged(document, name, level), gold, name, level) for name in DAMAGES for level in LEVELS]
    for path in sorted((folder / "pdf").glob("*.pdf")):
        gold = golds[path.stem.removeprefix("pp18-").replace("-", "_")]
        out.append(read_single(read_pdf(Source.of(path, path.name)), gold, "none", 0.0))
    volume = folder / "pp18-final-acts.pdf"
    out += read_volume(read_pdf(Source.of(volume, volume.name)), golds)
    conversion = folder / "pp18-final-acts.akn.xml"
    return out + read_volume(read_akn(Source.of(conversion, conversion.name)), golds)


def correlation(chosen: Sequence[Reading]) -> dict[str, Any]:
    """Spearman's rank correlation of figure and F1 with a bootstrap interval over the texts; None when one is flat."""
    figures, truths = (np.array([getattr(r, name) for r in chosen]) for name in ("figure", "f1"))
    if len(chosen) < 5 or len(set(figures)) < 2 or len(set(truths)) < 2:
        return {"readings": len(chosen), "spearman": None, "interval": None}
    rows: dict[str, list[int]] = defaultdict(list)
    for index, reading in enumerate(chosen):
        rows[reading.text].append(index)
    names, chance, draws = sorted(rows), random.Random(1), []
    for _ in range(300):
        drawn = [i for name in chance.choices(names, k=len(names)) for i in rows[name]]
        if len(set(figures[drawn])) > 1 and len(set(truths[drawn])) > 1:
            draws.append(float(spearmanr(figures[drawn], truths[drawn]).statistic))
    low, high = np.quantile(draws, (0.025, 0.975))
    value = float(spearmanr(figures, truths).statistic)
    return {
        "readings": len(chosen),
        "spearman": round(value, 3),
        "interval": [round(float(low), 3), round(float(high), 3)],
    }


def within_texts(chosen: Sequence[Reading]) -> dict[str, Any]:
    """The mean over texts of the rank correlation among the readings of one text: faults of its source are alike."""
    rows: dict[str, list[Reading]] = defaultdict(list)
    for reading in chosen:
        rows[reading.text].append(reading)
    values = [float(spearmanr([r.figure for r in rs], [r.f1 for r in rs]).statistic) for rs in rows.values()]
    chance = random.Random(1)
    draws = [float(np.mean(chance.choices(values, k=len(values)))) for _ in range(300)]
    low, high = np.quantile(draws, (0.025, 0.975))
    return {
        "readings": len(chosen),
        "spearman": round(float(np.mean(values)), 3),
        "interval": [round(float(low), 3), round(float(high), 3)],
    }


def by_grade(chosen: Sequence[Reading]) -> dict[str, dict[str, float]]:
    """How many readings each grade holds, and their mean and lowest F1."""
    rules = load_quality()
    groups: dict[str, list[float]] = {"good": [], "check": [], "poor": []}
    for r in chosen:
        groups["good" if r.figure >= rules.good else "check" if r.figure >= rules.check else "poor"].append(r.f1)
    return {
        name: {
            "readings": len(values),
            "mean_f1": round(float(np.mean(values)), 3) if values else 0.0,
            "tenth_f1": round(float(np.quantile(values, 0.1)), 3) if values else 0.0,
            "below_090": sum(value < 0.9 for value in values),
        }
        for name, values in groups.items()
    }


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of the reference data")
    found = readings(parser.parse_args().data / "itu/pp18")
    commit = measured_commit()
    result: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "command": "python benchmarks/quality.py DATA",
    }
    for name in ("dev", "test"):
        mine = [r for r in found if half(r.text) == name]
        word = [r for r in mine if r.source == "docx"]
        result[name] = {
            "texts": len({r.text for r in mine}),
            "all": correlation(mine),
            "word_and_damaged": correlation(word),
            "within_one_text": within_texts(word),
            "undamaged": correlation([r for r in mine if r.damage == "none"]),
            "pdf_volume": correlation([r for r in mine if r.source == "pdf, volume"]),
            "akn_volume": correlation([r for r in mine if r.source == "akn, volume"]),
            "by_damage": {damage: correlation([r for r in word if r.damage in (damage, "none")]) for damage in DAMAGES},
            "grades": by_grade(mine),
        }
    (HERE / "quality.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    (HERE / "quality.md").write_text(as_markdown(result), encoding="utf-8")
    print(as_markdown(result))


def as_markdown(result: dict[str, Any]) -> str:
    """The result as a page."""
    return "\n".join(
        [
            "# Quality of a reading, judged without labelled data",
            "",
            f"{result['date']}, commit {result['commit']}, {result['machine']}. Written by `{result['command']}`.",
            "",
            *REMARKS,
            "",
            f"Texts: {result['dev']['texts']} dev, {result['test']['texts']} test.",
            "",
            "| readings | dev | Spearman | test | Spearman |",
            "|---|---|---|---|---|",
            *(_row(title, result, key) for key, title in TITLES.items()),
            "",
            "Each damage with the undamaged files:",
            "",
            "| damage | dev | Spearman | test | Spearman |",
            "|---|---|---|---|---|",
            *(_row(name, result, "by_damage", name) for name in DAMAGES),
            "",
            "What the grades mean on the test half:",
            "",
            "| grade | readings | mean F1 | tenth of them below | F1 below 0.90 |",
            "|---|---|---|---|---|",
            *(
                f"| {name} | {g['readings']} | {g['mean_f1']} | {g['tenth_f1']} | {g['below_090']} |"
                for name, g in result["test"]["grades"].items()
            ),
            "",
        ]
    )


REMARKS = (
    "Spearman's rank correlation of the quality figure and the true clause F1, with a 95 % interval by resampling",
    "texts. The weights were fitted on the dev half and rounded; nothing was fitted on the test half. The truth",
    "holds what was laid out, faults of its source included (calls and annexes inside items, digits of footnotes",
    "glued to words): the figure rightly doubts them, and the F1 does not count them. Undamaged readings are not",
    "ranked at all: the Word files are read without an error, and nearly all that the PDF volume loses is what the",
    "product rightly splits off and the truth does not (0.999 without that, see pdf.md). The readings of one and",
    "the same text are ranked best. What cannot be seen without the source costs rank too: an end that is missing,",
    "a paragraph gone without a gap in the count.",
)
TITLES = {
    "all": "all",
    "word_and_damaged": "Word, damaged and not",
    "within_one_text": "Word, damaged and not, within one text (mean)",
    "undamaged": "undamaged: Word, PDF, Akoma Ntoso",
    "pdf_volume": "texts of the Final Acts as PDF",
    "akn_volume": "texts of the Akoma Ntoso conversion",
}


def _row(title: str, result: dict[str, Any], *keys: str) -> str:
    cells = [title]
    for name in ("dev", "test"):
        value = result[name]
        for key in keys:
            value = value[key]
        interval = "" if value["interval"] is None else f" ({value['interval'][0]} to {value['interval'][1]})"
        cells += [
            str(value["readings"]),
            "all alike" if value["spearman"] is None else f"{value['spearman']}{interval}",
        ]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
