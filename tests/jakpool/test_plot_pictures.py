"""The three formats: the same bytes each time, nothing global changed, real text, no foreign reference."""

import json
import logging
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from jakpool import ChoiceError, Pooled, pool, proportions
from jakpool.plots import FORMATS, MissingGlyphsError, forest, funnel
from jakpool.plots.lettering import width, wrap
from jakpool.plots.scene import cut

SVG = "{http://www.w3.org/2000/svg}"


def result(*labels: str) -> Pooled:
    """Return three pooled arms."""
    return pool(proportions([9, 11, 26], [13, 12, 35], labels=labels or ("A", "B", "C")))


@pytest.mark.parametrize("draw", [forest, funnel])
@pytest.mark.parametrize("format_", FORMATS)
def test_the_same_result_gives_the_same_bytes(draw: object, format_: str) -> None:
    assert callable(draw)
    first, second = (draw(result(), format=format_, dpi=60) for _ in range(2))
    assert first == second
    assert first.startswith({"svg": b"<svg ", "png": b"\x89PNG", "pdf": b"%PDF"}[format_])
    for word in (b"Date", b"date"):
        assert word not in first


def test_another_process_gives_the_same_bytes() -> None:
    root = Path(__file__).parents[2]
    code = (
        "import hashlib, json; from jakpool import pool, proportions; from jakpool.plots import forest;"
        "r = pool(proportions([9, 11, 26], [13, 12, 35], labels=list('ABC')));"
        "print(json.dumps([hashlib.sha256(forest(r, format=f, dpi=60)).hexdigest() for f in ('svg', 'png', 'pdf')]))"
    )
    here = [hashlib_of(forest(result(), format=f, dpi=60)) for f in ("svg", "png", "pdf")]
    there = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert json.loads(there.stdout) == here


def hashlib_of(content: bytes) -> str:
    """Return the SHA-256 of a file."""
    import hashlib

    return hashlib.sha256(content).hexdigest()


def test_importing_the_plots_loads_no_matplotlib() -> None:
    root = Path(__file__).parents[2]
    code = "import sys, jakpool.plots; print(any(m.split('.')[0] == 'matplotlib' for m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_drawing_changes_no_setting_of_matplotlib_and_heeds_none() -> None:
    import matplotlib

    plain = forest(result(), format="pdf")
    with matplotlib.rc_context(
        {"font.size": 30, "pdf.fonttype": 3, "figure.facecolor": "#ff0000", "text.usetex": True}
    ):
        before = dict(matplotlib.rcParams)
        assert forest(result(), format="pdf") == plain
        assert dict(matplotlib.rcParams) == before


def test_words_of_an_svg_are_text() -> None:
    root = ET.fromstring(forest(result("Liu & King <2019>", "B", "C")))
    words = [e.text for e in root.iter(f"{SVG}text")]
    assert "Liu & King <2019>" in words
    assert not list(root.iter(f"{SVG}style"))


def test_ids_begin_as_asked_and_are_the_ones_referred_to() -> None:
    root = ET.fromstring(forest(result(), ids="response-1"))
    ids = {e.get("id") for e in root.iter() if e.get("id")}
    assert ids == {"response-1-title", "response-1-desc"}
    assert set((root.get("aria-labelledby") or "").split()) == ids


def test_an_svg_refers_to_nothing_outside() -> None:
    text = forest(result()).decode()
    assert text.count("http") == 1  # its namespace
    assert "href" not in text
    assert "<!" not in text


@pytest.mark.parametrize("ids", ["", "1st", 'a" onload="x', "a b", "é"])
def test_ids_that_are_no_names_are_errors(ids: str) -> None:
    with pytest.raises(ChoiceError, match="ids"):
        forest(result(), ids=ids)


def test_an_unknown_format_is_an_error() -> None:
    with pytest.raises(ChoiceError, match="format cannot be 'gif'") as caught:
        forest(result(), format="gif")
    assert "svg, png, pdf" in caught.value.hint


@pytest.mark.parametrize("format_", ["png", "pdf"])
def test_characters_without_a_font_are_an_error_and_no_boxes(format_: str) -> None:
    with pytest.raises(MissingGlyphsError) as caught:
        forest(result("Nobody has \u0378", "B", "C"), format=format_)
    assert caught.value.characters == "\u0378"
    assert "SVG" in caught.value.hint


def test_an_svg_leaves_characters_to_the_readers_fonts() -> None:
    assert "斑秃患者" in forest(result("斑秃患者", "B", "C")).decode()


@pytest.mark.parametrize("format_", FORMATS)
def test_signs_that_mean_something_elsewhere_are_plain_text(format_: str, caplog: pytest.LogCaptureFixture) -> None:
    label = "cost $5$ _x^2 \\frac{1} \x07 <b>&amp;"
    with caplog.at_level(logging.WARNING):
        content = forest(result(label, "B", "C"), title=label, format=format_, dpi=60)
    assert content
    assert not caplog.records


def test_a_png_has_the_dots_that_were_asked() -> None:
    small, large = (forest(result(), format="png", dpi=dpi) for dpi in (72, 144))
    wide = [int.from_bytes(png[16:20], "big") for png in (small, large)]
    assert abs(wide[1] - 2 * wide[0]) <= 2


def test_shapes_lie_in_the_order_they_are_listed() -> None:
    """The dark diamond covers the dashed line of the overall estimate, in the PNG too: its centre is its own colour."""
    from io import BytesIO

    from matplotlib.image import imread

    from jakpool.plots.forest_plot import forest_scene
    from jakpool.plots.scene import Shape

    scene = forest_scene(result())
    (diamond,) = [m for m in scene.marks if isinstance(m, Shape) and m.tip.startswith("Overall")]
    x, y = diamond.points[1][0], diamond.points[0][1]
    pixels = imread(BytesIO(forest(result(), format="png", dpi=144)))
    seen = pixels[round(2 * y) - 2 : round(2 * y) + 3, round(2 * x), :3]
    dark = np.array([0x2B, 0x5C, 0x8A]) / 255
    assert float(np.abs(seen - dark).max()) < 0.02


def test_wrapped_lines_fit_and_lose_nothing() -> None:
    text = "斑秃 patients on a verylongwordthatcannotbreakanywhere and then some"
    lines = wrap(text, 60, 9)
    assert all(width(line, 9) <= 60 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_polygon_outside_is_cut_to_nothing() -> None:
    assert cut([(0, 0), (1, 1), (2, 0)], 5, 9) == ()
