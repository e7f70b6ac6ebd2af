"""Call lines: the italic verbs that open a group of clauses."""

import re
from dataclasses import dataclass
from functools import cache

from pipeline.domain import Part, plain_characters
from pipeline.reference import load_calls
from pipeline.segment.actors import Addressees, find_addressees

__all__ = ["Call", "parse_call", "parse_run_on", "split_swallowed_call"]

_MAX_CALL = 400


@dataclass(frozen=True, slots=True)
class Call:
    """A call line: as printed, its verb in dictionary spelling, the stable slug, and whom it addresses."""

    printed: str
    verb: str
    slug: str
    part: Part
    addressees: Addressees


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    calls = load_calls()

    def alternatives(words: tuple[str, ...]) -> str:
        return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))

    modifier = f"(?:{alternatives(calls.modifiers)})"
    verb = f"(?P<verb>{alternatives(calls.preambular + calls.operative)})"
    line = rf"(?:(?P<pre>{modifier})\s+)?{verb}(?P<post>(?:\s+{modifier})*)\b(?:\s*,?\s+(?P<rest>\S.*?))?\s*[,:]?\s*$"
    operative = f"(?P<verb>{alternatives(calls.operative)})"
    run_on = (
        rf"(?P<call>(?:(?P<pre>{modifier})\s+)?{operative}(?P<post>(?:\s+{modifier})*)(?:\s+(?P<rest>(?!that\b|to\b)[^.;:]{{2,160}}?))?)"
        rf"\s*,?\s+(?P<text>(?:that|to)\s.+)$"
    )
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
    swallowed = (
        rf"(?<=[,;:])\s+(?P<call>(?:{modifier}\s+)?{told}(?:\s+{modifier})*\s+{addressee}[^.;:]{{0,160}}?"
        rf"|(?:{modifier}\s+)?(?:resolves|decides)(?:\s+{modifier})*(?!\s+to\s+(?:instruct|invite|request|urge)\b))"
        rf"\s*,?\s+(?=(?:1\s+)?(?:to|that)\b)"
    )
    return re.compile(line, re.I), re.compile(run_on), re.compile(swallowed)


def parse_call(line: str, emphasised: bool = False) -> Call | None:
    """The call that a whole line makes, or None when it is running text.

    Args:
        line: one line of text without label.
        emphasised: whether the line is set in italics or in a style named for calls; then a longer line and one
            with punctuation inside may be a call.
    """
    text = plain_characters(line).strip()
    if len(text) > _MAX_CALL or (not emphasised and len(text) > 200):
        return None
    match = _patterns()[0].match(text)
    if match is None or _is_reference(match["rest"] or ""):
        return None
    rest = match["rest"] or ""
    if not text[0].islower() and not _stands_as_call(rest, emphasised):
        return None
    if not emphasised and (re.search(r"[.;:]", rest) or re.match(r"(?:that|the fact)\b", rest)):
        return None
    if rest.endswith((".", ";")) or re.match(r"that\b.{60,}", rest):
        return None
    return _call(line.strip().rstrip(",:").strip(), match["verb"], f"{match['pre'] or ''} {match['post'] or ''}", rest)


def parse_run_on(line: str) -> tuple[Call, int] | None:
    """A call on the same line as its first sentence (``resolves that …``): the call, and where its text begins."""
    text = plain_characters(line)
    match = _patterns()[1].match(text)
    if match is None or _is_reference(match["rest"] or ""):
        return None
    call = _call(
        match["call"].strip(), match["verb"], f"{match['pre'] or ''} {match['post'] or ''}", match["rest"] or ""
    )
    return call, match.start("text")


def split_swallowed_call(text: str) -> tuple[int, int, Call] | None:
    """A call that conversion ran into the item before it: its start and end in ``text``, and the call; or None."""
    match = _patterns()[2].search(plain_characters(text))
    if match is None:
        return None
    call = parse_call(match["call"], emphasised=True)
    return None if call is None else (match.start("call"), match.end("call"), call)


def _stands_as_call(rest: str, emphasised: bool) -> bool:
    """Whether a line that begins with a capital is a call: a bare verb, or a verb with its addressee."""
    if not rest:
        return True
    short = len(rest) <= 160 and not re.search(r"[.;:]", rest)
    return short and (emphasised or bool(find_addressees(rest).actors))


def _is_reference(rest: str) -> bool:
    """``resolves 2 above``, ``considering d) for …``: the line points to a clause and opens none."""
    first = rest.split(" ", 1)[0].strip(",;.") if rest else ""
    followers = load_calls().reference_followers
    return bool(re.fullmatch(r"\d+(?:\.\d+)*(?:[a-z]\))?|[a-z]{1,3}\)", first)) or first in followers


def _call(printed: str, verb: str, modifiers: str, rest: str) -> Call:
    calls = load_calls()
    verb = verb.lower()
    verb = calls.canonical.get(verb, verb)
    part = (
        Part.PREAMBULAR
        if verb in calls.preambular or (verb in calls.canonical.values() and verb not in calls.operative)
        else Part.OPERATIVE
    )
    words = [verb, *modifiers.lower().split()]
    addressees = Addressees()
    if part is Part.OPERATIVE:
        delegated = re.match(r"to (?P<verb>\w+)\b", rest)
        if delegated:
            words.append(f"to-{delegated['verb'].lower()}")
        addressees = find_addressees(rest)
        words.extend(addressees.slugs[:3])
    elif rest:
        words.extend(re.findall(r"[a-z]+", rest.lower())[:3])
    slug = re.sub(r"[^a-z0-9]+", "-", " ".join(words).lower()).strip("-")
    return Call(printed, verb, slug, part, addressees)
