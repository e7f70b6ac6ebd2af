"""Proposals: what they say for themselves, and the adopted edition that each is about."""

import hashlib

import pytest

from pipeline.domain import Block, Document, DocumentKind, Resolution, Span
from pipeline.segment import segment_document, settle_corpus

_BODY = """The World Telecommunication Development Conference ({place}),
instructs the Director of the Telecommunication Development Bureau
1 to keep a list of kite-borne antennas;
2 to report on it each year."""


def _document(name: str, text: str, kind: DocumentKind) -> Document:
    blocks, position = [], 0
    for line in text.split("\n"):
        blocks.append(Block(Span(position, position + len(line))))
        position += len(line) + 1
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Document(id=name, path=name, digest=digest, format="txt", text=text, blocks=tuple(blocks), kind=kind)


def _adopted(place: str, label: str) -> tuple[Resolution, ...]:
    text = f"RESOLUTION 959 ({label})\nKite-borne antennas\n" + _BODY.format(place=place)
    return segment_document(_document(label, text, DocumentKind.INSTRUMENTS))


def _proposed(marker: str, label: str, body: str = "") -> Resolution:
    head = f"{marker}\tEUR/907A3/1\nRESOLUTION 959 ({label})\nKite-borne antennas"
    text = f"{head}\n{body}\nReasons:\tKites tear.\nThey are lost."
    (proposal,) = segment_document(_document("p", text, DocumentKind.PROPOSAL))
    return proposal


OLD = _adopted("Dubai, 2014", "Dubai, 2014")
NEW = _adopted("Kigali, 2022", "Rev. Kigali, 2022")


def _amends(proposal: Resolution, *adopted: tuple[Resolution, ...]) -> Resolution:
    settled = settle_corpus([proposal, *(r for group in adopted for r in group)])
    return next(r for r in settled.resolutions if r.id == proposal.id)


def test_reasons_are_kept_and_are_no_clause() -> None:
    proposal = _proposed("MOD", "Rev. Baku, 2025", _BODY.format(place="Baku, 2025"))
    assert proposal.reasons == "Kites tear. They are lost."
    assert [c.label for c in proposal.clauses] == ["1", "2"]
    assert all("Kites" not in c.text for c in proposal.clauses)


def test_a_suppression_gives_its_reasons_too() -> None:
    assert _proposed("SUP", "Rev. Kigali, 2022").reasons == "Kites tear. They are lost."


@pytest.mark.parametrize(
    ("marker", "label", "about"),
    [
        ("MOD", "Rev. Baku, 2025", "wtdc/res/959@2022"),
        ("MOD", "Rev. Kigali, 2022", "wtdc/res/959@2014"),
        ("SUP", "Rev. Kigali, 2022", "wtdc/res/959@2022"),
        ("SUP", "Dubai, 2014", "wtdc/res/959@2014"),
        ("NOC", "Rev. Kigali, 2022", "wtdc/res/959@2022"),
    ],
)
def test_a_proposal_is_tied_to_the_edition_that_it_is_about(marker: str, label: str, about: str) -> None:
    body = _BODY.format(place=label.removeprefix("Rev. ")) if marker == "MOD" else ""
    assert _amends(_proposed(marker, label, body), OLD, NEW).amends == about


def test_an_addition_amends_nothing() -> None:
    proposal = _proposed("ADD", "Baku, 2025", _BODY.format(place="Baku, 2025"))
    assert _amends(proposal, OLD, NEW).amends is None


def test_a_proposal_on_a_text_that_is_not_held_says_so() -> None:
    proposal = _amends(_proposed("MOD", "Rev. Baku, 2025", _BODY.format(place="Baku, 2025")))
    assert proposal.amends is None
    assert [n.code for n in proposal.notices] == ["amended-text-missing"]
