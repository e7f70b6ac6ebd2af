"""References of a text to its own clauses."""

from pathlib import Path

import pytest

from pipeline.domain import CitationKind, Document
from pipeline.ingest import read_file
from pipeline.segment import segment_document

TEXT = """RESOLUTION 901 (REV. DUBAI, 2018)
Open registers
The Plenipotentiary Conference of the International Telecommunication Union (Dubai, 2018),
considering
a)\tthat registers help;
b)\tthat i) some are public; ii) some are not;
considering further
a)\tthat time passes,
resolves
1\tto keep a register;
2\tto publish it,
instructs the Secretary-General
1\t{clause}
2\tto report to the Council.
"""


def targets(tmp_path: Path, clause: str) -> list[str | None]:
    path = tmp_path / "text.txt"
    path.write_text(TEXT.replace("{clause}", clause), encoding="utf-8")
    document = read_file(path, path.name)
    assert isinstance(document, Document)
    (resolution,) = segment_document(document)
    found = [c for c in resolution.citations if c.kind is CitationKind.INTERNAL]
    assert all(c.span.of(document.text) == c.text for c in found)
    return [c.target and c.target.removeprefix("pp/res/901@2018#") for c in found]


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("to implement resolves 2 above;", ["resolves.2"]),
        ("to implement resolves 1 and 2;", ["resolves.1", "resolves.2"]),
        ("to act in the light of considering a) and b) ii) above;", ["considering.a", "considering.b"]),
        ("to act in the light of considering further a) above;", ["considering-further.a"]),
        ("to act in accordance with resolves above;", ["resolves"]),
        ("to act as described in instructs the Secretary-General 2;", ["instructs-sg.2"]),
        ("to act in the light of resolves 9 above;", [None]),
        ("to follow resolves 2 of Resolution 71 (Rev. Dubai, 2018);", []),
        ("to act, taking into account Resolution 45 (Rev. Dubai, 2014);", []),
    ],
)
def test_internal_references(tmp_path: Path, clause: str, expected: list[str | None]) -> None:
    assert targets(tmp_path, clause) == expected
