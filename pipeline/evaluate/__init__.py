"""What the pipeline found, held against what people say is there."""

from pipeline.evaluate.boilerplate import (
    LabelledPassage,
    area_under_curve,
    passage_groups,
    read_passages,
    score_boilerplate,
)
from pipeline.evaluate.citations import GoldCitations, read_citation_gold, score_citations
from pipeline.evaluate.pairs import LabelledPair, read_pairs, score_pairs
from pipeline.evaluate.resampling import interval, mean_measure
from pipeline.evaluate.result import Difference, Evaluation, Measure, UnitResult
from pipeline.evaluate.retrieval import Query, average_precision, read_queries, score_retrieval
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
    "LabelledPair",
    "LabelledPassage",
    "Measure",
    "Query",
    "Score",
    "UnitResult",
    "area_under_curve",
    "average_precision",
    "clause_keys",
    "exactness",
    "find_text",
    "interval",
    "is_file",
    "mean_measure",
    "passage_groups",
    "read_citation_gold",
    "read_pairs",
    "read_passages",
    "read_queries",
    "read_segmentation_gold",
    "resampled",
    "score_boilerplate",
    "score_citations",
    "score_pairs",
    "score_retrieval",
    "score_segmentation",
]
