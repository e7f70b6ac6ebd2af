"""What operative clauses ask for: force, actors, actions, objects, reports, deadlines, limits; who may instruct."""

from pathlib import Path

import pytest
from conftest import Road
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain import Clause, Force, Mandate, Part, Resolution, ResolutionId, Section, Span
from pipeline.errors import ReferenceDataError
from pipeline.reference import find_due_year, load_instructions, load_mandate_words, load_phrase_words, tables
from pipeline.segment.actors import find_addressees
from pipeline.segment.calls import parse_call
from pipeline.segment.mandates import with_mandates
from pipeline.segment.objects import find_actions


def text_of(text: str, call: str, name: str = "pp/res/901@2018", language: str = "en") -> Resolution:
    """A text of one call and one clause, with its mandate."""
    read = parse_call(call, emphasised=True)
    assert read is not None
    addressees = read.addressees if read.addressees.actors else find_addressees("", text)
    clause = Clause(
        f"{name}#x.1",
        Part.OPERATIVE,
        call,
        "1",
        ("1",),
        text,
        Span(0, 0),
        None,
        addressees.actors,
        addressees.partners,
    )
    section = Section(call, "x", read.verb, Part.OPERATIVE, Span(0, 0), (clause,))
    return with_mandates(Resolution(ResolutionId.parse(name), "", language, "doc/x", "", Span(0, 0), (section,)))


def mandate(text: str, call: str = "instructs the Director of BDT", name: str = "pp/res/901@2018") -> Mandate:
    found = next(text_of(text, call, name).clauses).mandate
    assert found is not None
    return found


def told(text: str) -> list[tuple[str, str, str]]:
    """Verb, class and object of each action."""
    return [(a.verb.text, a.kind, a.object.text if a.object else "") for a in find_actions(text).actions]


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("to maintain a public register of charging points;", "a public register of charging points"),
        ("to publish the list of relays in order to help operators", "the list of relays"),
        ("to provide access to tools and maps, where needed", "access to tools and maps"),
        ("to maintain, within available resources, a register of relays", "a register of relays"),
        ("to assist developing countries in establishing relay centres", "developing countries"),
        ("to study the costs of relays carried by balloons", "the costs of relays"),
        ("to protect the Relay Working Group on Cables", "the Relay Working Group on Cables"),
        ("to share experience on relays through workshops", "experience on relays"),
        ("that operators shall report, and that relays shall be used by operators", ""),
        ("to participate actively in the studies by submitting contributions", "the studies"),
        ("to ensure that relay stations do not overlap with masts", "relay stations"),
        ("to bring this resolution to the attention of the coast guards", "this resolution"),
        ("to bring to the attention of operators the importance of relays", "the importance of relays"),
        ("to submit to the Council a report on relays", "a report on relays"),
        ("to inform the Secretary-General of the state of relays", "the state of relays"),
        ("to consider, based on the results, possible new allocations", "possible new allocations"),
        ("to meet the needs of each of these islands", "the needs of each of these islands"),
    ],
)
def test_the_object_ends_where_it_no_longer_tells_what_it_is(text: str, thing: str) -> None:
    found = mandate(text)
    first = found.actions[0].object
    assert (first.text if first else "") == thing


@pytest.mark.parametrize(
    ("text", "actions"),
    [
        (
            "to develop and publish a handbook",
            [("develop", "develop", "a handbook"), ("publish", "publish", "a handbook")],
        ),
        (
            "to study the wear of cables and report to the Council",
            [("study", "study", "the wear of cables"), ("report", "report", "")],
        ),
        (
            "to collect data, to train engineers and to publish a bulletin",
            [("collect", "collect", "data"), ("train", "train", "engineers"), ("publish", "publish", "a bulletin")],
        ),
        ("to build masts in order to promote and increase the use of relays", [("build", "establish", "masts")]),
        ("to provide assistance and support", [("provide", "assist", "assistance and support")]),
        (
            "to continue to contribute to further strengthening the trust in relays",
            [("strengthening", "strengthen", "the trust in relays")],
        ),
        ("to carry out an assessment of the masts", [("carry", "study", "an assessment of the masts")]),
        ("that relays shall be used", [("used", "use", "relays")]),
        ("that stations shall comply with the limits of the annex", [("comply", "comply", "the limits of the annex")]),
        ("upon request, to support island States", [("support", "assist", "island States")]),
        ("the annex lists the relays", []),
    ],
)  # fmt: skip
def test_each_action_has_its_verb_class_and_object(text: str, actions: list[tuple[str, str, str]]) -> None:
    assert told(text) == actions


@pytest.mark.parametrize(
    ("call", "text", "force", "actors"),
    [
        ("instructs the Director of BDT", "to act", Force.INSTRUCT, ("bdt.dir",)),
        ("resolves", "to promote relays", Force.RESOLVE, ()),
        ("resolves", "to instruct the Director of TSB to publish a list", Force.INSTRUCT, ("tsb.dir",)),
        ("resolves to invite Member States", "to publish a list", Force.INVITE, ("ms",)),
        ("calls upon Member States", "to publish a list", Force.URGE, ("ms",)),
        ("requests the ITU Council", "to consider masts", Force.REQUEST, ("council",)),
        ("encourages administrations", "to share masts", Force.ENCOURAGE, ("ms",)),
        ("resolves", "that the Council shall decide the mandates of its groups", Force.RESOLVE, ("council",)),
        ("resolves", "that the limits in the territory of other administrations shall not change", Force.RESOLVE, ()),
        ("resolves", "that the method shall be used by administrations", Force.RESOLVE, ("ms",)),
    ],
)
def test_force_and_actors_come_from_the_call_the_delegation_or_the_subject(
    call: str, text: str, force: Force, actors: tuple[str, ...]
) -> None:
    found = mandate(text, call)
    assert (found.force, found.actors) == (force, actors)


def test_a_request_to_others_is_the_action_when_the_call_names_who_acts() -> None:
    found = mandate("to invite the cable guild to align its work", "instructs the Secretary-General")
    assert (found.force, found.kind, found.actors) == (Force.INSTRUCT, "request", ("gs.sg",))


def test_the_bureau_is_that_of_the_sector() -> None:
    text = "that the Bureau shall send a reminder to the operators"
    assert mandate(text, "resolves", "wrc/res/901@2023").actors == ("br.dir",)
    assert mandate(text, "resolves", "pp/res/901@2018").actors == ()


def test_the_clause_has_the_actors_of_its_mandate() -> None:
    clause = next(text_of("that the Council shall decide the mandates of its groups", "resolves").clauses)
    assert clause.mandate is not None
    assert clause.actors == clause.mandate.actors == ("council",)


def test_partners_are_read_in_the_clause_too() -> None:
    found = mandate("to publish, in close collaboration with the Director of TSB, a list of masts")
    assert found.partners == ("tsb.dir",)


def test_a_text_that_divides_the_work_says_so() -> None:
    call = "instructs the Directors of the three Bureaux"
    assert mandate("to publish lists, each within their sphere of competence", call).split_by_sector
    assert not mandate("to publish lists", call).split_by_sector
    assert not mandate("to publish lists, each within their sphere of competence").split_by_sector


@pytest.mark.parametrize(
    ("text", "recipients", "cycle"),
    [
        ("to report annually to the Council on masts", ("council",), "annual"),
        ("to study masts and to submit a report to TDAG every two years", ("tdag",), "biennial"),
        ("to report to the next plenipotentiary conference on masts", ("pp",), "next"),
        ("to submit a report on the implementation of this resolution", (), ""),
    ],
)
def test_reports_have_recipients_and_a_cycle(text: str, recipients: tuple[str, ...], cycle: str) -> None:
    found = mandate(text)
    assert found.report is not None
    assert found.report.text in text
    assert (found.reporting_to, found.reporting_cycle) == (recipients, cycle)


def test_without_a_duty_to_report_there_is_no_cycle() -> None:
    found = mandate("to organize an annual workshop on technical reports")
    assert (found.report, found.reporting_to, found.reporting_cycle) == (None, (), "")


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("to finish by 2027", 2027),
        ("to report to WRC-27", 2027),
        ("to report to the 2022 plenipotentiary conference", 2022),
        ("to report to the next plenipotentiary conference", 2022),
        ("to report to the 2020 session of the Council", 2020),
        ("to the plenipotentiary conference in 2022", 2022),
        ("to apply the results of WTDC-17", None),
        ("to apply Resolution 901 (WRC-27)", None),
        ("the studies under resolves to invite the Sector to finish in time for WRC-27", None),
        ("to support the Connect 2030 Agenda", None),
        ("to report to plenipotentiary conferences", None),
    ],
)
def test_a_deadline_is_a_date_or_a_conference_to_come(text: str, year: int | None) -> None:
    assert find_due_year(text, 2018) == year


def test_the_call_may_hold_the_deadline() -> None:
    assert mandate("to consider masts", "invites the 2027 world radiocommunication conference").deadline == 2027


def test_conditions_and_beneficiaries_are_kept_apart_from_the_object() -> None:
    text = "to assist, within available resources, women and girls in LDCs, subject to a treaty, where needed"
    found = mandate(text)
    assert [c.text for c in found.conditions] == [
        "within available resources", "subject to a treaty", "where needed",
    ]  # fmt: skip
    assert all(c.span.of(text) == c.text for c in found.conditions)
    assert found.beneficiaries == ("ldcs", "women", "girls")
    thing = found.actions[0].object
    assert thing is not None
    assert thing.text == "women and girls in LDCs"


def test_claims_of_the_only_part_and_ends_are_read() -> None:
    found = mandate("to discontinue the bulletin and to act as the lead")
    assert found.ends == ("bulletin",)
    assert [claim.text for claim in found.exclusive] == ["act as the lead"]


def test_closing_a_gap_ends_nothing_and_has_no_class() -> None:
    found = mandate("to close the gender gap")
    assert (found.ends, found.kind) == ((), "")


@pytest.mark.parametrize(
    ("name", "call", "text", "irregular"),
    [
        ("wtsa/res/961@2024", "instructs the Director of BDT", "to publish a list", ("bdt.dir",)),
        ("wtsa/res/961@2024", "instructs the Director of TSB", "to publish a list", ()),
        ("wtsa/res/961@2024", "invites the Director of BDT", "to publish a list", ()),
        ("wtdc/res/951@2022", "instructs the Directors of TSB and BDT", "to publish a list", ("tsb.dir",)),
        ("wrc/res/901@2023", "instructs the Secretary-General", "to bring this text to the attention of ICAO", ()),
        ("wrc/res/901@2023", "instructs the Secretary-General", "to develop a handbook", ("gs.sg",)),
        ("wrc/res/901@2023", "invites TSAG", "to develop a handbook", ("tsag",)),
        ("wrc/res/901@2023", "resolves", "that administrations shall use the band", ()),
        ("wrc/res/901@2023", "instructs administrations", "to use the band", ("ms",)),
        ("pp/res/901@2018", "instructs TDAG", "to develop a handbook", ()),
        ("council/res/1901@2019", "requests study groups", "to develop a handbook", ("study-groups",)),
    ],
)  # fmt: skip
def test_an_instruction_that_the_table_does_not_expect_is_irregular(
    name: str, call: str, text: str, irregular: tuple[str, ...]
) -> None:
    resolution = text_of(text, call, name)
    found = next(resolution.clauses).mandate
    assert found is not None
    assert found.irregular == irregular
    codes = [notice.code for notice in resolution.notices]
    assert codes == (["irregular-instruction"] if irregular else [])
    assert with_mandates(resolution).notices == resolution.notices


def test_running_text_among_the_items_instructs_nobody() -> None:
    text = "Operators may develop means of their own to warn ships"
    assert mandate(text, "instructs the Secretary-General", "wrc/res/901@2023").irregular == ()


def test_a_language_without_word_lists_has_force_and_actors_only() -> None:
    found = next(text_of("to publish a list by 2027", "instructs the Director of BDT", language="xx").clauses).mandate
    assert found == Mandate("pp/res/901@2018#x.1", Force.INSTRUCT, ("bdt.dir",))


def test_only_operative_clauses_have_mandates(sample_road: Road) -> None:
    clauses = [c for r in sample_road.settled.resolutions if r.language == "en" for c in r.clauses]
    assert all((c.mandate is not None) == (c.part is Part.OPERATIVE) for c in clauses)
    assert any(c.mandate and c.mandate.actions for c in clauses)


@given(
    st.text(alphabet="abt od,.;()-:’ ", max_size=40),
    st.sampled_from(["to ", "that it shall ", "to make ", "to report to the ", ""]),
)
def test_every_phrase_is_a_slice_of_its_clause(tail: str, head: str) -> None:
    text = f"{head}{tail} the register of masts (2027), and to report on {tail}, as appropriate"
    found = mandate(text)
    phrases = [a.verb for a in found.actions] + [a.object for a in found.actions if a.object]
    for phrase in [*phrases, *found.conditions, *found.exclusive, *([found.report] if found.report else [])]:
        assert phrase.text.lower() == phrase.span.of(text).lower().replace("’", "'")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("instructions.toml", "columns = ['gs.sg']\n[rows]\nwtsa = '● ●'", "the row wtsa needs 1 marks"),
        (
            "mandate.toml",
            "[actions]\nkeep = ['hold']\nstop = ['hold']\n[kin]\npairs = []",
            "'hold' is both keep and stop",
        ),
        ("mandate.toml", "[actions]\nkeep = ['hold']\n[kin]\npairs = [['keep', 'lose']]", "unknown action classes"),
        ("phrases.toml", "[verbs]\n[object]\n[nouns]\nlose = ['loss']", "lacks 'frames'"),
        (
            "phrases.toml",
            "frames = []\n[verbs.states]\n[object]\n[nouns]\nlose = ['loss']",
            "there is no class of action 'lose'",
        ),
    ],
)
def test_a_wrong_file_of_mandate_words_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, content: str, words: str
) -> None:
    load = {
        "instructions.toml": load_instructions,
        "mandate.toml": load_mandate_words,
        "phrases.toml": load_phrase_words,
    }
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / name).write_text(f"version = '1'\n{content}", encoding="utf-8")
    load_mandate_words()  # phrases are checked against the classes of the true file
    monkeypatch.setattr(tables, "files", lambda _: tmp_path)
    load[name].cache_clear()
    with pytest.raises(ReferenceDataError, match=words):
        load[name]()
    monkeypatch.undo()
    load[name].cache_clear()
