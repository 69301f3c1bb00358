"""Start a review: a jak.toml that explains itself, and an empty store."""

from __future__ import annotations

from pathlib import Path

from jakdb.errors import UsageError

__all__ = ["start_review"]

TEMPLATE = """\
# What people decide about this review. Keep this file under version control; the rest is in review.db.

[review]
title = {title}
question = {question}
registration = ""        # for example "PROSPERO CRD42021234567"
protocol = ""            # where the protocol can be read
authors = []
amendments = []          # [{{date = "2026-01-31", what = "…", why = "…"}}]

[criteria]               # shown beside every abstract; the first ranking starts from them
include = []
exclude = []

[screening]
reviewers_required = 2   # votes that settle a report; fewer leave it pending
blind = true             # nobody sees or learns from the other's votes before they are settled
reasons = ["wrong population", "wrong intervention", "wrong study design", "review or commentary"]
fulltext_reasons = ["wrong population", "wrong intervention", "wrong outcome", "wrong study design"]

[appraisal]
high_risk_below = {{}}     # for example {{MINORS = 9}}; there is no built-in cut-off

# One table a search; `jak search run main` runs it, `jak search run main --dry-run` shows what would be sent.
# [search.main]
# source = "pubmed"          # or europepmc, clinicaltrials, openalex, crossref
# lines = ["alopecia areata[mh]", "baricitinib OR tofacitinib"]
# query = "#1 AND #2"
# limits = []                # [{{query = "english[la]", why = "…"}}]
# press = {{}}                 # peer review of the strategy: {{by = "…", date = "2026-01-31", result = "…"}}

# One table an analysis; `jak pool run response` pools it.
# [analysis.response]
# title = "Any response"
# outcome = "any_response"   # as in the extraction table
# measure = "PLO"            # or RR, OR, MD, SMD, IRR, … (two arms: add control = "placebo"); docs/review.md lists them
# by = "group"               # subgroups by the arms' group
# without = ["lower_bound"]  # extra runs without such numbers
"""


def start_review(folder: Path, *, title: str = "", question: str = "") -> tuple[Path, Path]:
    """Make the folder's jak.toml and review.db and return their paths.

    Raises
    ------
    UsageError
        If the folder holds a review already; nothing in it is touched.
    """
    import json  # noqa: PLC0415 - a JSON string is a TOML string

    from jakdb.store import Store  # noqa: PLC0415 - SQLAlchemy is not for --help

    settings, store = folder / "jak.toml", folder / "review.db"
    for path in (settings, store):
        if path.exists():
            raise UsageError(f"{path} exists already", hint="choose another folder, or go on working in that one")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file", hint="name a folder")
    made = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    quoted = {"title": json.dumps(title, ensure_ascii=False), "question": json.dumps(question, ensure_ascii=False)}
    from jak.files import write_whole  # noqa: PLC0415

    try:
        Store.create(store).close()
        write_whole(settings, TEMPLATE.format(**quoted))
    except BaseException:
        for leftover in (settings, store, folder / "review.db-wal", folder / "review.db-shm"):
            leftover.unlink(missing_ok=True)
        if made:
            folder.rmdir()
        raise
    return settings, store
