"""The words of a clause as spaCy tokens, and the noun phrases that closed classes of words cut out of them."""

from collections.abc import Iterator, Sequence
from functools import cache

import spacy
from spacy.language import Language

from pipeline.domain import Phrase, Span
from pipeline.reference import MandateWords, PhraseWords, load_mandate_words, load_phrase_words

__all__ = ["ClauseWords"]

_AND = frozenset({"and", "or", "and/or", "&"})
_STOPS = frozenset({",", ";", ":", ".", "–", "—", "-", "•"})
# Nouns and verbs that only look like adverbs.
_NO_ADVERBS = frozenset({"assembly", "family", "supply", "apply", "comply", "rely", "reply", "anomaly", "only"})


@cache
def _language() -> Language:
    language = spacy.blank("en")
    # Words such as "capacity-building" and "telecommunication/ICT" stay whole.
    language.tokenizer.infix_finditer = None  # type: ignore[union-attr]
    return language


@cache
def _verbs() -> frozenset[str]:
    words = load_phrase_words()
    return frozenset({*load_mandate_words().actions, *words.passing, *(frame.verb for frame in words.frames)})


class ClauseWords:
    """The words of one clause; positions count words that are not masked, and ranges of them are half-open."""

    def __init__(self, text: str, masked: Sequence[Span], start: int) -> None:
        self._text = text
        self._words: PhraseWords = load_phrase_words()
        self._table: MandateWords = load_mandate_words()
        tokens = [t for t in _language()(text) if t.idx >= start and not t.is_space]
        kept = [t for t in tokens if not any(m.start <= t.idx < m.end for m in masked)]
        self._low = [t.lower_ for t in kept]
        self._spans = [Span(t.idx, t.idx + len(t)) for t in kept]
        # A place where a condition was left out ends a phrase.
        order = [i for i, t in enumerate(tokens) if not any(m.start <= t.idx < m.end for m in masked)]
        self._gaps = [here - before > 1 for before, here in zip([-1, *order], order, strict=False)]

    def noun_phrase(self, start: int) -> tuple[int, int] | None:
        """The noun phrase that begins at a position, up to the word that no longer tells what it is; None for none."""
        last, noun, i = -1, False, start
        while i < len(self._low):
            word = self.at(i)
            if (self._gaps[i] and last >= 0) or word in _STOPS:
                break
            if word == "(" and last >= 0:
                close = next((k for k in range(i, len(self._low)) if self.at(k) == ")"), None)
                if close is None:
                    break
                last, noun, i = close, True, close + 1
                continue
            if step := self._connector(i, noun):
                noun, i = False, i + step
                continue
            if self._ends_phrase(i, noun):
                break
            if word not in self._words.determiners and word not in ('"', "'s", "'"):
                last, noun = i, True
            elif word == "'s":
                noun = False
            i += 1
        return None if last < 0 else (start, last + 1)

    def _connector(self, i: int, noun: bool) -> int:
        """How many words a preposition or conjunction takes that goes on with the phrase; 0 when none does."""
        word, following = self.at(i), self.at(i + 1)
        if not noun:
            return int(word == "of" and self.at(i - 1) in self._words.determiners)
        for joined in self._words.joined:
            if end := self.matches(i, joined):
                return end - i
        if word in self._words.governed and self.at(i - 1) in self._words.governed[word]:
            return 0 if self.is_verb(i + 1) and word == "to" else 1
        if word in self._words.inside:
            phrase = f"{following} {self.at(i + 2)}"
            adjunct = self._words.adjunct.get(word, ())
            gerund = following.endswith("ing") and self.lemma(following) in self._table.actions
            doing = gerund and word in ("in", "for", "on")
            return 0 if following in adjunct or phrase in adjunct or doing else 1
        if word in _AND:
            after = self.skip(i + 1)
            stops = self.at(after) == "to" or self.is_verb(after) or self.at(after) in self._words.closers
            return 0 if stops else 1
        return 0

    def _ends_phrase(self, i: int, noun: bool) -> bool:
        word, following = self.at(i), self.at(i + 1)
        words = self._words
        if word in words.closers or word in words.inside or word in _AND or word in words.modals:
            return True
        if not noun or self._is_name(i):
            return False
        return (
            word in words.endings
            or word in words.finite
            or word in words.determiners
            or self._is_adverb(word)
            or (word.endswith("ed") and following in (*words.taken, "from", "under", "as", "through"))
            or (word.endswith("ing") and following in words.determiners)
        )

    def _is_name(self, i: int) -> bool:
        """Whether a word is part of a name by its capital: "the Working Group"."""
        return self.phrase((i, i + 1)).text[:1].isupper()

    def is_verb(self, i: int) -> bool:
        """Whether a word is a verb here: one of the table, and where it may be a noun, with an object of its own."""
        word = self.at(i)
        if not self.is_known(word):
            return False
        following = self.at(i + 1)
        if word not in self._words.ambiguous:
            return following not in ("of", ",", ";", ".")
        before = self.at(i - 1)
        tells = word in self._words.telling and following in ("to", "on")
        return before == "to" or tells or following in self._words.determiners

    def is_known(self, lemma: str) -> bool:
        """Whether the tables hold this verb."""
        return lemma in _verbs()

    def lemma(self, word: str) -> str:
        """The dictionary form of a verb of the tables; any other word as it stands."""
        known = (form for form in _forms(word, self._words) if self.is_known(form))
        return next(known, word)

    def skip(self, i: int) -> int:
        """The position past adverbs."""
        while i < len(self._low) and (self.at(i) in self._words.adverbs or self._is_adverb(self.at(i))):
            i += 1
        return i

    def _is_adverb(self, word: str) -> bool:
        return word.endswith("ly") and word not in self._table.actions and word not in _NO_ADVERBS

    def matches(self, i: int, words: tuple[str, ...]) -> int:
        """The position after the words when they stand at ``i``, else 0."""
        return i + len(words) if tuple(self._low[i : i + len(words)]) == words else 0

    def __len__(self) -> int:
        return len(self._low)

    def at(self, i: int) -> str:
        """The word at a position, lower case; "" outside the clause."""
        return self._low[i] if 0 <= i < len(self._low) else ""

    def gap(self, i: int) -> bool:
        """Whether something masked stands right before a word."""
        return self._gaps[i]

    def phrase(self, range_: tuple[int, int]) -> Phrase:
        """The words of a range as they stand in the clause."""
        span = Span(self._spans[range_[0]].start, self._spans[min(range_[1], len(self._spans)) - 1].end)
        return Phrase(span.of(self._text), span)


def _forms(word: str, words: PhraseWords) -> Iterator[str]:
    """The word, and what it may be a form of: "using" of "use", "held" of "hold"."""
    yield word
    if word in words.irregular:
        yield words.irregular[word]
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            stem = word.removesuffix(ending)
            yield from (stem, f"{stem}e")
            if stem[-1] == stem[-2]:
                yield stem[:-1]
            if stem.endswith("i"):
                yield f"{stem[:-1]}y"
