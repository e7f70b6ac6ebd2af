"""What an evaluation says, whatever it measured: figures with intervals, one line a unit, the first differences."""

from dataclasses import dataclass

__all__ = ["Difference", "Evaluation", "Measure", "UnitResult"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure in [0, 1] with its 95 % interval; both ends are None where one unit alone was measured."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class UnitResult:
    """One document, text or query: its counts in the order of the evaluation's ``columns``, and its own figure."""

    name: str
    counts: tuple[int, ...]
    value: float
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that was expected, or found, and has no equal on the other side; "" stands for nothing there.

    ``line`` is the line of the gold file that expects it, None for what was found only. ``what`` names what differs.
    """

    unit: str
    what: str
    expected: str
    found: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The outcome of one evaluation; ``measures`` holds the figure that a threshold is held against last.

    ``kind`` is what was evaluated, ``unit`` and ``thing`` are the nouns of what was resampled and of what was counted;
    ``drawn`` is the first one where other things were resampled than the units. ``differences`` holds the first ones
    only, ``different`` is how many there are.
    """

    kind: str
    unit: str
    thing: str
    measures: tuple[Measure, ...]
    columns: tuple[str, ...]
    units: tuple[UnitResult, ...]
    differences: tuple[Difference, ...] = ()
    different: int = 0
    drawn: str = ""

    @property
    def headline(self) -> Measure:
        """The figure that sums the evaluation up."""
        return self.measures[-1]

    @property
    def totals(self) -> tuple[int, ...]:
        """The counts of all units together."""
        return tuple(sum(column) for column in zip(*(unit.counts for unit in self.units), strict=True))

    def worst(self, limit: int) -> tuple[UnitResult, ...]:
        """The units below 1 with the lowest figures, those with most to find first among equals."""
        short = [unit for unit in self.units if unit.value < 1]
        return tuple(sorted(short, key=lambda unit: (unit.value, -unit.counts[0], unit.name))[:limit])
