"""The funnel plot: points, region, axes and cautions."""

import math
from dataclasses import replace

import pytest

from jakpool import ChoiceError, NoStudiesError, Pooled, PoolError, generic, pool, proportions, two_arm
from jakpool.plots import funnel
from jakpool.plots.funnel_plot import funnel_scene
from jakpool.plots.lettering import width
from jakpool.plots.scene import Line, Scene, Shape, Words

EVENTS, TOTALS = [42, 9, 11, 26, 5, 8, 9, 9, 5], [66, 13, 12, 35, 9, 13, 14, 12, 8]
LABELS = [f"Arm {i}" for i in range(9)]


def arms(measure: str = "PLO", *, grouped: bool = False) -> Pooled:
    """Any response of the alopecia areata review."""
    group = ["tofacitinib"] * 7 + ["ruxolitinib"] * 2 if grouped else None
    return pool(proportions(EVENTS, TOTALS, measure=measure, labels=LABELS, group=group))


def said(scene: Scene) -> str:
    """Return every word of a figure."""
    return " ".join(m.text for m in scene.marks if isinstance(m, Words)).replace("\xa0", " ")


def dots(scene: Scene) -> list[Shape]:
    """Return the marks of the rows."""
    return [m for m in scene.marks if isinstance(m, Shape) and m.tip]


def middle(dot: Shape) -> tuple[float, float]:
    """Return the centre of a symmetrical mark."""
    xs, ys = zip(*dot.points, strict=True)
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def sides(scene: Scene) -> list[Line]:
    """Return the dashed sides of the region."""
    return [m for m in scene.marks if isinstance(m, Line) and m.dash]


def test_every_row_is_a_point() -> None:
    assert len(dots(funnel_scene(arms()))) == 9


def test_the_smallest_standard_error_lies_highest() -> None:
    result = arms()
    places = {dot.tip.split(":")[0]: middle(dot)[1] for dot in dots(funnel_scene(result))}
    by_error = sorted(result.studies, key=lambda s: s.sei or 0.0)
    assert [s.label for s in by_error] == sorted(places, key=lambda label: places[label])


def test_the_most_patients_lie_highest() -> None:
    places = {dot.tip.split(":")[0]: middle(dot)[1] for dot in dots(funnel_scene(arms(), against="n"))}
    assert min(places, key=lambda label: places[label]) == "Arm 0"
    assert max(places, key=lambda label: places[label]) == "Arm 8"


def test_the_region_is_1_96_standard_errors_wide_on_each_side() -> None:
    result = arms()
    scene = funnel_scene(result)
    ticks = {m.text: m.x for m in scene.marks if isinstance(m, Words) and m.anchor == "middle"}
    unit = (ticks["80"] - ticks["50"]) / math.log(4)
    row = {dot.tip.split(":")[0]: middle(dot) for dot in dots(scene)}["Arm 3"]
    study = result.studies[3]
    assert study.sei is not None
    assert result.beta is not None
    left = sides(scene)[0]
    (x0, y0), (x1, y1) = left.points[0], left.points[-1]
    at = x0 + (x1 - x0) * (row[1] - y0) / (y1 - y0)
    assert (at - ticks["50"]) / unit == pytest.approx(result.beta - 1.959964 * study.sei, abs=1e-4)


def test_the_region_against_patients_follows_the_binomial_error() -> None:
    """At n = 35 and p = 0.6813 the logit's standard error is 1 / sqrt(35 x 0.6813 x 0.3187) = 0.3628."""
    scene = funnel_scene(arms(), against="n")
    ticks = {m.text: m.x for m in scene.marks if isinstance(m, Words) and m.anchor == "middle"}
    unit = (ticks["80"] - ticks["50"]) / math.log(4)
    y = {dot.tip.split(":")[0]: middle(dot) for dot in dots(scene)}["Arm 3"][1]
    near = min(sides(scene)[0].points, key=lambda p: abs(p[1] - y))
    assert (near[0] - ticks["50"]) / unit == pytest.approx(0.7598 - 1.96 * 0.3628, abs=0.02)


def test_on_the_natural_scale_the_axis_is_even_in_percent() -> None:
    scene = funnel_scene(arms(), scale="natural")
    ticks = {m.text: m.x for m in scene.marks if isinstance(m, Words) and m.anchor == "middle"}
    assert ticks["40"] - ticks["20"] == pytest.approx(ticks["100"] - ticks["80"])


def test_under_ten_rows_a_note_warns() -> None:
    assert "Fewer than 10 rows (k = 9)" in said(funnel_scene(arms()))
    many = pool(proportions(EVENTS * 2, TOTALS * 2), profile=False)
    assert "Fewer than" not in said(funnel_scene(many))


def test_logits_against_their_errors_carry_a_caution_and_against_patients_none() -> None:
    assert "depend on each other" in said(funnel_scene(arms()))
    assert "depend on each other" not in said(funnel_scene(arms(), against="n"))


def test_zero_cells_are_told() -> None:
    result = pool(proportions([0, 3, 4, 5], [10, 10, 10, 10]))
    assert "0.5 was added to the cells for the effect and standard error of 1 row" in said(funnel_scene(result))


def test_groups_differ_in_shape_and_colour() -> None:
    scene = funnel_scene(arms(grouped=True))
    assert {(len(d.points), d.fill) for d in dots(scene)} == {(24, "#6baed6"), (4, "#ffd166")}
    assert "ruxolitinib" in said(scene)


def test_ratios_stand_on_a_logarithmic_axis() -> None:
    result = pool(two_arm([4, 6, 3, 62], [123, 306, 231, 13598], [11, 29, 11, 248], [139, 303, 220, 12867]))
    ticks = {m.text: m.x for m in funnel_scene(result).marks if isinstance(m, Words) and m.anchor == "middle"}
    assert ticks["0.2"] - ticks["0.1"] == pytest.approx(ticks["1"] - ticks["0.5"])


def test_without_a_pooled_estimate_there_is_no_region() -> None:
    scene = funnel_scene(pool(proportions([3, 0], [3, 10])))
    assert not sides(scene)
    assert len(dots(scene)) == 2


def test_rows_without_an_effect_are_counted_as_not_drawn() -> None:
    result = arms()
    missing = replace(result, studies=(replace(result.studies[0], yi=None), *result.studies[1:]))
    assert "Not drawn, for want of a figure: 1 row." in said(funnel_scene(missing))


def test_no_rows_is_an_error() -> None:
    with pytest.raises(NoStudiesError):
        funnel(replace(arms(), studies=()))


def test_effects_without_patients_cannot_stand_against_patients() -> None:
    with pytest.raises(PoolError, match="no row has a number of patients"):
        funnel(pool(generic([0.1, 0.2], [0.1, 0.2])), against="n")


@pytest.mark.parametrize("choice", [{"against": "weight"}, {"scale": "log"}])
def test_unknown_words_are_errors(choice: dict[str, str]) -> None:
    with pytest.raises(ChoiceError):
        funnel(arms(), **choice)  # type: ignore[arg-type]  # one of two words


CASES = {
    "nine arms": arms(),
    "arcsine": arms("PAS"),
    "two groups": arms(grouped=True),
    "one arm": pool(proportions([3], [10])),
    "all events": pool(proportions([3, 10], [3, 10])),
    "alike": pool(proportions([5, 5], [10, 10])),
    "very rare": pool(proportions([1, 2], [90000, 90000])),
    "wide odds ratios": pool(two_arm([1, 0, 30], [12, 10, 300], [11, 3, 31], [12, 12, 310], measure="OR")),
    "far effect": pool(generic([0.1, -0.4, 3e3], [0.04, 0.09, 9.0], n=[10, 10, 10])),
}


@pytest.mark.parametrize("against", ["se", "n"])
@pytest.mark.parametrize("case", CASES)
def test_nothing_overlaps_and_every_axis_has_ticks(case: str, against: str) -> None:
    scene = funnel_scene(
        CASES[case], against=against, title="A title that is long enough to take more than one line of it " * 2
    )
    texts = [m for m in scene.marks if isinstance(m, Words) and not m.turned]
    boxes = []
    for m in texts:
        wide = width(m.text, m.size, bold=m.bold)
        left = m.x - {"start": 0.0, "middle": wide / 2, "end": wide}[m.anchor]
        boxes.append((left, m.y - 0.73 * m.size, left + wide, m.y + 0.2 * m.size))
    for i, (a, text) in enumerate(zip(boxes, texts, strict=True)):
        assert a[0] >= 20 or text.anchor == "start", text
        assert a[0] >= 0, text
        assert a[2] <= scene.width, text
        assert a[3] <= scene.height, text
        for b in boxes[:i]:
            assert a[0] >= b[2] or b[0] >= a[2] or a[1] >= b[3] or b[1] >= a[3], text
    small = [m for m in texts if m.size < 8]
    assert sum(m.anchor == "middle" for m in small) >= 2
    assert sum(m.anchor == "end" for m in small) >= 2
    for dot in dots(scene):
        assert all(0 < x < scene.width and 0 < y < scene.height for x, y in dot.points)
