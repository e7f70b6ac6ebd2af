"""What the pipeline found, held against what people say is there."""

from pipeline.evaluate.citations import GoldCitations, read_citation_gold, score_citations
from pipeline.evaluate.result import Difference, Evaluation, Measure, UnitResult
from pipeline.evaluate.scoring import Score, exactness, resampled
from pipeline.evaluate.segmentation import (
    ClauseKey,
    GoldText,
    clause_keys,
    find_text,
    is_file,
    read_segmentation_gold,
    score_segmentation,
)

__all__ = [
    "ClauseKey",
    "Difference",
    "Evaluation",
    "GoldCitations",
    "GoldText",
    "Measure",
    "Score",
    "UnitResult",
    "clause_keys",
    "exactness",
    "find_text",
    "is_file",
    "read_citation_gold",
    "read_segmentation_gold",
    "resampled",
    "score_citations",
    "score_segmentation",
]
