"""Facts that change, as versioned data files, and the loaders that check them."""

from pipeline.reference.deadlines import find_deadline, find_due_year
from pipeline.reference.formulae import (
    OWN_FORMULAE,
    Formula,
    OwnPhrase,
    load_formulae,
    own_formulae_digest,
    read_own_formulae,
    write_own_formulae,
)
from pipeline.reference.grammar import LANGUAGES, CallWords, Grammar, load_grammar
from pipeline.reference.headers import HeaderWords, load_header_words
from pipeline.reference.languages import detect_language
from pipeline.reference.legible import legible, place_in
from pipeline.reference.mandates import (
    Instructions,
    MandateWords,
    has_mandate_words,
    load_instructions,
    load_mandate_words,
)
from pipeline.reference.masking import citation_spans, formula_spans, mandate_text
from pipeline.reference.phrases import Frame, PhraseWords, load_phrase_words
from pipeline.reference.places import models_folder
from pipeline.reference.precedence import precedence
from pipeline.reference.procedural import are_parallel
from pipeline.reference.scoring import Scoring, load_scoring
from pipeline.reference.signs import SignWords, load_sign_words
from pipeline.reference.tables import (
    Actor,
    Actors,
    Calls,
    Conferences,
    HouseWords,
    load_actors,
    load_calls,
    load_conferences,
    load_house_words,
)
from pipeline.reference.themes import Theme, find_theme, load_themes
from pipeline.reference.wordfiles import WordFacts, load_word_facts

__all__ = [
    "LANGUAGES",
    "OWN_FORMULAE",
    "Actor",
    "Actors",
    "CallWords",
    "Calls",
    "Conferences",
    "Formula",
    "Frame",
    "Grammar",
    "HeaderWords",
    "HouseWords",
    "Instructions",
    "MandateWords",
    "OwnPhrase",
    "PhraseWords",
    "Scoring",
    "SignWords",
    "Theme",
    "WordFacts",
    "are_parallel",
    "citation_spans",
    "detect_language",
    "find_deadline",
    "find_due_year",
    "find_theme",
    "formula_spans",
    "has_mandate_words",
    "legible",
    "load_actors",
    "load_calls",
    "load_conferences",
    "load_formulae",
    "load_grammar",
    "load_header_words",
    "load_house_words",
    "load_instructions",
    "load_mandate_words",
    "load_phrase_words",
    "load_scoring",
    "load_sign_words",
    "load_themes",
    "load_word_facts",
    "mandate_text",
    "models_folder",
    "own_formulae_digest",
    "place_in",
    "precedence",
    "read_own_formulae",
    "write_own_formulae",
]
