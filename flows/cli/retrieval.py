"""``overlap evaluate retrieval``: are the kin of a text found among all texts?"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.evaluate import finish, text_of
from flows.cli.output import only_data_on_stdout, tell
from flows.cli.state import AsJson, OutDir, settings_in_use

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.domain import Resolution

__all__ = ["evaluate_retrieval"]


def evaluate_retrieval(
    gold: Annotated[Path, typer.Argument(metavar="GOLD", help="Which texts belong together.")],
    texts: Annotated[
        list[Path],
        typer.Option("--texts", metavar="PATH", help="Folder or file with the texts; may be given more than once."),
    ],
    at_least: Annotated[
        float | None,
        typer.Option("--at-least", metavar="MAP", min=0, max=1, help="End with code 6 when the precision is lower."),
    ] = None,
    out: OutDir = None,
    as_json: AsJson = False,
) -> None:
    """Measure how well the kin of a text are found: mean average precision, with an interval over groups.

    GOLD is CSV with the columns text and group (texts of one group are kin), or query and relevant (one pair a line,
    group where it is there). Texts are named by identifier. All English texts of PATH are searched.

    Examples:
      overlap evaluate retrieval groups.csv --texts my-documents/
      overlap evaluate retrieval relevance.csv --texts texts.jsonl --at-least 0.9 --json
    """
    from flows.cli.labelled import read_texts
    from pipeline.evaluate import read_queries, score_retrieval

    content = text_of(gold)
    root = settings_in_use(out=out).out
    with only_data_on_stdout():
        held = sorted(read_texts(*texts), key=lambda text: str(text.id))
        queries = read_queries(content, gold.name, [str(text.id) for text in held])
        near = _nearness(held, root)
    finish(score_retrieval(near, queries), at_least, as_json, ())


def _nearness(held: "Sequence[Resolution]", root: Path) -> "NDArray[np.float64]":
    """Nearness of each two texts."""
    from pipeline.embed import embed_passages, load_encoder, passages
    from pipeline.match.related import nearness_of_texts
    from pipeline.store.embeddings import vector_cache

    encoder = load_encoder(root, tell)
    cache = vector_cache(root, encoder.digest)
    embedded = embed_passages(passages(held), lambda: encoder, cache, encoder.dimension)
    return nearness_of_texts(held, embedded.vectors, embedded.rows)
