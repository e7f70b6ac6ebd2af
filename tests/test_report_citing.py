"""Exact citations of texts and clauses."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain import Clause, Part, Resolution, Span, cite, cite_clause, clause_id, parse_instrument_id


def text(number_line, identifier="pp/res/191@2022"):
    return Resolution(parse_instrument_id(identifier), "", "en", "d", number_line, Span(0, 0), ())


def clause(call, label, path, annex=None, part=Part.OPERATIVE):
    instrument = parse_instrument_id("pp/res/191@2022")
    return Clause(clause_id(instrument, "slug", path, annex), part, call, label, path, "to act", Span(0, 6))


@pytest.mark.parametrize(
    ("printed", "cited"),
    [
        ("RESOLUTION 58 (REV. DUBAI, 2014)", "Resolution 58 (Rev. Dubai, 2014)"),
        ("Resolution 191 (Rev. Bucharest, 2022)", "Resolution 191 (Rev. Bucharest, 2022)"),
        ("RESOLUTION 191 (rev. bucharest, 2022)", "Resolution 191 (Rev. Bucharest, 2022)"),
        ("RESOLUTION  9\u00a0(SHARM EL-SHEIKH, 2019)", "Resolution 9 (Sharm el-Sheikh, 2019)"),
        ("RESOLUTION 5 (MÁLAGA-TORREMOLINOS, 1992)", "Resolution 5 (Málaga-Torremolinos, 1992)"),
        ("RESOLUTION 646 (REV.WRC-19)", "Resolution 646 (Rev.WRC-19)"),
        ("RESOLUTION 14 (MOB-87)", "Resolution 14 (Mob-87)"),
        ("RESOLUTION ITU-R 7-4", "Resolution ITU-R 7-4"),
        ("COUNCIL RESOLUTION 1372 (MODIFIED 2019)", "Council Resolution 1372 (modified 2019)"),
        ("RESOLUTION 1114 (C-1985, LAST AMENDED C19)", "Resolution 1114 (C-1985, last amended C19)"),
        ("DRAFT NEW RESOLUTION [EUR-1]", "Draft new Resolution [EUR-1]"),
        ("DECISION 5 (REV. BUSAN, 2014)*", "Decision 5 (Rev. Busan, 2014)"),
        ("RÉSOLUTION 191 (RÉV. BUCAREST, 2022)", "Résolution 191 (Rév. Bucarest, 2022)"),
        ("РЕЗОЛЮЦИЯ 191 (ПЕРЕСМ. БУХАРЕСТ, 2022 Г.)", "Резолюция 191 (Пересм. Бухарест, 2022 г.)"),
        ("第191号决议（2022年，布加勒斯特，修订版）", "第191号决议（2022年，布加勒斯特，修订版）"),
        ("", "Resolution 191 (PP, 2022)"),
    ],
)
def test_a_text_is_cited_as_an_expert_would(printed, cited):
    assert cite(text(printed)) == cited


def test_a_question_always_names_its_sector():
    assert cite(text("QUESTION 7/1", "d/q/7.1@2022-2025")) == "Question 7/1 (ITU-D)"
    assert cite(text("", "d/q/7.1@2022-2025")) == "Question 7/1 (ITU-D, 2022-2025)"


@given(st.integers(1, 999), st.sampled_from(["Dubai", "Kyoto", "New Delhi", "Buenos Aires"]), st.integers(1992, 2026))
def test_capitals_make_no_difference(number, city, year):
    line = f"Resolution {number} (Rev. {city}, {year})"
    assert cite(text(line.upper())) == cite(text(line)) == line


@pytest.mark.parametrize(
    ("call", "label", "path", "place"),
    [
        ("instructs the Secretary-General", "2", ("2",), "instructs the Secretary-General, item 2"),
        ("considering,", "a)", ("a",), "considering, item a)"),
        ("resolves", "", ("1",), "resolves"),
        ("resolves", "", ("2",), "resolves, paragraph 2"),
        ("resolves", "a)", ("2", "a"), "resolves, item 2 a)"),
        ("resolves", "1.2", ("1", "2"), "resolves, item 1.2"),
        ("noting", "ii)", ("a", "ii"), "noting, item a) ii)"),
        ("resolves", "–", ("1", "1"), "resolves, paragraph 1.1"),
    ],
)
def test_a_clause_is_cited_by_call_and_item(call, label, path, place):
    resolution = text("RESOLUTION 191 (REV. BUCHAREST, 2022)")
    assert cite_clause(resolution, clause(call, label, path)) == f"Resolution 191 (Rev. Bucharest, 2022), {place}"


def test_a_clause_of_an_annex_names_the_annex():
    resolution = text("RESOLUTION 191 (REV. BUCHAREST, 2022)")
    paragraph = clause("", "3", ("3",), annex=2, part=Part.ANNEX)
    assert cite_clause(resolution, paragraph).endswith(", Annex 2, item 3")
    assert cite_clause(resolution, replace(paragraph, id="x")).endswith(", Annex, item 3")
