"""What a record is: something by which it is known, and no larger than a record may be; anything else is a reject."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

__all__ = ["MAX_FIELDS", "MAX_KEPT", "MAX_LINES", "MAX_VALUE", "UNKNOWN", "beginning", "is_known", "oversize"]

MAX_LINES = 100_000
"""Lines of one record; papers of thousands of authors and their affiliations have up to 30,000."""
MAX_FIELDS = 100_000
"""Fields of one record."""
MAX_VALUE = 1 << 20
"""Characters of one value; the longest real ones (all affiliations of a large collaboration) have half of that."""
MAX_KEPT = 1 << 20
"""Characters of the text that are kept of a record beyond these limits."""
UNKNOWN = "nothing to know the record by: no title, identifier, abstract, or author with year or journal"
"""Why a record is rejected that `is_known` refuses, in every format."""
NOTHING = frozenset(("", "NA", "N/A", "None", "null", "-"))
"""Values that say nothing."""
NONE: frozenset[str] = frozenset()


def is_known(
    fields: Iterable[tuple[str, str]],
    known_by: Container[str],
    *,
    people: Container[str] = NONE,
    where: Container[str] = NONE,
) -> bool:
    """Say whether a record could be found again: by one field alone, or by its people with its year or journal.

    Parameters
    ----------
    fields : iterable of (str, str)
        Tag and value; a value such as "NA" says nothing.
    known_by, people, where : container of str
        The format's tags of titles, identifiers and abstracts; of authors; of years and journals.

    Examples
    --------
    >>> tags = {"known_by": {"TI"}, "people": {"AU"}, "where": {"PY", "JF"}}
    >>> is_known([("AU", "Liu, L"), ("PY", "2020")], **tags), is_known([("AU", "Liu, L"), ("TI", "NA")], **tags)
    (True, False)
    """
    named = placed = False
    for tag, value in fields:
        if value in NOTHING:
            continue
        if tag in known_by:
            return True
        named = named or tag in people
        placed = placed or tag in where
    return named and placed


def oversize(fields: Sequence[tuple[str, str]], *, lines: int = 0) -> str:
    """Return why a record is too large to be one; nothing if it is not.

    Parameters
    ----------
    fields : sequence of (str, str)
        Tag and value.
    lines : int
        How many lines the record has, where lines make its fields.

    Examples
    --------
    >>> oversize([("TI", "Hair")]), oversize([("AU", "Liu, L")] * 100_001)
    ('', 'more than 100,000 fields in one record')
    """
    if lines > MAX_LINES:
        return f"more than {MAX_LINES:,} lines in one record"
    if len(fields) > MAX_FIELDS:
        return f"more than {MAX_FIELDS:,} fields in one record"
    tag = next((tag for tag, value in fields if len(value) > MAX_VALUE), None)
    return "" if tag is None else f"a value of more than {MAX_VALUE:,} characters under {tag[:40]}"


def beginning(pieces: str | Iterable[str], reason: str) -> tuple[str, str]:
    r"""Return the reason of a reject and its text, of which no more than the beginning is kept.

    Parameters
    ----------
    pieces : str or iterable of str
        The text, or its lines.
    reason : str
        Why it is rejected; what is left out of the text is added.

    Examples
    --------
    >>> beginning(["TY  - JOUR", "AU  - Liu, L"], "too long")
    ('too long', 'TY  - JOUR\nAU  - Liu, L')
    >>> beginning("x" * 2_000_000, "too long")[0]
    'too long; the first 1,048,576 characters of its text are kept'
    """
    text = pieces if isinstance(pieces, str) else "\n".join(pieces)
    if len(text) <= MAX_KEPT:
        return reason, text
    return f"{reason}; the first {MAX_KEPT:,} characters of its text are kept", text[:MAX_KEPT]
