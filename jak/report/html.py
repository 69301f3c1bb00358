"""Write the report as one self-contained HTML page: no script, no request to anywhere, a source behind every number.

The page forbids itself every outside request by its own Content-Security-Policy; links to sources are plain links.
Titles, quotes and notes come from strangers and are escaped by the template engine.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jak.report import numbers
from jak.report.contents import AnalysisSection, CellSource, Citation, DataRow, ReportContents
from jak.report.convention import convention_sentence
from jak.report.figures import inline_svg
from jak.report.links import doi_url, pmid_url, split_links
from jak.report.methods import methods_paragraphs
from jak.report.prisma import flow_svg
from jakdb.errors import JakError

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

__all__ = ["MissingSourceError", "SourceMismatchError", "anchor", "check_links", "html_report"]

STATUS_WORDS = {
    "read": "read as printed",
    "read_secondary": "read in a secondary source",
    "read_derived": "derived from a printed figure",
    "lower_bound": "lower bound",
    "upper_bound": "upper bound",
    "imputed": "imputed",
    "approximate": "approximate",
    "not_reported": "not reported",
}
UNITS = {"percent": "%", "ratio": "", "plain": ""}


class MissingSourceError(JakError):
    """A number of the report names a source that is not in the report; such a report is never written."""

    def __init__(self, what: str, missing: object) -> None:
        super().__init__(f"{what} names {missing}, which is not in the report")
        self.what = what
        self.missing = missing
        self.hint = "this is a fault of jak, not of the review: please report it with this sentence"


class SourceMismatchError(JakError):
    """A pooled count is not the sum of the numbers that it names; such a report is never written."""

    def __init__(self, what: str, field: str, pooled: int, summed: float) -> None:
        super().__init__(f"{what} pools {field} = {pooled}, but the numbers behind it add up to {summed:g}")
        self.what = what
        self.hint = "this is a fault of jak, not of the review: please report it with this sentence"


@dataclass(frozen=True, slots=True)
class Use:
    """Where a cell is used: an analysis and one of its rows."""

    analysis: str
    row: str
    title: str
    label: str


def html_report(contents: ReportContents) -> str:
    """Return the page; the same contents give the same bytes.

    Raises
    ------
    MissingSourceError
        If a row names a cell, a cell a report, or a report a search that the contents do not hold.
    SourceMismatchError
        If the counts of a row are not the sums of its cells.
    FlowMismatchError
        If the flow does not add up.
    FigureError
        If a figure is no SVG.

    Examples
    --------
    >>> from jak.report.counts import FlowCounts, FullTextCounts
    >>> flow = FlowCounts((), (), 0, 0, (), (), 0, 0, 0, 0, 0, 0, FullTextCounts(), None, 0, 0, 0, 0)
    >>> page = html_report(ReportContents("<b>T</b>", "2026-11-22", "0.1.0", flow))
    >>> "<title>&lt;b&gt;T&lt;/b&gt;" in page, "<script" in page
    (True, False)
    """
    check_links(contents)
    environment = _environment()
    figures = {
        (section.name, kind): _figure(
            svg, prefix=f"{anchor('a', section.name)}-{kind}", label=f"{words}, {section.title}"
        )
        for section in contents.analyses
        for kind, svg, words in (
            ("forest", section.forest_svg, "Forest plot"),
            ("funnel", section.funnel_svg, "Funnel plot"),
        )
        if svg
    }
    page: str = environment.get_template("report.html.j2").render(
        c=contents,
        flow_figure=_figure(flow_svg(contents.flow), prefix="flow", label="PRISMA 2020 flow diagram"),
        figures=figures,
        convention=convention_sentence(contents.flow),
        methods=methods_paragraphs(contents),
        uses=_uses(contents),
        doubtful=_doubtful(contents),
        cells_of={cell.id: cell for cell in contents.cells},
        reports_of={report.id: report for report in contents.reports},
        searches_of={search.id: search for search in contents.searches},
        cell_groups=_cell_groups(contents),
        study_labels={study.key: study.label for study in contents.included},
        status_words=STATUS_WORDS,
        units=UNITS,
        settings_json=_settings_json(contents),
    )
    return page


def check_links(contents: ReportContents) -> None:
    """Raise unless every cell, report, search and row that is named is there, and no name stands for two.

    Raises
    ------
    MissingSourceError
        Names the first that is missing or doubled.
    SourceMismatchError
        Names the first row whose counts are not the sums of its cells.
    """
    cells = _unique("cells", (cell.id for cell in contents.cells))
    of_id = {cell.id: cell for cell in contents.cells}
    reports = _unique("reports", (report.id for report in contents.reports))
    searches = _unique("searches", (search.id for search in contents.searches))
    _unique("included studies", (study.key for study in contents.included))
    _unique("analyses", (section.name for section in contents.analyses))
    for section in contents.analyses:
        rows = _unique(f"analysis {section.name}", (row.id for row in section.rows))
        for row in section.rows:
            if not row.cell_ids:
                raise MissingSourceError(f"row {row.label} of analysis {section.name}", "no cell")
            _known(f"row {row.label} of analysis {section.name}", row.cell_ids, cells, "cell")
            _summed(section.name, row, [of_id[number] for number in dict.fromkeys(row.cell_ids)])
        for pooled in section.pooled:
            if pooled.k and not pooled.row_ids:
                raise MissingSourceError(f"the pooled figure {pooled.name} of analysis {section.name}", "no row")
            _known(f"the pooled figure {pooled.name} of analysis {section.name}", pooled.row_ids, rows, "row")
    for cell in contents.cells:
        _known(f"cell {cell.id}", cell.report_ids, reports, "report")
    for study in contents.included:
        _known(f"study {study.key}", study.report_ids, reports, "report")
    for report in contents.reports:
        _known(f"report {report.id}", report.search_ids, searches, "search")


def anchor(kind: str, key: object) -> str:
    """Return an id for the page; different keys never share one.

    Examples
    --------
    >>> anchor("study", "almutairi_2019"), anchor("a", "response rate")
    ('study-almutairi_2019', 'a-response.20.rate')
    """
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else f".{ord(c):x}." for c in str(key))
    return f"{kind}-{safe}"


def _unique(what: str, keys: Iterator[Any]) -> set[Any]:
    """Return the keys as a set; one that stands twice is an error."""
    seen: set[Any] = set()
    for key in keys:
        if key in seen:
            raise MissingSourceError(f"the list of {what}", f"{key} twice; one of them")
        seen.add(key)
    return seen


def _known(what: str, keys: tuple[Any, ...], known: set[Any], kind: str) -> None:
    """Raise for the first key that is not known."""
    for key in keys:
        if key not in known:
            raise MissingSourceError(what, f"{kind} {key}")


def _summed(analysis: str, row: DataRow, cells: list[CellSource]) -> None:
    """Raise unless a row's counts, of both arms, are the sums of its cells."""
    for field, treated, control in (("events", row.events, row.events_c), ("n", row.n, row.n_c)):
        if treated is None:
            continue
        pooled = treated + (control or 0)
        summed = sum(cell.value or 0 for cell in cells if cell.field == field)
        if summed != pooled:
            raise SourceMismatchError(f"row {row.label} of analysis {analysis}", field, pooled, summed)


def _uses(contents: ReportContents) -> Mapping[int, list[Use]]:
    """Return for each cell the rows made of it."""
    uses: dict[int, list[Use]] = defaultdict(list)
    for section in contents.analyses:
        for row in section.rows:
            for cell in dict.fromkeys(row.cell_ids):
                uses[cell].append(Use(section.name, row.id, section.title, row.label))
    return dict(uses)


def _doubtful(contents: ReportContents) -> set[tuple[str, str]]:
    """Return the rows, by analysis and id, of which a number is doubted."""
    flagged = {cell.id for cell in contents.cells if cell.flags}
    rows = ((section.name, row) for section in contents.analyses for row in section.rows)
    return {(name, row.id) for name, row in rows if flagged.intersection(row.cell_ids)}


def _cell_groups(contents: ReportContents) -> list[tuple[str, list[Any]]]:
    """Return the cells by study, in the order of the contents."""
    groups: dict[str, list[Any]] = {}
    for cell in contents.cells:
        groups.setdefault(cell.study, []).append(cell)
    return list(groups.items())


def _settings_json(contents: ReportContents) -> list[tuple[AnalysisSection, str]]:
    """Return each analysis with its settings as JSON."""
    return [
        (section, json.dumps(dict(section.settings), indent=2, ensure_ascii=False, allow_nan=False))
        for section in contents.analyses
    ]


def _figure(svg: str, *, prefix: str, label: str) -> Markup:
    """Return a figure as markup: `inline_svg` has escaped every text of it."""
    from markupsafe import Markup  # noqa: PLC0415 - not needed by --help

    return Markup(inline_svg(svg, prefix=prefix, label=label))


def _links(text: str) -> Markup:
    """Return a text with its web addresses as links, everything else escaped."""
    from markupsafe import Markup, escape  # noqa: PLC0415 - not needed by --help

    link = Markup('<a href="{0}" rel="noreferrer noopener external">{1}</a>')
    return Markup("").join(link.format(url, piece) if url else escape(piece) for piece, url in split_links(text))


def _citation(citation: Citation) -> Markup:
    """Return a reference with its identifiers, linked where they have an address."""
    from markupsafe import Markup, escape  # noqa: PLC0415 - not needed by --help

    link = Markup('<a href="{0}" rel="noreferrer noopener external">{1}</a>')
    parts = [Markup('<span dir="auto">{0}</span>').format(_links(citation.text))]
    for words, key, url in (
        ("doi:", citation.doi, doi_url(citation.doi)),
        ("PMID ", citation.pmid, pmid_url(citation.pmid)),
    ):
        if key:
            parts.append(link.format(url, words + key) if url else escape(words + key))
    parts += [escape(number) for number in citation.registry_ids]
    if citation.url and not (citation.doi or citation.pmid):
        parts.append(_links(citation.url))
    return Markup(" · ").join(parts)


def _environment() -> Environment:
    """Return the template engine: everything is escaped, an unknown name is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - not needed by --help

    environment = Environment(
        loader=PackageLoader("jak.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        links=_links,
        citation=_citation,
        count=numbers.count,
        value=numbers.value,
        effect=numbers.effect,
        span=numbers.span,
    )
    environment.globals.update(anchor=anchor, counts_of=numbers.counts_of, plural=numbers.plural)
    return environment
