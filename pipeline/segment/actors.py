"""Who is told or asked to act, and with whom: phrases of the actor table found by spaCy."""

import re
from dataclasses import dataclass
from functools import cache

import spacy
from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.util import filter_spans

from pipeline.reference import Actor, legible, load_grammar

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


_DIRECTORS = ("br.dir", "tsb.dir", "bdt.dir")
_OTHERS = "other.dir"
_BUREAU = (
    r"\bBR\b|\bTSB\b|\bBDT\b|"
    r"(?:Radiocommunication|Telecommunication Standardization|Telecommunication Development)(?: Bureau\b)?"
)
_DIRECTORS_OF = re.compile(
    rf"(?:the )?Directors of (?:the )?(?P<list>(?:{_BUREAU})"
    rf"(?:(?:\s*,\s*|\s*,?\s+and\s+)(?:the |of |of the )?(?:{_BUREAU}))+)"
    r"(?:\s+Bureaux)?",
    re.I,
)
_FULL_NAMES = {
    "radiocommunication": "the Radiocommunication Bureau",
    "telecommunication standardization": "the Telecommunication Standardization Bureau",
    "telecommunication development": "the Telecommunication Development Bureau",
    "radiocommunication bureau": "the Radiocommunication Bureau",
    "telecommunication standardization bureau": "the Telecommunication Standardization Bureau",
    "telecommunication development bureau": "the Telecommunication Development Bureau",
}


@dataclass(frozen=True, slots=True)
class Addressees:
    """``actors`` and ``partners`` are codes in the order of the text; ``slugs`` name the offices among the actors."""

    actors: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    slugs: tuple[str, ...] = ()


@cache
def _language(language: str) -> Language:
    return spacy.blank(language)


@cache
def _matcher(language: str) -> tuple[PhraseMatcher, tuple[Actor, ...]]:
    tokens = _language(language)
    matcher = PhraseMatcher(tokens.vocab, attr="LOWER")
    actors = load_grammar(language).actors.actors
    for index, actor in enumerate(actors):
        matcher.add(str(index), [tokens.make_doc(phrase) for phrase in actor.phrases])
    return matcher, actors


def find_addressees(call: str, text: str = "", language: str = "en") -> Addressees:
    """Those that a call line addresses, or, where the line names nobody, those that the clause delegates to.

    Args:
        call: the call line, "" to look at the clause alone.
        text: the clause under it.
        language: official language of both.
    """
    addressees = _read(call, language)
    if not text or addressees.actors:
        return addressees
    text = legible(text)
    patterns = (_DELEGATION, _LEADING) if language == "en" else load_grammar(language).delegation
    match = next((m for pattern in patterns if (m := pattern.match(text))), None)
    return _read(match["who"], language) if match else addressees


@cache
def _read(phrase: str, language: str) -> Addressees:
    phrase = legible(phrase)
    if language == "en":
        phrase = _spelled_out(phrase)
    introduction = load_grammar(language).actors.partner_introduction.search(phrase.lower())
    cut = introduction.start() if introduction else len(phrase)
    actors, slugs = _actors(phrase[:cut], language)
    partners, _ = _actors(phrase[cut:], language)
    if _OTHERS in partners:
        partners = (*(p for p in partners if p != _OTHERS), *(d for d in _DIRECTORS if d not in actors))
    return Addressees(actors, tuple(dict.fromkeys(p for p in partners if p not in actors)), _together(slugs))


def _together(slugs: tuple[str, ...]) -> tuple[str, ...]:
    """The three Directors named one by one are ``dir3``, with the Secretary-General before them ``sg-dir3``."""
    if not {"dir-br", "dir-tsb", "dir-bdt"} <= set(slugs):
        return slugs
    rest = [s for s in slugs if s not in ("dir-br", "dir-tsb", "dir-bdt", "sg")]
    return ("sg-dir3" if "sg" in slugs else "dir3", *rest)


def _spelled_out(phrase: str) -> str:
    """The phrase with "the Directors of TSB and BDT" written out, so that each Director is found."""

    def each(match: re.Match[str]) -> str:
        names = re.findall(rf"(?:{_BUREAU})", match["list"], re.I)
        return " and ".join(f"the Director of {_FULL_NAMES.get(n.lower(), n)}" for n in names)

    return _DIRECTORS_OF.sub(each, phrase)


def _actors(phrase: str, language: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if not phrase.strip():
        return (), ()
    matcher, table = _matcher(language)
    document = _language(language).make_doc(phrase)
    spans = filter_spans(matcher(document, as_spans=True))
    codes: dict[str, None] = {}
    slugs: dict[str, None] = {}
    for span in sorted(spans, key=lambda s: s.start):
        actor = table[int(span.label_)]
        codes.update(dict.fromkeys(actor.codes))
        if actor.office:
            slugs[actor.slug] = None
    return tuple(codes), tuple(slugs)
