"""Figures of pooled results as bytes (SVG, PNG, PDF): the same result gives the same bytes.

>>> from jakpool import pool, proportions
>>> from jakpool.plots import forest
>>> forest(pool(proportions([9, 11, 26], [13, 12, 35])))[:5]
b'<svg '
"""

from jakpool.plots.forest_plot import forest
from jakpool.plots.funnel_plot import funnel
from jakpool.plots.pictures import FORMATS, MissingGlyphsError

__all__ = ["FORMATS", "MissingGlyphsError", "forest", "funnel"]
