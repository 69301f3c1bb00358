"""Write a result down for others: a metafor script, the sentences of PRISMA 2020, JSON and its schema."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from jak.choosing import result_for
from jak.console import json_text
from jak.files import write_whole
from jakdb.errors import UsageError

if TYPE_CHECKING:
    from jak.commands.pool_options import Asked
    from jak.pooling import AnalysisResult

__all__ = ["export_result", "r_script", "report_words", "result_schema"]


def export_result(
    asked: Asked, *, r: Path | None, words: Path | None, result: Path | None, schema: Path | None
) -> tuple[Path, ...]:
    """Write each of the files that are named, and return them.

    Raises
    ------
    UsageError
        If none is named.
    """
    if r is None and words is None and result is None and schema is None:
        raise UsageError(
            "nothing to write is named", hint="one or more of --r, --words, --result, --schema with a file"
        )
    written = []
    if r is not None or words is not None or result is not None:
        found = result_for(asked)
        if r is not None:
            written.append(write_whole(r, r_script(found).encode()))
        if words is not None:
            written.append(write_whole(words, report_words(found).encode()))
        if result is not None:
            written.append(write_whole(result, f"{json_text('pool run', found.to_dict())}\n".encode()))
    if schema is not None:
        written.append(write_whole(schema, result_schema().encode()))
    return tuple(written)


def r_script(result: AnalysisResult) -> str:
    """Return the metafor script of the overall result, each study once."""
    from jakpool.script_r import metafor_script  # noqa: PLC0415

    if result.source is None:
        raise UsageError("the result has no numbers behind it")
    pooled = result.overall
    return metafor_script(result.source.once, pooled, title=result.spec.title)


def report_words(result: AnalysisResult) -> str:
    """Return what PRISMA 2020 asks of a report, one paragraph an item, in Markdown."""
    from jak.tabling import flag_words  # noqa: PLC0415
    from jakpool.prisma_words import prisma_items  # noqa: PLC0415
    from jakpool.sentences import p_words  # noqa: PLC0415

    pooled = result.pooled if result.combined is None else result.overall
    flagged = [row for row in result.sensitivity if row.flags]
    tried = [row.name for row in result.sensitivity if row.estimate is not None and "leave one" not in row.name]
    said = [f"{row.name} ({flag_words(row)})" for row in flagged]
    small = result.small_study if result.small_study is not None and not result.small_study.appendix else None
    main = small.main if small is not None else None
    items = prisma_items(
        pooled,
        leave_one_out=result.leave_one_out,
        sensitivity=tried,
        sensitivity_results=_set_results(len(tried), said),
        small_study=[f"the test of {main.name}"] if main is not None else (),
        small_study_results=[f"The test of {main.name} gave {p_words(main.pval)}."]
        if main is not None and main.pval is not None
        else (),
    )
    lines = [f"# {result.spec.title}", ""]
    for item in items:
        lines += [f"**Item {item.number}, {item.topic}.** {item.text}", ""]
    cautions = dict.fromkeys(note.message for note in pooled.notes)
    if cautions:
        lines += ["## Notes", "", *(f"- {note}" for note in cautions), ""]
    return "\n".join(lines)


def _set_results(tried: int, flagged: list[str]) -> tuple[str, ...]:
    """Return the sentence on the set of sensitivity analyses."""
    if not tried:
        return ()
    if not flagged:
        return (f"None of the {tried} other analyses left the main interval or moved the estimate far.",)
    return (f"Of the sensitivity analyses these differed: {'; '.join(flagged)}.",)


def result_schema() -> str:
    """Return the JSON schema of what `jak pool run --json` prints, as it is shipped."""
    return resources.files("jak").joinpath("schemas/pool_result.json").read_text(encoding="utf-8")
