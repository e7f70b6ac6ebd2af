"""Akoma Ntoso as others write it, and files that only look like it."""

from pathlib import Path

import pytest

from pipeline.domain import BlockKind, Document, Rejected, Resolution
from pipeline.ingest import find_files, read_file
from pipeline.ingest.akn import read_akn
from pipeline.ingest.layout import Source
from pipeline.segment import segment_document

FRAME = """<?xml version="1.0" encoding="UTF-8"?>
<akomaNtoso xmlns="http://docs.oasis-open.org/legaldocml/ns/akn/3.0"><statement name="resolution">
<preface><longTitle><p><docType>RESOLUTION</docType><docNumber>901 (REV. DUBAI, 2018)</docNumber></p></longTitle>
<container name="title"><p>Charging points at telecommunication sites</p></container></preface>
<preamble><formula name="enactingFormula"><p>The Plenipotentiary Conference of the International Telecommunication Union
(Dubai, 2018),</p></formula>
<recitals><intro><p><i>considering</i></p></intro>
<recital><p>a) that sites need power;</p></recital>
<recital><num>b)</num><p>that power is scarce, ____________________ 1 These include islands.</p></recital>
</recitals></preamble>
<mainBody>{body}</mainBody></statement></akomaNtoso>"""

STRANGE = """<o:instrument xmlns:o="urn:overlap:akn:1" id="pp/res/1@2018" standing="in-force">
<o:section eId="gone" part="operative"/></o:instrument>"""

BODY = """<hcontainer name="instructs_the_secretary_general"><heading><i>resolves</i></heading>
<paragraph><content><p>1 that points be counted;</p></content></paragraph>
<paragraph><num>2</num><content><p>that counts be public, instructs the Directors of the three Bureaux, in close
cooperation with the regional offices</p></content></paragraph>
<paragraph><num>1</num><content><p>to keep the register;</p></content></paragraph>
<paragraph><num>9</num><content><p>to report yearly; 10 to publish the report, invites Member States to add their
counts.</p></content></paragraph></hcontainer>"""


def write(folder: Path, text: str | bytes, name: str = "text.akn.xml") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(path: Path) -> tuple[Document, Resolution]:
    document = read_file(path, path.name)
    assert isinstance(document, Document), document
    (resolution,) = segment_document(document)
    return document, resolution


def clauses(resolution: Resolution) -> list[tuple[str, str, str]]:
    return [(c.call, c.label, c.text) for c in resolution.clauses]


def test_absorbed_calls_labels_and_footnotes_are_mended(tmp_path: Path) -> None:
    document, resolution = read(write(tmp_path, FRAME.format(body=BODY)))
    assert str(resolution.id) == "pp/res/901@2018"
    assert resolution.title == "Charging points at telecommunication sites"
    directors = "instructs the Directors of the three Bureaux, in close cooperation with the regional offices"
    assert clauses(resolution) == [
        ("considering", "a)", "that sites need power;"),
        ("considering", "b)", "that power is scarce,"),
        ("resolves", "1", "that points be counted;"),
        ("resolves", "2", "that counts be public,"),
        (directors, "1", "to keep the register;"),
        (directors, "9", "to report yearly; 10 to publish the report, invites Member States to add their counts."),
    ]
    notes = [document.line(b) for b in document.blocks if b.kind is BlockKind.FOOTNOTE]
    assert notes == ["1 These include islands."]
    assert [n.message for n in document.notices if n.code == "repaired"] == [
        "the conversion was mended: 1 call lines run into the item before them, 1 footnotes left inside an item"
    ]
    assert [n.code for n in resolution.notices] == ["swallowed-call"]


def test_addressees_come_from_words_and_not_from_names(tmp_path: Path) -> None:
    _, resolution = read(write(tmp_path, FRAME.format(body=BODY)))
    assert {actor for c in resolution.clauses for actor in c.actors} == {"br.dir", "tsb.dir", "bdt.dir"}


def test_thorough_reading_cuts_items_inside(tmp_path: Path) -> None:
    path = write(tmp_path, FRAME.format(body=BODY))
    (resolution,) = segment_document(read_akn(Source.of(path, path.name), thorough=True))
    assert [(c.call.split(",")[0], c.label, c.text) for c in resolution.clauses][-3:] == [
        ("instructs the Directors of the three Bureaux", "9", "to report yearly;"),
        ("instructs the Directors of the three Bureaux", "10", "to publish the report,"),
        ("invites Member States", "", "to add their counts."),
    ]


def test_a_call_named_inside_a_sentence_stays_there(tmp_path: Path) -> None:
    body = """<hcontainer name="x"><heading><i>resolves</i></heading><paragraph><num>1</num><content><p>that, as the
    Council decides</p></content></paragraph><paragraph><num>2</num><content><p>that counts continue.</p></content>
    </paragraph></hcontainer>"""
    _, resolution = read(write(tmp_path, FRAME.format(body=body)))
    assert clauses(resolution)[2:] == [
        ("resolves", "1", "that, as the Council decides"),
        ("resolves", "2", "that counts continue."),
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("<html><body>page</body></html>", "not Akoma Ntoso"),
        ("plain words", "no XML"),
        (FRAME.format(body=BODY)[:900], "damaged"),
        (FRAME.format(body=BODY).replace("<akomaNtoso", "<!DOCTYPE a [<!ENTITY e 'x'>]><akomaNtoso"), "document type"),
        ('<a xmlns:n="http://docs.oasis-open.org/legaldocml/ns/akn/3.0"><b/></a>', "not Akoma Ntoso"),
        (
            FRAME.format(body=BODY).replace("<preface>", f"<meta><proprietary>{STRANGE}</proprietary></meta><preface>"),
            "does not fit",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(tmp_path: Path, content: str, told: str) -> None:
    answer = read_file(write(tmp_path, content), "text.akn.xml")
    assert isinstance(answer, Rejected)
    assert answer.code == "unreadable"
    assert told in answer.reason


def test_entities_are_never_expanded(tmp_path: Path) -> None:
    secret = write(tmp_path, "secret words", "secret.txt")
    attack = FRAME.format(body=BODY).replace(
        "<akomaNtoso", f"<!DOCTYPE a [<!ENTITY e SYSTEM '{secret.as_uri()}'>]><akomaNtoso"
    )
    answer = read_file(write(tmp_path, attack.replace("that sites", "&e; that sites")), "text.akn.xml")
    assert isinstance(answer, Rejected)


def test_both_suffixes_are_documents(tmp_path: Path) -> None:
    write(tmp_path, FRAME.format(body=BODY), "a.akn")
    write(tmp_path, FRAME.format(body=BODY), "b.xml")
    assert [p.name for p in find_files(tmp_path)] == ["a.akn", "b.xml"]
