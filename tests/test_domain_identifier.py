import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain import Body, InstrumentType, QuestionId, ResolutionId, Sector, clause_id, parse_instrument_id
from pipeline.errors import UnknownIdentifierError

editions = st.one_of(
    st.none(), st.integers(1900, 2099).map(str), st.integers(1, 40).map(lambda n: f"r{n}"), st.just("unk")
)
resolution_ids = st.builds(
    ResolutionId,
    st.sampled_from(list(Body)),
    st.sampled_from([t for t in InstrumentType if t is not InstrumentType.QUESTION]),
    st.from_regex(r"[0-9]{1,4}[A-Z]?|draft(-[a-z0-9]{1,5}){1,3}", fullmatch=True),
    editions,
    st.one_of(st.none(), st.from_regex(r"(mod|add|sup)-[a-z]{2,5}-[0-9]{1,3}", fullmatch=True)),
)
question_ids = st.builds(
    QuestionId,
    st.sampled_from([sector for sector in Sector if sector is not Sector.OUTSIDE]),
    st.integers(1, 300).map(str),
    st.integers(1, 25).map(str),
    st.one_of(st.none(), st.just("2022-2025"), editions),
)


@given(st.one_of(resolution_ids, question_ids))
def test_parse_is_the_inverse_of_format(identifier: ResolutionId | QuestionId) -> None:
    assert parse_instrument_id(str(identifier)) == identifier


@pytest.mark.parametrize(
    "written",
    ["pp/res/191@2022", "ra/res/7@r4", "cv/art/14A", "wtdc/res/draft-eur-1@2025~add-eur-901a2-2", "d/q/7.1@2022-2025"],
)
def test_format_is_the_inverse_of_parse(written: str) -> None:
    assert str(parse_instrument_id(written)) == written


@pytest.mark.parametrize(
    "written", ["", "191", "pp/res", "xx/res/1", "pp/law/1", "pp/res/191@22", "z/q/1.2", "pp/res/1@2022 "]
)
def test_what_is_no_identifier_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(UnknownIdentifierError, match="an example is"):
        parse_instrument_id(written)


def test_a_work_has_no_edition_and_no_proposal() -> None:
    assert str(ResolutionId.parse("pp/res/191@2022~mod-eur-1").work) == "pp/res/191"


def test_clause_ids_follow_the_reference() -> None:
    resolution = ResolutionId.parse("pp/res/191@2022")
    assert clause_id(resolution, "instructs-dir3", ("2",)) == "pp/res/191@2022#instructs-dir3.2"
    assert clause_id(resolution, "p", ("1", "2"), annex=1) == "pp/res/191@2022!annex1#p.1.2"


def test_an_open_question_belongs_to_no_body() -> None:
    assert QuestionId(Sector.UNION, "3", "1").body is Body.UNKNOWN
    assert str(QuestionId(Sector.UNION, "3", "1")) == "unk/q/3.1"
