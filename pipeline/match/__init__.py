"""Clause pairs: candidates, features, alignment, score and relation."""

from pipeline.match.features import FEATURES
from pipeline.match.memory import MatchMemory
from pipeline.match.overlaps import MatchResult, centred, find_overlaps
from pipeline.match.tokens import words

__all__ = ["FEATURES", "MatchMemory", "MatchResult", "centred", "find_overlaps", "words"]
