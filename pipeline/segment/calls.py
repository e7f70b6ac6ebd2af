"""Call lines: the italic verbs that open a group of clauses, in the six official languages."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from pipeline.domain import InstrumentType, Part, plain_characters
from pipeline.reference import legible, load_grammar, place_in
from pipeline.segment.actors import Addressees, find_addressees

__all__ = ["Call", "parse_call", "parse_run_on", "split_swallowed_call"]

_MAX_CALL = 400


@dataclass(frozen=True, slots=True)
class Call:
    """A call line: as printed, its English verb in dictionary spelling, the stable slug, and whom it addresses."""

    printed: str
    verb: str
    slug: str
    part: Part
    addressees: Addressees


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))


@cache
def _line_pattern(language: str) -> re.Pattern[str]:
    """A whole line that is a call: verb, modifiers before and behind it, and whom it addresses."""
    grammar = load_grammar(language)
    gap, edge, first = (r"\s+", r"\b", r"\S") if grammar.spaced else (r"\s*", "", r"[^\s,:]")
    modifier = f"(?:{_alternatives(grammar.calls.modifiers)})"
    leading = rf"(?:(?:{_alternatives(grammar.calls.leading)})\s*)?" if grammar.calls.leading else ""
    verb = f"(?P<verb>{_alternatives([*grammar.calls.preambular, *grammar.calls.operative])})"
    return re.compile(
        rf"{leading}(?:(?P<pre>{modifier}){gap})?{verb}(?P<post>(?:{gap}{modifier})*){edge}"
        rf"(?:\s*,?{gap}(?P<rest>{first}.*?))?\s*[,:]?\s*$",
        re.I,
    )


@cache
def _run_on_pattern(language: str) -> re.Pattern[str] | None:
    """A call and its first sentence on one line; None where a language has no word that opens the sentence."""
    grammar = load_grammar(language)
    that = grammar.calls.that
    if not that:
        return None
    modifier = f"(?:{_alternatives(grammar.calls.modifiers)})"
    operative = f"(?P<verb>{_alternatives(grammar.calls.operative)})"
    opens = "|".join(re.escape(word) + ("" if word.endswith("'") else r"\s") for word in that)
    none_of = "|".join(rf"{re.escape(word)}\b" for word in that)
    return re.compile(
        rf"(?P<call>(?:(?P<pre>{modifier})\s+)?{operative}(?P<post>(?:\s+{modifier})*)(?:\s+(?P<rest>(?!{none_of})[^.;:]{{2,160}}?))?)"
        rf"\s*,?\s+(?P<text>(?:{opens}).+)$"
    )


@cache
def _swallowed_pattern() -> re.Pattern[str]:
    modifier = f"(?:{_alternatives(load_grammar('en').calls.modifiers)})"
    told = (
        r"(?:instructs|invites|requests|urges|encourages|calls upon|"
        r"(?:resolves|decides) to (?:instruct|invite|request|urge))"
    )
    addressee = (
        r"(?:all\s+|the\s+)?(?:ITU\s+|relevant\s+)?(?:Secretary-General|Deputy Secretary-General|Directors?\b|Council|"
        r"Member States(?:\s+Parties(?:\s+to\s+the(?:\s+[A-Z][\w-]+)+)?)?|"
        r"Sector Members|Associates|Academia|membership|stakeholders|study groups|"
        r"advisory groups?|administrations|\d{4} plenipotentiary conference)"
    )
    return re.compile(
        rf"(?<=[,;:])\s+(?P<call>(?:{modifier}\s+)?{told}(?:\s+{modifier})*\s+{addressee}[^.;:]{{0,160}}?"
        rf"|(?:{modifier}\s+)?(?:resolves|decides)(?:\s+{modifier})*(?!\s+to\s+(?:instruct|invite|request|urge)\b))"
        rf"\s*,?\s+(?=(?:1\s+)?(?:to|that)\b)"
    )


def parse_call(
    line: str,
    emphasised: bool = False,
    language: str = "en",
    kind: InstrumentType = InstrumentType.RESOLUTION,
) -> Call | None:
    """The call that a whole line makes, or None when it is running text.

    Args:
        line: one line of text without label.
        emphasised: whether the line is set in italics or in a style named for calls; then a longer line and one
            with punctuation inside may be a call.
        language: official language of the line.
        kind: what the text is: "décide" resolves in a resolution and decides in a decision.
    """
    text = legible(line).strip()
    if len(text) > _MAX_CALL or (not emphasised and len(text) > 200):
        return None
    match = _line_pattern(language).match(text)
    if match is None or _is_reference(match["rest"] or "", language):
        return None
    rest = match["rest"] or ""
    if not text[0].islower() and not _stands_as_call(rest, emphasised, language):
        return None
    if not emphasised and (re.search(r"[.;:]", rest) or _opens_sentence(rest, language)):
        return None
    if rest.endswith((".", ";")) or re.match(r"that\b.{60,}", rest):
        return None
    return _call(line.strip().rstrip(",:，：،").strip(), match, language, kind)


def parse_run_on(
    line: str, language: str = "en", kind: InstrumentType = InstrumentType.RESOLUTION
) -> tuple[Call, int] | None:
    """A call on the same line as its first sentence (``resolves that …``): the call, and where its text begins."""
    pattern = _run_on_pattern(language)
    match = pattern.match(legible(line)) if pattern else None
    if match is None or _is_reference(match["rest"] or "", language):
        return None
    return _call(match["call"].strip(), match, language, kind), place_in(line, match.start("text"))


def split_swallowed_call(text: str) -> tuple[int, int, Call] | None:
    """A call that conversion ran into the item before it: its start and end in ``text``, and the call; or None.

    English alone: the conversions that lose paragraph ends are of English texts.
    """
    match = _swallowed_pattern().search(plain_characters(text))
    if match is None:
        return None
    call = parse_call(match["call"], emphasised=True)
    return None if call is None else (match.start("call"), match.end("call"), call)


def _opens_sentence(rest: str, language: str) -> bool:
    if language == "en":
        return bool(re.match(r"(?:that|the fact)\b", rest))
    that = load_grammar(language).calls.that
    return bool(that) and bool(re.match(rf"(?:{_alternatives(that)})(?!\w)", rest))


def _stands_as_call(rest: str, emphasised: bool, language: str) -> bool:
    """Whether a line that begins with a capital is a call: a bare verb, or a verb with its addressee.

    Arabic and Chinese have no small letters: there this holds for each line.
    """
    if not rest or (language != "en" and _qualifier(rest, language)):
        return True
    short = len(rest) <= 160 and not re.search(r"[.;:]", rest)
    return short and (emphasised or bool(find_addressees(rest, language=language).actors))


def _is_reference(rest: str, language: str) -> bool:
    """``resolves 2 above``, ``considering d) for …``: the line points to a clause and opens none."""
    first = rest.split(" ", 1)[0].strip(",;.") if rest else ""
    followers = load_grammar(language).calls.references
    if language != "en" and re.match(r"\d|[^\W\d_]{1,2}\s?\)", rest):
        return True
    return bool(re.fullmatch(r"\d+(?:\.\d+)*(?:[a-z]\))?|[a-z]{1,3}\)", first)) or first in followers


def _call(printed: str, match: re.Match[str], language: str, kind: InstrumentType) -> Call:
    words = load_grammar(language).calls
    found, rest = match["verb"].lower(), match["rest"] or ""
    part = Part.OPERATIVE if found in words.operative else Part.PREAMBULAR
    verb = words.by_type.get(kind, {}).get(found) or words.operative.get(found) or words.preambular[found]
    modifiers = re.findall(_alternatives(words.modifiers), f"{match['pre'] or ''} {match['post'] or ''}".lower())
    slug = [verb, *(words.modifiers[modifier] for modifier in modifiers)]
    addressees = Addressees()
    if part is Part.OPERATIVE:
        if delegated := _delegated(rest, language):
            slug.append(f"to-{delegated}")
        addressees = find_addressees(rest, language=language)
        slug.extend(addressees.slugs[:3])
    elif rest:
        slug.extend(_qualifier(rest, language))
    return Call(printed, verb, re.sub(r"[^a-z0-9]+", "-", " ".join(slug).lower()).strip("-"), part, addressees)


def _delegated(rest: str, language: str) -> str:
    """``instruct`` in "resolves to instruct the Director", in English in each language; "" when there is none."""
    if language == "en":
        match = re.match(r"to (?P<verb>\w+)\b", rest)
        return match["verb"].lower() if match else ""
    delegated = load_grammar(language).calls.delegated
    return next((verb for words, verb in delegated.items() if rest.lower().startswith(words)), "")


def _qualifier(rest: str, language: str) -> list[str]:
    """Words behind a preambular call that belong to it, as "with concern", in English; none where they are unknown."""
    if language == "en":
        return re.findall(r"[a-z]+", rest.lower())[:3]
    known = load_grammar(language).calls.qualifiers
    return next((english.split() for words, english in known.items() if rest.lower().startswith(words)), [])
