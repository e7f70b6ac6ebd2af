"""Conformance cases of the citation grammar; one row a case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain import Body, CitationKind, Sector
from pipeline.segment.citations import find_citations

CASES = [
    ("Resolution 191 (Rev. Bucharest, 2022)", ["pp/res/191@2022"]),
    ("Resolution 191 (Rev. Bucharest 2022) of the Plenipotentiary Conference", ["pp/res/191@2022"]),
    ("Resolution 191 (Dubai, 2018)", ["pp/res/191@2018"]),
    ("Resolution 72 (Rev.Busan, 2014)", ["pp/res/72@2014"]),
    ("Resolution 59(Dubai, 2014)", ["wtdc/res/59@2014"]),
    ("Resolution 58 (Rev. Dubai, 2014)", ["wtdc/res/58@2014"]),
    ("Resolution 130 (Rev. Dubai, 2018)", ["pp/res/130@2018"]),
    ("Resolution 57 (Rev. Dubai, 2012)", ["wtsa/res/57@2012"]),
    ("WTSA Resolution 44", ["wtsa/res/44"]),
    ("WTSA-16 Resolution 7", ["wtsa/res/7@2016"]),
    ("ITU-T Resolution 1", ["wtsa/res/1"]),
    ("Resolution 55 (Rev. Geneva, 2022)", ["wtsa/res/55@2022"]),
    ("Resolution 62 (Rev. Kigali, 2022)", ["wtdc/res/62@2022"]),
    ("Resolution ITU-R 7-4", ["ra/res/7@r4"]),
    ("Resolution ITU\u2011R 6-2 (Rev. Geneva, 2015)", ["ra/res/6@2015"]),
    ("Resolution ITU-R 75 (Dubai, 2023)", ["ra/res/75@2023"]),
    ("Resolution 646 (Rev.WRC-19)", ["wrc/res/646@2019"]),
    ("Council Resolution 1372 (modified 2019)", ["council/res/1372@2019"]),
    ("RESOLUTION 925 (C-1985, last amended C19)", ["council/res/925@2019"]),
    ("Decision 611 (Rev. Council 2020)", ["council/dec/611@2020"]),
    ("Decision 5 (Rev. Bucharest, 2022)", ["pp/dec/5@2022"]),
    (
        "Resolutions 44 and 45 (Rev. Dubai, 2012) of the World Telecommunication Standardization Assembly (WTSA)",
        ["wtsa/res/44@2012", "wtsa/res/45@2012"],
    ),
    ("PP-18 Resolutions 102 (Rev. Dubai, 2018) and 140 (Rev. Dubai, 2018)", ["pp/res/102@2018", "pp/res/140@2018"]),
    ("Resolution 44 of this assembly", ["wtsa/res/44"]),
    ("Resolution 1386, adopted by the Council at its 2017 session", ["council/res/1386@2017"]),
    (
        "Resolutions 1305, 1336 and 1344 adopted by the ITU Council",
        ["council/res/1305", "council/res/1336", "council/res/1344"],
    ),
    ("Opinion 4 (Lisbon, 2009) of the World Telecommunication/ICT Policy Forum", ["wtpf/op/4@2009"]),
    ("UNGA Resolution 70/125", ["un/ga/res/70-125"]),
    ("UNGA Resolutions 71/243 and 72/279", ["un/ga/res/71-243", "un/ga/res/72-279"]),
    ("Nos. 160A-160H of the Convention", ["cv/no/160A", "cv/no/160H"]),
    ("CS104", ["cs/no/104"]),
    ("No. 145A of the Constitution", ["cs/no/145A"]),
    ("Article 14A of the ITU Convention", ["cv/art/14A"]),
    ("Question 7/1 of ITU-D", ["d/q/7.1"]),
    ("Question ITU-R 256/5", ["r/q/256.5"]),
]
SYMBOLS = {
    "C19/38(Rev.1)-E": "doc/c19/c/38;rev=1",
    "C19/INF/6": "doc/c19/inf/6",
    "C24/35": "doc/c24/c/35",
    "PP14/67(Add.1)-A": "doc/pp14/c/67;add=1",
    "PP-02/56-E": "doc/pp02/c/56",
    "WTDC-17/19(Add.14)-E": "doc/wtdc17/c/19;add=14",
    "WTSA-20/38(Add.3)": "doc/wtsa20/c/38;add=3",
    "WTSA16/46 (Add.22)-E": "doc/wtsa16/c/46;add=22",
    "CMR15/9-E": "doc/cmr15/c/9",
    "RA15/PLEN/7-E": "doc/ra15/plen/7",
    "RAG15-1/10-E": "doc/rag15-1/c/10",
    "TDAG17-22/13-E": "doc/tdag17-22/c/13",
    "TDAG23/DT/4": "doc/tdag23/dt/4",
    "ISCT-18/12-E": "doc/isct18/c/12",
    "RPM-EUR17/11(Rev.1)-E": "doc/rpm-eur17/c/11;rev=1",
}


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_conformance(text: str, expected: list[str]) -> None:
    assert [c.target for c in find_citations(text, lambda _: Body.WTSA)] == expected


@pytest.mark.parametrize(("text", "expected"), SYMBOLS.items())
def test_document_symbols_belong_to_one_family(text: str, expected: str) -> None:
    assert [c.target for c in find_citations(f"see {text} on this", lambda _: None)] == [expected]


def test_a_bare_number_means_the_last_full_citation_of_the_document() -> None:
    found = find_citations("Resolution 191 (Rev. Dubai, 2018) was revised. Resolution 191 instructs", lambda _: None)
    assert [(c.target, c.rule) for c in found] == [
        ("pp/res/191@2018", "city-year"),
        ("pp/res/191@2018", "earlier-citation"),
    ]


def test_the_tail_governs_a_list_of_several_heads() -> None:
    text = (
        "Resolution 71 (Rev. Bucharest, 2022), Resolution 191 (Rev. Bucharest, 2022) and Decision 5 "
        "(Rev. Bucharest, 2022)"
    )
    assert [c.target for c in find_citations(text, lambda _: None)] == [
        "pp/res/71@2022",
        "pp/res/191@2022",
        "pp/dec/5@2022",
    ]


@pytest.mark.parametrize(
    "text", ["resolution 68/262", "recommendation 12", "this Resolution\n2\tto report", "Recommendation 1.2"]
)
def test_what_is_no_citation_of_the_union(text: str) -> None:
    found = find_citations(text, lambda _: Body.PP)
    assert [c for c in found if c.kind is CitationKind.INSTRUMENT] == []


def test_a_question_without_sector_stays_open() -> None:
    (open_question,) = find_citations("Question 3/1", lambda _: None)
    assert open_question.target is None
    (settled,) = find_citations("Question 3/1", lambda _: Body.WTDC, lambda _: Sector.D)
    assert settled.target == "d/q/3.1"


@given(st.text(alphabet=st.sampled_from("Resolution 191(Rev.Dubai,2018)and45of WTSA\n\t/-"), max_size=200))
def test_spans_slice_the_text_to_the_cited_words(text: str) -> None:
    for citation in find_citations(text, lambda _: None):
        assert citation.span.of(text) == citation.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nos. 92, 115, 142 and 147 of the Constitution", ["cs/no/115", "cs/no/142", "cs/no/147", "cs/no/92"]),
        ("No. 48 in Article 3 of the ITU Convention", ["cv/no/48"]),
        ("Articles 15 and 16 of the Radio Regulations", ["rr/art/15", "rr/art/16"]),
        ("Article 12 of the International Telecommunication Regulations", ["itr/art/12"]),
        ("Article 10 of the Optional Protocol to the Convention on the Rights of the Child", []),
        ("under No. 5.441A", ["rr/no/5.441A"]),
        ("Recommendations ITU-T A.4, A.5 and A.6", ["itu-t/rec/A.4", "itu-t/rec/A.5", "itu-t/rec/A.6"]),
        ("Report ITU-R M.2291", ["itu-r/rep/M.2291"]),
        ("Document A/72/492", ["un/doc/A/72/492"]),
        ("Resolution 1 (Dubai, 2012) of the World Conference on International Telecommunications", ["wcit/res/1@2012"]),
        ("Resolution 62 (Rev. Geneva, 2015)", ["ra/res/62@2015"]),
        ("Council Resolution 1106 (1996, last modified 2001)", ["council/res/1106@2001"]),
        ("Council Resolution 1305, adopted at its 2009 session", ["council/res/1305@2009"]),
        ("ANNEX 1 TO RESOLUTION 167 (REV. DUBAI, 2018)", []),
        ("Question 4/2 of the ITU Telecommunication Development Sector (ITU-D)", ["d/q/4.2"]),
        ("(ITU-D) Study Group 2 under its Question 5/2", ["d/q/5.2"]),
    ],
)
def test_lists_provisions_and_standards(text: str, expected: list[str]) -> None:
    assert [c.target for c in find_citations(text, lambda _: None)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Resolution 71, Resolution 191 and Decision 5 of the Plenipotentiary Conference",
            ["pp/res/71", "pp/res/191", "pp/dec/5"],
        ),
        ("United Nations Security Council Resolution 1325 (2000)", ["un/sc/res/1325"]),
        ("Decision 626 of the European Council", []),
        ("Resolution 22 (Geneva, 1996)", ["wtsa/res/22@1996"]),
        ("Resolutions 56/183, 57/238 and 60/252", ["un/ga/res/56-183", "un/ga/res/57-238", "un/ga/res/60-252"]),
        ("Resolution 71 (Rev. Dubai, 2018), 193 Member States agreed", ["pp/res/71@2018"]),
        ("WTSA-20 Resolution 44", ["wtsa/res/44@2022"]),
        ("Resolution 25 (Florianopolis, 2004)", ["wtsa/res/25@2004"]),
        ("Resolution 25 (Florianópolis, 2004)", ["wtsa/res/25@2004"]),
    ],
)
def test_whose_text_is_cited(text: str, expected: list[str]) -> None:
    assert [c.target for c in find_citations(text, lambda _: None)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Economic and Social Council resolution 2010/12", "un/ecosoc/res/2010-12"),
        ("United Nations Human Rights Council resolution 12/10", "un/hrc/res/12-10"),
        ("UN General Assembly resolution 70/1", "un/ga/res/70-1"),
    ],
)
def test_each_organ_of_the_united_nations_keeps_its_own_resolutions(text: str, expected: str) -> None:
    assert [c.target for c in find_citations(text, lambda _: Body.PP)] == [expected]
