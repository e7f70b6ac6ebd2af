"""What a clause asks to do, and to what: verbs and the noun phrases after them, cut by rules over spaCy tokens."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.domain import Action, Phrase, Span
from pipeline.reference import load_mandate_words, load_phrase_words
from pipeline.segment.noun_phrases import ClauseWords

__all__ = ["Asked", "find_actions"]

_MOST_ACTIONS = 8
_AND = frozenset({"and", "or", "and/or", "&"})
_STOPS = frozenset({",", ";", ":", ".", "–", "—", "-", "•"})
# What opens a purpose or a relative clause, in which "and" joins no new action.
_SUBORDINATE = frozenset({"order", "that", "which", "who", "so", "including", "view", "where", "by", "how"})
# How far a frame may reach: "bring this resolution … to the attention".
_FRAME_REACH = 14


@dataclass(frozen=True, slots=True)
class Asked:
    """The actions of a clause in order, and the subject of "that … shall", "" where there is none."""

    actions: tuple[Action, ...]
    subject: str = ""


def find_actions(text: str, masked: Sequence[Span] = (), start: int = 0) -> Asked:
    """What a clause asks to do.

    Args:
        text: the clause, with plain characters.
        masked: ranges of conditions; they end an object and are no part of it.
        start: where the reading begins, as after "to instruct the Director".
    """
    return _Reader(text, masked, start).read()


class _Reader:
    """Reads the actions of one clause. Use it once."""

    def __init__(self, text: str, masked: Sequence[Span], start: int) -> None:
        self._clause = ClauseWords(text, masked, start)
        self._words = load_phrase_words()
        self._table = load_mandate_words()

    def read(self) -> Asked:
        """The first action, those that it shares its object with, and those that follow."""
        opening = self._opening()
        if opening is None:
            return Asked(())
        position: int | None = opening[0]
        subject = opening[1]
        actions: list[Action] = []
        while position is not None and len(actions) < _MOST_ACTIONS:
            found, end = self._actions_at(position, subject)
            actions += found
            position = self._next_verb(end)
        return Asked(tuple(actions), self._doer(subject))

    def _doer(self, subject: tuple[int, int] | None) -> str:
        """Who is to act: the subject, or of a passive who stands after "by"."""
        if subject is None:
            return ""
        verb = self._clause.skip(subject[1] + 1)
        if self._clause.at(verb) not in ("be", "been"):
            return self._clause.phrase(subject).text
        by = self._clause.skip(verb + 1) + 1
        agent = self._clause.noun_phrase(by + 1) if self._clause.at(by) == "by" else None
        return "" if agent is None else self._clause.phrase(agent).text

    def _opening(self) -> tuple[int, tuple[int, int] | None] | None:
        """Where the first verb stands, and the words of its subject; None in a clause without a verb of asking."""
        first = 0
        while self._clause.at(first) in _AND or self._clause.at(first) in _STOPS:
            first += 1
        if self._clause.at(first) == "to" and self._clause.at(first + 1) not in self._words.determiners:
            return first + 1, None
        if self._clause.is_verb(first) and self._clause.at(first + 1) in self._words.determiners:
            return first, None
        if self._clause.at(first) == "that" or self._clause.at(first) in self._words.introductory:
            to = self._after_introduction(first)
            if to is not None:
                return to + 1, None
        modal = self._modal(first)
        if modal is not None:
            insertion = self._clause.at(modal + 1) == ","
            return (self._next_comma(modal + 2) if insertion else modal) + 1, self._subject(first, modal)
        if self._clause.at(first).endswith("ing") and self._clause.lemma(self._clause.at(first)) in self._table.actions:
            return first, None
        return None

    def _after_introduction(self, first: int) -> int | None:
        """The "to" after an introduction and its comma: "upon request, to support"."""
        if self._clause.at(first) == "that":
            return None
        for i in range(first + 1, len(self._clause)):
            if (
                self._clause.at(i) == "to"
                and (self._clause.at(i - 1) == "," or self._clause.gap(i))
                and self._clause.is_verb(self._clause.skip(i + 1))
            ):
                return i
            if self._clause.at(i) in self._words.modals or self._clause.at(i) in (";", "."):
                return None
        return None

    def _modal(self, first: int) -> int | None:
        """The first "shall" that has a subject of its own and stands in no relative clause."""
        for i in range(first + 1, len(self._clause)):
            if self._clause.at(i) in (";",):
                return None
            before = self._clause.at(i - 1)
            if self._clause.at(i) in self._words.modals and before not in ("that", "which", "who", ","):
                return i
        return None

    def _subject(self, first: int, modal: int) -> tuple[int, int]:
        """The words before "shall": all of them, or those after an introduction and its comma."""
        start = first + 1 if self._clause.at(first) == "that" else first
        if self._clause.at(start) in {",", "that", *self._words.introductory}:
            commas = [i for i in range(start, modal - 1) if self._clause.at(i) == ","]
            start = commas[-1] + 1 if commas else start
        return start, modal

    def _actions_at(self, position: int, subject: tuple[int, int] | None) -> tuple[list[Action], int]:
        """The verbs at a position with the object that they share, and where the reading goes on."""
        verb = self._pass(self._clause.skip(position))
        if verb >= len(self._clause):
            return [], len(self._clause)
        word = self._clause.at(verb)
        if word in self._words.determiners or word in self._words.closers or not word[0].isalpha():
            return [], verb
        if subject is not None:
            be = self._clause.matches(verb + 1, ("to", "be")) - 1  # "shall continue to be"
            be = be if be > 0 else verb
            if self._clause.at(be) in ("be", "been"):
                return self._passive(be, subject)
        verbs, end = [verb], verb + 1
        while (more := self._coordinated(end)) is not None:
            verbs.append(more)
            end = more + 1
        thing = self._object(verbs[-1], end)
        actions = [Action(self._clause.phrase((v, v + 1)), self._kind(v, thing), self._told(thing)) for v in verbs]
        return actions, max(end, thing[1] if thing else end)

    def _passive(self, be: int, subject: tuple[int, int]) -> tuple[list[Action], int]:
        """The subject of "shall be used" is the object; "shall be in accordance with" asks for a state."""
        after = self._clause.skip(be + 1)
        thing = self._clause.noun_phrase(subject[0])
        for kind, states in self._words.states.items():
            for state in states:
                if end := self._clause.matches(after, tuple(state.split())):
                    if state.endswith("with"):
                        thing = self._clause.noun_phrase(end)
                    return [Action(self._clause.phrase((after, after + 1)), kind, self._told(thing))], end
        kind = self._table.actions.get(self._clause.lemma(self._clause.at(after)), "")
        if not kind:
            return [], after
        return [Action(self._clause.phrase((after, after + 1)), kind, self._told(thing))], after + 1

    def _pass(self, verb: int) -> int:
        """The verb that tells the action after one that only passes on: "continue to promote"."""
        for _ in range(4):
            lemma = self._clause.lemma(self._clause.at(verb))
            if lemma not in self._words.passing:
                return verb
            following = self._clause.skip(verb + 1)
            starts = [following] if self._clause.at(following).endswith("ing") else []
            starts += [self._past_label(e) for b in self._words.bridges if (e := self._clause.matches(following, b))]
            if self._clause.at(following) in _AND and self._clause.at(verb) in ("continue", "begin", "start"):
                starts.append(self._clause.skip(following + 1))
            onward = next((s for s in starts if self._clause.is_known(self._clause.lemma(self._clause.at(s)))), None)
            if onward is None:
                return verb
            verb = onward
        return verb

    def _past_label(self, i: int) -> int:
        """The position past adverbs, or past the label of a list: "with a view to: i) preserving"."""
        if self._clause.at(i) == ":":
            close = next((k for k in range(i + 1, i + 4) if self._clause.at(k).endswith(")")), i)
            i = close + 1
        return self._clause.skip(i)

    def _coordinated(self, position: int) -> int | None:
        """A second verb right after the first: "identify and review the costs"."""
        i = position
        while self._clause.at(i) in _AND or self._clause.at(i) == ",":
            i += 1
        i = self._clause.skip(i)
        if i == position or self._clause.at(i - 1) == "," or not self._clause.is_known(self._clause.at(i)):
            return None
        return i

    def _next_verb(self, position: int) -> int | None:
        """The next verb of the same rank: "and to report", "and publish" outside a purpose or a relative clause."""
        purpose = False
        listed = any(
            self._clause.at(i) in _AND and self._clause.at(i + 1) == "to" for i in range(position, len(self._clause))
        )
        for i in range(position, len(self._clause)):
            word, after = self._clause.at(i), self._clause.skip(i + 1)
            if word == ";":
                return None
            if word in _AND and self._clause.at(after) == "to" and self._clause.is_verb(self._clause.skip(after + 1)):
                return after + 1
            if (
                word in _AND
                and not purpose
                and self._clause.at(after) in self._table.actions
                and self._clause.is_verb(after)
            ):
                return after
            if (
                word == ","
                and listed
                and not purpose
                and self._clause.at(i + 1) == "to"
                and self._clause.is_verb(self._clause.skip(i + 2))
            ):
                return i + 2
            purpose = purpose or (word == "to" and self._clause.at(i - 1) != "," and self._clause.is_verb(after))
            purpose = purpose or word in _SUBORDINATE
        return None

    def _object(self, verb: int, position: int) -> tuple[int, int] | None:
        """First and last position, half-open, of the noun phrase that an action is about."""
        lemma = self._clause.lemma(self._clause.at(verb))
        i = self._clause.skip(position)
        frames = [tuple(w.split()) for f in self._words.frames if f.verb == lemma for w in f.words]
        reach = 1 if self._clause.at(i) in self._words.determiners else 3
        frame_end = max((self._clause.matches(k, frame) for k in range(i, i + reach) for frame in frames), default=0)
        if frame_end:
            i = frame_end
            if self._clause.at(i) == "of":
                recipient = self._clause.noun_phrase(i + 1)
                i = recipient[1] if recipient and self._clause.at(recipient[1]) in self._words.determiners else i + 1
        elif lemma in self._words.telling:
            return self._topic(i)
        elif self._clause.at(i) == "to" and self._table.actions.get(lemma) in ("inform", "provide", "report"):
            recipient = self._clause.noun_phrase(i + 1)
            if recipient and self._clause.at(recipient[1]) in self._words.determiners:
                i = recipient[1]
        while self._clause.at(i) in self._words.taken or self._clause.at(i) in self._words.particles:
            i += 1
        i = self._clause.skip(i)
        for _ in range(3):
            if self._clause.at(i) != "," or not self._sets_off(i + 1):
                break
            i = self._next_comma(i + 1)
        if self._clause.at(i) == ",":
            i += 1
        if self._clause.at(i) == "that":
            i += 1
            if self._clause.at(i) == ",":
                i = self._next_comma(i + 1) + 1
        return self._clause.noun_phrase(i)

    def _next_comma(self, i: int) -> int:
        """The position of the next comma; the end of the clause when there is none."""
        return next((k for k in range(i, len(self._clause)) if self._clause.at(k) == ","), len(self._clause))

    def _sets_off(self, i: int) -> bool:
        """Whether a word opens an insertion between commas: "consider, based on the results, …"."""
        word = self._clause.at(i)
        return word in self._words.introductory or word in self._words.closers or word in self._words.inside

    def _topic(self, position: int) -> tuple[int, int] | None:
        """What is told: "report to the Council on X", "inform the Director of X", "report the results of X"."""
        if self._clause.at(position) in self._words.topics:
            return self._clause.noun_phrase(position + 1)
        told = self._clause.noun_phrase(position + 1 if self._clause.at(position) == "to" else position)
        limit = len(self._clause)
        for i in range(position, limit):
            if self._clause.at(i) in (";", ".", "upon") or (
                self._clause.at(i) == "and" and self._clause.at(i + 1) == "to"
            ):
                limit = i
                break
        reports = self._clause.lemma(self._clause.at(position - 1)) == "report"
        direct = reports and self._clause.at(position) in self._words.determiners
        if told is not None and direct:
            return told
        # "Inform the Director of X", but "report to the Council of X" is on nothing.
        topics = self._words.topics - ({"of"} if self._clause.at(position) == "to" else set())
        adverbial = self._words.adjunct["on"]
        told_on = (i for i in range(position + 1, limit) if self._clause.at(i) in topics)
        topic = next((i for i in told_on if self._clause.at(i + 1) not in adverbial), None)
        return None if topic is None else self._clause.noun_phrase(topic + 1)

    def _kind(self, verb: int, thing: tuple[int, int] | None) -> str:
        """The class of an action: by a frame, by the noun after a light verb, or by the verb."""
        lemma = self._clause.lemma(self._clause.at(verb))
        reach = min(verb + 1 + _FRAME_REACH, len(self._clause))
        for frame in self._words.frames:
            if frame.verb == lemma and any(
                self._clause.matches(i, tuple(w.split())) for w in frame.words for i in range(verb + 1, reach)
            ):
                return frame.action
        if lemma in self._words.light and thing is not None and (told := self._told_by_noun(thing)):
            return told
        return self._table.actions.get(lemma, "")

    def _told_by_noun(self, thing: tuple[int, int]) -> str:
        """The class that the head of a phrase tells: its last noun before the first preposition."""
        start, end = thing
        head = next((i for i in range(start, end) if self._clause.at(i) in self._words.inside), end)
        for i in range(head - 1, start - 1, -1):
            for phrase in (f"{self._clause.at(i - 1)} {self._clause.at(i)}", self._clause.at(i)):
                if phrase in self._words.told_by_noun:
                    return self._words.told_by_noun[phrase]
        return ""

    def _told(self, thing: tuple[int, int] | None) -> Phrase | None:
        return None if thing is None else self._clause.phrase(thing)
