"""Faults that a review found, each with the text that showed it."""

from pathlib import Path

import pytest

from pipeline.domain import Document, Part, Resolution, Standing
from pipeline.ingest import read_file
from pipeline.segment import segment_document, settle_corpus
from pipeline.segment.actors import find_addressees

FORMULA = "The Plenipotentiary Conference of the International Telecommunication Union (Dubai, 2018),"


def read(tmp_path: Path, text: str, name: str = "text.txt") -> tuple[Resolution, ...]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    document = read_file(path, name)
    assert isinstance(document, Document), document
    return segment_document(document)


def body(number: int, title: str, formula: str = FORMULA, head: str = "RESOLUTION {} (REV. DUBAI, 2018)") -> str:
    return f"{head.format(number)}\n{title}\n{formula}\nresolves\n1\tto keep a register of {title.lower()}.\n"


@pytest.mark.parametrize(
    "formula",
    [
        "The Plenipotentiary Conference (Dubai 2018),",
        "The Plenipotentiary Conference of the International Telecommunication Union (Dubai, 2018):",
        "The Plenipotentiary Conference of the Union of Telecommunications, at Dubai in 2018,",
    ],
)
def test_an_odd_formula_does_not_swallow_the_next_text(tmp_path: Path, formula: str) -> None:
    found = read(tmp_path, body(901, "Poles") + body(902, "Cables", formula))
    assert [str(r.id) for r in found] == ["pp/res/901@2018", "pp/res/902@2018"]
    assert [len(list(r.clauses)) for r in found] == [1, 1]


def test_texts_of_treaty_conferences_are_read(tmp_path: Path) -> None:
    text = body(
        4,
        "Review",
        "The World Conference on International Telecommunications (Dubai, 2012),",
        "RESOLUTION {} (DUBAI, 2012)",
    )
    (found,) = read(tmp_path, text)
    assert str(found.id) == "wcit/res/4@2012"


def test_bare_markers_of_final_acts_are_no_words_of_a_clause(tmp_path: Path) -> None:
    text = "MOD\n" + body(901, "Poles") + "SUP\nRESOLUTION 902 (DUBAI, 2018)\nCables\nMOD\n" + body(903, "Towers")
    found = read(tmp_path, text)
    assert [(str(r.id), r.marker) for r in found] == [
        ("pp/res/901@2018", "MOD"),
        ("pp/res/902@2018", "SUP"),
        ("pp/res/903@2018", "MOD"),
    ]
    assert [c.text for r in found for c in r.clauses] == [
        "to keep a register of poles.",
        "to keep a register of towers.",
    ]


def test_a_suppressed_text_is_not_in_force(tmp_path: Path) -> None:
    adopted = read(tmp_path, body(902, "Cables", head="RESOLUTION {} (DUBAI, 2018)"), "adopted.txt")
    acts = body(901, "Poles", FORMULA.replace("Dubai, 2018", "Bucharest, 2022"), "RESOLUTION {} (BUCHAREST, 2022)")
    acts += "SUP\nRESOLUTION 902 (DUBAI, 2018)\nCables\n"
    settled = settle_corpus([*adopted, *read(tmp_path, acts, "acts.txt")])
    standing = {str(r.id): (r.standing, len(list(r.clauses))) for r in settled.resolutions}
    assert standing["pp/res/902@2018"] == (Standing.SUPPRESSED, 1)
    assert standing["pp/res/901@2022"] == (Standing.IN_FORCE, 1)


def test_an_annex_in_ordinary_letters_is_an_annex(tmp_path: Path) -> None:
    text = body(901, "Poles") + "Annex 1 to Resolution 901 (Rev. Dubai, 2018)\nThe group shall meet.\n"
    (found,) = read(tmp_path, text)
    assert [(c.part, c.text) for c in found.clauses] == [
        (Part.OPERATIVE, "to keep a register of poles."),
        (Part.ANNEX, "The group shall meet."),
    ]


def test_calls_in_capitals_open_sections(tmp_path: Path) -> None:
    text = (
        f"RESOLUTION 901 (REV. DUBAI, 2018)\nPoles\n{FORMULA}\nConsidering\na)\tthat poles stand,\n"
        "Resolves\n1\tto keep poles;\nINSTRUCTS the Secretary-General\n1\tto count them.\n"
    )
    (found,) = read(tmp_path, text)
    assert [(s.slug, len(s.clauses)) for s in found.sections] == [
        ("considering", 1),
        ("resolves", 1),
        ("instructs-sg", 1),
    ]


def test_equal_numbers_of_unknown_bodies_are_different_texts(tmp_path: Path) -> None:
    one = read(tmp_path, "RESOLUTION 5\nCables\nresolves\n1\tto lay cables.\n", "one.txt")
    other = read(tmp_path, "RESOLUTION 5\nSchools\nresolves\n1\tto build schools.\n", "other.txt")
    settled = settle_corpus([*one, *other])
    assert len(settled.resolutions) == 2
    assert {r.standing for r in settled.resolutions} == {Standing.IN_FORCE}
    assert settled.lineages == ()


def test_revisions_of_itu_r_are_ordered_by_their_count(tmp_path: Path) -> None:
    def text(head: str, history: str) -> str:
        return f"{head}\nMethods\n{history}\nThe ITU Radiocommunication Assembly,\nresolves\n1\tto work.\n"

    texts = [
        *read(tmp_path, text("RESOLUTION ITU-R 9-9", ""), "nine.txt"),
        *read(tmp_path, text("RESOLUTION ITU-R 9-10", ""), "ten.txt"),
        *read(tmp_path, text("RESOLUTION ITU-R 9-2", "(1993-2000-2012)"), "two.txt"),
    ]
    (lineage,) = settle_corpus(texts).lineages
    assert lineage.editions == ("ra/res/9@2012", "ra/res/9@r9", "ra/res/9@r10")


def test_flattened_revisions_are_quarantined(tmp_path: Path) -> None:
    text = body(
        903,
        "Poles",
        "The World Telecommunication Development Conference (Buenos Aires, 2017),",
        "RESOLUTION {} (REV. DUBAI, 2014BUENOS AIRES, 2017)",
    )
    (found,) = read(tmp_path, text)
    assert (str(found.id), found.standing) == ("wtdc/res/903@2017", Standing.QUARANTINED)


@pytest.mark.parametrize(
    ("call", "actors", "partners"),
    [
        ("the Director of TSB, in close coordination and collaboration with the Director of BDT", ["tsb"], ["bdt"]),
        ("the Director of TSB, in collaboration and cooperation with the Director of BDT", ["tsb"], ["bdt"]),
        ("the Director of TSB, working closely with the Director of BDT", ["tsb"], ["bdt"]),
        ("the Director of BDT, in close collaboration with the Directors of the other Bureaux", ["bdt"], ["br", "tsb"]),
        ("the Directors of BR, TSB and BDT", ["br", "tsb", "bdt"], []),
        ("the Directors of TSB and BDT", ["tsb", "bdt"], []),
        (
            "Directors of the Radiocommunication and Telecommunication Development Bureaux",
            ["br", "bdt"],
            [],
        ),
    ],
)
def test_partners_and_lists_of_directors(call: str, actors: list[str], partners: list[str]) -> None:
    found = find_addressees(call)
    assert found.actors == tuple(f"{a}.dir" for a in actors)
    assert found.partners == tuple(f"{p}.dir" for p in partners)


LINE = (
    '{"id": "pp/res/901@2018", "title": "T", "standing": "%s", "language": "%s", "sections": '
    '[{"call": "resolves", "part": "%s", "clauses": [%s]}]}'
)


def test_words_of_a_structured_file_are_checked_where_it_is_read(tmp_path: Path) -> None:
    for standing, part in (("adopted", "operative"), ("in-force", "middle")):
        path = tmp_path / "odd.jsonl"
        path.write_text(LINE % (standing, "en", part, '{"label": "1", "text": "to act"}'), encoding="utf-8")
        row = read_file(path, path.name)
        assert not isinstance(row, Document)
        assert "line 1" in row.reason
    (found,) = read(tmp_path, LINE % ("In-Force", "fr", "Operative", '{"label": "1", "text": "to act"}'), "good.jsonl")
    assert (found.standing, found.language, len(list(found.clauses))) == (Standing.IN_FORCE, "fr", 1)


def test_labels_of_a_structured_file_are_kept_and_identifiers_stay_unique(tmp_path: Path) -> None:
    items = (
        '{"label": "1", "text": "to act"}, {"label": "1", "text": "to wait"}, {"label": "Art. 3", "text": "to do z"}'
    )
    (found,) = read(tmp_path, LINE % ("in-force", "en", "operative", items), "twice.jsonl")
    assert [(c.label, c.text) for c in found.clauses] == [("1", "to act"), ("1", "to wait"), ("Art. 3", "to do z")]
    assert len({c.id for c in found.clauses}) == 3


def test_citations_of_a_structured_file_are_found_in_each_text(tmp_path: Path) -> None:
    line = LINE % ("in-force", "en", "operative", '{"label": "1", "text": "to apply Resolution 71 (Rev. Dubai, 2018)"}')
    found = read(tmp_path, "\n".join(line.replace("/901@", f"/{n}@") for n in range(901, 941)), "many.jsonl")
    assert [[c.target for c in r.citations] for r in found] == [["pp/res/71@2018"]] * 40
    assert all(c.clause == f"{r.id}#resolves.1" for r in found for c in r.citations)


def test_a_text_in_another_language_is_told_and_read_by_its_own_grammar(tmp_path: Path) -> None:
    path = tmp_path / "S22-PP-C-0001!!MSW-F.txt"
    path.write_text(
        "RÉSOLUTION 901 (RÉV. DUBAÏ, 2018)\nRegistres ouverts\nLa Conférence de plénipotentiaires de l'Union "
        "internationale des télécommunications (Dubaï, 2018),\ndécide\n1\tde tenir un registre des points de recharge "
        "et de le publier pour les pays en développement qui en font la demande dans le cadre des ressources de "
        "l'Union.\n",
        encoding="utf-8",
    )
    document = read_file(path, path.name)
    assert isinstance(document, Document)
    assert document.language == "fr"
    assert "language" in [n.code for n in document.notices]
    (resolution,) = segment_document(document)
    assert [c.id for c in resolution.clauses] == ["pp/res/901@2018#resolves.1"]
    (alone,) = settle_corpus([resolution]).resolutions
    assert "other-language" in [n.code for n in alone.notices]
