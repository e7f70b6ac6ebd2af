"""Why a finding was not discounted: each reduction that could have applied, what it took, and why it took no more."""

from collections.abc import Iterator, Sequence

from pipeline.domain import Body, ResolutionPair, Sector, Standing
from pipeline.reference import are_parallel
from pipeline.report.featurenames import feature_name
from pipeline.report.lookup import Lookup
from pipeline.report.model import Comparison, Reduction, ScoreTerm
from pipeline.report.wording import counted

__all__ = ["reductions_of"]

# Contributions below this are nothing, as points are shown.
_NOTHING = 0.005


def reductions_of(
    lookup: Lookup, pair: ResolutionPair, headline: Comparison, factors: Sequence[ScoreTerm]
) -> tuple[Reduction, ...]:
    """Each lawful or harmless explanation of a likeness, from the facts of the run alone.

    Args:
        lookup: the run.
        pair: the two texts, in the order of the finding.
        headline: the clause pair that heads the finding.
        factors: what the score of the finding was multiplied by.
    """
    taken = {factor.name: f"× {factor.value:.2f}" for factor in factors}
    return (
        _formula(headline),
        _citation_line(headline),
        *_texts(lookup, pair),
        *_integration(lookup, pair),
        _parallel(lookup, pair),
        *_factors(pair, taken),
    )


def _formula(headline: Comparison) -> Reduction:
    left, right = headline.left_words, headline.right_words
    held = left.formula + right.formula
    shared = left.same + left.moved
    why = (
        f"{counted(shared, 'word')} of the first clause {'stands' if shared == 1 else 'stand'} in the second beyond "
        f"formula language ({left.counted} words); information of the shared words {headline.information:.2f}, where "
        "0 is a mere formula and 1 the most."
    )
    if not held:
        return Reduction("Formula language", "", f"The clauses share none. {why}")
    took = f"nine tenths of the weight of {counted(held, 'word')}: {left.formula} of A and {right.formula} of B"
    return Reduction("Formula language", took, f"It counts a tenth and is dimmed. {why}")


def _citation_line(headline: Comparison) -> Reduction:
    """Whether a clause does little else than cite another text, as the evidence of the pair says it."""
    lines = [line for line in headline.evidence.lines if line.feature == feature_name("pointer")]
    points = sum(line.points for line in lines)
    if points < -_NOTHING:
        took = f"{-points:.2f} points of log-odds"
        return Reduction("Mere citation", took, lines[0].sentence)
    return Reduction("Mere citation", "", "Neither clause does little else than cite another text.")


def _texts(lookup: Lookup, pair: ResolutionPair) -> Iterator[Reduction]:
    a, b = lookup.resolution(pair.a), lookup.resolution(pair.b)
    if a.id.work != b.id.work:
        yield Reduction("Editions of one text", "", "These are two works, not two editions of one.")
    if a.standing is Standing.IN_FORCE and b.standing is Standing.IN_FORCE:
        yield Reduction("Not in force", "", "Both texts are in force as far as the corpus tells.")


def _integration(lookup: Lookup, pair: ResolutionPair) -> Iterator[Reduction]:
    """A Sector text that cites a Plenipotentiary text and says how its own Sector carries it out is no repetition."""
    a, b = lookup.resolution(pair.a), lookup.resolution(pair.b)
    name = "Lawful integration of a Plenipotentiary text"
    if Body.PP not in (a.body, b.body) or a.body is b.body:
        yield Reduction(name, "", "Neither text is one of the Plenipotentiary Conference beside one of another body.")
        return
    above, below, cites = (
        (a, b, pair.cites in ("b", "both")) if a.body is Body.PP else (b, a, pair.cites in ("a", "both"))
    )
    upper, lower = lookup.citation_of(str(above.id)), lookup.citation_of(str(below.id))
    if below.id.sector is Sector.UNION:
        yield Reduction(name, "", f"{lower} is a text of the Union as a whole, not of a Sector.")
    elif not cites:
        yield Reduction(name, "", f"{lower} does not cite {upper}, so nothing shows that it carries it out.")
    else:
        yield Reduction(
            name,
            "",
            f"{lower} cites {upper} and may well carry it out. It stays listed because clauses of it repeat or match "
            "orders of that text; texts that only add instructions of their own are discounted.",
        )


def _parallel(lookup: Lookup, pair: ResolutionPair) -> Reduction:
    name = "Parallel by design"
    if are_parallel(lookup.resolution(pair.a), lookup.resolution(pair.b)):
        return Reduction(name, "", "Both are working-method or structure texts, and more than that was found.")
    return Reduction(name, "", "The titles name no working method or structure that each Sector has for itself.")


def _factors(pair: ResolutionPair, taken: dict[str, str]) -> Iterator[Reduction]:
    """The factors of the score, those that applied and those that could have."""
    themes = taken.get("different_themes", "")
    yield Reduction(
        "Different themes",
        themes,
        "The texts as wholes deal with different things."
        if themes
        else "The texts as wholes are near enough, or cite each other, or are of one body.",
    )
    divided = taken.get("divided_labour", "")
    if divided:
        why = "One text cites the other, and what they share is a theme or a report."
    elif pair.cites:
        why = "One text cites the other, yet the clauses give the same order and do not divide the work."
    else:
        why = "Neither text cites the other."
    yield Reduction("Divided labour", divided, why)
    family = taken.get("same_family", "")
    yield Reduction(
        "Family of one template",
        family,
        "A finding that differs only by texts of one template stands above this one."
        if family
        else "No other finding of the same template stands above this one.",
    )
