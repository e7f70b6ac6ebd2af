"""Near texts: what makes two texts near, lists of what belongs together, and the command that measures it."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flows.cli.app import app
from flows.cli.failures import Guard
from pipeline.errors import InputError, ReferenceDataError
from pipeline.evaluate import read_queries
from pipeline.match.background import Background
from pipeline.match.nearness import text_nearness, word_nearness
from pipeline.reference import nearness
from pipeline.reference.nearness import load_text_nearness

IDS = ["pp/res/901@2022", "wtsa/res/920@2024", "wtdc/res/951@2025", "wtdc/res/952@2025"]
KITES = ["kites", "carry", "radio", "antennas", "above", "flooded", "valleys", "where", "masts", "have", "fallen"]
DRUMS = ["drums", "warn", "fishing", "villages", "when", "beacons", "on", "distant", "reefs", "stay", "silent"]
PAINT = ["paint", "marks", "cable", "landing", "points", "along", "harbour", "walls", "before", "dredging", "starts"]


def without_neighbours() -> nearness.TextNearness:
    return replace(load_text_nearness(), neighbours=nearness.NeighbourScale(0, 1.0, 0.0))


def test_a_subject_told_again_and_again_counts_more_than_words_in_passing() -> None:
    texts = [KITES * 5 + DRUMS, KITES * 5 + PAINT, DRUMS * 5 + KITES, PAINT * 3, *([c * 4] for c in "abcd")]
    near = word_nearness(texts)
    assert near[0, 1] > near[0, 2] > 0
    assert np.allclose(near, near.T)


def test_texts_without_a_word_in_common_are_not_near_and_copies_are_one() -> None:
    near = word_nearness([KITES, list(KITES), DRUMS, PAINT])
    assert near[0, 1] == pytest.approx(1)
    assert near[0, 2] == near[2, 3] == 0
    assert not word_nearness([["a", "1"], ["a", "1"]]).any()


def test_of_two_texts_alone_the_background_tells_which_words_are_rare() -> None:
    common = ["administrations", "operators"]
    texts = [common * 4 + KITES, common * 4 + DRUMS]
    known = Background(100, dict.fromkeys(common, 49), np.zeros(3, np.float32))
    assert word_nearness(texts, known)[0, 1] < word_nearness(texts)[0, 1]


def test_clauses_bring_texts_together_that_share_no_word() -> None:
    best = np.array([[1, 0.9, 0.2], [0.7, 1, 0.2], [0.2, 0.2, 1]])
    near = text_nearness([KITES, DRUMS, PAINT], best, scale=without_neighbours())
    assert near[0, 1] == pytest.approx((0.8 + load_text_nearness().words.unrelated) / 2)
    assert near[0, 1] > near[0, 2]


def test_a_near_text_of_a_near_text_comes_nearer_than_a_stranger() -> None:
    best = np.full((6, 6), 0.2)
    for a, b in ((0, 1), (1, 2), (3, 4), (4, 5), (3, 5)):
        best[a, b] = best[b, a] = 0.8
    words = [[]] * 6
    assert text_nearness(words, best, scale=without_neighbours())[0, 2] == pytest.approx((0.2 + 0.21) / 2)
    near = text_nearness(words, best)
    assert near[0, 2] > near[0, 5]
    assert np.array_equal(near, near.T)


def test_the_order_of_the_texts_changes_nothing() -> None:
    random = np.random.default_rng(901)
    best = random.random((5, 5))
    texts = [KITES * 2 + DRUMS, KITES, DRUMS + PAINT, PAINT, KITES + PAINT]
    order = random.permutation(5)
    again = text_nearness([texts[i] for i in order], best[np.ix_(order, order)])
    assert np.allclose(again, text_nearness(texts, best)[np.ix_(order, order)], atol=1e-12)


@pytest.mark.parametrize(
    ("old", "new"), [("slope = 1.3", "slope = true"), ("share = 0.2", "share = 1.5"), ("count", "counts")]
)
def test_a_damaged_table_names_its_entry(old: str, new: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = nearness.files("pipeline.reference") / "data" / "nearness.toml"
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "nearness.toml").write_text(source.read_text().replace(old, new), encoding="utf-8")
    monkeypatch.setattr(nearness, "files", lambda _: tmp_path)
    load_text_nearness.cache_clear()
    with pytest.raises(ReferenceDataError, match=rf"nearness\.toml, \[\w+\].*{old.split()[0]}"):
        load_text_nearness()
    monkeypatch.undo()
    load_text_nearness.cache_clear()


def test_members_of_a_group_ask_for_each_other_and_a_lone_one_asks_nothing() -> None:
    content = f"text,group\n{IDS[2]},kites\n{IDS[0]},kites\n{IDS[1]},drums\n"
    found = read_queries(content, "groups.csv", IDS)
    assert [(q.name, q.kin, q.group) for q in found] == [
        (IDS[0], frozenset({2}), "kites"),
        (IDS[2], frozenset({0}), "kites"),
    ]


def test_relevance_goes_one_way_as_given() -> None:
    content = f"query,relevant\n{IDS[0]},{IDS[1]}\n{IDS[0]},{IDS[3]}\n"
    (asked,) = read_queries(content, "relevance.csv", IDS)
    assert (asked.text, asked.kin, asked.group) == (0, frozenset({1, 3}), IDS[0])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("text,kin\n", "line 1: the columns text and group"),
        ("text,group\npp/res/999@2022,kites\n", "line 2: no text that is searched is pp/res/999@2022"),
        (f"text,group\n{IDS[0]},\n", "line 2: pp/res/901@2022 has no group"),
        (f"query,relevant\n{IDS[0]},{IDS[0]}\n", "line 2: pp/res/901@2022 is given as its own kin"),
        (f"text,group\n{IDS[0]},kites\n{IDS[1]},drums\n", "asks nothing"),
    ],
)
def test_a_list_that_cannot_be_used_says_where_and_why(content: str, said: str) -> None:
    with pytest.raises(InputError, match=r"gold\.csv") as raised:
        read_queries(content, "gold.csv", IDS)
    assert said in str(raised.value)


TITLES = {"901@2022": "pp", "920@2024": "wtsa", "951@2025": "wtdc", "952@2025": "wtdc"}
MANDATES = {
    "901@2022": "to lend kites that carry radio antennas above flooded valleys where masts have fallen",
    "920@2024": "to study kites that carry radio antennas above flooded valleys where masts have fallen",
    "951@2025": "to teach fishing villages to drum when beacons on distant reefs stay silent",
    "952@2025": "to pay drummers of fishing villages for warnings while beacons on distant reefs stay silent",
}


def invented_texts(folder: Path) -> Path:
    rows = []
    for name, body in TITLES.items():
        number, edition = name.split("@")
        clauses = [{"label": "1", "text": MANDATES[name]}]
        sections = [{"call": "resolves", "part": "operative", "clauses": clauses}]
        line = f"RESOLUTION {number} (PLACE, {edition})"
        rows.append(
            {"id": f"{body}/res/{name}", "body": body, "type": "res", "number": number, "edition": edition}
            | {"number_line": line, "title": f"Invented text {number}", "language": "en", "sections": sections}
        )
    path = folder / "texts.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    return path


def test_evaluate_retrieval_finds_kin_and_ends_with_six_below_what_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts, gold = invented_texts(tmp_path), tmp_path / "gold.csv"
    given = ["evaluate", "retrieval", str(gold), "--texts", str(texts), "--out", str(tmp_path / "out"), "--json"]

    def wrote(rows: list[tuple[str, str]]) -> None:
        with gold.open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines).writerows([("text", "group"), *rows])

    wrote(list(zip(IDS, ["kites", "kites", "drums", "drums"], strict=True)))
    assert Guard().run(lambda: app([*given, "--at-least", "1"])) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["kind"], len(told["units"]), told["measures"][0]["value"]) == ("retrieval", 4, 1.0)
    wrote(list(zip(IDS, ["one", "two", "one", "two"], strict=True)))
    assert Guard().run(lambda: app([*given, "--at-least", "1"])) == 6
    told = json.loads(capsys.readouterr().out)
    assert told["reached"] is False
    assert told["measures"][0]["value"] < 1
