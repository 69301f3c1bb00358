"""The drawing: well-formed, complete, escaped, without overlap however long the labels are."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jak.report.convention import convention_sentence
from jak.report.counts import (
    FlowCounts,
    FlowMismatchError,
    FullTextCounts,
    Named,
    OtherCounts,
    PreviousCounts,
    check,
    total,
)
from jak.report.prisma import flow_svg, flow_words
from jak.report.textfit import text_width, wrap

SVG = "{http://www.w3.org/2000/svg}"


def counts_with(
    reasons: tuple[Named, ...] = (), sources: tuple[Named, ...] = (Named("PubMed", 40),), *, other: bool = False
) -> FlowCounts:
    """A finished flow with these reasons and sources; every record is screened, none excluded before full text."""
    n, gone = total(sources), total(reasons)
    column = OtherCounts(
        identified=(Named("Citation searching", 3),),
        duplicates=1,
        removed=0,
        excluded=0,
        not_screened=(),
        unscreened=0,
        pending=0,
        conflicts=0,
        fulltext=FullTextCounts(sought=2, assessed=2, included=2),
    )
    return FlowCounts(
        databases=sources,
        registers=(),
        duplicates=0,
        automation=0,
        removed=(),
        not_screened=(),
        unscreened=0,
        screened=n,
        excluded_human=0,
        excluded_automation=0,
        pending=0,
        conflicts=0,
        fulltext=FullTextCounts(sought=n, assessed=n, excluded=reasons, included=n - gone),
        other=column if other else None,
        included_reports=n - gone + (2 if other else 0),
        included_studies=1,
        secondary_studies=0,
        unlinked_reports=0,
    )


def updated(counts: FlowCounts, *, citation: str = "", since: str = "2026-01-01") -> FlowCounts:
    """The same flow as that of an update of a version with 12 studies in 14 reports."""
    new = counts.included_reports
    previous = PreviousCounts(12, 14, counts.included_studies, new, since=since, citation=citation)
    whole = replace(counts, included_studies=12 + counts.included_studies, included_reports=14 + new)
    return replace(whole, convention="update", previous=previous)


def rectangles(svg: str) -> list[tuple[float, float, float, float]]:
    """Left, top, right, bottom of every box; the first one, the white sheet, apart."""
    found = []
    for rect in ET.fromstring(svg).iter(f"{SVG}rect"):
        if "x" in rect.attrib:
            x, y, w, h = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
            found.append((x, y, x + w, y + h))
    return found


def strokes(svg: str) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Every straight stroke of every arrow, by its ends."""
    found = []
    for path in ET.fromstring(svg).iter(f"{SVG}path"):
        if "marker-end" in path.attrib:
            points = [tuple(map(float, place.split())) for place in path.attrib["d"][1:].split("L")]
            found += [((a[0], a[1]), (b[0], b[1])) for a, b in pairwise(points)]
    return found


def words_of(svg: str) -> str:
    return " ".join(text.text or "" for text in ET.fromstring(svg).iter(f"{SVG}text"))


def assert_tidy(svg: str) -> None:
    """No two boxes overlap, every line of text lies in exactly one box or below all, all lies on the sheet, and no
    arrow runs through a box."""
    root = ET.fromstring(svg)
    boxes = rectangles(svg)
    for (a, b, c, d), (e, f, g, h) in combinations(boxes, 2):
        assert c <= e or g <= a or d <= f or h <= b
    _, _, width, height = (float(x) for x in root.attrib["viewBox"].split())
    assert all(a >= 0 and c <= width and b >= 0 and d <= height for a, b, c, d in boxes)
    for (x1, y1), (x2, y2) in strokes(svg):
        for a, b, c, d in boxes:
            crosses = min(x1, x2) < c - 1 and max(x1, x2) > a + 1 and min(y1, y2) < d - 1 and max(y1, y2) > b + 1
            assert not crosses
    for text in root.iter(f"{SVG}text"):
        if "x" not in text.attrib:
            continue
        x, y = float(text.attrib["x"]), float(text.attrib["y"])
        if text.attrib["font-size"] == "10":
            assert max(box[3] for box in boxes) < y <= height
            assert x + text_width(text.text or "", 10) <= width
            continue
        if text.get("text-anchor") == "middle":
            continue
        inside = [box for box in boxes if box[0] <= x <= box[2] and box[1] <= y <= box[3]]
        assert len(inside) == 1
        end = x + text_width(text.text or "", 12, bold="font-weight" in text.attrib)
        assert end <= inside[0][2]


def test_the_boxes_of_prisma_2020_are_there() -> None:
    text = words_of(flow_svg(counts_with((Named("topical drug", 5),))))
    for phrase in (
        "Identification of studies via databases and registers",
        "Records identified from:",
        "PubMed (n\u00a0=\u00a040)",
        "Duplicate records removed (n\u00a0=\u00a00)",
        "Records screened (n\u00a0=\u00a040)",
        "Reports not retrieved (n\u00a0=\u00a00)",
        "Reports assessed for eligibility",
        "topical drug (n\u00a0=\u00a05)",
        "Studies included in review",
        "Identification",
        "Screening",
        "Included",
    ):
        assert phrase in text
    assert "other methods" not in text


def test_other_methods_draw_a_second_column() -> None:
    text = words_of(flow_svg(counts_with(other=True)))
    assert "Identification of studies via other methods" in text
    assert "Citation searching (n\u00a0=\u00a03)" in text


def test_the_second_column_ends_in_the_included_box() -> None:
    svg = flow_svg(counts_with(other=True))
    paths = [p.attrib["d"] for p in ET.fromstring(svg).iter(f"{SVG}path") if "marker-end" in p.attrib]
    bent = [d for d in paths if d.count("L") == 2]
    assert len(bent) == 1
    x, y = (float(v) for v in bent[0].split("L")[-1].split())
    assert any(abs(box[2] - x) < 0.01 and box[1] <= y <= box[3] for box in rectangles(svg))


def test_an_updated_review_has_the_boxes_of_its_template() -> None:
    text = words_of(flow_svg(updated(counts_with(other=True)))).replace("\u00a0", " ")
    for phrase in (
        "Previous studies",
        "Identification of new studies via databases and registers",
        "Identification of new studies via other methods",
        "Studies included in previous version of review (n = 12)",
        "Reports of studies included in previous version of review (n = 14)",
        "New studies included in review (n = 1)",
        "Reports of new included studies (n = 42)",
        "Total studies included in review (n = 13)",
        "Reports of total included studies (n = 56)",
        "known from the previous version (n = 0)",
    ):
        assert phrase in text
    assert "New reports of previously included studies" not in text


def test_previous_studies_join_at_the_total_and_other_methods_at_the_new_studies() -> None:
    svg = flow_svg(updated(counts_with(other=True)))
    boxes = rectangles(svg)
    lowest = sorted((box for box in boxes if box[0] > 60), key=lambda box: box[3])
    total_box, new_box = lowest[-1], lowest[-2]
    paths = [p.attrib["d"] for p in ET.fromstring(svg).iter(f"{SVG}path") if "marker-end" in p.attrib]
    ends = [tuple(map(float, d.split("L")[-1].split())) for d in paths if d.count("L") == 2]
    assert ends == [
        (total_box[0], (total_box[1] + total_box[3]) / 2),
        (new_box[2], (new_box[1] + new_box[3]) / 2),
    ]


def test_numbers_given_for_another_version_name_no_record_known_from_it() -> None:
    svg = flow_svg(updated(counts_with(), since="", citation="Doe J. Invented Med 2024"))
    assert "known from the previous version" not in words_of(svg)
    assert "Doe J. Invented Med 2024" in words_of(svg)


def test_new_reports_of_previous_studies_have_a_line() -> None:
    counts = updated(counts_with())
    assert counts.previous is not None
    counts = replace(counts, previous=replace(counts.previous, new_reports=38, more_reports=2))
    text = words_of(flow_svg(counts)).replace("\u00a0", " ")
    assert "New reports of previously included studies (n = 2)" in text
    assert "reports of new included studies 38, new reports of previous studies 2" in flow_words(counts)


def test_records_found_again_stand_below_the_duplicates() -> None:
    counts = replace(counts_with(), convention="per-run", databases=(Named("PubMed", 47),), duplicates=7, found_again=5)
    text = words_of(flow_svg(counts)).replace("\u00a0", " ")
    assert "Duplicate records removed (n = 7) found again (n = 5)" in text
    assert "duplicates 7 (of them found again 5)" in flow_words(counts)


def test_the_convention_stands_under_the_figure_and_in_its_text_alternative() -> None:
    once = counts_with(other=True)
    for counts in (once, replace(once, convention="per-run"), updated(once), updated(once, since="")):
        svg = flow_svg(counts)
        assert convention_sentence(counts) in words_of(svg)
        assert convention_sentence(counts) in flow_words(counts)
        assert flow_words(counts) in "".join(ET.fromstring(svg).itertext())


def test_a_long_citation_is_broken_and_not_cut() -> None:
    counts = updated(counts_with(), citation="Doe J, Roe R, " * 30 + "2024")
    svg = flow_svg(counts)
    assert_tidy(svg)
    assert convention_sentence(counts) in words_of(svg)


def test_a_finished_flow_is_not_interim() -> None:
    assert "INTERIM" not in flow_svg(counts_with())


def test_open_work_is_drawn_and_marked_interim() -> None:
    counts = replace(counts_with(), databases=(Named("PubMed", 43),), unscreened=3)
    text = words_of(flow_svg(counts))
    assert "INTERIM" in text
    assert "Not yet screened (n\u00a0=\u00a03)" in text


def test_a_stop_is_drawn_apart_from_the_excluded() -> None:
    counts = replace(counts_with(), databases=(Named("PubMed", 47),), not_screened=(Named("100 in a row", 7),))
    text = words_of(flow_svg(counts))
    assert "Records not screened (n\u00a0=\u00a07)" in text
    assert "stopping rule: 100 in a row" in text
    assert "Records excluded (n\u00a0=\u00a00)" in text


def test_counts_that_do_not_add_up_are_never_drawn() -> None:
    with pytest.raises(FlowMismatchError):
        flow_svg(replace(counts_with(), screened=39))


def test_the_same_counts_give_the_same_bytes() -> None:
    assert flow_svg(counts_with(other=True)) == flow_svg(counts_with(other=True))


def test_it_can_be_read_aloud_and_names_its_source() -> None:
    root = ET.fromstring(flow_svg(counts_with()))
    ids = {element.attrib.get("id"): element for element in root.iter()}
    title, desc = (ids[name] for name in root.attrib["aria-labelledby"].split())
    assert title.text == "PRISMA 2020 flow diagram"
    assert "Records screened: 40" in (desc.text or "")
    assert "10.1136/bmj.n71" in (desc.text or "")
    assert flow_words(counts_with()) in (desc.text or "")


def test_nothing_points_outside_the_file() -> None:
    svg = flow_svg(counts_with(other=True))
    assert "href" not in svg
    assert svg.count("http") == 1  # the namespace
    assert svg.count("url(") == svg.count("url(#flow-arrow)")


def test_labels_are_escaped() -> None:
    svg = flow_svg(counts_with((Named('<script>alert(1)</script> & "co"', 2),)))
    assert "<script" not in svg
    assert "&lt;script&gt;" in svg


def test_characters_that_xml_cannot_hold_are_left_out() -> None:
    svg = flow_svg(counts_with((Named("a\x00b\x0cc\ud800", 2),)))
    assert "ab c (n" in words_of(svg)


def test_an_endless_word_and_a_long_list_stay_in_their_boxes() -> None:
    reasons = (
        Named("x" * 300, 1),
        Named("非随机对照试验，且研究对象不是斑秃患者或使用了局部用药" * 3, 1),
        *(Named(f"reason {i} " + "with many words " * i, 1) for i in range(20)),
    )
    assert_tidy(flow_svg(counts_with(reasons)))
    assert_tidy(flow_svg(counts_with(reasons, other=True)))


LABELS = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=80)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(LABELS, max_size=8), st.lists(LABELS, min_size=1, max_size=5), st.booleans(), st.booleans(), st.booleans()
)
def test_any_labels_give_a_tidy_drawing(
    reasons: list[str], sources: list[str], other: bool, update: bool, unfinished: bool
) -> None:
    counts = counts_with(
        tuple(Named(name, 1) for name in reasons), tuple(Named(name, 2000) for name in sources), other=other
    )
    if update:
        counts = updated(counts, citation=sources[0])
    if unfinished:
        rows = (*counts.databases, Named("x", 9))
        counts = replace(counts, databases=rows, unscreened=4, not_screened=(Named(sources[0], 5),), unlinked_reports=1)
    check(counts)
    assert_tidy(flow_svg(counts))


@given(LABELS, st.floats(20, 400), st.booleans())
def test_wrapped_lines_fit_and_lose_no_letter(text: str, width: float, bold: bool) -> None:
    lines = wrap(text, width, 12, bold=bold)
    assert all(text_width(line, 12, bold=bold) <= width or len(line) <= 1 for line in lines)
    kept = "".join("".join(lines).split())
    assert kept == "".join(wrap(text, 1e9, 12)[0].split())


def test_widths_are_not_below_those_of_a_wide_font() -> None:
    """DejaVu Sans, as matplotlib ships it, is wider than Arial; a box's padding takes the last 5 %."""
    import matplotlib as mpl
    from matplotlib.ft2font import FT2Font

    for name, bold in (("DejaVuSans.ttf", False), ("DejaVuSans-Bold.ttf", True)):
        font = FT2Font(f"{mpl.get_data_path()}/fonts/ttf/{name}")
        font.set_size(12, 72)
        for label in ("Records marked as ineligible by automation tools", "Reports sought for retrieval (n = 1,234)"):
            font.set_text(label)
            assert text_width(label, 12, bold=bold) >= 0.95 * font.get_width_height()[0] / 64
