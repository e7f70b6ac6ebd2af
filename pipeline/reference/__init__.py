"""Facts that change, as versioned data files, and the loaders that check them."""

from pipeline.reference.tables import (
    Actor,
    Actors,
    Calls,
    Conferences,
    Formula,
    MandateWords,
    Scoring,
    load_actors,
    load_calls,
    load_conferences,
    load_formulae,
    load_mandate_words,
    load_scoring,
)

__all__ = [
    "Actor",
    "Actors",
    "Calls",
    "Conferences",
    "Formula",
    "MandateWords",
    "Scoring",
    "load_actors",
    "load_calls",
    "load_conferences",
    "load_formulae",
    "load_mandate_words",
    "load_scoring",
]
