"""The words of form in each official language: calls, number lines, enacting formulae, annexes, labels, addressees.

English gives the verbs (``calls.toml``) and the addressees (``actors.toml``); each file in ``data/grammar`` says how
its language writes them, so that a clause has the same identifier in all six.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline.domain import Body, InstrumentType
from pipeline.errors import ReferenceDataError
from pipeline.reference.legible import legible
from pipeline.reference.tables import Actor, Actors, load_actors, load_calls, read_table

__all__ = ["LANGUAGES", "CallWords", "Grammar", "load_grammar"]

LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")
_KINDS = {
    "resolution": InstrumentType.RESOLUTION,
    "decision": InstrumentType.DECISION,
    "recommendation": InstrumentType.RECOMMENDATION,
    "opinion": InstrumentType.OPINION,
    "question": InstrumentType.QUESTION,
}
_PARTS = ("annex", "appendix", "attachment", "bibliography")
_FIELDS = ("{draft}", "{kind}", "{sector}", "{number}", "{edition}")


@dataclass(frozen=True, slots=True)
class CallWords:
    """Call words of one language, each with its English verb, longest first.

    ``by_type`` holds what a word means in decisions or Questions where that is not what it means in resolutions.
    ``leading`` may stand before a call, ``that`` opens the sentence of a run-on call; ``qualifiers`` and ``delegated``
    are phrases behind a call with their English form.
    """

    preambular: dict[str, str]
    operative: dict[str, str]
    modifiers: dict[str, str]
    qualifiers: dict[str, str]
    delegated: dict[str, str]
    by_type: dict[InstrumentType, dict[str, str]]
    leading: tuple[str, ...]
    that: tuple[str, ...]
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grammar:
    """How one language writes the form of an instrument; all words are legible (see ``legible``).

    ``spaced`` is false where words are not divided by spaces. ``number_lines`` are forms with ``{kind}``, ``{number}``
    and the like; the stop of ``abbreviations`` ends no sentence. ``letters`` are the letters of list labels in their
    order, ``numerals`` native numerals from one on. ``right_to_left`` also means that numbers of sections may be
    written with their parts in reverse.
    """

    language: str
    spaced: bool
    right_to_left: bool
    calls: CallWords
    actors: Actors
    delegation: tuple[re.Pattern[str], ...]
    kinds: dict[str, InstrumentType]
    number_lines: tuple[str, ...]
    drafts: tuple[str, ...]
    sector_prefixes: tuple[str, ...]
    radio_conferences: tuple[str, ...]
    abbreviations: tuple[str, ...]
    cities: dict[str, str]
    bodies: dict[str, Body]
    parts: dict[str, str]
    holders: tuple[str, ...]
    holder_first: bool
    reasons: tuple[str, ...]
    joining: tuple[str, ...]
    letters: str
    numerals: str
    quantities: tuple[str, ...]


@cache
def load_grammar(language: str) -> Grammar:
    """The grammar of an official language.

    Args:
        language: ``ar``, ``zh``, ``en``, ``fr``, ``ru`` or ``es``.

    Raises:
        ReferenceDataError: the language is none of the six, or its file is damaged; the message names the entry.
    """
    if language not in LANGUAGES:
        raise ReferenceDataError(f"no grammar of the language {language!r}; there are {', '.join(LANGUAGES)}")
    name = f"grammar/{language}.toml"
    data = read_table(name)
    try:
        return _grammar(data, language, name)
    except KeyError as error:
        raise ReferenceDataError(f"reference file {name}: {error.args[0]} is missing") from error
    except (AttributeError, TypeError) as error:
        raise ReferenceDataError(f"reference file {name}: an entry has the wrong form ({error})") from error


def _grammar(data: Mapping[str, Any], language: str, name: str) -> Grammar:
    if data["language"] != language:
        raise ReferenceDataError(f"reference file {name}: it is of the language {data['language']!r}")
    heads, annexes, items = data["number_line"], data["annex"], data["items"]
    kinds = {word: _KINDS[kind] for word, kind in _turned(heads["kinds"], _KINDS, name).items()}
    for form in heads["forms"]:
        if unknown := set(re.findall(r"\{\w*\}", form)) - set(_FIELDS):
            raise ReferenceDataError(f"reference file {name}: {form!r} holds {sorted(unknown)}")
    return Grammar(
        language=language,
        spaced=bool(data["spaced"]),
        right_to_left=bool(data["right_to_left"]),
        calls=_english_calls(data["calls"], name) if language == "en" else _calls(data["calls"], name),
        actors=load_actors() if language == "en" else _actors(data["actors"], name),
        delegation=tuple(_pattern(p, name) for p in data.get("actors", {}).get("delegation", ())),
        kinds=kinds,
        number_lines=tuple(heads["forms"]),
        drafts=_longest(heads["drafts"]),
        sector_prefixes=_longest(heads["sector_prefixes"]),
        radio_conferences=_longest(heads["radio_conferences"]),
        abbreviations=_longest(heads["abbreviations"]),
        cities={word.casefold(): city for word, city in _mapped(data.get("cities", {})).items()},
        bodies={word: Body(body) for word, body in _turned(data["enacting"], set(Body), name).items()},
        parts=_turned(annexes["words"], _PARTS, name),
        holders=_longest(annexes["holders"]),
        holder_first=bool(annexes["holder_first"]),
        reasons=_longest(data["reasons"]["words"]),
        joining=_longest(items["joining"]),
        letters=_once(items["letters"], name),
        numerals=_once(items["numerals"], name),
        quantities=_longest(items["quantities"]),
    )


def _longest(words: Iterable[str]) -> tuple[str, ...]:
    """Words as they are looked for: legible, the longest first."""
    return tuple(sorted({legible(word) for word in words}, key=lambda word: (-len(word), word)))


def _mapped(words: Mapping[str, str]) -> dict[str, str]:
    """Words of a language with their English form, the longest first."""
    levelled = {legible(word): english for word, english in words.items()}
    return {word: levelled[word] for word in _longest(levelled)}


def _turned(table: Mapping[str, Any], known: Iterable[str], name: str) -> dict[str, str]:
    """``kind → words`` as ``word → kind``, the longest word first; no word may have two meanings."""
    found: dict[str, str] = {}
    for key, words in table.items():
        if key not in known:
            raise ReferenceDataError(f"reference file {name}: {key!r} is unknown")
        for word in words:
            if found.setdefault(legible(word), key) != key:
                raise ReferenceDataError(f"reference file {name}: {word!r} stands for {found[legible(word)]} and {key}")
    return {word: found[word] for word in _longest(found)}


def _once(letters: str, name: str) -> str:
    letters = legible(letters)
    if len(set(letters)) != len(letters):
        raise ReferenceDataError(f"reference file {name}: a letter of labels is named twice in {letters!r}")
    return letters


def _pattern(pattern: str, name: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern, re.I)
    except re.error as error:
        raise ReferenceDataError(f"reference file {name}: {pattern!r}: {error}") from error


def _english_calls(data: Mapping[str, Any], name: str) -> CallWords:
    calls = load_calls()
    return CallWords(
        preambular=_mapped({w: calls.canonical.get(w, w) for w in calls.preambular}),
        operative=_mapped({w: calls.canonical.get(w, w) for w in calls.operative}),
        modifiers=_mapped({w: w for w in calls.modifiers}),
        qualifiers={},
        delegated={},
        by_type={},
        leading=(),
        that=_longest(data["that"]),
        references=calls.reference_followers,
    )


def _calls(data: Mapping[str, Any], name: str) -> CallWords:
    """Call words that all lead to an English verb of the same part."""
    english = load_calls()
    for part, verbs in (("preambular", english.preambular), ("operative", english.operative)):
        for word, verb in data[part].items():
            if verb not in verbs or verb in english.canonical:
                raise ReferenceDataError(f"reference file {name}: {word!r} stands for {verb!r}, no {part} call")
    if unknown := set(data["modifiers"].values()) - set(english.modifiers):
        raise ReferenceDataError(f"reference file {name}: modifiers {sorted(unknown)} are not English ones")
    if both := {legible(w) for w in data["preambular"]} & {legible(w) for w in data["operative"]}:
        raise ReferenceDataError(f"reference file {name}: both preambular and operative: {sorted(both)}")
    by_type = {}
    for kind, words in data.get("by_type", {}).items():
        if kind not in _KINDS or set(words) - set(data["operative"]) or set(words.values()) - set(english.operative):
            raise ReferenceDataError(f"reference file {name}: by_type {kind} names an unknown kind or verb")
        by_type[_KINDS[kind]] = _mapped(words)
    return CallWords(
        preambular=_mapped(data["preambular"]),
        operative=_mapped(data["operative"]),
        modifiers=_mapped(data["modifiers"]),
        qualifiers=_mapped(data.get("qualifiers", {})),
        delegated=_mapped(data.get("delegated", {})),
        by_type=by_type,
        leading=_longest(data.get("leading", ())),
        that=_longest(data.get("that", ())),
        references=_longest(data["references"]),
    )


def _actors(data: Mapping[str, Any], name: str) -> Actors:
    """Addressees with the codes and slugs of English and the phrases of this language."""
    english = {"+".join(actor.codes): actor for actor in load_actors().actors}
    phrases = _turned(data["phrases"], english, name)
    if missing := [key for key, actor in english.items() if actor.office and key not in data["phrases"]]:
        raise ReferenceDataError(f"reference file {name}: no phrases for {missing}")
    joined = data.get("joined", ())
    found = []
    for key, actor in english.items():
        own = [phrase.casefold() for phrase, meant in phrases.items() if meant == key]
        if own:
            every = dict.fromkeys(p + phrase for phrase in own for p in ("", *joined))
            found.append(Actor(actor.codes, actor.slug, actor.office, tuple(every)))
    introduction = "|".join(f"(?:{legible(p)})" for p in data["partner_patterns"])
    return Actors(tuple(found), _pattern(introduction, name))
