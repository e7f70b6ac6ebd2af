"""Six languages: nothing untranslated, and every gap of a sentence kept."""

import re
import sys
from pathlib import Path

import pytest

from pipeline.domain import Outcome, OverlapClass, PairState, QueueOrder, Relation, Remedy, Role
from pipeline.match.features import FEATURES
from pipeline.report.featurenames import FEATURE_NAMES
from pipeline.web import wording
from pipeline.web.i18n import LANGUAGES, choose_language, direction_of, interfaces
from pipeline.web.routes.audit import KINDS

sys.path.insert(0, str(Path(__file__).parent.parent / "tools"))
import messages

_GAPS = re.compile(r"%\((\w+)\)s")


@pytest.fixture(scope="module")
def template() -> messages.Catalog:
    return messages.found()


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_no_message_is_untranslated(language: str, template: messages.Catalog) -> None:
    missing = list(messages.faults(language, template))
    assert not missing, f"{len(missing)} messages; run tools/messages.py and translate: {missing[:5]}"


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_translations_keep_the_gaps_of_a_sentence(language: str) -> None:
    for message in messages.read(language):
        if not message.id:
            continue
        wanted = set(_GAPS.findall(message.id if isinstance(message.id, str) else message.id[1]))
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        for form in forms:
            if form:
                assert set(_GAPS.findall(form)) <= wanted, message.id
                assert isinstance(message.id, tuple) or set(_GAPS.findall(form)) == wanted, message.id


def test_every_value_of_the_domain_has_words() -> None:
    for words, kind in (
        (wording.OUTCOMES, Outcome),
        (wording.STATES, PairState),
        (wording.CLASSES, OverlapClass),
        (wording.RELATIONS, Relation),
        (wording.MEANINGS, Relation),
        (wording.REMEDIES, Remedy),
        (wording.ROLES, Role),
        (wording.ORDERS, QueueOrder),
    ):
        assert set(words) == set(kind)


def test_every_kind_of_line_in_the_ledger_has_words() -> None:
    assert set(wording.EVENTS) == set(KINDS)


def test_every_feature_of_the_score_has_words_in_every_language(template: messages.Catalog) -> None:
    names = {feature.name for feature in FEATURES}
    assert names == set(FEATURE_NAMES)
    assert all(name in template for name in FEATURE_NAMES.values())
    assert len(set(FEATURE_NAMES.values())) == len(names)


def test_a_translation_is_used() -> None:
    speak = interfaces()
    assert speak["fr"].gettext("Save and next") == "Enregistrer et continuer"
    assert speak["ru"].gettext("Unrelated") == "Не связаны"
    assert speak["ar"].gettext("Evidence") == "الأدلة"
    assert speak["zh"].ngettext("%(num)s person", "%(num)s people", 3) == "3 人"
    assert speak["fr"].ngettext("%(num)s document", "%(num)s documents", 1) == "1 document"


def test_each_language_says_its_name_and_direction() -> None:
    assert set(interfaces()) == set(LANGUAGES) == {"en", *messages.LANGUAGES}
    assert [code for code in LANGUAGES if direction_of(code) == "rtl"] == ["ar"]


@pytest.mark.parametrize(
    ("asked", "preferred", "accepted", "spoken"),
    [
        ("ar", "fr", "ru", "ar"),
        ("xx", "fr", "ru", "fr"),
        ("", "", "de, ru;q=0.4, es-MX;q=0.9", "es"),
        ("", "", "fr;q=0, zh-Hant", "zh"),
        ("", "", "fr;q=high, de", "en"),
        ("", "", "", "en"),
    ],
)
def test_the_language_of_a_page_is_that_which_was_asked_for_most_plainly(
    asked: str, preferred: str, accepted: str, spoken: str
) -> None:
    assert choose_language(asked, preferred, accepted) == spoken
