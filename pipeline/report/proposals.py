"""Proposals as a report tells them from adopted texts: their mark and what they would do."""

from pipeline.domain import ForeignId, Resolution, ResolutionId, Standing

__all__ = ["aim_of", "mark_of"]

_AIMS = {
    "MOD": "would change {}",
    "SUP": "would suppress {}",
    "NOC": "would leave {} as it is",
}


def mark_of(resolution: Resolution) -> str:
    """The marker of a proposal with its symbol, such as ``MOD EUR/901A2/1``; "" for any other text."""
    if resolution.standing is not Standing.PROPOSED:
        return ""
    marker = resolution.marker or "proposal"
    written = resolution.id.proposal if isinstance(resolution.id, ResolutionId | ForeignId) else None
    prefix = f"{resolution.marker.lower()}-"
    if written is None or not resolution.marker or not written.startswith(prefix):
        return marker
    return f"{marker} {written.removeprefix(prefix).replace('-', '/').upper()}"


def aim_of(resolution: Resolution, amended: str) -> str:
    """What a proposal would do, such as ``would change Resolution 901 (Dubai, 2018)``.

    Args:
        resolution: the proposal.
        amended: the citation of the adopted edition that it is about, "" where the corpus does not hold it.
    """
    if resolution.marker.startswith("ADD"):
        return "would add a new text"
    aim = _AIMS.get(resolution.marker[:3], "is about {}")
    return aim.format(amended or "a text of which the corpus holds no adopted edition")
