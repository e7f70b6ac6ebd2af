"""When conferences and assemblies closed: the adoption date of their texts, as far as it is known."""

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files

from pipeline.domain import Adopter, Body
from pipeline.errors import ReferenceDataError

__all__ = ["closing_date"]


def closing_date(body: Adopter, year: int) -> date | None:
    """The last day of the conference of ``body`` whose texts bear ``year``; None when the table does not hold it.

    Raises:
        ReferenceDataError: the table is damaged.
    """
    return _table().get((body, year))


@cache
def _table() -> dict[tuple[Adopter, int], date]:
    name = "closing_dates.toml"
    try:
        data = tomllib.loads((files("pipeline.reference") / "data" / name).read_text(encoding="utf-8"))
        if not data.pop("version", ""):
            raise ReferenceDataError(f"reference file {name}: it states no version")
        return {
            (Body(body), int(year)): date.fromisoformat(day)
            for body, held in data.items()
            for year, day in held.items()
        }
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise ReferenceDataError(f"reference file {name}: {error}") from error
