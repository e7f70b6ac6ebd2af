"""The quality figure: which faults of a reading it sees, what it lets pass, and how it reaches the reader."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.cli.app import app
from flows.cli.failures import Guard
from flows.cli.quality import tell_quality
from pipeline.domain import Document, DocumentQuality, Notice, QualityGrade
from pipeline.errors import ReferenceDataError
from pipeline.ingest.layout import Paragraph, Source, assemble
from pipeline.quality import assess_document, assess_documents
from pipeline.reference import quality as rules
from pipeline.reference.quality import load_quality
from pipeline.report.documents import grades_sentence, show_documents
from pipeline.segment import segment_document

ROOT = Path(__file__).resolve().parents[1]
HEAD = [
    "RESOLUTION 901 (Rev. Dubai, 2018)",
    "Open registers of community charging points",
    "The Plenipotentiary Conference of the International Telecommunication Union (Dubai, 2018),",
]
BODY = [
    "considering",
    "a)\tthat community charging points help to keep telecommunication services available;",
    "b)\tthat registers of such points are kept in few countries;",
    "c)\tthat open registers help administrations to plan,",
    "instructs the Secretary-General",
    "1\tto maintain a public register of community charging points;",
    "2\tto publish guidelines for the creation of national registers;",
    "3\tto report annually to the Council on the implementation of this resolution.",
]
CALLS = {
    "considering",
    "instructs the Secretary-General",
    "resolves",
    "decides that the following Question should be studied",
}


def document(lines: list[str], name: str = "text.docx", pages: list[int] | None = None) -> Document:
    paragraphs = (
        Paragraph(line, italic=line in CALLS, page=pages[index] if pages else None) for index, line in enumerate(lines)
    )
    return assemble(Source(Path(name), name, "ab" * 32), "docx", paragraphs)


def judge(body: list[str], **named: object) -> DocumentQuality:
    read = document([*HEAD, *body], **named)  # type: ignore[arg-type]
    return assess_document(read, segment_document(read))


def codes(quality: DocumentQuality) -> set[str]:
    return {warning.code for warning in quality.warnings}


def changed(index: int, *lines: str) -> list[str]:
    return [*BODY[:index], *lines, *BODY[index + 1 :]]


def test_a_text_read_whole_has_no_warning_and_the_figure_1() -> None:
    quality = judge(BODY)
    assert (quality.figure, quality.grade, quality.warnings) == (1.0, QualityGrade.GOOD, ())
    assert (quality.texts, quality.clauses) == (1, 6)


@pytest.mark.parametrize(
    ("code", "body", "where"),
    [
        ("label-gap", [*BODY[:2], *BODY[3:]], "considering.c"),
        ("label-gap", BODY[:5] + BODY[6:], "instructs-sg.2"),
        ("empty-call", BODY[:5], ""),
        ("repeated-label", changed(6, "1\tto publish guidelines for the creation of national registers;"), ""),
        ("unfinished", changed(2, "b)\tthat registers of such points are kept"), "considering.b"),
        ("early-end", [*BODY[:3], *BODY[4:]], "considering.b"),
        ("odd-end", changed(1, "a)\tthat community charging points help to keep services,"), "considering.a"),
        ("no-full-stop", BODY[:7], "instructs-sg.2"),
        ("joined", changed(2, BODY[2].removeprefix("b)\t")), "considering.a"),
        ("inner-label", [*BODY[:5], f"{BODY[5]} {BODY[6]}".replace("\t", " "), BODY[7]], "instructs-sg.1"),
        ("swallowed-call", [*BODY[:3], f"{BODY[3]} invites Member States to provide information,", *BODY[4:]], ""),
        (
            "number-line",
            changed(2, "b)\tthat such points RESOLUTION 902 (REV. DUBAI, 2018) Another text are few;"),
            "considering.b",
        ),
        ("long-clause", changed(2, f"b)\tthat {'registers are kept and ' * 120}used;"), "considering.b"),
        ("bad-characters", changed(2, "b)\tthat reg\uf069sters are kept (cid:12) in few countries;"), "considering.b"),
        (
            "misread-word",
            changed(2, "b)\tthat telccommunication rcgisters are kept in few coun1ries;"),
            "considering.b",
        ),
        ("glued-digit", changed(2, "b)\tthat registers of such points are kept in few countries1;"), "considering.b"),
        ("split-word", changed(2, "b)\tthat regis- ters of such points are kept;"), "considering.b"),
        ("running-head", changed(2, "b)\tthat registers of such - 12 - points are kept in few;"), "considering.b"),
        ("uncut-text", ["that this long line stands above the first call and in no clause of it;", *BODY], ""),
    ],
)
def test_each_fault_is_warned_of_at_its_place(code: str, body: list[str], where: str) -> None:
    quality = judge(body)
    found = [warning for warning in quality.warnings if warning.code == code]
    assert found, codes(quality)
    assert any(warning.where.endswith(where) for warning in found)
    assert quality.figure is not None
    assert quality.figure < 1
    assert all(warning.advice == load_quality().signs[warning.code].advice for warning in quality.warnings)


@pytest.mark.parametrize(
    "line",
    [
        "b)\tthat pre- and post-paid services, IPv6 and CO2 are known;",
        "b)\tthat registers are kept in accordance with No. 47 in Article 8 of the Constitution;",
        "b)\tthat Resolutions 32, 44 and 54 (Rev. Dubai, 2018) ask for registers, and Nos. 9.7 and 9.21 apply;",
        'b)\tthat this is called "open" (see the annex) 1;',
        "b)\tthat some roles are the same, and that the hand of fate is hard;",
    ],
)
def test_ordinary_text_is_not_doubted(line: str) -> None:
    assert judge(changed(2, line)).warnings == ()


def test_questions_lead_ins_lone_rare_words_and_reasons_are_no_faults() -> None:
    asked = [
        "decides that the following Question should be studied",
        "1\tHow are points kept?",
        "2\tWho pays for them?",
    ]
    lines = [HEAD[0].replace("RESOLUTION 901", "OPINION 7"), *HEAD[1:], *BODY[:4], *asked]
    read = document(lines)
    assert codes(assess_document(read, segment_document(read))) == set()
    lead_in = [
        *BODY[:4],
        "resolves",
        "that points be kept on the conditions that",
        "a)\tthey are open;",
        "b)\tthey last,",
    ]
    assert codes(judge([*lead_in, *BODY[4:]])) == set()
    assert codes(judge(changed(2, "b)\tthat each mast is counted in few countries;"))) == set()
    assert (
        codes(judge([*BODY, "Reasons: The register has proved to be of use to many administrations, as shown below."]))
        == set()
    )


def test_letters_go_on_behind_z_and_roman_items_behind_numbers() -> None:
    letters = [*"abcdefghijklmnopqrstuvwxyz", "aa", "bb"]
    items = [f"{letter})\tthat registers are kept{';' if letter != 'bb' else ','}" for letter in letters]
    assert "label-gap" not in codes(judge(["considering", *items, *BODY[4:]]))
    nested = [
        "1\tto keep a register:",
        "i)\tof points;",
        "ii)\tof lines;",
        "2\tto report;",
        "2bis\tto tell;",
        "3\tto end.",
    ]
    assert "label-gap" not in codes(judge([*BODY[:5], *nested]))


def test_a_count_may_go_on_from_call_to_call() -> None:
    further = ["instructs the Director of the Radiocommunication Bureau", "4\tto assist;", "5\tto report."]
    body = [*BODY[:7], "3\tto report annually to the Council,", *further]
    read = document([*HEAD, *body])
    assert "label-gap" not in codes(assess_document(read, segment_document(read)))


def test_paragraphs_of_another_organisation_may_end_with_a_semicolon_before_the_next_verb() -> None:
    lines = [
        "A/RES/901/943",
        "Resolution adopted by the General Assembly on 21 December 2016",
        "901/943.\tLanterns for harbours",
        "The General Assembly,",
        "Recalling its resolutions 900/911 and 900/912,",
        "1.\tRequests the Secretary-General to submit a report on lanterns;",
        "2.\tCalls upon Member States to keep their lanterns lit;",
        "3.\tDecides to include the item in its agenda.",
    ]
    read = document(lines)
    (resolution,) = segment_document(read)
    assert [section.verb for section in resolution.sections] == ["recalling", "requests", "calls upon", "decides"]
    assert assess_document(read, [resolution]).loads == ()
    cut = replace(read, text=read.text.replace("in its agenda.", "in its agenda;"))
    assert "no-full-stop" in codes(assess_document(cut, segment_document(cut)))


def test_an_item_may_end_with_a_semicolon_where_the_next_call_goes_on_with_the_count() -> None:
    further = ["instructs the Director of the Radiocommunication Bureau", "4\tto assist;", "5\tto report."]
    body = [*BODY[:7], "3\tto report annually to the Council;"]
    for lines, early in ((further, False), ([further[0], "1\tto assist;", "2\tto report."], True)):
        read = document([*HEAD, *body, *lines])
        assert ("early-end" in codes(assess_document(read, segment_document(read)))) is early


@pytest.mark.parametrize("language", ["A", "C", "F", "R", "S"])
def test_versions_in_other_languages_show_no_sign_of_a_fault(sample_documents, language: str) -> None:
    (read,) = [d for d in sample_documents if d.path.endswith(f"S-RES-PP.912-2022-MSW-{language}.docx")]
    quality = assess_document(read, segment_document(read))
    assert (quality.figure, quality.clauses, codes(quality)) == (1.0, 11, {"language"})


def test_a_lost_line_above_the_first_call_is_seen_in_any_language(sample_documents) -> None:
    (read,) = [d for d in sample_documents if d.path.endswith("S-RES-PP.912-2022-MSW-F.docx")]
    (resolution,) = segment_document(read)
    lost = replace(resolution, sections=resolution.sections[1:])
    assert "uncut-text" in codes(assess_document(read, [lost]))


def test_a_chinese_clause_may_begin_with_a_word_of_one_character() -> None:
    read = document([*HEAD, *BODY])
    (resolution,) = segment_document(read)
    section = resolution.sections[0]
    for text, odd in (("鹳、鹗及其他鸟类；", False), ("、鹗及其他鸟类；", True)):
        clauses = (replace(section.clauses[0], text=text), *section.clauses[1:])
        changed_text = replace(resolution, sections=(replace(section, clauses=clauses), *resolution.sections[1:]))
        assert ("odd-start" in codes(assess_document(read, [changed_text]))) is odd


def test_a_document_says_of_which_texts_it_holds_versions(sample_documents, sample_settled) -> None:
    qualities = assess_documents(sample_documents, (), sample_settled.expressions)
    versions = {q.path[-6:-5]: q.versions for q in qualities if q.versions}
    assert versions == dict.fromkeys("ACFRS", ("pp/res/912@2022",))


def test_a_page_without_text_inside_a_text_is_told_with_its_number() -> None:
    quality = judge(BODY, pages=[1] * 6 + [3] * 5)
    (warning,) = [w for w in quality.warnings if w.code == "page-without-text"]
    assert warning.page == 2


def test_a_head_that_comes_again_and_again_is_seen_inside_a_clause() -> None:
    lines = [*BODY[:2], "Final Acts 12", BODY[2], "Final Acts 13", BODY[3], "Final Acts 14", *BODY[4:]]
    assert "running-head" in codes(judge(lines))


def test_a_document_with_a_formula_and_no_text_is_worst_and_a_report_is_not_judged() -> None:
    lost = assess_document(document([HEAD[2], *BODY]), ())
    assert lost.grade is QualityGrade.POOR
    assert codes(lost) == {"no-text"}
    report = assess_document(document(["Report", "This report tells what was done."]), ())
    assert (report.figure, report.grade) == (None, QualityGrade.UNJUDGED)


def test_what_the_name_of_the_file_and_the_readers_tell_is_warned_of() -> None:
    read = document([*HEAD, *BODY], name="S-RES-901-F.docx")
    read = replace(read, notices=(Notice("broken-pages", "page 7 could not be opened and was left out"),))
    quality = assess_document(read, segment_document(read))
    assert {"language-of-name", "broken-pages"} <= codes(quality)
    assert quality.figure is not None
    assert quality.figure < 0.7


def test_more_faults_never_raise_the_figure() -> None:
    one = judge(changed(2, "b)\tthat registers of such points are kept in few countries1;"))
    two = judge(changed(2, "b)\tthat regis- ters of such points are kept in few countries1;"))
    assert one.figure is not None
    assert two.figure is not None
    assert two.figure < one.figure
    assert dict(two.loads).keys() == {"glued-digit", "split-word"}


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), max_size=12))
def test_any_text_has_a_figure_between_0_and_1(lines: list[str]) -> None:
    quality = judge([*BODY[:3], *(f"b)\t{line}" for line in lines), *BODY[3:]])
    assert quality.figure is not None
    assert 0 <= quality.figure <= 1


def test_the_sample_is_judged_document_by_document(sample_documents, sample_settled) -> None:
    qualities = assess_documents(sample_documents, sample_settled.resolutions)
    assert [q.document_id for q in qualities] == [d.id for d in sample_documents]
    known = {clause.id for r in sample_settled.resolutions for clause in r.clauses}
    known |= {str(r.id) for r in sample_settled.resolutions} | {""}
    assert {warning.where for q in qualities for warning in q.warnings} <= known


class TestRules:
    def test_every_sign_of_the_code_is_in_the_data_and_the_other_way_round(self) -> None:
        source = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "pipeline" / "quality").glob("*.py"))
        told = {code for code, sign in load_quality().signs.items() if not sign.notice}
        assert {code for code in told if f'"{code}"' not in source} == set()

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"sign": [{"code": "x", "weight": -1, "per": "clause", "advice": "look"}]}, "weight"),
            ({"sign": [{"code": "x", "weight": 1, "per": "page", "advice": "look"}]}, "per must be one of"),
            ({"sign": [{"code": "x", "weight": 1, "per": "text", "advice": ""}]}, "advice"),
            ({"sign": [{"code": "x", "weight": 1, "per": "text", "advice": "y"}] * 2}, "stands twice"),
            ({"grades": {"good": 0.5, "check": 0.8}}, "0 < check < good < 1"),
            ({"limits": {}}, "limits.long_clause"),
            ({"words": {}}, "running_heads"),
        ],
    )
    def test_a_wrong_entry_is_named(
        self, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, object], words: str
    ) -> None:
        whole = rules.read_table("quality.toml")
        monkeypatch.setattr(rules, "read_table", lambda _: whole | wrong)
        with pytest.raises(ReferenceDataError, match=words):
            load_quality.__wrapped__()


class TestReport:
    def test_documents_stand_with_the_least_trusted_first_and_warnings_by_kind(self) -> None:
        good, bad = judge(BODY), judge([*BODY[:2], *BODY[3:]])
        none = assess_document(document(["A report."]), ())
        views = show_documents((good, none, bad), lambda identifier: f"<{identifier}>")
        assert [view.figure for view in views] == [bad.figure, 1.0, None]
        (group, *_) = views[0].groups
        assert group.warnings[0].where == f"<{group.warnings[0].identifier}>"
        assert grades_sentence(views).startswith("3 documents: 1 good, ")

    def test_extract_prints_figure_and_warnings(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        lines = [*HEAD, *BODY[:2], *BODY[3:]]
        (tmp_path / "text.txt").write_text("\n".join(lines), encoding="utf-8")
        assert Guard().run(lambda: app(args=["extract", "text.txt"], prog_name="overlap")) == 0
        out = capfd.readouterr().out
        assert "label-gap, 1 place: look in the source for the items between the two labels" in out
        assert "label c) follows a" in out
        assert Guard().run(lambda: app(args=["extract", "text.txt", "--json"], prog_name="overlap")) == 0
        captured = capfd.readouterr()
        assert all(json.loads(line)["id"] for line in captured.out.splitlines())
        assert "Quality 0." in captured.err

    def test_nothing_is_said_beside_the_data_of_a_document_without_warnings(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        read = document([*HEAD, *BODY])
        tell_quality(read, segment_document(read), beside_data=True)
        assert capsys.readouterr() == ("", "")
        tell_quality(read, segment_document(read), beside_data=False)
        assert capsys.readouterr().out == "Quality 1.00 of 1, good: 0 warnings.\n"
