"""The search log as a Word document, by python-docx: the checklist as a table, then every search.

The same log gives the same bytes: the document's times are those of the review, and all its parts bear one fixed time.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from jak.console import counted
from jak.search_log_text import SOURCE, facts, heading, strategy_heading
from jak.search_log_words import LoggedFile, LoggedSearch, SearchLog
from jakdb.errors import UsageError

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph

__all__ = ["as_docx", "check_docx"]

MISSING = "MISSING"
CODE, CODE_CELL, CODE_LINE, SMALL = "Strategy", "Strategy in Table", "Strategy in Line", "Table Text"
"""Styles of a text that is kept letter by letter, by itself, in a table and in a line, and of other text in tables."""
MONOSPACED = "Courier New"
SHADE = "E7E6E6"
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every part of the file: the first that a zip archive can hold."""


def check_docx() -> None:
    """Raise unless python-docx is installed.

    Raises
    ------
    UsageError
        If it is not, with the way out.
    """
    try:
        import docx  # noqa: F401, PLC0415 - optional
    except ImportError:
        raise UsageError(
            "a Word document needs python-docx, which is not installed",
            hint="install it (pip install python-docx), or write the log as .md or .json",
        ) from None


def as_docx(log: SearchLog) -> bytes:
    """Return the whole log as the bytes of a .docx file."""
    import docx  # noqa: PLC0415 - optional, and heavy
    from docx.shared import Cm  # noqa: PLC0415

    document = docx.Document()
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21.0), Cm(29.7)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(2.0)
    _add_styles(document)
    _set_properties(document, log)
    document.add_heading(_clean(f"Search log{': ' if log.title else ''}{log.title}"), level=0)
    document.add_paragraph(f"The 16 items of {SOURCE}. Written by {log.software}.")
    if log.missing:
        words = f"{counted(len(log.missing), 'statement')} missing"
        document.add_paragraph().add_run(words).bold = True
    _add_items(document, log)
    if log.searches:
        document.add_heading("Searches", level=1)
    for search in log.searches:
        _add_search(document, search)
    written = io.BytesIO()
    document.save(written)
    return _without_times(written.getvalue())


def _add_styles(document: Document) -> None:
    """Add the styles of what is kept letter by letter, and of tables."""
    from docx.enum.style import WD_STYLE_TYPE  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Pt  # noqa: PLC0415

    for name, size in ((SMALL, 9), (CODE, 9), (CODE_CELL, 8)):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
        style.font.size = Pt(size)
        if name != CODE:
            style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(2)
    document.styles.add_style(CODE_LINE, WD_STYLE_TYPE.CHARACTER)
    for name in (CODE, CODE_CELL, CODE_LINE):
        style = document.styles[name]
        style.font.name, style.font.no_proof = MONOSPACED, True
        for letters in ("eastAsia", "cs"):
            style.element.rPr.rFonts.set(qn(f"w:{letters}"), MONOSPACED)


def _set_properties(document: Document, log: SearchLog) -> None:
    """Say what the document is and of when: of the last event of the searches, not of the moment of writing."""
    moments = [
        moment.astimezone(UTC)
        for search in log.searches
        for moment in (*(f.imported for f in search.files), *_moments_of_run(search))
    ]
    properties = document.core_properties
    properties.title = _clean(f"Search log: {log.title}" if log.title else "Search log")[:255]
    properties.subject = "PRISMA-S"
    properties.author = properties.last_modified_by = properties.comments = log.software
    properties.revision = 1
    properties.created = properties.modified = max(moments, default=datetime(2000, 1, 1, tzinfo=UTC))


def _moments_of_run(search: LoggedSearch) -> tuple[datetime, ...]:
    """Return when a run began and ended."""
    if search.run is None:
        return ()
    return (search.run.began,) if search.run.ended is None else (search.run.began, search.run.ended)


def _add_items(document: Document, log: SearchLog) -> None:
    """Add the checklist as one table, with a row above each section."""
    document.add_heading("PRISMA-S", level=1)
    widths = (1.1, 3.3, 3.6, 9.0)
    table = _table(document, ("No.", "Item", "Where", "Said"), widths)
    section = ""
    for item in log.items:
        if item.section != section:
            section = item.section
            cells = _cells(table)
            band = cells[0].merge(cells[-1])
            _write(band, [section], bold=True)
            _shade(band)
        row = _row(table, widths)
        _write(row[0], [str(item.number)])
        _write(row[1], [item.name])
        _write(row[2], item.where)
        _write(row[3], item.said)
        for number, one in enumerate(item.missing):
            is_first = number == 0 and not item.said
            paragraph = _styled(row[3].paragraphs[0] if is_first else row[3].add_paragraph(), SMALL)
            paragraph.add_run(MISSING).bold = True
            paragraph.add_run(f": {_clean(one)}")


def _add_search(document: Document, search: LoggedSearch) -> None:
    """Add one search: its facts, strategy, lines and files."""
    document.add_heading(_clean(heading(search)), level=2)
    for fact in facts(search):
        paragraph = document.add_paragraph(style="List Bullet")
        paragraph.paragraph_format.space_after = 0
        paragraph.add_run(f"{fact.name}: ")
        if fact.code:
            paragraph.add_run(_clean(fact.code), style=CODE_LINE)
            paragraph.add_run(" (")
        _add_or_missing(paragraph, fact.words)
        if fact.code:
            paragraph.add_run(")")
    if search.run is not None and search.run.translation:
        _label(document, "Understood by the source as:")
        _add_code(document, search.run.translation)
    _label(document, f"{strategy_heading(search)}:")
    if search.query:
        _add_code(document, search.query)
    else:
        _add_or_missing(document.add_paragraph(), "none was written down" if search.kind == "other" else "")
    if search.run is not None and search.run.lines:
        _label(document, "Records of each line:")
        widths = (2.5, 2.0, 12.5)
        table = _table(document, ("Line", "Records", "Query as sent"), widths)
        for label, query, count in search.run.lines:
            _fill(_row(table, widths), (label, str(count), query), code=2)
    _add_files(document, search.files, is_run=search.run is not None)


def _add_files(document: Document, files: Sequence[LoggedFile], *, is_run: bool) -> None:
    """Add the table of files with their hashes."""
    if not files:
        _label(document, "No file.")
        return
    _label(document, "Replies of the service:" if is_run else "Imported files:")
    widths = (4.2, 2.3, 2.0, 2.1, 6.4)
    table = _table(document, ("File", "Format", "Records", "Rejected", "SHA-256"), widths)
    for file in files:
        name = f"{file.name}{' (taken back)' if file.undone else ''}"
        texts = (name, file.format, str(file.records), str(file.rejected), file.sha256)
        _fill(_row(table, widths), texts, code=4)


def _label(document: Document, text: str) -> None:
    """Add a line that belongs to what follows it."""
    from docx.shared import Pt  # noqa: PLC0415

    form = document.add_paragraph(text).paragraph_format
    form.keep_with_next, form.space_before, form.space_after = True, Pt(8), Pt(3)


def _add_code(document: Document, text: str) -> None:
    """Add a text letter by letter as one paragraph; what no Word document can hold is shown and said."""
    held = _clean(text)
    document.add_paragraph(held, style=CODE)
    lost = len(NOT_IN_XML.findall(text))
    if lost:
        words = f"{counted(lost, 'control character')} of it cannot stand in a Word document and is shown as \ufffd."
        document.add_paragraph(f"{words} The log as .md or .json has it.")


def _add_or_missing(paragraph: Paragraph, text: str) -> None:
    """Add a text, or say in bold that it is missing."""
    if text:
        paragraph.add_run(_clean(text))
    else:
        paragraph.add_run(MISSING).bold = True


def _table(document: Document, headings: Sequence[str], widths: Sequence[float]) -> Table:
    """Add a table whose first row is repeated on every page."""
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.shared import Cm  # noqa: PLC0415

    table: Table = document.add_table(rows=0, cols=len(headings))
    table.style = "Table Grid"
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)  # LibreOffice reads these, Word those of the cells
    cells = _row(table, widths)
    for cell, text in zip(cells, headings, strict=True):
        _write(cell, [text], bold=True)
        _shade(cell)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 - no public way
    return table


def _cells(table: Table) -> tuple[_Cell, ...]:
    """Add a row and return its cells."""
    cells: tuple[_Cell, ...] = table.add_row().cells  # type: ignore[no-untyped-call]  # python-docx leaves it bare
    return cells


def _row(table: Table, widths: Sequence[float]) -> tuple[_Cell, ...]:
    """Add a row with cells of such widths, in centimetres."""
    from docx.shared import Cm  # noqa: PLC0415

    cells = _cells(table)
    for cell, width in zip(cells, widths, strict=True):
        cell.width = Cm(width)
        _styled(cell.paragraphs[0], SMALL)
    return cells


def _fill(cells: Sequence[_Cell], texts: Sequence[str], *, code: int) -> None:
    """Write a text into each cell, one of them letter by letter."""
    for place, (cell, text) in enumerate(zip(cells, texts, strict=True)):
        _styled(cell.paragraphs[0], CODE_CELL if place == code else SMALL).add_run(_clean(text))


def _write(cell: _Cell, texts: Iterable[str], *, bold: bool = False) -> None:
    """Write each text into a paragraph of a cell."""
    for number, text in enumerate(texts):
        paragraph = _styled(cell.paragraphs[0] if number == 0 else cell.add_paragraph(), SMALL)
        paragraph.add_run(_clean(text)).bold = bold or None


def _styled(paragraph: Paragraph, style: str) -> Paragraph:
    """Give a paragraph of a table one of our own styles.

    python-docx looks each style up among all of its template's; a search with thousands of replies takes minutes so.
    """
    paragraph._p.style = style.replace(" ", "")  # noqa: SLF001 - the identifier that python-docx made of the name
    return paragraph


def _shade(cell: _Cell) -> None:
    """Give a cell a grey ground."""
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415

    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", SHADE)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001 - no public way


def _clean(text: str) -> str:
    """Return a text that XML can hold, each line break as one."""
    return NOT_IN_XML.sub("\ufffd", text.replace("\r\n", "\n"))


def _without_times(archive: bytes) -> bytes:
    """Return a zip archive with the same parts in the same order, all of one fixed time."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            info = zipfile.ZipInfo(part.filename, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(part))
    return written.getvalue()
