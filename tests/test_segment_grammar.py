import pytest

from pipeline.domain import Body, Part
from pipeline.segment.calls import parse_call, parse_run_on, split_swallowed_call
from pipeline.segment.heads import (
    identify,
    parse_annex_head,
    parse_enactment,
    parse_head,
    parse_history,
    parse_marker,
)
from pipeline.segment.items import ItemPath, parse_label


@pytest.mark.parametrize(
    ("line", "slug", "part"),
    [
        ("considering", "considering", Part.PREAMBULAR),
        ("considering further", "considering-further", Part.PREAMBULAR),
        ("recognising", "recognizing", Part.PREAMBULAR),
        ("noting with concern", "noting-with-concern", Part.PREAMBULAR),
        ("resolves", "resolves", Part.OPERATIVE),
        ("instructs the Secretary-General", "instructs-sg", Part.OPERATIVE),
        ("instructs the Directors of the three Bureaux", "instructs-dir3", Part.OPERATIVE),
        ("instructs the Director of the Telecommunication Development Bureau", "instructs-dir-bdt", Part.OPERATIVE),
        (
            "instructs the Director of TSB, in close collaboration with the Director of BDT",
            "instructs-dir-tsb",
            Part.OPERATIVE,
        ),
        ("invites Member States and Sector Members", "invites", Part.OPERATIVE),
        ("invites the ITU Council", "invites-council", Part.OPERATIVE),
        (
            "resolves to instruct the Director of the Radiocommunication Bureau",
            "resolves-to-instruct-dir-br",
            Part.OPERATIVE,
        ),
        (
            "instructs the Secretary-General and the Directors of the three Bureaux",
            "instructs-sg-dir3",
            Part.OPERATIVE,
        ),
    ],
)
def test_call_lines(line: str, slug: str, part: Part) -> None:
    call = parse_call(line)
    assert call is not None
    assert (call.slug, call.part) == (slug, part)


@pytest.mark.parametrize(
    "line",
    [
        "resolves 2 to the second session of the conference preparatory meeting",
        "resolves above, to ensure that the Union's action is as effective as possible",
        "considering d) for determination of the coordination area",
        "considering that this long sentence is running text and no call, because it goes on and on to its end;",
        "Considering the matter further was left to the next session.",
        "the Council",
    ],
)
def test_running_text_is_no_call(line: str) -> None:
    assert parse_call(line, emphasised=True) is None


def test_partners_are_no_addressees() -> None:
    call = parse_call(
        "instructs the Director of TSB, in collaboration with the Directors of BR and the Secretary-General"
    )
    assert call is not None
    assert call.addressees.actors == ("tsb.dir",)
    assert "gs.sg" in call.addressees.partners


def test_run_on_call() -> None:
    found = parse_run_on("resolves that the register shall be public,")
    assert found is not None
    call, start = found
    assert call.slug == "resolves"
    assert "resolves that the register shall be public,"[start:] == "that the register shall be public,"


def test_swallowed_call_is_found_with_its_addressee() -> None:
    text = "of the Union, instructs the Director of the Telecommunication Development Bureau to organize workshops."
    found = split_swallowed_call(text)
    assert found is not None
    start, end, call = found
    assert call.slug == "instructs-dir-bdt"
    assert text[end:].strip().startswith("to organize")
    assert text[:start].rstrip() == "of the Union,"


@pytest.mark.parametrize(
    ("head", "formula", "history", "identifier"),
    [
        (
            "RESOLUTION 191 (Rev. Dubai, 2018)",
            "The Plenipotentiary Conference of the International Telecommunication Union (Dubai, 2018),",
            "",
            "pp/res/191@2018",
        ),
        (
            "RESOLUTION 58 (REV. DUBAI, 2014)",
            "The World Telecommunication Development Conference (Dubai, 2014),",
            "",
            "wtdc/res/58@2014",
        ),
        ("RESOLUTION 12 (Rev.WRC-23)", "The World Radiocommunication Conference (Dubai, 2023),", "", "wrc/res/12@2023"),
        (
            "RESOLUTION ITU-R 9-5",
            "The ITU Radiocommunication Assembly,",
            "(1993-2000-2003-2007-2012-2015)",
            "ra/res/9@2015",
        ),
        ("RESOLUTION ITU-R 7-4", "The ITU Radiocommunication Assembly,", "", "ra/res/7@r4"),
        ("RESOLUTION 1901 (C24)", "The ITU Council,", "", "council/res/1901@2024"),
        ("RESOLUTION 925 (C-1985, last amended C19)", "The Council,", "", "council/res/925@2019"),
        ("DECISION 611 (Rev. Council 2020)", "", "", "council/dec/611@2020"),
        (
            "QUESTION 91/1",
            "The World Telecommunication Development Conference (Kigali, 2022),",
            "",
            "d/q/91.1@2022-2025",
        ),
        ("QUESTION ITU-R 291/5", "The ITU Radiocommunication Assembly,", "", "r/q/291.5"),
        ("QUESTION 3/1", "", "", "unk/q/3.1"),
        ("DRAFT NEW RESOLUTION [EUR-1]", "", "", "unk/res/draft-eur-1@unk"),
    ],
)
def test_identity(head: str, formula: str, history: str, identifier: str) -> None:
    parsed = parse_head(head)
    assert parsed is not None
    found, _ = identify(parsed, parse_enactment(formula), parse_history(history))
    assert str(found) == identifier


def test_a_history_that_disagrees_with_the_number_is_told() -> None:
    head = parse_head("RESOLUTION ITU-R 9-5")
    assert head is not None
    _, notices = identify(head, None, (1993, 2000))
    assert [n.code for n in notices] == ["history"]


def test_flattened_revision_marks_are_told() -> None:
    head = parse_head("RESOLUTION 5 (Rev. Dubai, 2014Buenos Aires, 2017)")
    assert head is not None
    _, notices = identify(head, None, ())
    assert "flattened-revisions" in [n.code for n in notices]


@pytest.mark.parametrize(
    "line", ["Resolution 5 says", "resolution 191 (Rev. Dubai, 2018) of the conference", "RESOLUTION 5 ... 17"]
)
def test_running_text_is_no_number_line(line: str) -> None:
    assert parse_head(line) is None


def test_markers_annexes_and_formulae() -> None:
    assert parse_marker("MOD\tEUR/901A2/1") == "MOD EUR/901A2/1"
    assert parse_marker("MODAFCP/19A14/1") == "MOD AFCP/19A14/1"
    assert parse_marker("MOD is what we propose") == ""
    assert parse_annex_head("ANNEX TO RESOLUTION 909 (BUCHAREST, 2022)") == 1
    assert parse_annex_head("ANNEX 2 TO RESOLUTION 11") == 2
    assert parse_annex_head("Annexes to this resolution are published") is None
    enactment = parse_enactment("The Council of the International Telecommunication Union,")
    assert enactment is not None
    assert enactment.body is Body.COUNCIL


def paths(*labels: str) -> list[str]:
    """Paths that a sequence of labels gets under one call."""
    follow = ItemPath()
    return [".".join(follow.next(parse_label(f"{label}\ttext") if label else None)) for label in labels]


def test_item_paths() -> None:
    assert paths("a)", "b)", "c)") == ["a", "b", "c"]
    assert paths("1", "2", "i)", "ii)", "3") == ["1", "2", "2.i", "2.ii", "3"]
    assert paths(*(f"{c})" for c in "abcdefghij")) == list("abcdefghij")
    assert paths("1", "a)", "b)", "i)", "ii)", "c)", "2") == ["1", "1.a", "1.b", "1.b.i", "1.b.ii", "1.c", "2"]
    assert paths("8", "8.1", "8.2", "9") == ["8", "8.1", "8.2", "9"]
    assert paths("", "", "") == ["1", "2", "3"]
    assert paths("1", "2 bis", "3") == ["1", "2bis", "3"]


@pytest.mark.parametrize("line", ["27 December 2022, for assignment", "5 GHz and above", "30 days after receipt"])
def test_quantities_and_dates_are_no_labels(line: str) -> None:
    assert parse_label(line) is None


def test_a_number_out_of_sequence_with_a_space_only_is_doubted() -> None:
    follow = ItemPath()
    label = parse_label("17 administrations replied")
    assert label is not None
    assert not follow.expects(label)


@pytest.mark.parametrize(
    ("text", "slug", "rest"),
    [
        (
            "of the Union, resolves to instruct the Secretary-General and the Directors of the three Bureaux 1 to act",
            "resolves-to-instruct-sg-dir3",
            "1 to act",
        ),
        ("relief, urges Member States Parties to the Tampere Convention to take steps", "urges", "to take steps"),
        ("of ICTs, invites all stakeholders to contribute", "invites", "to contribute"),
        ("of the Union, resolves further to meet", "resolves-further", "to meet"),
    ],
)
def test_swallowed_calls_are_cut_where_they_end(text: str, slug: str, rest: str) -> None:
    found = split_swallowed_call(text)
    assert found is not None
    _, end, call = found
    assert call.slug == slug
    assert text[end:].strip(" ,") == rest


def test_a_number_inserted_between_two_has_items_below_it() -> None:
    label = parse_label("1bis.2.1\tto keep a log")
    assert label is not None
    assert (label.printed, label.value) == ("1bis.2.1", "1bis.2.1")
    path = ItemPath()
    for line in ("1\tone", "1bis\ttwo"):
        path.next(parse_label(line))
    assert path.next(label) == ("1bis", "2", "1")
