"""Say by which convention a flow counts, in the sentence that stands under its figure."""

from __future__ import annotations

from jak.report.counts import FlowCounts, OtherCounts

__all__ = ["convention_sentence"]


def convention_sentence(counts: FlowCounts) -> str:
    """Return the sentence, with the numbers that the convention adds to the duplicates.

    Examples
    --------
    >>> from jak.report.counts import FullTextCounts
    >>> empty = FlowCounts((), (), 0, 0, (), (), 0, 0, 0, 0, 0, 0, FullTextCounts(), None, 0, 0, 0, 0)
    >>> convention_sentence(empty)
    'Each record is counted once, where it was found first.'
    """
    columns: list[FlowCounts | OtherCounts] = [counts, *([counts.other] if counts.other else [])]
    again = f"found again (n\u00a0=\u00a0{sum(c.found_again for c in columns):,})"
    known = f"known from the previous version (n\u00a0=\u00a0{sum(c.known for c in columns):,})"
    if counts.convention == "once":
        return "Each record is counted once, where it was found first."
    if counts.previous is None:
        return f"Each search is counted with all records that it retrieved; those {again} are among the duplicates."
    cited = f" ({counts.previous.citation})" if counts.previous.citation else ""
    if counts.previous.since:
        return (
            f"Updated review: the previous version{cited} is what searches before {counts.previous.since} found, as it "
            "is decided now. Each search since then is counted with all records that it retrieved; those "
            f"{known} or {again} are among the duplicates."
        )
    return (
        f"Updated review: the previous version{cited} was made elsewhere, and its numbers are as jak.toml gives them. "
        f"Each search of this review is counted with all records that it retrieved; those {again} are among the "
        "duplicates."
    )
