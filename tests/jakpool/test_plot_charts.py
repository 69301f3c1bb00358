"""The charts beside forest and funnel: what they show, that nothing overlaps or is cut off, the same bytes twice."""

import hashlib
from collections.abc import Callable
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from jakpool import NoStudiesError, Pooled, PoolError, generic, pool, proportions, two_arm
from jakpool import doi as doi_of
from jakpool.plots import (
    LAYOUTS,
    Panel,
    Step,
    baujat,
    bubble,
    doi,
    forest,
    funnel,
    gosh,
    influence,
    labbe,
    radial,
    steps,
)
from jakpool.plots.lettering import width

SVG = "{http://www.w3.org/2000/svg}"
# BCG vaccine against tuberculosis (Colditz and others 1994, JAMA 271:698-702), with the latitude of each trial.
TRIALS = [
    "Aronson 1948", "Ferguson & Simes 1949", "Rosenthal 1960", "Hart & Sutherland 1977", "Frimodt-Moller 1973",
    "Stein & Aronson 1953", "Vandiviere 1973", "TPT Madras 1980", "Coetzee & Berjak 1968", "Rosenthal 1961",
    "Comstock 1974", "Comstock & Webster 1969", "Comstock 1976",
]  # fmt: skip
A = [4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27]
N1 = [123, 306, 231, 13598, 5069, 1541, 2545, 88391, 7499, 1716, 50634, 2498, 16913]
C = [11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29]
N2 = [139, 303, 220, 12867, 5808, 1451, 629, 88391, 7277, 1665, 27338, 2341, 17854]
LATITUDE = [44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33]
LONG = "A title that is long enough to take more than one line of the sheet that it stands on, and then some"


def bcg(measure: str = "RR") -> Pooled:
    """The thirteen trials."""
    return pool(two_arm(A, N1, C, N2, measure=measure, labels=TRIALS))


def sixty() -> Pooled:
    """Sixty arms with long names."""
    labels = [f"A study with quite a long name {i} and its subtitle" for i in range(60)]
    return pool(proportions([i % 9 for i in range(60)], [8 + i for i in range(60)], labels=labels), profile=False)


def subsets() -> tuple[list[float], list[float], list[bool]]:
    """Common-effect estimates and I2 of all subsets of seven trials."""
    yi, vi = (np.array([getattr(row, name) for row in bcg().studies[:7]]) for name in ("yi", "sei"))
    estimates, shares, held = [], [], []
    for members in range(3, 2**7):
        rows = [i for i in range(7) if members >> i & 1]
        if len(rows) > 1:
            w = 1 / vi[rows] ** 2
            b = float(w @ yi[rows] / w.sum())
            q = float((w * (yi[rows] - b) ** 2).sum())
            estimates.append(b)
            shares.append(max(0.0, 100 * (q - len(rows) + 1) / q))
            held.append(0 in rows)
    return estimates, shares, held


def many_steps(k: int) -> list[Step]:
    """Results that come nearer to a half."""
    made = [
        Step(label=f"+ {TRIALS[i % 13]} {i}", estimate=0.5 + 0.3 / (i + 1), ci_lb=0.4 / (i + 1), ci_ub=0.9, k=i + 1)
        for i in range(k)
    ]
    return [*made, Step(label="not estimable", estimate=None, ci_lb=None, ci_ub=None, k=0, flag="no such result")]


GRID = [(x, 0.25 - 0.03 * x, -0.4 - 0.03 * x, 0.9 - 0.03 * x) for x in range(13, 56)]
ESTIMATES, SHARES, HELD = subsets()
DRAWN: dict[str, Callable[..., bytes]] = {
    "baujat": lambda **o: baujat(TRIALS, [float(i % 5) for i in range(13)], [1.0 / (i + 1) for i in range(13)], **o),
    "bubble": lambda **o: bubble(bcg(), LATITUDE, line=GRID, name="Absolute latitude", **o),
    "bubble of proportions": lambda **o: bubble(sixty(), list(range(60)), **o),
    "L'Abbé": lambda **o: labbe(bcg(), arms=("BCG vaccine", "No vaccine"), **o),
    "Doi": lambda **o: doi(doi_of(two_arm(A, N1, C, N2)), measure="RR", **o),
    "Doi of proportions": lambda **o: doi(doi_of(proportions(A, N1)), measure="PLO", **o),
    "radial": lambda **o: radial(bcg(), **o),
    "GOSH": lambda **o: gosh(ESTIMATES, SHARES, measure="RR", overall=-0.9, highlight=HELD, highlighted=TRIALS[1], **o),
    "influence": lambda **o: influence(
        TRIALS,
        [Panel(name=f"Figure {i}", values=(*range(12), None), middle=1, limits=(-2.0, 2.0)) for i in range(7)],
        influential=[i == 3 for i in range(13)],
        **o,
    ),
    "steps": lambda **o: steps(many_steps(12), measure="RR", overall=many_steps(1)[0], head="Study added", **o),
    "sixty steps": lambda **o: steps(many_steps(60), measure="PLO", **o),
    "contours": lambda **o: funnel(bcg(), contours=True, filled=[(0.6, 0.9), (0.2, 0.3)], **o),
    **{f"{name}, risk ratios": lambda name=name, **o: forest(  # type: ignore[misc]
        bcg(), layout=name, others=[("Common effect", pool(two_arm(A, N1, C, N2), model="common"))],
        arms=("BCG vaccine", "No vaccine at all"), favours=("favours the vaccine", "favours no vaccine"), **o,
    ) for name in LAYOUTS},
    **{f"{name}, sixty": lambda name=name, **o: forest(sixty(), layout=name, **o) for name in LAYOUTS},  # type: ignore[misc]
}  # fmt: skip


def words_of(svg: bytes) -> list[str]:
    """Return the texts of a figure."""
    return [(e.text or "").replace("\xa0", " ") for e in ET.fromstring(svg).iter(f"{SVG}text")]


def dots_of(svg: bytes) -> list[tuple[str, float, float]]:
    """Return the tip and the centre of every mark that has one."""
    found = []
    for shape in ET.fromstring(svg).iter(f"{SVG}polygon"):
        tip = shape.find(f"{SVG}title")
        if tip is not None:
            xs, ys = zip(*(map(float, pair.split(",")) for pair in shape.get("points", "").split()), strict=True)
            found.append((tip.text or "", (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2))
    return found


@pytest.mark.parametrize("case", DRAWN)
def test_nothing_overlaps_and_nothing_is_cut_off(case: str) -> None:
    root = ET.fromstring(DRAWN[case](title=LONG))
    wide, tall = (float(v) for v in root.get("viewBox", "").split()[2:])
    boxes: list[tuple[float, float, float, float, str]] = []
    for text in root.iter(f"{SVG}text"):
        x, y, size = (float(text.get(name, "")) for name in ("x", "y", "font-size"))
        long = width(text.text or "", size, bold=text.get("font-weight") == "bold")
        if text.get("transform"):
            assert 0.73 * size <= x <= wide
            assert long / 2 <= y <= tall - long / 2, text.text
            boxes.append((x - 0.73 * size, y - long / 2, x + 0.2 * size, y + long / 2, text.text or ""))
            continue
        left = x - {None: 0.0, "middle": long / 2, "end": long}[text.get("text-anchor")]
        boxes.append((left, y - 0.73 * size, left + long, y + 0.2 * size, text.text or ""))
    for i, a in enumerate(boxes):
        assert a[0] >= 0, a
        assert a[1] >= 0, a
        assert a[2] <= wide, a
        assert a[3] <= tall, a
        for b in boxes[:i]:
            assert a[0] >= b[2] or b[0] >= a[2] or a[1] >= b[3] or b[1] >= a[3], (a, b)
    for shape in (*root.iter(f"{SVG}polygon"), *root.iter(f"{SVG}polyline")):
        for pair in shape.get("points", "").split():
            px, py = map(float, pair.split(","))
            assert -0.5 <= px <= wide + 0.5
            assert -0.5 <= py <= tall + 0.5


@pytest.mark.parametrize("case", DRAWN)
def test_the_same_numbers_give_the_same_bytes(case: str) -> None:
    assert DRAWN[case]() == DRAWN[case]()


@pytest.mark.parametrize("case", ["baujat", "GOSH"])
@pytest.mark.parametrize("ending", ["png", "pdf"])
def test_pictures_are_the_same_twice(case: str, ending: str) -> None:
    first, second = (hashlib.sha256(DRAWN[case](format=ending, dpi=60)).digest() for _ in range(2))
    assert first == second


def test_a_baujat_plot_puts_heterogeneity_right_and_influence_up() -> None:
    svg = baujat(["low", "right", "up"], [0.1, 9.0, 0.2], [0.1, 0.2, 5.0])
    places = {tip.split(":")[0]: (x, y) for tip, x, y in dots_of(svg)}
    assert max(places, key=lambda name: places[name][0]) == "right"
    assert min(places, key=lambda name: places[name][1]) == "up"
    assert {"low", "right", "up"} <= set(words_of(svg))


def test_the_line_of_a_bubble_plot_falls_where_the_effect_falls() -> None:
    svg = DRAWN["bubble"]()
    lines = [e for e in ET.fromstring(svg).iter(f"{SVG}polyline") if not e.get("stroke-dasharray")]
    line = max(lines, key=lambda e: len(e.get("points", "").split()))
    points = [tuple(map(float, pair.split(","))) for pair in line.get("points", "").split()]
    assert points[0][0] < points[-1][0]
    assert points[0][1] < points[-1][1]  # further down: a smaller ratio
    assert len(dots_of(svg)) == 13


def test_a_doi_plot_is_highest_at_its_tip_and_tells_what_speaks_against_it() -> None:
    svg = DRAWN["Doi"]()
    dots = sorted((x, y) for _, x, y in dots_of(svg))
    tip = min(range(13), key=lambda i: dots[i][1])
    heights = [y for _, y in dots]
    assert heights[: tip + 1] == sorted(heights[: tip + 1], reverse=True)
    assert heights[tip:] == sorted(heights[tip:])
    said = " ".join(words_of(svg))
    assert "LFK index \N{MINUS SIGN}4.10 (major asymmetry by its authors' rule)" in said
    assert "advise against it" in said


def test_a_funnel_of_arcsine_differences_holds_negative_ones() -> None:
    dots = dots_of(funnel(pool(two_arm(A, N1, C, N2, measure="AS"))))
    assert len(dots) == 13
    assert len({round(x, 1) for _, x, _ in dots}) == 13


@pytest.mark.parametrize("far", [720.0, -760.0])
def test_a_ratio_beyond_all_floats_cannot_be_drawn(far: float) -> None:
    with pytest.raises(PoolError, match="too large to draw"):
        doi(doi_of(generic([0.0, 0.1, far], [0.1, 0.2, 0.1], measure="HR")), measure="HR")


def test_a_moderator_needs_a_value_a_row() -> None:
    with pytest.raises(PoolError, match="12 values for 13 rows"):
        bubble(bcg(), LATITUDE[:12])


def test_a_labbe_plot_needs_two_arms() -> None:
    with pytest.raises(PoolError, match="two arms"):
        labbe(pool(proportions([3, 4, 5], [9, 9, 9])))


def test_a_point_on_the_line_of_a_radial_plot_has_the_pooled_effect() -> None:
    """Galbraith (1988): the slope from the origin to a point is the study's effect."""
    svg = radial(bcg())
    root = ET.fromstring(svg)
    lines = [e.get("points", "").split() for e in root.iter(f"{SVG}polyline") if e.get("stroke") == "#1a1a1a"]
    start, end = (tuple(map(float, pair.split(","))) for pair in next(p for p in lines if len(p) == 2))
    slope = (end[1] - start[1]) / (end[0] - start[0])
    shares = {row.label: row.yi / bcg().beta for row in bcg().studies if row.yi is not None}  # type: ignore[operator]
    for tip, x, y in dots_of(svg):
        name = tip.rpartition(":")[0]
        assert (y - start[1]) / (x - start[0]) == pytest.approx(slope * shares[name], rel=0.02)


def test_a_gosh_plot_counts_its_subsets_and_passes_over_those_without_a_figure() -> None:
    said = " ".join(words_of(gosh([*ESTIMATES, float("nan")], [*SHARES, 1.0], measure="RR")))
    assert f"{len(ESTIMATES)} subsets" in said


def test_the_influence_panel_marks_and_names_the_influential() -> None:
    svg = DRAWN["influence"]()
    assert b"influential: Hart &amp; Sutherland 1977" in svg
    assert "4 Hart & Sutherland 1977;" in " ".join(words_of(svg))


def test_contours_are_refused_where_there_is_no_value_of_no_effect() -> None:
    with pytest.raises(PoolError, match="no value of no effect"):
        funnel(pool(proportions([3, 4, 5], [9, 9, 9])), contours=True)


def test_contours_widen_with_the_standard_error_around_no_effect() -> None:
    root = ET.fromstring(funnel(bcg(), contours=True))
    tops = [e.get("points", "").split() for e in root.iter(f"{SVG}polygon") if e.get("fill") == "#d9d9d9"]
    ticks = {t.text: float(t.get("x", "")) for t in root.iter(f"{SVG}text") if t.get("text-anchor") == "middle"}
    first = min((tuple(map(float, pair.split(","))) for pair in tops[0]), key=lambda p: p[1])
    assert first[0] == pytest.approx(ticks["1"], abs=0.05)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_says_the_same_figures(layout: str) -> None:
    words = " ".join(words_of(forest(bcg(), layout=layout)))
    for figure in ("0.49", "0.33", "0.73", "100.0", "I² = 92.2 %"):
        assert figure in words


def test_revman_gives_events_and_totals_columns_of_their_own() -> None:
    words = words_of(forest(bcg(), layout="revman"))
    assert words.count("Events") == words.count("Total") == 2
    assert "505" in words
    assert "505/88391" not in words


@pytest.mark.parametrize(
    "draw",
    [
        lambda: baujat([], [], []),
        lambda: steps([], measure="RR"),
        lambda: gosh([], [], measure="RR"),
        lambda: influence([], []),
    ],
    ids=["baujat", "steps", "gosh", "influence"],
)
def test_nothing_to_draw_is_an_error(draw: Callable[[], bytes]) -> None:
    with pytest.raises(NoStudiesError):
        draw()
