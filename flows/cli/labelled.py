"""``overlap evaluate pairs|boilerplate`` and ``overlap formulas``: relations and formula language measured."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.evaluate import finish, text_of
from flows.cli.layout import PlainGroup
from flows.cli.output import counted, only_data_on_stdout, print_json, print_line, print_table, tell
from flows.cli.state import AsJson, OutDir, settings_in_use

if TYPE_CHECKING:
    from pipeline.domain import Resolution

__all__ = ["evaluate_boilerplate", "evaluate_pairs", "formulas", "mine", "read_texts"]

_WIDEST = 70

formulas = typer.Typer(
    help="The bank of formula language.", cls=PlainGroup, no_args_is_help=True, rich_markup_mode=None
)


def evaluate_boilerplate(
    gold: Annotated[Path, typer.Argument(metavar="GOLD", help="The labelled passages.")],
    at_least: Annotated[
        float | None,
        typer.Option("--at-least", metavar="AREA", min=0, max=1, help="End with code 6 when the area is lower."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure how well formula language is told from substance: area under the ROC curve.

    GOLD is CSV with the columns left, right (the same place in two documents) and label (1 substance, 0 formula).
    left_doc_id, right_doc_id, left_bill_title and right_bill_title are used where they are there. The model was
    fitted to public alignments: a figure on those is no test.

    Examples:
      overlap evaluate boilerplate passages.csv
      overlap evaluate boilerplate passages.csv --at-least 0.95 --json
    """
    from pipeline.evaluate import read_passages, score_boilerplate
    from pipeline.match.passages import Passage, document_vocabulary, formula_probability, passage_values, rarity_in

    rows = read_passages(text_of(gold), gold.name)
    rarity = rarity_in(document_vocabulary((r.left_document, r.left, r.right_document, r.right) for r in rows))
    passages = [Passage(r.left, r.right, r.left_title, r.right_title) for r in rows]
    told = [formula_probability(passage_values(passage, rarity)) for passage in passages]
    finish(score_boilerplate(rows, told), at_least, as_json, ())


def evaluate_pairs(
    gold: Annotated[Path, typer.Argument(metavar="GOLD", help="The labelled pairs of clauses.")],
    texts: Annotated[
        list[Path],
        typer.Option("--texts", metavar="PATH", help="Folder or file with the texts; may be given more than once."),
    ],
    split: Annotated[
        str | None, typer.Option("--split", help="Take the rows of this split alone, such as test.")
    ] = None,
    at_least: Annotated[
        float | None,
        typer.Option("--at-least", metavar="F1", min=0, max=1, help="End with code 6 when the macro F1 is lower."),
    ] = None,
    differences: Annotated[int, typer.Option("--differences", metavar="N", min=0, help="How many to show.")] = 10,
    out: OutDir = None,
    as_json: AsJson = False,
) -> None:
    """Measure relations and probabilities of clause pairs: macro F1 of the relations, overlaps told from the rest.

    GOLD is CSV with the columns left and right (clause identifiers) and expected (the relation); level, family and
    split are used where they are there. Every pair is judged, whether or not a run would have kept it.

    Examples:
      overlap evaluate pairs corpus/gold/pairs.csv --texts corpus/gold/texts.jsonl --texts corpus/sample --split test
      overlap evaluate pairs pairs.csv --texts my-documents/ --at-least 0.8 --json
    """
    from pipeline.embed import embed_passages, load_encoder, passages
    from pipeline.errors import InputError
    from pipeline.evaluate import read_pairs, score_pairs
    from pipeline.match.asked import judge_pairs
    from pipeline.reference import load_scoring
    from pipeline.store.embeddings import vector_cache

    rows = read_pairs(text_of(gold), gold.name, split)
    root = settings_in_use(out=out).out
    with only_data_on_stdout():
        held = read_texts(*texts)
        known = {clause.id for text in held for clause in text.clauses}
        for row in rows:
            if absent := [end for end in (row.left, row.right) if end not in known]:
                raise InputError(f"{gold.name}, line {row.line}: no text holds the clause {absent[0]}")
        encoder = load_encoder(root, tell)
        cache = vector_cache(root, encoder.digest)
        embedded = embed_passages(passages(held), lambda: encoder, cache, encoder.dimension)
        found = judge_pairs(held, embedded.vectors, embedded.rows, [(row.left, row.right) for row in rows])
    finish(score_pairs(rows, found, load_scoring().thresholds["overlap"], differences), at_least, as_json, ())


def mine(
    corpus: Annotated[Path, typer.Argument(metavar="CORPUS", help="A folder of documents, or one document.")],
    least_works: Annotated[int, typer.Option("--works", min=2, help="How many works must use a phrase.")] = 3,
    least_bodies: Annotated[int, typer.Option("--bodies", min=1, help="How many bodies must use it.")] = 2,
    as_json: AsJson = False,
) -> None:
    """List phrases that many works of several bodies use: candidates for the bank, for a person to accept.

    A mandate copied into many texts looks the same, so each candidate that two verbatim clauses share is marked:
    accepting it would dim what people look for. Nothing is added to the bank by itself.

    Examples:
      overlap formulas mine my-documents/
      overlap formulas mine my-documents/ --works 5 --json
    """
    from pipeline.match.background import load_background
    from pipeline.match.mining import mine_formulae, same_words
    from pipeline.match.passages import rarity_in
    from pipeline.match.tokens import build_vocabulary

    with only_data_on_stdout():
        texts = read_texts(corpus)
        background = load_background()
        rarity = rarity_in(build_vocabulary(texts, background.words, background.works))
        found = mine_formulae(texts, rarity, same_words(texts), least_works, least_bodies)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    print_line(f"{counted(len(found), 'candidate')} in {counted(len(texts), 'text')}")
    print_line()
    rows = (
        (
            str(one.works),
            str(one.bodies),
            f"{one.probability:.2f}",
            f"would hide {len(one.hides)}" if one.hides else "",
            one.phrase[:_WIDEST],
        )
        for one in found
    )
    print_table(("works", "bodies", "formula", "", "phrase"), rows)


def read_texts(*corpora: Path) -> "tuple[Resolution, ...]":
    """The English texts of these files and folders, settled as in a run; what cannot be read is told.

    Raises:
        InputError: there is none.
    """
    from pipeline.domain import Document
    from pipeline.errors import InputError
    from pipeline.ingest import find_files, merge_copies, read_file, relative_name
    from pipeline.segment import segment_document, settle_corpus

    read = [read_file(p.absolute(), relative_name(p, corpus)) for corpus in corpora for p in find_files(corpus)]
    documents = merge_copies([one for one in read if isinstance(one, Document) and one.language == "en"])
    for one in read:
        if not isinstance(one, Document):
            tell(f"Not read: {one.path}: {one.reason}")
    texts = settle_corpus(r for d in documents for r in segment_document(d)).resolutions
    if not texts:
        raise InputError(f"no resolution in English in {', '.join(map(str, corpora))}")
    return texts
