"""Facts that change, as versioned data files, and the loaders that check them."""

from pipeline.reference.deadlines import find_deadline
from pipeline.reference.languages import detect_language
from pipeline.reference.masking import citation_spans, formula_spans, mandate_text
from pipeline.reference.places import models_folder
from pipeline.reference.precedence import precedence
from pipeline.reference.procedural import are_parallel
from pipeline.reference.scoring import Scoring, load_scoring
from pipeline.reference.tables import (
    Actor,
    Actors,
    Calls,
    Conferences,
    Formula,
    HouseWords,
    MandateWords,
    load_actors,
    load_calls,
    load_conferences,
    load_formulae,
    load_house_words,
    load_mandate_words,
)

__all__ = [
    "Actor",
    "Actors",
    "Calls",
    "Conferences",
    "Formula",
    "HouseWords",
    "MandateWords",
    "Scoring",
    "are_parallel",
    "citation_spans",
    "detect_language",
    "find_deadline",
    "formula_spans",
    "load_actors",
    "load_calls",
    "load_conferences",
    "load_formulae",
    "load_house_words",
    "load_mandate_words",
    "load_scoring",
    "mandate_text",
    "models_folder",
    "precedence",
]
