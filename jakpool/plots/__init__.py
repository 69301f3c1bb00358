"""Figures of pooled results as bytes (SVG, PNG, PDF): the same result gives the same bytes.

>>> from jakpool import pool, proportions
>>> from jakpool.plots import forest
>>> forest(pool(proportions([9, 11, 26], [13, 12, 35])))[:5]
b'<svg '
"""

from jakpool.plots.charts import baujat, bubble, labbe, radial
from jakpool.plots.doi_plot import doi
from jakpool.plots.forest_plot import forest
from jakpool.plots.funnel_plot import funnel
from jakpool.plots.gosh_plot import gosh
from jakpool.plots.influence_plot import Panel, influence
from jakpool.plots.layouts import LAYOUTS
from jakpool.plots.pictures import FORMATS, MissingGlyphsError
from jakpool.plots.steps_plot import Step, steps

__all__ = [
    "FORMATS",
    "LAYOUTS",
    "MissingGlyphsError",
    "Panel",
    "Step",
    "baujat",
    "bubble",
    "doi",
    "forest",
    "funnel",
    "gosh",
    "influence",
    "labbe",
    "radial",
    "steps",
]
