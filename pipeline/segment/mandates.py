"""The mandate of each operative clause: who, how strongly, what, for whom, by when, and within which limits."""

import re
from dataclasses import replace
from functools import cache

from pipeline.domain import (
    Action,
    Clause,
    Force,
    Mandate,
    Notice,
    Part,
    Phrase,
    Resolution,
    Section,
    Span,
    place_of,
    plain_characters,
)
from pipeline.reference import (
    MandateWords,
    find_due_year,
    has_mandate_words,
    load_actors,
    load_instructions,
    load_mandate_words,
    load_phrase_words,
)
from pipeline.segment.actors import find_addressees
from pipeline.segment.objects import find_actions

__all__ = ["read_mandate", "with_mandates"]

# Partners stand within so many characters after "in collaboration with".
_PARTNERS_REACH = 200


def with_mandates(resolution: Resolution) -> Resolution:
    """The text with the mandate of each operative clause, and a notice for each irregular instruction.

    Where neither the call nor a delegation names who is to act, the subject of "that … shall" gives the actors.
    """
    sections = tuple(
        replace(section, clauses=tuple(_with_mandate(clause, section, resolution) for clause in section.clauses))
        if section.part is Part.OPERATIVE
        else section
        for section in resolution.sections
    )
    names = load_instructions().names
    told = f"{resolution.body.label} does not usually instruct"
    notices = tuple(
        Notice("irregular-instruction", f"{told} {', '.join(names.get(a, a) for a in m.irregular)}: {place_of(clause)}")
        for section in sections
        for clause in section.clauses
        if (m := clause.mandate) is not None and m.irregular
    )
    new = tuple(notice for notice in notices if notice not in resolution.notices)
    return replace(resolution, sections=sections, notices=(*resolution.notices, *new))


def _with_mandate(clause: Clause, section: Section, resolution: Resolution) -> Clause:
    mandate = read_mandate(clause, section, resolution)
    return replace(clause, actors=mandate.actors, partners=mandate.partners, mandate=mandate)


def read_mandate(clause: Clause, section: Section, resolution: Resolution) -> Mandate:
    """The mandate of an operative clause; in a language without word lists only who is told, and how strongly.

    Args:
        clause: the clause.
        section: the call that it stands under.
        resolution: the text; its year and body settle deadlines and what is irregular.
    """
    known = has_mandate_words(resolution.language)
    table = load_mandate_words(resolution.language if known else "en")
    force = _force(section, table)
    if not known:
        return Mandate(clause.id, force, clause.actors, clause.partners)
    text = plain_characters(clause.text)
    conditions = _conditions(text, table)
    start, delegated = _delegation(section, text, table)
    start = start or _told_first(text)
    force = delegated or force
    asked = find_actions(text, _with_commas(text, conditions), start)
    actions, ends = _ending((() if start else _from_call(section, text)) or asked.actions, text.lower(), table)
    actors = clause.actors or _subject(asked.subject, resolution)
    report, recipients = _report(text.lower(), actions, table)
    year = resolution.id.year
    return Mandate(
        clause_id=clause.id,
        force=force,
        actors=actors,
        partners=_partners(clause, actors, text),
        split_by_sector=len(actors) > 1 and _says(f"{section.call} {text}".lower(), table.division),
        actions=actions,
        beneficiaries=tuple(code for code, words in table.beneficiaries.items() if _says(text.lower(), words)),
        report=report,
        reporting_to=recipients,
        reporting_cycle=_cycle(report, text.lower(), table),
        deadline=find_due_year(text, year) or find_due_year(section.call, year),
        conditions=conditions,
        exclusive=_found(text, table.exclusive),
        ends=ends,
        named=find_addressees(text).actors,
        irregular=() if text[:1].isupper() else _irregular(resolution, actors, force, actions),
    )


def _force(section: Section, table: MandateWords) -> Force:
    """The force of a call; "resolves to instruct" instructs."""
    delegated = re.search(r"\bto\s+(?P<verb>[a-z]+(?: upon)?)\b", section.call.lower())
    own = table.forces.get(section.verb, Force.RESOLVE)
    if delegated is None or own is not Force.RESOLVE:
        return own
    return table.forces.get(delegated["verb"], own)


def _delegation(section: Section, text: str, table: MandateWords) -> tuple[int, Force | None]:
    """Where the told part of "to instruct the Director … to ensure" begins, and its force; (0, None) without one.

    A call that names its addressee delegates nothing: there "to invite UNGIS to align" is the action itself.
    """
    if find_addressees(section.call).actors:
        return 0, None
    if match := _delegating().match(text):
        return match.end("who"), table.forces[match["verb"].lower()]
    return 0, None


def _told_first(text: str) -> int:
    """Where the told part of "RAG, TSAG and TDAG to continue" begins: after those named; 0 when nobody is."""
    match = re.match(r"(?!to\b|that\b)(?P<who>[^.;:]{3,120}?)\s*,?\s+(?:\d+\s+)?(?=to\b)", text)
    return match.end() if match and find_addressees(match["who"]).actors else 0


@cache
def _delegating() -> re.Pattern[str]:
    verbs = "|".join(sorted(map(re.escape, load_mandate_words().forces), key=len, reverse=True))
    return re.compile(
        rf"(?:that\s+)?(?:to\s+)?(?:further\s+|also\s+)?(?P<verb>{verbs})\s+(?:that\s+)?(?P<who>[^.;]{{3,200}}?)\s*,?\s+(?=to\b)",
        re.I,
    )


def _from_call(section: Section, text: str) -> tuple[Action, ...]:
    """The action of an item that only names its object: "invites … to conduct", "studies of sharing"."""
    tail = re.search(r"\bto\s+(?:complete|conduct|undertake|continue|study|carry out)\b.*", section.call)
    if tail is None or re.match(r"(?:and\s+)?(?:to|that)\b", text):
        return ()
    prefix = f"{tail[0].split(' in time')[0].strip()} "
    verbs = load_mandate_words().actions
    found = find_actions(prefix + text).actions[:1]
    # A noun such as "studies" must tell the action: the verb of the call alone says too little.
    return tuple(_moved(a, -len(prefix)) for a in found if a.kind != verbs.get(a.verb.text.lower(), ""))


def _moved(action: Action, by: int) -> Action:
    """An action whose verb stands in the call: the object keeps its place in the clause, the verb has none."""
    thing = action.object
    if thing is not None and thing.span.end + by <= 0:
        thing = None  # the object stands in the call too
    if thing is not None:
        start = max(0, thing.span.start + by)
        text = thing.text[max(0, -by - thing.span.start) :]
        thing = Phrase(text, Span(start, thing.span.end + by))
    return Action(Phrase("", Span(0, 0)), action.kind, thing)


def _subject(subject: str, resolution: Resolution) -> tuple[str, ...]:
    """Codes of who stands as the subject of "shall"; "the Bureau" is that of the text's Sector."""
    words = load_phrase_words()
    if subject.lower() in words.bureau:
        code = words.bureau_of.get(resolution.id.sector.value)
        return (code,) if code else ()
    head = re.split(rf"\s(?:{'|'.join(words.inside)})\s", f"{subject} ")[0]
    return find_addressees(head).actors


def _partners(clause: Clause, actors: tuple[str, ...], text: str) -> tuple[str, ...]:
    """Partners named in the call and in the clause, without those who act."""
    introduction = load_actors().partner_introduction.search(text.lower())
    found: tuple[str, ...] = ()
    if introduction is not None:
        window = text[introduction.start() : introduction.end() + _PARTNERS_REACH]
        found = find_addressees(re.split(r";|\sto\s", window)[0]).partners
    return tuple(dict.fromkeys(p for p in (*clause.partners, *found) if p not in actors))


def _conditions(text: str, table: MandateWords) -> tuple[Phrase, ...]:
    """Reservations in order: set phrases, and openings up to the next comma."""
    fixed = [p.span for p in _found(text, table.conditions)]
    opened = [Span(m.start(), m.end()) for m in _opened_condition().finditer(text)]
    found: list[Span] = []
    for span in sorted([*fixed, *opened], key=lambda s: (s.start, -s.end)):
        if not found or span.start >= found[-1].end:
            found.append(span)
    return tuple(Phrase(span.of(text), span) for span in found)


@cache
def _opened_condition() -> re.Pattern[str]:
    openings = "|".join(map(re.escape, load_mandate_words().condition_openings))
    return re.compile(rf"\b(?:{openings})\b[^,;.:]*", re.I)


def _with_commas(text: str, conditions: tuple[Phrase, ...]) -> tuple[Span, ...]:
    """Ranges of conditions with the commas that set them off on both sides."""
    spans = []
    for condition in conditions:
        before = re.search(r",\s*$", text[: condition.span.start])
        after = re.match(r"\s*,", text[condition.span.end :])
        if before and after:
            spans.append(Span(before.start(), condition.span.end + after.end()))
        else:
            spans.append(condition.span)
    return tuple(spans)


def _ending(actions: tuple[Action, ...], text: str, table: MandateWords) -> tuple[tuple[Action, ...], tuple[str, ...]]:
    """The actions, and the kept things that they end: "to close the gender gap" ends nothing and has no class."""
    out: list[Action] = []
    ended: list[str] = []
    for action in actions:
        things = _ended(text[action.verb.span.end :], table) if action.kind == "stop" else ()
        out.append(replace(action, kind="") if action.kind == "stop" and not things else action)
        ended += things
    return tuple(out), tuple(dict.fromkeys(ended))


def _ended(text: str, table: MandateWords) -> tuple[str, ...]:
    """The kept things among the words after a verb, up to a word or a sign that ends its reach."""
    found = []
    for token in re.findall(r"[a-z-]+|[,;.:()]", text)[: table.reach]:
        if not token[0].isalpha() or token in table.borders:
            break
        found += [thing for thing in table.kept_things if token in (thing, f"{thing}s")]
    return tuple(found)


def _report(text: str, actions: tuple[Action, ...], table: MandateWords) -> tuple[Phrase | None, tuple[str, ...]]:
    """The duty to report and the codes of its recipients: it names a recipient, a cycle, or the formula."""
    first = actions[0].verb if actions else None
    recipients = _recipients(text, table)
    if first is not None and first.text.lower() in table.report_openers and recipients:
        return Phrase(text[first.span.start : first.span.end], first.span), recipients
    duties = [Span(match.start("duty"), match.end("duty")) for match in _reporting().finditer(text)]
    duties += [a.verb.span for a in actions if a.verb.text.lower() in table.report_verbs]
    for span in sorted(duties):
        tail = f"to {text[span.start :].split(';')[0]}"
        recipients = _recipients(tail, table)
        if recipients or _named_cycle(tail, table) or any(f in tail for f in table.report_formula):
            return Phrase(span.of(text), span), recipients
    return None, ()


@cache
def _reporting() -> re.Pattern[str]:
    table = load_mandate_words()

    def either(phrases: tuple[str, ...]) -> str:
        return f"(?:{'|'.join(map(re.escape, phrases))})"

    return re.compile(
        rf"(?:^(?:and )?|\b(?:to|shall|should)\s+(?:continue\s+to\s+|also\s+|\w+ly\s+)*)"
        rf"(?P<duty>{either(table.report_verbs)}\b|{either(table.report_handing)}\b[^;.]{{0,120}}?"
        rf"\b{either(table.report_documents)}\b)"
    )


def _recipients(text: str, table: MandateWords) -> tuple[str, ...]:
    """Codes of the bodies that a report goes to, in the order of the table."""
    return tuple(
        code
        for code, names in table.report_recipients.items()
        if any(name in text and _recipient(name).search(text) for name in names)
    )


@cache
def _recipient(name: str) -> re.Pattern[str]:
    named = re.escape(name)
    return re.compile(rf"\bto (?:the )?(?:itu )?[^,;]{{0,60}}\b{named}\b|\binform the [^,;]{{0,40}}\b{named}\b")


def _cycle(report: Phrase | None, text: str, table: MandateWords) -> str:
    return _named_cycle(text, table) if report is not None else ""


def _named_cycle(text: str, table: MandateWords) -> str:
    return next((cycle for cycle, cues in table.report_cycles.items() if any(cue in text for cue in cues)), "")


def _irregular(
    resolution: Resolution, actors: tuple[str, ...], force: Force, actions: tuple[Action, ...]
) -> tuple[str, ...]:
    """Actors whom the body is not expected to address so.

    Items of a call begin in lower case: running text that got among them is not asked about.
    """
    table = load_instructions()
    kinds = [action.kind for action in actions]
    return tuple(a for a in actors if table.is_irregular(resolution.body.value, a, force, kinds))


def _found(text: str, phrases: tuple[str, ...]) -> tuple[Phrase, ...]:
    """Where set phrases stand in a text, as whole words."""
    spans = [Span(m.start(), m.end()) for m in _any_of(phrases).finditer(text)]
    return tuple(Phrase(span.of(text), span) for span in spans)


def _says(text: str, phrases: tuple[str, ...]) -> bool:
    return _any_of(phrases).search(text) is not None


@cache
def _any_of(phrases: tuple[str, ...]) -> re.Pattern[str]:
    either = "|".join(re.escape(p) for p in sorted(phrases, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{either})(?![\w-])", re.I)
