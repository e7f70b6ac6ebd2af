"""One grammar in six languages: the same structure gives the same identifiers, whatever the script."""

import zipfile
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from xml.etree import ElementTree

import pytest
from conftest import SAMPLE, Road
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain import (
    Block,
    BlockKind,
    Body,
    Document,
    HeadingKind,
    InstrumentType,
    Part,
    Resolution,
    Span,
    Standing,
)
from pipeline.errors import ReferenceDataError
from pipeline.reference import LANGUAGES, legible, load_conferences, load_grammar, place_in, tables
from pipeline.segment import (
    Settled,
    align_expressions,
    in_compared_language,
    read_outline,
    segment_document,
    settle_corpus,
)
from pipeline.segment.actors import find_addressees
from pipeline.segment.calls import parse_call, parse_run_on
from pipeline.segment.heads import identify, parse_annex_head, parse_enactment, parse_head
from pipeline.segment.items import ItemPath, parse_label
from pipeline.segment.reasons import opens_reasons

MARKS = "\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2069"
LETTERS = {"ar": "A", "zh": "C", "en": "E", "fr": "F", "ru": "R", "es": "S"}


def document(language: str, *lines: str, styles: dict[int, str] | None = None) -> Document:
    """A document of these lines; ``styles`` gives the style of some of them by their place."""
    blocks, position = [], 0
    for index, line in enumerate(lines):
        blocks.append(
            Block(Span(position, position + len(line)), BlockKind.PARAGRAPH, style=(styles or {}).get(index, ""))
        )
        position += len(line) + 1
    return Document("doc/1", "x.docx", "0" * 64, "docx", "\n".join(lines), tuple(blocks), language=language)


@pytest.mark.parametrize(
    ("language", "head", "formula", "identifier"),
    [
        (
            "fr",
            "RÉSOLUTION 912 (Rév. Bucarest, 2022)",
            "La Conférence de plénipotentiaires (Bucarest, 2022),",
            "pp/res/912@2022",
        ),
        ("fr", "RÉSOLUTION 912 (Rév. Hammamet, 2016)", "", "wtsa/res/912@2016"),
        ("fr", "RÉSOLUTION 912 (Rév. Dubaï, 2018)", "", "pp/res/912@2018"),
        (
            "fr",
            "DÉCISION 901 (C22)",
            "Le Conseil de l'Union internationale des télécommunications,",
            "council/dec/901@2022",
        ),
        (
            "fr",
            "RÉSOLUTION UIT-R 901-1",
            "L'Assemblée des radiocommunications de l'UIT (Dubaï, 2023),",
            "ra/res/901@2023",
        ),
        (
            "es",
            "RESOLUCIÓN 912 (Rev. Bucarest, 2022)",
            "La Conferencia de Plenipotenciarios de la Unión Internacional de Telecomunicaciones (Bucarest, 2022),",
            "pp/res/912@2022",
        ),
        ("es", "ACUERDO 901 (C23)", "El Consejo de la UIT,", "council/dec/901@2023"),
        ("es", "RESOLUCIÓN 991 (Rev.CMR-23)", "", "wrc/res/991@2023"),
        (
            "es",
            "CUESTIÓN 91/1",
            "La Conferencia Mundial de Desarrollo de las Telecomunicaciones (Kigali, 2022),",
            "d/q/91.1@2022-2025",
        ),
        ("ru", "РЕЗОЛЮЦИЯ 912 (Пересм. Бухарест, 2022 г.)", "", "pp/res/912@2022"),
        ("ru", "РЕЗОЛЮЦИЯ 991 (Пересм. ВКР-23)", "", "wrc/res/991@2023"),
        (
            "ru",
            "РЕЗОЛЮЦИЯ 960 (Баку, 2025 г.)",
            "Всемирная конференция по развитию электросвязи (Баку, 2025 г.),",
            "wtdc/res/960@2025",
        ),
        ("ru", "ВОПРОС МСЭ-R 291/5", "Ассамблея радиосвязи МСЭ,", "r/q/291.5"),
        ("zh", "第912号决议（2022年，布加勒斯特，修订版）", "全权代表大会（2022年，布加勒斯特），", "pp/res/912@2022"),
        (
            "zh",
            "第912号决议（2024年，新德里）",
            "世界电信标准化全会（2024年，新德里），",
            "wtsa/res/912@2024",
        ),
        ("zh", "第991号决议（WRC-23，修订版）", "", "wrc/res/991@2023"),
        ("zh", "第901号决定（C22）", "国际电联理事会，", "council/dec/901@2022"),
        ("zh", "第91/1号课题", "世界电信发展大会（2022年，基加利），", "d/q/91.1@2022-2025"),
        ("ar", "القرار 912 (المراجَع في بوخارست، 2022)", "", "pp/res/912@2022"),
        ("ar", "القرار ٩١٢ (بوخارست، ٢٠٢٢)", "إن مؤتمر المندوبين المفوضين (بوخارست، ٢٠٢٢)،", "pp/res/912@2022"),
        (
            "ar",
            "القرار 969 (نيودلهي، 2024)",
            "إن الجمعية العالمية لتقييس الاتصالات (نيودلهي، 2024)،",
            "wtsa/res/969@2024",
        ),
        ("ar", "المقرر 901 (C23)", "إن مجلس الاتحاد الدولي للاتصالات،", "council/dec/901@2023"),
    ],
)
def test_number_lines_and_formulae_name_the_text(language: str, head: str, formula: str, identifier: str) -> None:
    parsed = parse_head(head, language)
    assert parsed is not None
    found, notices = identify(parsed, parse_enactment(formula, language), (), language=language)
    assert (str(found), notices) == (identifier, ())


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("fr", "La Résolution 912 de la conférence"),
        ("fr", "Résolution 912"),
        ("ru", "резолюция 912 конференции"),
        ("zh", "第912号决议请成员国采取行动"),
        ("ar", "القرار 912 الذي اعتمده المؤتمر"),
    ],
)
def test_running_text_is_no_number_line(language: str, line: str) -> None:
    assert parse_head(line, language) is None


@pytest.mark.parametrize(
    ("language", "line", "slug", "part"),
    [
        ("fr", "considérant en outre", "considering-further", Part.PREAMBULAR),
        ("fr", "ayant à l’esprit", "bearing-in-mind", Part.PREAMBULAR),
        ("fr", "notant avec préoccupation", "noting-with-concern", Part.PREAMBULAR),
        ("fr", "décide de charger le Secrétaire général", "resolves-to-instruct-sg", Part.OPERATIVE),
        ("fr", "charge les Directeurs des trois Bureaux", "instructs-dir3", Part.OPERATIVE),
        (
            "fr",
            "charge le Secrétaire général et les Directeurs des trois Bureaux",
            "instructs-sg-dir3",
            Part.OPERATIVE,
        ),
        ("fr", "charge en outre le Directeur du TSB", "instructs-further-dir-tsb", Part.OPERATIVE),
        ("fr", "prie instamment les États Membres", "urges", Part.OPERATIVE),
        ("fr", "invite le Conseil de l'UIT", "invites-council", Part.OPERATIVE),
        ("es", "considerando además", "considering-further", Part.PREAMBULAR),
        ("es", "habida cuenta de", "in-view-of", Part.PREAMBULAR),
        ("es", "encarga a los Directores de las tres Oficinas", "instructs-dir3", Part.OPERATIVE),
        ("es", "encarga al Director de la BDT", "instructs-dir-bdt", Part.OPERATIVE),
        ("es", "resuelve encargar al Secretario General", "resolves-to-instruct-sg", Part.OPERATIVE),
        ("es", "invita al Grupo Asesor de Normalización de las Telecomunicaciones", "invites-tsag", Part.OPERATIVE),
        ("ru", "учитывая далее", "considering-further", Part.PREAMBULAR),
        ("ru", "подчёркивая", "emphasizing", Part.PREAMBULAR),
        ("ru", "отмечая с обеспокоенностью", "noting-with-concern", Part.PREAMBULAR),
        ("ru", "поручает Директорам трех Бюро", "instructs-dir3", Part.OPERATIVE),
        ("ru", "решает поручить Генеральному секретарю", "resolves-to-instruct-sg", Part.OPERATIVE),
        ("ru", "настоятельно призывает Государства-Члены", "urges", Part.OPERATIVE),
        ("ru", "предлагает исследовательским комиссиям МСЭ-Т", "invites-study-groups-itu-t", Part.OPERATIVE),
        ("zh", "进一步考虑到", "considering-further", Part.PREAMBULAR),
        ("zh", "关切地注意到", "concerned", Part.PREAMBULAR),
        ("zh", "进一步做出决议，", "resolves-further", Part.OPERATIVE),
        ("zh", "做出决议，责成秘书长", "resolves-to-instruct-sg", Part.OPERATIVE),
        ("zh", "责成三个局的主任", "instructs-dir3", Part.OPERATIVE),
        ("zh", "责成秘书长和三个局的主任", "instructs-sg-dir3", Part.OPERATIVE),
        ("zh", "请理事会", "invites-council", Part.OPERATIVE),
        ("ar", "وإذ يضع في اعتباره كذلك", "considering-further", Part.PREAMBULAR),
        ("ar", "وإذ تذكِّر", "recalling", Part.PREAMBULAR),
        ("ar", "إذ تلاحظ بقلق", "noting-with-concern", Part.PREAMBULAR),
        ("ar", "يكلف مديري المكاتب الثلاثة", "instructs-dir3", Part.OPERATIVE),
        ("ar", "يكلّف الأمين العام ومديري المكاتب الثلاثة", "instructs-sg-dir3", Part.OPERATIVE),
        ("ar", "تكلف مدير مكتب تقييس الاتصالات", "instructs-dir-tsb", Part.OPERATIVE),
        ("ar", "يقرر تكليف الأمين العام", "resolves-to-instruct-sg", Part.OPERATIVE),
        ("ar", "يقرر كذلك", "resolves-further", Part.OPERATIVE),
    ],
)
def test_a_call_has_its_english_slug(language: str, line: str, slug: str, part: Part) -> None:
    call = parse_call(line, language=language)
    assert call is not None
    assert (call.slug, call.part) == (slug, part)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("fr", "décide 2 ci-dessus"),
        ("fr", "considérant que la Conférence a adopté cette résolution et qu'elle a demandé un rapport;"),
        ("es", "resuelve a) y b)"),
        ("ru", "учитывая, что эта резолюция была принята и что о ней следует сообщить;"),
        ("zh", "请注意，该表由秘书处编写。"),
        ("zh", "考虑到a)和b)段"),
        ("ar", "يقرر 2 أعلاه"),
    ],
)
def test_running_text_is_no_call(language: str, line: str) -> None:
    assert parse_call(line, language=language) is None


@pytest.mark.parametrize(("language", "word"), [("fr", "décide"), ("ru", "решает"), ("ar", "يقرر"), ("es", "resuelve")])
def test_one_word_resolves_in_a_resolution_and_decides_in_a_decision(language: str, word: str) -> None:
    verbs = [parse_call(word, language=language, kind=k) for k in (InstrumentType.RESOLUTION, InstrumentType.DECISION)]
    assert [v.verb for v in verbs if v] == ["resolves", "decides"]


@pytest.mark.parametrize(
    ("language", "line", "text"),
    [
        ("fr", "décide que le registre est public,", "que le registre est public,"),
        ("fr", "décide qu'un registre est tenu,", "qu'un registre est tenu,"),
        ("es", "resuelve que el registro sea público,", "que el registro sea público,"),
        ("ru", "решает, что реестр является открытым,", "что реестр является открытым,"),
        ("ar", "يقرّر أن يكون السجل علنياً،", "أن يكون السجل علنياً،"),
    ],
)
def test_run_on_calls(language: str, line: str, text: str) -> None:
    found = parse_run_on(line, language)
    assert found is not None
    call, start = found
    assert (call.slug, line[start:]) == ("resolves", text)


@pytest.mark.parametrize(
    ("language", "call", "actors", "partners"),
    [
        (
            "fr",
            "le Directeur du TSB, en collaboration avec le Directeur du BR et le Secrétaire général",
            ("tsb.dir",),
            ("br.dir", "gs.sg"),
        ),
        ("fr", "les Directeurs du BR, du TSB et du BDT", ("br.dir", "tsb.dir", "bdt.dir"), ()),
        ("es", "al Director de la TSB, en coordinación con la BDT", ("tsb.dir",), ("bdt.dir",)),
        ("ru", "Директору БСЭ в сотрудничестве с Директором БРЭ", ("tsb.dir",), ("bdt.dir",)),
        ("ru", "Директору БРЭ в сотрудничестве с Директорами других Бюро", ("bdt.dir",), ("br.dir", "tsb.dir")),
        ("zh", "电信标准化局主任与电信发展局主任合作，", ("tsb.dir",), ("bdt.dir",)),
        ("zh", "成员国、部门成员、部门准成员和学术成员", ("ms", "sm", "assoc", "academia"), ()),
        ("ar", "الأمين العام، بالتشاور مع مدير مكتب الاتصالات الراديوية", ("gs.sg",), ("br.dir",)),
        ("ar", "الدول الأعضاء وأعضاء القطاعات والمنتسبين والهيئات الأكاديمية", ("ms", "sm", "assoc", "academia"), ()),
    ],
)
def test_addressees_have_the_codes_of_english(
    language: str, call: str, actors: tuple[str, ...], partners: tuple[str, ...]
) -> None:
    found = find_addressees(call, language=language)
    assert (found.actors, found.partners) == (actors, partners)


@pytest.mark.parametrize(
    ("language", "clause", "actors"),
    [
        ("fr", "de charger le Secrétaire général de présenter un rapport;", ("gs.sg",)),
        ("es", "encargar al Secretario General que presente un informe;", ("gs.sg",)),
        ("ru", "поручить Генеральному секретарю представить отчет;", ("gs.sg",)),
        ("zh", "责成秘书长，提交报告；", ("gs.sg",)),
        ("ar", "تكليف الأمين العام بتقديم تقرير؛", ("gs.sg",)),
    ],
)
def test_a_clause_may_delegate(language: str, clause: str, actors: tuple[str, ...]) -> None:
    assert find_addressees("", clause, language).actors == actors


@pytest.mark.parametrize(
    ("language", "labels", "values"),
    [
        ("ar", ["أ )", "ب)", "ج)", "د)", "ه‍ )", "و )", "ز )"], "a b c d e f g"),
        ("ar", ["(أ", "(ب"], "a b"),
        ("ar", ["١", "٢", "٢.١"], "1 2 2.1"),
        ("ru", ["а)", "б)", "в)", "г)", "д)", "е)", "ж)", "з)", "и)", "к)"], "a b c d e f g h i j"),
        ("ru", ["a)", "b)", "c)"], "a b c"),
        ("zh", ["一、", "二、", "十、", "十一、", "二十、", "二十三、"], "1 2 10 11 20 23"),
        ("zh", ["（一）", "（二）"], "1 2"),
        ("zh", ["a）", "b）"], "a b"),
        ("zh", ["１", "２"], "1 2"),
        ("fr", ["a)", "b)", "1", "1bis"], "a b 1 1bis"),
    ],
)
def test_labels_of_every_script_count_alike(language: str, labels: list[str], values: str) -> None:
    found = [parse_label(f"{label}\tنص text 文", language) for label in labels]
    assert " ".join(label.value for label in found if label) == values
    assert [label.printed for label in found if label] == labels


@pytest.mark.parametrize(
    ("language", "line"),
    [("fr", "27 décembre 2022, date de"), ("ru", "30 дней после"), ("es", "5 GHz y más"), ("ar", "15 يوماً من تاريخ")],
)
def test_quantities_and_dates_are_no_labels(language: str, line: str) -> None:
    assert parse_label(line, language) is None


@given(st.sampled_from(LANGUAGES), st.integers(0, 23))
def test_the_nth_letter_of_a_list_is_the_nth_latin_letter(language: str, place: int) -> None:
    letter = load_grammar(language).letters[place]
    label = parse_label(f"{letter})\tx", language)
    assert label is not None
    assert label.value == "abcdefghijklmnopqrstuvwx"[place]


@given(st.text(alphabet=st.sampled_from("aب第ё1٣（，\u200f\u0651 \t"), max_size=12), st.integers(0, 12))
def test_places_lead_back_from_legible_text(text: str, place: int) -> None:
    plain = legible(text)
    if place >= len(plain):
        assert place_in(text, place) == len(text) or not text[place_in(text, place) :].strip("\u200f\u0651")
    else:
        assert legible(text[place_in(text, place)]) == plain[place]
        assert legible(text[: place_in(text, place)]) == plain[:place]


@given(st.data())
def test_direction_marks_change_nothing(data: st.DataObject) -> None:
    def strewn(line: str) -> str:
        marks = [data.draw(st.sampled_from(["", *MARKS])) for _ in range(len(line) + 1)]
        return "".join(mark + character for mark, character in zip(marks, [*line, ""], strict=True))

    head = parse_head(strewn("القرار 912 (بوخارست، 2022)"), "ar")
    assert head is not None
    assert head.number == "912"
    call = parse_call(strewn("وإذ يضع في اعتباره كذلك"), language="ar")
    assert call is not None
    assert call.slug == "considering-further"
    line = strewn("أ )\tنص")
    label = parse_label(line, "ar")
    assert label is not None
    assert (label.value, legible(line[label.start :])) == ("a", "نص")
    assert find_addressees(strewn("مدير مكتب تنمية الاتصالات"), language="ar").actors == ("bdt.dir",)


@pytest.mark.parametrize(
    ("language", "line", "number"),
    [
        ("fr", "ANNEXE 2 DE LA RÉSOLUTION 912 (Rév. Bucarest, 2022)", 2),
        ("fr", "ANNEXE", 1),
        ("fr", "Annexe technique", None),
        ("es", "ANEXO A LA RESOLUCIÓN 912 (Bucarest, 2022)", 1),
        ("es", "Anexo B", None),
        ("ru", "ПРИЛОЖЕНИЕ 2 К РЕЗОЛЮЦИИ 912 (ПЕРЕСМ. БУХАРЕСТ, 2022 г.)", 2),
        ("ru", "Приложения к настоящей резолюции опубликованы", None),
        ("zh", "第912号决议（2022年，布加勒斯特）附件2", 2),
        ("zh", "附件1", 1),
        ("zh", "附件中列出了措施", None),
        ("ar", "الملحق 2 بالقرار 912 (بوخارست، 2022)", 2),
        ("ar", "الملحق بهذا القرار", 1),
    ],
)
def test_annex_heads(language: str, line: str, number: int | None) -> None:
    assert parse_annex_head(line, language=language) == number


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("fr", "Motifs: clarifier"),
        ("es", "Motivos:\taclarar"),
        ("ru", "Основания: уточнить"),
        ("zh", "理由：说明"),
        ("ar", "الأسباب:\tتوضيح"),
    ],
)
def test_reasons_end_a_proposal(language: str, line: str) -> None:
    assert opens_reasons(line, language)
    assert not opens_reasons(line.replace(":", "").replace("：", ""), language)


def test_a_body_with_its_year_is_found_in_every_language() -> None:
    for language in LANGUAGES:
        assert set(load_grammar(language).bodies.values()) == {
            Body.PP,
            Body.WTSA,
            Body.WTDC,
            Body.RA,
            Body.WRC,
            Body.WCIT,
            Body.WTPF,
            Body.COUNCIL,
        }


def test_cities_lead_to_places_where_a_body_met() -> None:
    met = {city for city, _ in load_conferences().by_place}
    for language in LANGUAGES:
        named = set(load_grammar(language).cities.values())
        assert {tables._folded(city) for city in named} <= met
    for language in ("ar", "ru", "zh"):  # no city is written in these scripts as in English
        assert {tables._folded(city) for city in load_grammar(language).cities.values()} == met


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('"considérant" = "considering"', '"considérant" = "resolves"'), "no preambular call"),
        (('"décide" = "resolves"\n', '"décide" = "recognises"\n'), "no operative call"),
        (('"en outre" = "further"', '"en outre" = "outre"'), "modifiers"),
        (('resolution = ["résolution", "resolution"]', 'resolution = ["décision"]'), "stands for"),
        (('pp = ["La Conf', 'ppp = ["La Conf'), "'ppp' is unknown"),
        (('"gs.dsg" = ["vice-secrétaire général"]\n', ""), "no phrases for"),
        (('letters = "abc', 'letters = "aabc'), "named twice"),
        (('forms = ["{draft}{kind}', 'forms = ["{draft}{kin}'), "{kin}"),
        (('language = "fr"', 'language = "es"'), "of the language 'es'"),
        (("[reasons]", "[grounds]"), "reasons is missing"),
    ],
)
def test_a_wrong_entry_of_a_grammar_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, change: tuple[str, str], told: str
) -> None:
    source = Path(tables.__file__).parent / "data"
    (tmp_path / "data" / "grammar").mkdir(parents=True)
    for name in ("calls.toml", "actors.toml"):
        (tmp_path / "data" / name).write_text((source / name).read_text(encoding="utf-8"), encoding="utf-8")
    french = (source / "grammar" / "fr.toml").read_text(encoding="utf-8")
    assert change[0] in french
    (tmp_path / "data" / "grammar" / "fr.toml").write_text(french.replace(*change, 1), encoding="utf-8")
    monkeypatch.setattr(tables, "files", lambda _: tmp_path)
    with pytest.raises(ReferenceDataError, match=r"grammar/fr\.toml") as error:
        load_grammar.__wrapped__("fr")
    assert told in str(error.value)


def test_there_is_no_seventh_language() -> None:
    with pytest.raises(ReferenceDataError, match="'de'"):
        load_grammar("de")


def test_i_after_h_is_a_letter_in_cyrillic_too() -> None:
    path = ItemPath()
    paths = [path.next(parse_label(f"{letter})\tтекст", "ru")) for letter in "абвгдежзик"]
    assert paths == [(letter,) for letter in "abcdefghij"]


def test_a_latin_list_may_hold_cyrillic_letters_of_the_same_shape() -> None:
    path = ItemPath()
    typed = ["a", "b", "\u0441", "d", "\u0435", "f"]
    assert [path.next(parse_label(f"{letter})\tтекст", "ru")) for letter in typed] == [(c,) for c in "abcdef"]


# ------------------------------------------------------------------------------------- one text in six languages


@pytest.fixture(scope="module")
def versions(sample_documents: tuple[Document, ...]) -> dict[str, Resolution]:
    """The text of the sample that is held in all languages, by language."""
    found = {}
    for one in sample_documents:
        if one.path.startswith("S-RES-PP.912-"):
            (found[one.language],) = segment_document(one)
    return found


def test_all_six_languages_give_the_same_structure(versions: dict[str, Resolution]) -> None:
    structures = {
        language: [(c.id, c.part, s.verb, c.actors, c.partners) for s in r.sections for c in s.clauses]
        for language, r in versions.items()
    }
    assert set(structures) == set(LETTERS)
    assert len(structures["en"]) == 11
    for language in LETTERS:
        assert structures[language] == structures["en"], language
        assert versions[language].notices == ()


def test_the_file_name_tells_the_language_as_the_text_does(sample_documents: tuple[Document, ...]) -> None:
    for one in sample_documents:
        if one.path.startswith("S-RES-PP.912-"):
            assert one.path.endswith(f"-{LETTERS[one.language]}.docx")


def test_the_six_are_one_text_with_five_expressions(sample_settled: Settled) -> None:
    (text,) = [r for r in sample_settled.resolutions if r.id.number == "912"]
    assert text.language == "en"
    assert [e.language for e in sample_settled.expressions] == ["ar", "es", "fr", "ru", "zh"]
    for expression in sample_settled.expressions:
        assert expression.is_whole
        assert [r.clause for r in expression.renderings] == [c.id for c in text.clauses]


def test_expressions_are_never_found_as_duplication(sample_road: Road) -> None:
    assert all("/912@" not in f.a + f.b for f in sample_road.findings)
    assert all("/912@" not in o.left + o.right for o in sample_road.matched.overlaps)


def test_every_rendering_slices_its_document(sample_documents: tuple[Document, ...], sample_settled: Settled) -> None:
    by_id = {d.id: d for d in sample_documents}
    for expression in sample_settled.expressions:
        text = by_id[expression.document_id].text
        for rendering in expression.renderings:
            assert rendering.span.of(text) == rendering.text


def test_the_arabic_file_runs_from_right_to_left() -> None:
    space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    with zipfile.ZipFile(SAMPLE / "S-RES-PP.912-2022-MSW-A.docx") as package:
        root = ElementTree.fromstring(package.read("word/document.xml"))
    for paragraph in root.iter(f"{space}p"):
        assert paragraph.find(f"{space}pPr/{space}bidi") is not None
        assert all(run.find(f"{space}rPr/{space}rtl") is not None for run in paragraph.iter(f"{space}r"))


# ------------------------------------------------------------------------------------------------ expressions


def without(resolution: Resolution, slug: str) -> Resolution:
    return replace(resolution, sections=tuple(s for s in resolution.sections if s.slug != slug))


def renamed(resolution: Resolution, slug: str, other: str) -> Resolution:
    """The text with one call translated back by another word, as "aware" and "conscious" have one French word."""
    sections = tuple(
        replace(s, slug=other, clauses=tuple(replace(c, id=c.id.replace(f"#{slug}.", f"#{other}.")) for c in s.clauses))
        if s.slug == slug
        else s
        for s in resolution.sections
    )
    return replace(resolution, sections=sections)


def test_another_word_for_a_call_is_aligned_by_its_place(versions: dict[str, Resolution]) -> None:
    french = renamed(versions["fr"], "recognizing", "aware")
    (expression,) = align_expressions([versions["en"], french]).expressions
    assert expression.is_whole
    assert [r.clause for r in expression.renderings] == [c.id for c in versions["en"].clauses]


def test_a_clause_without_counterpart_is_told(versions: dict[str, Resolution]) -> None:
    aligned = align_expressions([versions["en"], without(versions["ru"], "resolves")])
    (expression,) = aligned.expressions
    assert expression.missing == ("pp/res/912@2022#resolves.1", "pp/res/912@2022#resolves.2")
    assert expression.further == ()
    (main,) = aligned.resolutions
    assert "2 clauses without counterpart" in " ".join(n.message for n in main.notices)


def test_a_text_held_in_another_language_alone_stays_and_says_so(versions: dict[str, Resolution]) -> None:
    settled = settle_corpus([versions["zh"], versions["ar"]])
    (text,) = settled.resolutions
    assert text.language == "zh"
    assert text.standing is Standing.IN_FORCE
    assert {n.code for n in text.notices} == {"expressions", "other-language"}
    assert [e.language for e in settled.expressions] == ["ar"]
    assert in_compared_language(settled.resolutions) == ()
    assert in_compared_language([versions["en"]]) == (versions["en"],)


def test_a_version_in_another_language_is_no_second_text_of_the_edition(versions: dict[str, Resolution]) -> None:
    settled = settle_corpus(versions.values())
    assert len(settled.resolutions) == 1
    assert "several-texts" not in [n.code for n in settled.resolutions[0].notices]


def test_the_order_of_versions_changes_nothing(versions: dict[str, Resolution]) -> None:
    some = [versions[language] for language in ("en", "fr", "ar")]
    results = [settle_corpus(order) for order in permutations(some)]
    assert all(result == results[0] for result in results)


def test_a_suppression_told_in_another_language_holds(versions: dict[str, Resolution]) -> None:
    event = replace(versions["fr"], sections=(), standing=Standing.SUPPRESSED, marker="SUP", document_id="doc/sup")
    (text,) = settle_corpus([versions["en"], event]).resolutions
    assert text.standing is Standing.SUPPRESSED
    assert text.language == "en"


# ---------------------------------------------------------------------------------------------------- outlines

TREE = [
    (1, HeadingKind.SECTION, "1"),
    (1, HeadingKind.SECTION, "2"),
    (2, HeadingKind.SECTION, "2.1"),
    (3, HeadingKind.SECTION, "2.1.1"),
    (2, HeadingKind.SECTION, "2.2"),
    (1, HeadingKind.ANNEX, "A"),
    (1, HeadingKind.APPENDIX, "I"),
    (1, HeadingKind.BIBLIOGRAPHY, ""),
]
STYLED = {
    "en": ["1\tScope", "2\tUse", "2.1\tMasts", "2.1.1\tSteel", "2.2\tRoofs", "Annex A", "Appendix I", "Bibliography"],
    "fr": [
        "1\tObjet",
        "2\tEmploi",
        "2.1\tMâts",
        "2.1.1\tAcier",
        "2.2\tToits",
        "Annexe A",
        "Appendice I",
        "Bibliographie",
    ],
    "es": [
        "1\tObjeto",
        "2\tUso",
        "2.1\tTorres",
        "2.1.1\tAcero",
        "2.2\tTejados",
        "Anexo A",
        "Apéndice I",
        "Bibliografía",
    ],
    "ru": [
        "1\tЦель",
        "2\tВиды",
        "2.1\tМачты",
        "2.1.1\tСталь",
        "2.2\tКрыши",
        "Приложение А",
        "Дополнение I",
        "Библиография",
    ],
    "zh": ["1\t范围", "2\t使用", "2.1\t塔架", "2.1.1\t钢", "2.2\t屋顶", "附件A", "附录I", "参考文献"],
    "ar": [
        "1\tالنطاق",
        "2\tالاستعمال",
        "1.2\tالأبراج",
        "1.1.2\tالفولاذ",
        "2.2\tالأسطح",
        "الملحق A",
        "التذييل I",
        "بيبليوغرافيا",
    ],
}
STYLES = dict(
    enumerate(
        (
            *("heading 1", "heading 1", "heading 2", "heading 3", "heading 2"),
            "annex_notitle",
            "appendix_notitle",
            "annex_no",
        )
    )
)


@pytest.mark.parametrize("language", LETTERS)
def test_the_section_tree_is_the_same_in_all_languages(language: str) -> None:
    found = read_outline(document(language, *STYLED[language], styles=STYLES))
    assert [heading.place for heading in found] == TREE


def test_tables_of_contents_and_items_give_no_headings() -> None:
    lines = [
        "1\tScope\t1",
        "2\tUse\t3",
        "1\tScope",
        "1\tto prepare a guide;",
        "2\tUse",
        "7\tnests were counted",
        "2.1\tMasts",
    ]
    found = read_outline(document("en", *lines, styles={0: "toc 1", 1: "toc 1"}))
    assert [heading.place for heading in found] == [TREE[0], TREE[1], TREE[2]]
    assert [heading.title for heading in found] == ["Scope", "Use", "Masts"]


def test_an_annex_takes_its_title_from_the_line_below() -> None:
    styles = {0: "heading 1", 1: "annexno", 2: "annextitle"}
    found = read_outline(document("fr", "1\tObjet", "ANNEXE A", "Mesures des mâts", styles=styles))
    assert [(h.kind, h.number, h.title) for h in found[1:]] == [(HeadingKind.ANNEX, "A", "Mesures des mâts")]


def test_a_number_that_reads_the_same_both_ways_is_left_as_it_is() -> None:
    lines = ["7\tالمتطلبات", "1.7\tالاعتمادية", "7.7\tاللغة"]
    found = read_outline(document("ar", *lines, styles={0: "heading 1", 1: "heading 2", 2: "heading 2"}))
    assert [h.number for h in found] == ["7", "7.1", "7.7"]
