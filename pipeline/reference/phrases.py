"""Words by which the actions of a clause and their objects are cut out of it."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline.errors import ReferenceDataError
from pipeline.reference.mandates import class_of_each, load_mandate_words, word_list, word_lists
from pipeline.reference.tables import read_table

__all__ = ["Frame", "PhraseWords", "load_phrase_words"]


@dataclass(frozen=True, slots=True)
class Frame:
    """A verb and words further on that together tell the action."""

    verb: str
    words: tuple[str, ...]
    action: str


@dataclass(frozen=True, slots=True)
class PhraseWords:
    """Closed classes of words; each is explained in the data file."""

    introductory: frozenset[str]
    irregular: dict[str, str]
    modals: frozenset[str]
    adverbs: frozenset[str]
    passing: frozenset[str]
    bridges: tuple[tuple[str, ...], ...]
    light: frozenset[str]
    particles: frozenset[str]
    states: dict[str, tuple[str, ...]]
    ambiguous: frozenset[str]
    told_by_noun: dict[str, str]
    frames: tuple[Frame, ...]
    determiners: frozenset[str]
    inside: frozenset[str]
    joined: tuple[tuple[str, ...], ...]
    adjunct: dict[str, tuple[str, ...]]
    governed: dict[str, frozenset[str]]
    closers: frozenset[str]
    endings: frozenset[str]
    finite: frozenset[str]
    telling: frozenset[str]
    topics: frozenset[str]
    taken: frozenset[str]
    bureau: frozenset[str]
    bureau_of: dict[str, str]


@cache
def load_phrase_words() -> PhraseWords:
    """The closed classes of English.

    Raises:
        ReferenceDataError: a table is missing, a list holds no words or a word twice, or a class of action does not
            exist.
    """
    name = "phrases.toml"
    try:
        return _phrase_words(name, read_table(name))
    except KeyError as error:
        raise ReferenceDataError(f"reference file {name}: it lacks {error}") from error


def _phrase_words(name: str, data: dict[str, Any]) -> PhraseWords:
    verbs, thing = data["verbs"], data["object"]

    def words(table: dict[str, Any], key: str) -> frozenset[str]:
        return frozenset(word_list(table, key, name))

    frames = tuple(Frame(f["verb"], word_list(f, "words", name), f["action"]) for f in data["frames"])
    told = class_of_each(data["nouns"], name)
    known = set(load_mandate_words().actions.values())
    if unknown := sorted((set(told.values()) | {f.action for f in frames} | set(verbs["states"])) - known):
        raise ReferenceDataError(f"reference file {name}: there is no class of action {unknown[0]!r}")
    return PhraseWords(
        introductory=words(verbs, "introductory"),
        irregular=dict(verbs["irregular"]),
        modals=words(verbs, "modals"),
        adverbs=words(verbs, "adverbs"),
        passing=words(verbs, "passing"),
        bridges=_split(word_list(verbs, "bridges", name)),
        light=words(verbs, "light"),
        particles=words(verbs, "particles"),
        states=word_lists(verbs["states"], name),
        ambiguous=words(verbs, "nouns"),
        told_by_noun=told,
        frames=frames,
        determiners=words(thing, "determiners"),
        inside=words(thing, "inside"),
        joined=_split(word_list(thing, "joined", name)),
        adjunct=word_lists(thing["adjunct"], name),
        governed={key: frozenset(nouns) for key, nouns in word_lists(thing["governed"], name).items()},
        closers=words(thing, "closers"),
        endings=words(thing, "endings"),
        finite=words(thing, "finite"),
        telling=words(thing, "telling"),
        topics=words(thing, "topics"),
        taken=words(thing, "taken"),
        bureau=frozenset(word_list(data["bureau"], "phrases", name)),
        bureau_of={sector: data["bureau"][sector] for sector in ("r", "t", "d")},
    )


def _split(phrases: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Phrases as tuples of words, the longest first."""
    return tuple(sorted((tuple(p.split()) for p in phrases), key=len, reverse=True))
