"""How a forest plot is laid out: `plain` (ours), `revman` (Cochrane reviews) and `jama` (clinical journals).

A layout is data: the order of the columns, whether events and totals have columns of their own, the signs of an
interval, the words of the pooled rows, and the colours. Measures, intervals and cautions are the same in all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jakpool.errors import ChoiceError

__all__ = ["LAYOUTS", "Layout", "layout_named"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One way to lay a forest plot out.

    Attributes
    ----------
    order : tuple of str
        The columns from left to right: ``label``, ``counts``, ``words`` (estimate and interval), ``weight``, ``plot``.
    split : bool
        Whether the counts of an arm stand in columns of their own (Events, Total) or in one (4/123).
    brackets, dash : str
        Signs around an interval and between its bounds.
    study, overall, subgroup : str
        Heading of the labels, and what the pooled rows are called; ``{rows}`` and ``{level}`` are filled in.
    favours_above : bool
        Whether what the sides speak for stands above the plot instead of under the axis.
    upper_p : bool
        Whether p values are printed as ``P = .02``.
    fills : mapping of str to str
        Colour of the marks by kind of row.
    """

    name: str
    order: tuple[str, ...] = ("label", "counts", "plot", "words", "weight")
    split: bool = False
    brackets: str = "[]"
    dash: str = ", "
    study: str = ""
    overall: str = "Overall ({rows})"
    subgroup: str = "Subgroup ({rows})"
    favours_above: bool = False
    upper_p: bool = False
    fills: Mapping[str, str]


# Told apart by the colour-blind, and by lightness in grey print; open diamonds belong to other models.
PLAIN = Layout(
    name="plain", fills={"study": "#6baed6", "subgroup": "#c6dbef", "overall": "#2b5c8a", "other": "#ffffff"}
)
REVMAN = Layout(
    name="revman",
    order=("label", "counts", "weight", "words", "plot"),
    split=True,
    study="Study or Subgroup",
    overall="Total ({level} CI)",
    subgroup="Subtotal ({level} CI)",
    fills={"study": "#3b6fb5", "subgroup": "#1a1a1a", "overall": "#1a1a1a", "other": "#ffffff"},
)
JAMA = Layout(
    name="jama",
    order=("label", "counts", "words", "plot", "weight"),
    brackets="()",
    dash=" to ",
    study="Source",
    overall="Total",
    subgroup="Subtotal",
    favours_above=True,
    upper_p=True,
    fills={"study": "#8fb3cf", "subgroup": "#4a7a9c", "overall": "#1f4e79", "other": "#ffffff"},
)
LAYOUTS: Mapping[str, Layout] = {layout.name: layout for layout in (PLAIN, REVMAN, JAMA)}


def layout_named(name: str) -> Layout:
    """Return the layout of that name.

    Examples
    --------
    >>> layout_named("revman").order[-1]
    'plot'
    """
    if name not in LAYOUTS:
        raise ChoiceError("layout", name, LAYOUTS)
    return LAYOUTS[name]
