"""Build the texts of the gold list: read ``corpus/source/gold/*.toml``, write ``corpus/gold/texts.jsonl``.

The output is in the structured exchange form, one instrument a line, in the order of the sources; two runs give the
same bytes. ``overlap run corpus/gold/texts.jsonl`` reads it like any other file.

Usage:
    python tools/build_gold.py [--source DIR] [--out FILE]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from build_sample import ROOT, load, record

from pipeline.domain import QuestionId, parse_instrument_id

SOURCE = ROOT / "corpus" / "source" / "gold"
TEXTS = ROOT / "corpus" / "gold" / "texts.jsonl"


def exchange_record(text: dict[str, Any]) -> dict[str, Any]:
    """Give one instrument in the exchange form, with its number line.

    Args:
        text: the entry as read from the source.

    Returns:
        JSON values; the facts of the head are those of the identifier.
    """
    identifier = parse_instrument_id(text["id"])
    number = identifier.number
    if isinstance(identifier, QuestionId):
        number = f"{number}/{identifier.study_group}"
    head = {
        "id": str(identifier),
        "body": identifier.body.value,
        "type": identifier.type.value,
        "number": number,
        "edition": identifier.edition,
        "number_line": text["label"],
    }
    return head | {key: value for key, value in record(text).items() if key not in head}


def exchange_lines(source: Path = SOURCE) -> str:
    """Give the whole file as it must be on disk.

    Args:
        source: folder with the TOML files.

    Returns:
        One JSON object a line, ended by a line feed.

    Raises:
        ValueError: two texts have one id, or a passage to be replaced is absent.
    """
    texts = load(source).texts.values()
    return "".join(json.dumps(exchange_record(text), ensure_ascii=False) + "\n" for text in texts)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Build the texts of the gold list from their TOML sources.")
    parser.add_argument("--source", type=Path, default=SOURCE)
    parser.add_argument("--out", type=Path, default=TEXTS)
    options = parser.parse_args()
    lines = exchange_lines(options.source)
    options.out.write_text(lines, encoding="utf-8", newline="\n")
    print(f"{lines.count(chr(10))} texts written to {options.out}")


if __name__ == "__main__":
    main()
