"""Say which software made a result, and from which numbers."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jakpool.effects import Effects

__all__ = ["data_hash", "software"]

LATER = ("measure", "group", "yi", "vi", "corrected", "correction", "notes")
"""Fields that are worked out, or chosen, from the numbers."""


@cache
def software() -> str:
    """Return names and versions of jakpool's distribution, numpy and scipy."""
    from importlib.metadata import PackageNotFoundError, version

    import numpy as np
    import scipy

    try:
        own = f" (jak-review {version('jak-review')})"
    except PackageNotFoundError:  # used from a folder, without an installation
        own = ""
    return f"jakpool{own}, numpy {np.__version__}, scipy {scipy.__version__}"


def data_hash(effects: Effects) -> str:
    """Return the SHA-256 of the numbers and names behind a result: the same for the same rows in the same order.

    Examples
    --------
    >>> from jakpool import proportions
    >>> data_hash(proportions([9, 11], [13, 12]))[:12]
    '8f8547b7829f'
    """
    import hashlib
    import json

    columns = {field.name: getattr(effects, field.name) for field in fields(effects) if field.name not in LATER}
    known = {name: values for name, values in columns.items() if values not in (None, ())}
    if len(known) == 2:  # labels and studies only: effects as they were given
        known |= {"yi": effects.yi, "vi": effects.vi}
    return hashlib.sha256(json.dumps(known, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
