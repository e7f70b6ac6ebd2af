"""The gold list: its rows point at real clauses, and its splits do not share a theme."""

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from pipeline.domain import Document, Resolution, instrument_of
from pipeline.ingest import read_file
from pipeline.segment import Settled, segment_document, settle_corpus

ROOT = Path(__file__).resolve().parents[1]
GOLD = ROOT / "corpus" / "gold"
TEXTS = GOLD / "texts.jsonl"
CLAUSE_RELATIONS = {
    *("REV", "PAR", "BOIL", "CONF", "VERB", "SUB", "SAME-ACT", "SAME-REQ"),
    *("REPORT", "INTEG", "COMP", "STUDY", "THEME", "NONE"),
}
SINGLE_LABELS = {"GAP", "STALE", "NONE"}

Row = Mapping[str, str]


def rows_of(name: str) -> list[Row]:
    return list(csv.DictReader((GOLD / name).read_text(encoding="utf-8").splitlines()))


@pytest.fixture(scope="module")
def pairs() -> Sequence[Row]:
    return rows_of("pairs.csv")


@pytest.fixture(scope="module")
def families() -> Mapping[str, Row]:
    return {row["work"]: row for row in rows_of("families.csv")}


@pytest.fixture(scope="module")
def gold_texts() -> tuple[Resolution, ...]:
    document = read_file(TEXTS, TEXTS.name)
    assert isinstance(document, Document)
    return segment_document(document)


def ends(row: Row) -> list[str]:
    return [row[side] for side in ("left", "right") if row[side]]


def work_of(identifier: str) -> str:
    return str(instrument_of(identifier).work)


def test_the_texts_on_disk_are_those_of_the_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    pytest.importorskip("reportlab")
    import build_gold

    assert TEXTS.read_text(encoding="utf-8") == build_gold.exchange_lines()
    monkeypatch.delitem(sys.modules, "build_gold")
    monkeypatch.delitem(sys.modules, "build_sample")


def test_every_text_is_read_with_its_clauses(gold_texts: tuple[Resolution, ...]) -> None:
    assert len(gold_texts) == TEXTS.read_text(encoding="utf-8").count("\n")
    assert not [str(r.id) for r in gold_texts if not r.clauses or not r.title]
    identifiers = [c.id for r in gold_texts for c in r.clauses]
    assert len(identifiers) == len(set(identifiers))


def test_no_work_is_in_the_sample_and_in_the_gold_texts(
    sample_settled: Settled, gold_texts: tuple[Resolution, ...]
) -> None:
    sample = {str(r.id.work) for r in sample_settled.resolutions}
    assert not sample & {str(r.id.work) for r in gold_texts}


def test_every_identifier_exists(
    pairs: Sequence[Row], sample_settled: Settled, gold_texts: tuple[Resolution, ...]
) -> None:
    held = [*sample_settled.resolutions, *settle_corpus(gold_texts).resolutions]
    known = {str(r.id) for r in held} | {c.id for r in held for c in r.clauses}
    assert not [row["pair_id"] for row in pairs if not set(ends(row)) <= known]


def test_levels_labels_and_kinds_are_valid(pairs: Sequence[Row]) -> None:
    for row in pairs:
        single = row["level"] == "single"
        assert row["expected"] in (SINGLE_LABELS if single else CLAUSE_RELATIONS), row
        assert row["kind"] in ("planted", "hard-negative"), row
        assert row["split"] in ("dev", "test"), row
        assert row["note"].strip(), row
        assert len(ends(row)) == (1 if single else 2), row
        if row["level"] != "single":
            assert {"#" in end for end in ends(row)} == {row["level"] == "clause"}, row


def test_no_pair_is_listed_twice(pairs: Sequence[Row]) -> None:
    assert not [k for k, n in Counter(row["pair_id"] for row in pairs).items() if n > 1]
    assert not [k for k, n in Counter(frozenset(ends(row)) for row in pairs).items() if n > 1]


def test_later_editions_and_nothing_else_are_named_rev(pairs: Sequence[Row]) -> None:
    for row in pairs:
        same_work = len(ends(row)) == 2 and len({work_of(end) for end in ends(row)}) == 1
        assert same_work == (row["expected"] == "REV"), row


def test_no_family_lies_in_two_splits_and_no_pair_joins_them(pairs: Sequence[Row], families: Mapping[str, Row]) -> None:
    splits = defaultdict(set)
    for row in families.values():
        splits[row["family"]].add(row["split"])
    assert not [family for family, names in splits.items() if len(names) > 1]
    for row in pairs:
        assert {families[work_of(end)]["split"] for end in ends(row)} == {row["split"]}, row
        assert row["family"] in {families[work_of(end)]["family"] for end in ends(row)}, row


def test_every_work_has_its_family(
    families: Mapping[str, Row], sample_settled: Settled, gold_texts: tuple[Resolution, ...]
) -> None:
    assert not {str(r.id.work) for r in gold_texts} - set(families)
    assert not set(families) - {str(r.id.work) for r in (*sample_settled.resolutions, *gold_texts)}


def test_the_rows_of_the_sample_are_taken_over_for_development(pairs: Sequence[Row]) -> None:
    listed = {row["pair_id"]: row for row in pairs}
    for row in rows_of("sample_pairs.csv"):
        assert {key: listed[row["pair_id"]][key] for key in row} == dict(row)
        assert listed[row["pair_id"]]["split"] == "dev"


def test_the_list_is_large_hard_and_complete(pairs: Sequence[Row]) -> None:
    clauses = [row for row in pairs if row["level"] == "clause"]
    assert len(clauses) >= 400
    assert 2 * sum(row["kind"] == "hard-negative" for row in clauses) >= len(clauses)
    for split in ("dev", "test"):
        relations = {row["expected"] for row in pairs if row["split"] == split}
        assert relations == CLAUSE_RELATIONS | SINGLE_LABELS, split
    share = sum(row["split"] == "dev" for row in clauses) / len(clauses)
    assert 0.5 <= share <= 0.7
