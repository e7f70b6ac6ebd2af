"""Texts of other organisations are read through a profile; the profile is data."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain import (
    Block,
    Body,
    Box,
    Document,
    ForeignId,
    InstrumentType,
    Part,
    Resolution,
    Sector,
    Span,
    clause_id,
    instrument_of,
    parse_instrument_id,
)
from pipeline.errors import ReferenceDataError, UnknownIdentifierError
from pipeline.ingest import read_file
from pipeline.reference.profiles import Profile, load_profile, load_profiles
from pipeline.report.akn_iri import work_iri
from pipeline.report.wording import body_name
from pipeline.segment import segment_document, settle_corpus, to_exchange
from pipeline.segment.inline import choose_profile, read_inline
from pipeline.segment.inline_verbs import read_opening

# Invented; the ninth hundred session has not met.
ASSEMBLY = """
United Nations\tA/RES/901/943
General Assembly
Distr.: General
Resolution adopted by the General Assembly on 21 December 2016
[on the report of the Second Committee (A/901/463)]
901/943.\tLanterns for harbours
The General Assembly,
Recalling its resolutions 900/911 and 900/912,
Recalling also the Harbour Declaration, and reaffirming the part of beacons in safe passage,
Having also considered the report on lanterns,
Deeply concerned that ships
miss the entrance at night,
With a view to safe harbours,
I
Lighting
1.\tRequests the Secretary-General to submit a report on lanterns;
2.\tAlso calls once again upon Member States:
(a)\tTo keep their lanterns lit;
(b)\tTo train keepers, in particular:
(i)\tNight keepers;
(ii)\tDay keepers;
(c)\tFurther requests the Secretary-General to count the lanterns;
\u2022\tthose in harbours, and
\u2022\tthose at sea;
II
Reporting
3.\tDecides, in this regard, to include the item \u201cLanterns\u201d in its agenda.
94th plenary meeting
21 December 2016
Annex
Plan for lanterns
1.\tEach harbour has a lantern.
We reaffirm the part of keepers.
"""

COUNCIL = """
S/RES/9901 (2016)
Resolution 9901 (2016)
Adopted by the Security Council at its 9999th meeting, on 3 May 2016
The Security Council,
Determined to light the harbours,
Acting under the Harbour Charter,
Demands that all parties light their lanterns;
Decides to remain seized of the matter.
"""

GUILD = r"""
version = "1"
organisation = "guild"
name = "Guild of Lamplighters"
language = "en"
verb = "inline"

[[organ]]
code = "moot"
name = "Moot"
enacting = ["The Moot of Lamplighters"]
symbols = ['G-(?P<number>\d+)-(?P<year>\d{4})']
number_lines = ['Rule (?P<number>\d+)/(?P<year>\d{4}): (?P<title>.+)']

[adoption]
lines = ['given on .* (?P<year>\d{4})']

[numbering]
paragraph = '(?P<printed>\u00a7 ?(?P<value>\d+))\s+|(?P<bare>(?P<number>\d+)\))\s+'
item = '(?P<printed>(?P<value>[a-z])\))\s+|(?P<bare>(?P<number>\d)\.)\s+'
section = 'Book (?P<value>\d+)'
bullets = "+"

[lines]
annex = 'Roll(?: (?P<number>\d+))?'
closing = ['So given\b.*']
noise = ['~+']

[words]
modifiers = ["gladly"]
preambular = ["pondering"]
operative = ["bids", "grants leave"]
"""

RULE = """
Rule 93/2019: On wicks
The Moot of Lamplighters,
Gladly pondering the darkness of the lanes,
\u00a7 1 Bids every lamplighter trim the wick;
a) at dusk;
b) at dawn;
\u00a7 2 Gladly grants leave to rest on feast days.
So given at the Moot
Roll
Names of lamplighters.
"""


def document(text: str, lines_of: Sequence[int] = ()) -> Document:
    """A document with one block a line; the blocks numbered in ``lines_of`` take the line below in, as a PDF may."""
    lines = text.strip("\n").split("\n")
    blocks: list[Block] = []
    position = 0
    for number, line in enumerate(lines):
        span = Span(position, position + len(line))
        box = Box(1, 70.0, 70.0 + 12 * number, 500.0, 82.0 + 12 * number, span.start)
        if number - 1 in lines_of:
            before = blocks.pop()
            blocks.append(Block(Span(before.span.start, span.end), boxes=(*before.boxes, box)))
        else:
            blocks.append(Block(span, boxes=(box,)))
        position += len(line) + 1
    digest = sha256(text.encode()).hexdigest()
    return Document("doc", "text.txt", digest, "txt", "\n".join(lines), tuple(blocks))


def read(text: str) -> Resolution:
    (resolution,) = segment_document(document(text))
    return resolution


@pytest.fixture(scope="module")
def un() -> Profile:
    return next(p for p in load_profiles() if p.organisation == "un")


def test_a_text_of_another_organisation_has_an_identifier_of_its_own() -> None:
    resolution = read(ASSEMBLY)
    assert str(resolution.id) == "un/ga/res/901-943@2016"
    assert resolution.title == "Lanterns for harbours"
    assert resolution.number_line == "901/943"
    assert [n.code for n in resolution.notices][:1] == ["other-organisation"]


def test_each_paragraph_with_a_verb_opens_a_call() -> None:
    sections = read(ASSEMBLY).sections
    assert [(s.part.value, s.verb, s.call) for s in sections] == [
        ("preambular", "recalling", "Recalling"),
        ("preambular", "recalling", "Recalling also"),
        ("preambular", "having considered", "Having also considered"),
        ("preambular", "concerned", "Deeply concerned"),
        ("preambular", "", ""),
        ("operative", "requests", "Requests"),
        ("operative", "calls upon", "Also calls once again upon"),
        ("operative", "requests", "Further requests"),
        ("operative", "decides", "Decides"),
        ("annex", "", ""),
        ("annex", "reaffirms", "We reaffirm"),
    ]


def test_items_belong_to_their_paragraph_and_keep_its_number() -> None:
    resolution = read(ASSEMBLY)
    ids = [c.id.partition("#")[2] for c in resolution.clauses if c.part is Part.OPERATIVE]
    assert ids == [
        "requests.1",
        "calls-upon.2",
        "calls-upon.2.a",
        "calls-upon.2.b",
        "calls-upon.2.b.i",
        "calls-upon.2.b.ii",
        "requests.2.c",
        "decides.3",
    ]
    counted = next(c for c in resolution.clauses if c.id.endswith("requests.2.c"))
    assert counted.text.endswith("those at sea;")
    assert [c.id.partition("@2016")[2] for c in resolution.clauses if c.part is Part.ANNEX] == [
        "!annex1#p.1",
        "!annex1#reaffirms.1",
    ]


def test_a_clause_is_the_text_behind_its_verb() -> None:
    source = document(ASSEMBLY)
    (resolution,) = segment_document(source)
    first = next(c for c in resolution.clauses if c.part is Part.OPERATIVE)
    assert (first.call, first.label, first.text) == (
        "Requests",
        "1.",
        "the Secretary-General to submit a report on lanterns;",
    )
    assert first.actors == ("un.sg",)
    assert all(" ".join(c.span.of(source.text).split()) == c.text for c in resolution.clauses)


def test_a_wrapped_recital_goes_on_and_headings_are_no_clauses() -> None:
    texts = [c.text for c in read(ASSEMBLY).clauses]
    assert "that ships miss the entrance at night," in texts
    assert not any(word in text for text in texts for word in ("Lighting", "Reporting", "94th plenary", "Plan for"))


def test_operative_paragraphs_may_bear_no_number() -> None:
    resolution = read(COUNCIL)
    assert str(resolution.id) == "un/sc/res/9901@2016"
    assert [(s.part.value, s.verb) for s in resolution.sections] == [
        ("preambular", "determined"),
        ("preambular", "acting"),
        ("operative", "demands"),
        ("operative", "decides"),
    ]
    assert resolution.title == ""


def test_a_file_may_hold_several_texts_and_parts() -> None:
    text = (
        "901/944.\tLanterns\nA\nThe General Assembly,\nRecalling the sea,\n1.\tNotes the sea.\n90th plenary meeting\n"
        "B\nThe General Assembly,\n1.\tWelcomes the sea.\n90th plenary meeting\n"
        "901/945.\tBeacons\nThe General Assembly,\n1.\tUrges beacons."
    )
    found = segment_document(document(text))
    assert [str(r.id.work) for r in found] == ["un/ga/res/901-944-A", "un/ga/res/901-944-B", "un/ga/res/901-945"]
    assert [[s.verb for s in r.sections] for r in found] == [["recalling", "notes"], ["welcomes"], ["urges"]]


def test_a_draft_quoted_in_a_text_is_read_as_its_annex() -> None:
    text = (
        "2901/9\tE/RES/2901/9\n2901/9. Beacons\nThe Economic and Social Council,\nRecalling the sea,\n"
        "1. Recommends to the General Assembly the adoption of the following draft resolution:\n"
        "\u201cThe General Assembly,\n\u201cNoting the sea,\n\u201c1. Urges beacons.\u201d"
    )
    resolution = read(text)
    assert [(s.part.value, s.verb, s.annex) for s in resolution.sections] == [
        ("preambular", "recalling", None),
        ("operative", "recommends", None),
        ("annex", "noting", 1),
        ("annex", "urges", 1),
    ]


def test_paragraphs_run_together_on_a_page_are_parted() -> None:
    text = (
        "901/946. Sea\nThe General Assembly,\nRecalling the sea,\nNoting the shore,\n1. Urges care;\n2. Invites care."
    )
    found = segment_document(document(text, lines_of=(2, 4)))
    assert [s.verb for s in found[0].sections] == ["recalling", "noting", "urges", "invites"]
    assert [c.text for c in found[0].clauses] == ["the sea,", "the shore,", "care;", "care."]


def test_a_text_without_symbol_is_told_apart_by_its_document() -> None:
    resolution = read("The Human Rights Council,\nRecalling the sea,\nNoting the shore,\n1. Urges care.")
    assert str(resolution.id).startswith("un/hrc/res/unk@unk~doc-")
    assert "no-number" in {n.code for n in resolution.notices}


@pytest.mark.parametrize(
    "text",
    [
        "RESOLUTION 901 (BUCHAREST, 2022)\nThe Plenipotentiary Conference (Bucharest, 2022),\nresolves\n1 to light up.",
        "Report on lanterns\nThe General Assembly,\nin its resolution A/RES/901/943, asked for lanterns.",
        "The General Assembly,\nRecalling the sea is pleasant.",
        "Lanterns are lit at dusk.",
    ],
)
def test_texts_of_the_union_and_reports_are_never_taken(text: str) -> None:
    assert choose_profile(document(text)) is None


def test_no_document_of_the_sample_is_taken(sample_documents: tuple[Document, ...]) -> None:
    assert not [d.path for d in sample_documents if choose_profile(d) is not None]


def test_another_language_is_left_alone(un: Profile) -> None:
    text = document(COUNCIL)
    french = Document(text.id, text.path, text.digest, text.format, text.text, text.blocks, language="fr")
    assert choose_profile(french, [un]) is None


def test_a_third_organisation_is_one_more_file(tmp_path: Path) -> None:
    path = tmp_path / "guild.toml"
    path.write_text(GUILD, encoding="utf-8")
    guild = load_profile(path)
    source = document(RULE)
    assert choose_profile(source) is None
    assert choose_profile(source, [*load_profiles(), guild]) is guild
    (resolution,) = read_inline(source, guild)
    assert str(resolution.id) == "guild/moot/res/93@2019"
    assert resolution.title == "On wicks"
    assert [(s.part.value, s.verb, len(s.clauses)) for s in resolution.sections] == [
        ("preambular", "pondering", 1),
        ("operative", "bids", 3),
        ("operative", "grants leave", 1),
        ("annex", "", 1),
    ]


def test_the_reader_holds_no_word_of_an_organisation(un: Profile) -> None:
    folder = Path(__file__).resolve().parents[1] / "pipeline" / "segment"
    code = "".join(path.read_text(encoding="utf-8") for path in folder.glob("inline*.py"))
    assert not [organ.name for organ in un.organs if organ.name in code]
    assert "United Nations" not in code


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('preambular = ["pondering"]', 'preambular = ["pondering", "bids"]'), "both preambular and operative"),
        (("(?P<year>\\d{4}): ", "(?P<year>\\d{4: "), "number_lines of moot|missing"),
        (("(?P<title>.+)", ".+"), "title"),
        (('verb = "inline"', 'verb = "above"'), "no place that the reader knows"),
        (('organisation = "guild"', 'organisation = "pp"'), "no code"),
        (('version = "1"', ""), "version"),
        (('modifiers = ["gladly"]', ""), "modifiers"),
        (("closing = ['So", "closing = [So"), "profile guild.toml"),
        (("noise = ['~+']", "noise = ['(']"), "noise"),
    ],
)
def test_a_faulty_profile_is_refused_with_its_entry(change: tuple[str, str], told: str, tmp_path: Path) -> None:
    path = tmp_path / "guild.toml"
    assert change[0] in GUILD
    path.write_text(GUILD.replace(*change), encoding="utf-8")
    with pytest.raises(ReferenceDataError, match=told):
        load_profile(path)


@pytest.mark.parametrize(
    ("line", "verb", "part"),
    [
        ("Bearing also in mind the sea,", "bearing in mind", Part.PREAMBULAR),
        ("Taking note with deep appreciation of the sea,", "taking note", Part.PREAMBULAR),
        ("Calls on States to sail;", "calls upon", Part.OPERATIVE),
        ("Strongly condemns piracy;", "condemns", Part.OPERATIVE),
        ("We call for calm.", "calls for", Part.OPERATIVE),
        ("Recognising the sea,", "recognizing", Part.PREAMBULAR),
    ],
)
def test_verbs_have_one_spelling_whatever_stands_about_them(line: str, verb: str, part: Part, un: Profile) -> None:
    opening = read_opening(line, un)
    assert opening is not None
    assert (opening.verb, opening.part) == (verb, part)


@pytest.mark.parametrize("line", ["States shall sail.", "Requests for help shall be written.", "To light lanterns;"])
def test_other_openings_are_no_verbs(line: str, un: Profile) -> None:
    assert read_opening(line, un) is None


@given(st.text(max_size=60))
def test_an_opening_lies_inside_its_line(line: str) -> None:
    for profile in load_profiles():
        opening = read_opening(line, profile)
        assert opening is None or 0 < opening.end <= len(line)


def test_a_word_file_is_read_like_any_other(tmp_path: Path) -> None:
    word = docx.Document()
    for line in ASSEMBLY.strip().split("\n"):
        word.add_paragraph(line)
    path = tmp_path / "lanterns.docx"
    word.save(str(path))
    source = read_file(path, path.name)
    assert isinstance(source, Document)
    (resolution,) = settle_corpus(segment_document(source)).resolutions
    assert str(resolution.id) == "un/ga/res/901-943@2016"
    assert [s.verb for s in resolution.sections] == [s.verb for s in read(ASSEMBLY).sections]
    exchange = to_exchange(resolution)
    assert (exchange["body"], exchange["number"]) == ("un-ga", "901-943")


codes = st.from_regex(r"[a-z][a-z0-9]{1,7}", fullmatch=True)
foreign_ids = st.builds(
    ForeignId,
    codes.filter(lambda code: code not in {b.value for b in Body}),
    codes,
    st.sampled_from(
        [InstrumentType.RESOLUTION, InstrumentType.DECISION, InstrumentType.RECOMMENDATION, InstrumentType.OPINION]
    ),
    st.from_regex(r"[0-9]{1,3}(-[0-9]{1,3}){0,2}(-[A-Z])?", fullmatch=True),
    st.one_of(st.none(), st.integers(1900, 2099).map(str), st.just("unk")),
    st.one_of(st.none(), st.from_regex(r"doc-[0-9a-f]{8}", fullmatch=True)),
)


@given(foreign_ids)
def test_parse_is_the_inverse_of_format(identifier: ForeignId) -> None:
    assert parse_instrument_id(str(identifier)) == identifier
    assert instrument_of(clause_id(identifier, "requests", ("1",), annex=2)) == identifier


@pytest.mark.parametrize("written", ["pp/ga/res/1", "un/ga/law/1", "un/ga/res/", "un//res/1", "un/ga/res/1@17"])
def test_what_is_no_identifier_is_refused(written: str) -> None:
    with pytest.raises(UnknownIdentifierError, match="an example is"):
        parse_instrument_id(written)


def test_organs_are_bodies_below_those_of_the_union() -> None:
    assembly, council = (parse_instrument_id(f"un/{organ}/res/1@2016") for organ in ("ga", "sc"))
    assert assembly.body is parse_instrument_id("un/ga/res/2").body
    assert assembly.body is not council.body
    assert (assembly.body.label, assembly.sector) == ("UN GA", Sector.OUTSIDE)
    assert body_name(assembly.body) == "UN GA"
    assert all(b.authority < assembly.body.authority for b in Body if b not in (Body.UNKNOWN, Body.WTPF))
    assert work_iri(assembly) == "/akn/un/statement/deliberation/un-ga/2016-01-01/res-1"
