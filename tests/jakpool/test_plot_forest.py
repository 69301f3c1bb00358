"""The forest plot: what it says, where its marks lie, and that nothing overlaps or is cut off."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jakpool import (
    Back,
    ChoiceError,
    Interval,
    NoStudiesError,
    Pooled,
    PoolError,
    generic,
    means,
    pool,
    proportions,
    rates,
    two_arm,
    two_means,
    two_rates,
)
from jakpool.plots import forest
from jakpool.plots.forest_plot import forest_scene
from jakpool.plots.lettering import width
from jakpool.plots.scene import Line, Scene, Shape, Words

LABELS = ["Kennedy Crispin 2016", "Craiglow 2017", "Jabbari 2018", "Dai 2020", "Akdogan 2019", "Dincer Rota 2021"]
LABELS += ["Jerjen 2020", "Mackay-Wiggan 2016", "Liu & King 2019"]
EVENTS, TOTALS = [42, 9, 11, 26, 5, 8, 9, 9, 5], [66, 13, 12, 35, 9, 13, 14, 12, 8]
DRUGS = ["tofacitinib"] * 7 + ["ruxolitinib"] * 2


def nine_arms() -> Pooled:
    """Any response of the alopecia areata review: nine arms in two subgroups."""
    return pool(proportions(EVENTS, TOTALS, labels=LABELS, group=DRUGS), by="drug")


def trials(measure: str = "RR", model: str = "random") -> Pooled:
    """The first four BCG trials (Colditz and others 1994, JAMA 271:698-702)."""
    effects = two_arm(
        [4, 6, 3, 62], [123, 306, 231, 13598], [11, 29, 11, 248], [139, 303, 220, 12867], measure=measure,
        labels=["Aronson 1948", "Ferguson 1949", "Rosenthal 1960", "Hart 1977"],
    )  # fmt: skip
    return pool(effects, model=model)


def said(scene: Scene) -> str:
    """Return every word of a figure; lines of a paragraph are joined."""
    return " ".join(m.text for m in scene.marks if isinstance(m, Words)).replace("\xa0", " ")


def box(words: Words) -> tuple[float, float, float, float]:
    """Return left, top, right, bottom of a line of text."""
    wide = width(words.text, words.size, bold=words.bold)
    left = words.x - {"start": 0.0, "middle": wide / 2, "end": wide}[words.anchor]
    return left, words.y - 0.73 * words.size, left + wide, words.y + 0.2 * words.size


def check_layout(scene: Scene) -> None:
    """Assert that all marks lie on the sheet, that no words touch, and that no shape lies on words."""
    texts = [m for m in scene.marks if isinstance(m, Words) and m.text]
    boxes = [box(t) for t in texts]
    for text, (left, top, right, bottom) in zip(texts, boxes, strict=True):
        assert left >= 0, text
        assert top >= 0, text
        assert right <= scene.width, text
        assert bottom <= scene.height, text
    for i, a in enumerate(boxes):
        for j in range(i):
            b = boxes[j]
            apart = a[0] >= b[2] or b[0] >= a[2] or a[1] >= b[3] or b[1] >= a[3]
            assert apart, (texts[i].text, texts[j].text)
    for mark in scene.marks:
        if isinstance(mark, Words):
            continue
        assert all(0 <= x <= scene.width and 0 <= y <= scene.height for x, y in mark.points), mark
        if isinstance(mark, Shape):
            xs, ys = zip(*mark.points, strict=True)
            for text, b in zip(texts, boxes, strict=True):
                apart = min(xs) >= b[2] or b[0] >= max(xs) or min(ys) >= b[3] or b[1] >= max(ys)
                assert apart, (mark, text.text)


def shape(scene: Scene, label: str) -> Shape:
    """Return the shape of one row, found by its tip."""
    (found,) = [m for m in scene.marks if isinstance(m, Shape) and m.tip.startswith(label)]
    return found


def test_every_row_stands_with_its_counts_estimate_and_weight() -> None:
    words = said(forest_scene(nine_arms()))
    for text in ("Craiglow 2017", "9/13", "69.2 [38.6, 90.9]", "tofacitinib", "110/162", "124/182", "100.0"):
        assert text in words


def test_subgroups_say_k_and_the_method_of_their_interval() -> None:
    words = said(forest_scene(nine_arms()))
    assert "Subgroup (7 arms, 7 studies)" in words
    assert "t with 7 df; Q = 4.56, df = 6, p = 0.60" in words


def test_heterogeneity_and_the_test_between_subgroups_are_printed() -> None:
    words = said(forest_scene(nine_arms()))
    assert "Heterogeneity: τ² = 0; I² = 0.0 % (from Q 0.0 %); Q = 4.97, df = 8, p = 0.76 (Wald)" in words
    assert "Test between subgroups (Wald F): F = 0.04, df = 1 and 7, p = 0.85" in words


def test_the_footnote_names_each_interval_and_what_is_counted() -> None:
    words = said(forest_scene(nine_arms()))
    assert "studies, Clopper-Pearson; subgroups, t with 7 df; overall, t with 8 df" in words
    assert "9 arms, 9 studies, N = 182, 124 events." in words


def test_arms_and_studies_are_counted_apart() -> None:
    effects = proportions([3, 4, 5], [9, 9, 9], labels=["A (5 mg)", "A (10 mg)", "B"], studies=["A", "A", "B"])
    assert "Overall (3 arms, 2 studies)" in said(forest_scene(pool(effects)))


def test_the_diamond_reaches_from_bound_to_bound_on_the_percent_axis() -> None:
    result = nine_arms()
    scene = forest_scene(result)
    ticks = {m.text: m.x for m in scene.marks if isinstance(m, Words) and m.anchor == "middle" and m.text.isdigit()}
    per_cent = (ticks["100"] - ticks["0"]) / 100
    xs = sorted(x for x, _ in shape(scene, "Overall").points)
    for x, value in ((xs[0], result.back.ci_lb), (xs[1], result.back.estimate), (xs[-1], result.back.ci_ub)):
        assert value is not None
        assert x == pytest.approx(ticks["0"] + 100 * value * per_cent, abs=1e-6)


def test_the_area_of_a_square_goes_with_the_weight() -> None:
    result = nine_arms()
    scene = forest_scene(result)
    weights = {s.label: s.weight for s in result.studies}

    def area(label: str) -> float:
        xs = [x for x, _ in shape(scene, label).points]
        return (max(xs) - min(xs)) ** 2

    ratio = (weights["Dai 2020"] or 0) / (weights["Kennedy Crispin 2016"] or 1)
    assert area("Dai 2020") / area("Kennedy Crispin 2016") == pytest.approx(ratio)


def test_a_ratio_of_one_half_and_of_two_are_equally_far_from_one() -> None:
    scene = forest_scene(trials())
    ticks = {m.text: m.x for m in scene.marks if isinstance(m, Words) and m.anchor == "middle" and m.size < 8}
    assert ticks["1"] - ticks["0.5"] == pytest.approx(ticks["2"] - ticks["1"])
    upright = [m for m in scene.marks if isinstance(m, Line) and m.points[0][0] == m.points[-1][0] and not m.dash]
    assert any(m.points[0][0] == pytest.approx(ticks["1"]) and m.points[1][1] - m.points[0][1] > 60 for m in upright)


def test_ratios_show_both_arms_and_what_the_sides_favour() -> None:
    words = said(forest_scene(trials(), arms=("Vaccine", "Placebo"), favours=("favours vaccine", "favours placebo")))
    for text in (
        "Vaccine",
        "Placebo",
        "4/123",
        "11/139",
        "0.41 [0.13, 1.26]",
        "← favours vaccine",
        "favours placebo →",
    ):
        assert text in words


def test_other_models_get_open_diamonds() -> None:
    scene = forest_scene(trials(), others=[("Mantel-Haenszel", trials(model="mh"))])
    assert shape(scene, "Mantel-Haenszel").fill == "#ffffff"
    assert "Mantel-Haenszel: normal (z)." in said(scene)


def test_the_profile_interval_is_drawn_beside_when_asked() -> None:
    assert "Overall, profile likelihood" not in said(forest_scene(nine_arms()))
    assert shape(forest_scene(nine_arms(), beside=True), "Overall, profile likelihood").fill == "#ffffff"


def test_a_proportion_cannot_stand_beside_a_risk_ratio() -> None:
    with pytest.raises(PoolError, match="axis of RR"):
        forest(trials(), others=[("proportions", nine_arms())])


def test_the_prediction_interval_is_a_bar_with_caps() -> None:
    result = pool(proportions([1, 9, 5, 17], [10, 10, 10, 20]))
    scene = forest_scene(result)
    bars = [m for m in scene.marks if isinstance(m, Line) and m.colour == "#b8480a"]
    assert len(bars) == 3
    assert "Prediction interval" in said(scene)


def test_an_interval_that_leaves_the_axis_ends_in_an_arrow() -> None:
    inside, cut = forest_scene(nine_arms()), forest_scene(nine_arms(), limits=(0.4, 0.8))
    assert "An arrow" not in said(inside)
    assert "An arrow: the interval goes on beyond the axis." in said(cut)
    ends = [x for m in cut.marks if isinstance(m, Shape) and not m.tip for x, _ in m.points]
    assert len(ends) > 10
    check_layout(cut)


def test_a_missing_bound_is_a_dash_and_an_arrow() -> None:
    result = trials()
    back = replace(result.back, ci_lb=None)
    first = replace(result.studies[0], ci=Interval(0.13, None, "normal (Wald)"))
    scene = forest_scene(replace(result, back=back, studies=(first, *result.studies[1:])))
    assert "0.41 [0.13, –]" in said(scene)
    assert "0.24 [–, 0.36]" in said(scene)
    assert "–: no such figure, or infinite." in said(scene)
    check_layout(scene)


def test_a_result_without_any_figure_says_not_estimable() -> None:
    result = trials()
    rows = tuple(replace(s, estimate=None, ci=Interval(None, None, "none"), weight=None) for s in result.studies)
    scene = forest_scene(replace(result, back=Back(), studies=rows, tau2=None, I2=None, I2_Q=None, QE=None))
    assert said(scene).count("not estimable") == 5
    assert "Weight" not in said(scene)
    assert "Heterogeneity" not in said(scene)
    assert not [m for m in scene.marks if isinstance(m, Shape)]


def test_one_study_is_drawn_as_nothing_pooled() -> None:
    scene = forest_scene(pool(proportions([3], [10], labels=["Only"])))
    assert "nothing pooled, Clopper-Pearson" in said(scene)
    assert "Heterogeneity" not in said(scene)
    check_layout(scene)


def test_no_rows_is_an_error() -> None:
    with pytest.raises(NoStudiesError, match="no studies to draw"):
        forest(replace(nine_arms(), studies=()))


@pytest.mark.parametrize("limits", [(0.8, 0.4), (0.5, 0.5), (-0.1, float("nan"))])
def test_limits_that_cannot_be_are_an_error(limits: tuple[float, float]) -> None:
    with pytest.raises(ChoiceError):
        forest(nine_arms(), limits=limits)


def test_an_axis_of_ratios_cannot_begin_at_zero() -> None:
    with pytest.raises(ChoiceError, match="limits"):
        forest(trials(), limits=(0.0, 2.0))


def test_arms_without_a_known_subgroup_are_not_lost() -> None:
    result = nine_arms()
    only = replace(result, subgroups=result.subgroups[:1])
    assert all(label in said(forest_scene(only)) for label in LABELS)


def test_generic_effects_have_a_plain_axis_and_true_minus_signs() -> None:
    words = said(forest_scene(pool(generic([0.1, -0.4, 0.8], [0.04, 0.09, 0.1], labels=["A", "B", "C"]))))
    assert "−0.40 [−0.99, 0.19]" in words
    assert "Events" not in words


LONG = "A multicentre, open-label investigation of tofacitinib in adolescents with alopecia universalis (2017)"
CHINESE = "斑秃患者口服托法替布的疗效与安全性：一项回顾性队列研究（2021年）"


def sixty() -> Pooled:
    """Sixty arms of eight to 67 patients."""
    n = [8 + i for i in range(60)]
    return pool(proportions([i % 9 for i in range(60)], n, labels=[f"Study {i + 1}" for i in range(60)]), profile=False)


def wordy() -> Pooled:
    """Labels that are long, Chinese, and without a blank."""
    labels = [LONG, CHINESE, "Unbroken" * 12, *LABELS[3:]]
    return pool(proportions(EVENTS, TOTALS, labels=labels, group=[LONG] * 5 + [CHINESE] * 4), by="drug")


CASES = {
    "nine arms": nine_arms(),
    "risk ratios": trials(),
    "odds ratios": trials("OR"),
    "Mantel-Haenszel": trials(model="mh"),
    "sixty studies": sixty(),
    "long labels": wordy(),
    "one arm": pool(proportions([3], [10])),
    "two arms": pool(proportions([3, 7], [8, 10])),
    "all events": pool(proportions([3, 10], [3, 10])),
    "all or none": pool(proportions([3, 0], [3, 10])),
    "two trials": pool(two_arm([4, 0], [123, 10], [11, 3], [139, 12])),
    "wide odds ratios": pool(two_arm([1, 0, 30, 3], [12, 10, 300, 4], [11, 3, 31, 0], [12, 12, 310, 5], measure="OR")),
    "tiny effects": pool(generic([1e-4, 2e-4, 9e-4], [1e-8, 1e-8, 1e-8])),
    "huge effects": pool(generic([3e4, -2e5, 9e6], [1e8, 1e9, 1e9])),
}


@pytest.mark.parametrize("case", CASES)
def test_nothing_overlaps_and_nothing_is_cut_off(case: str) -> None:
    favours = ("favours the new treatment under test", "favours the control treatment")
    check_layout(forest_scene(CASES[case], title=LONG * 2, beside=True, favours=favours, axis=LONG))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.floats(1e-6, 1e6)),
            st.one_of(st.none(), st.floats(1e-9, 1e9)),
            st.one_of(st.none(), st.floats(1e-9, 1e9)),
            st.one_of(st.none(), st.floats(0, 100)),
        ),
        min_size=1,
        max_size=6,
    ),
    st.text(max_size=60),
)
def test_any_figures_and_any_title_can_be_drawn(
    rows: list[tuple[float | None, float | None, float | None, float | None]], title: str
) -> None:
    result = trials()
    studies = tuple(
        replace(result.studies[0], estimate=e, ci=Interval(low, high, "x"), weight=w, label=title)
        for e, low, high, w in rows
    )
    drawn = replace(result, studies=studies)
    check_layout(forest_scene(drawn, title=title))
    root = ET.fromstring(forest(drawn, title=title))
    numbers = re.findall(r"nan|inf", " ".join(root.get("points", "") for root in root.iter()))
    assert not numbers


MEANS = [112.4, -5.25, 4.0], [20.25, 1.2, 0.9], [1250, 30, 44]
CONTROLS = [109.0, -6.0, 5.5], [22.0, 1.5, 1.1], [1233, 31, 40]
TIMES = [5, 120, 0], [100.5, 12345.75, 44.0]
GIVEN = {
    "MD": pool(two_means(*MEANS, *CONTROLS, measure="MD", labels=LABELS[:3])),
    "SMD": pool(two_means(*MEANS, *CONTROLS, measure="SMD", labels=LABELS[:3], group=["a", "b", "a"]), by="x"),
    "ROM": pool(
        two_means(
            [112.4, 5.25, 4.0], *MEANS[1:], [109.0, 6.0, 5.5], *CONTROLS[1:], measure="ROM", labels=LABELS[:3]
        )
    ),
    "MN": pool(means(*MEANS, labels=LABELS[:3])),
    "IRLN": pool(rates(*TIMES, labels=LABELS[:3])),
    "IRR": pool(two_rates(*TIMES, [6, 140, 5], [131.0, 12000.0, 40.0], measure="IRR", labels=LABELS[:3])),
}  # fmt: skip


@pytest.mark.parametrize("layout", ["plain", "revman", "jama"])
@pytest.mark.parametrize("measure", GIVEN)
def test_means_and_rates_show_their_numbers(measure: str, layout: str) -> None:
    pooled = GIVEN[measure]
    scene = forest_scene(pooled, layout=layout, title="Title", arms=("Intervention", "Usual care"))
    check_layout(scene)
    words = [m.text for m in scene.marks if isinstance(m, Words)]
    of_means = measure not in ("IRLN", "IRR")
    first = "5.25" if measure == "ROM" else "\N{MINUS SIGN}5.25"
    numbers = (first, "1.20", "30", "1324") if of_means else ("120", "12,345.8", "125", "12,490.2")
    if layout != "revman":
        numbers = (f"{first} (1.20)", "30", "1324") if of_means else ("120/12,345.8", "125/12,490.2")
    heads = {True: ("Mean", "SD", "Total"), False: ("Events", "Time")}[of_means]
    if layout != "revman":
        heads = ("Mean (SD)", "n") if of_means else ("Events/time",)
    arms = 1 if measure in ("MN", "IRLN") else 2
    for head in heads:
        assert words.count(head) == arms + 2 * (head == "Mean" and measure == "MN"), head  # above and below the axis
    assert words.count("Intervention") == arms - 1
    for number in numbers:
        assert number in words, number


def test_rates_of_rare_events_have_two_digits() -> None:
    scene = forest_scene(pool(rates([1, 3, 5], [700, 690, 800])))
    assert "0.0043 [0.00090, 0.013]" in said(scene)
