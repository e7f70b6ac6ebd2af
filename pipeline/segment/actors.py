"""Who is told or asked to act, and with whom: phrases of the actor table found by spaCy."""

import re
from dataclasses import dataclass
from functools import cache

import spacy
from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.util import filter_spans

from pipeline.domain import plain_characters
from pipeline.reference import Actor, load_actors

__all__ = ["Addressees", "find_addressees"]

# "resolves to instruct the Director …": the addressee stands in the clause and not on the call line.
_DELEGATION = re.compile(
    r"^(?:that\s+)?(?:to\s+)?(?:further\s+|also\s+)?"
    r"(?:instruct|invite|request|urge|encourage|call upon|ask|authorize|direct)\s+(?P<who>[^.;]{3,160}?)\s+to\b",
    re.I,
)
# "invites … 1 RAG, TSAG and TDAG to continue": the list before "to" names who is invited.
_LEADING = re.compile(
    r"^(?P<who>(?:the\s+|all\s+)?[A-Z][^.;:]{2,160}?|the\s[^.;:]{3,160}?),?\s+(?:to|should|shall|may)\b"
)


@dataclass(frozen=True, slots=True)
class Addressees:
    """``actors`` and ``partners`` are codes in the order of the text; ``slugs`` name the offices among the actors."""

    actors: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    slugs: tuple[str, ...] = ()


@cache
def _language() -> Language:
    return spacy.blank("en")


@cache
def _matcher() -> tuple[PhraseMatcher, tuple[Actor, ...]]:
    language = _language()
    matcher = PhraseMatcher(language.vocab, attr="LOWER")
    actors = load_actors().actors
    for index, actor in enumerate(actors):
        matcher.add(str(index), [language.make_doc(phrase) for phrase in actor.phrases])
    return matcher, actors


def find_addressees(call: str, text: str = "") -> Addressees:
    """Those that a call line addresses, or, where the line names nobody, those that the clause delegates to.

    Args:
        call: the call line, "" to look at the clause alone.
        text: the clause under it.
    """
    addressees = _read(call)
    if not text or addressees.actors:
        return addressees
    text = plain_characters(text)
    match = _DELEGATION.match(text) or _LEADING.match(text)
    return _read(match["who"]) if match else addressees


@cache
def _read(phrase: str) -> Addressees:
    phrase = plain_characters(phrase)
    cut = len(phrase)
    for words in load_actors().partner_introductions:
        if (position := phrase.lower().find(words)) >= 0:
            cut = min(cut, position)
    actors, slugs = _actors(phrase[:cut])
    partners, _ = _actors(phrase[cut:])
    return Addressees(actors, tuple(p for p in partners if p not in actors), slugs)


def _actors(phrase: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if not phrase.strip():
        return (), ()
    matcher, table = _matcher()
    document = _language().make_doc(phrase)
    spans = filter_spans(matcher(document, as_spans=True))
    codes: dict[str, None] = {}
    slugs: dict[str, None] = {}
    for span in sorted(spans, key=lambda s: s.start):
        actor = table[int(span.label_)]
        codes.update(dict.fromkeys(actor.codes))
        if actor.office:
            slugs[actor.slug] = None
    return tuple(codes), tuple(slugs)
