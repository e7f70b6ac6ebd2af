"""Years as texts of the Union write them."""

__all__ = ["full_year"]

# "WARC-65" is the earliest two-digit label in use; "WRC-31" the latest conference planned.
_FIRST_OF_THE_CENTURY = 65


def full_year(digits: str) -> int:
    """A two-digit year as the Union means it: 79 is 1979, 23 is 2023; four digits stay as they are."""
    year = int(digits)
    if year > 99:
        return year
    return 1900 + year if year >= _FIRST_OF_THE_CENTURY else 2000 + year
