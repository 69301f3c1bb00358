"""Say which software made a result."""

from __future__ import annotations

from functools import cache

__all__ = ["software"]


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
