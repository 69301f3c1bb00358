"""Read jak.toml, once, into frozen data.

An option of a command beats the environment (``JAK_*``), which beats jak.toml, which beats the user's own file, which
beats the default. Rooms never see this module: they get plain arguments.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

from jak.flow_settings import Convention, UpdateSpec, parse_convention, parse_update
from jak.measuring import AS_GIVEN, MEANS, MEASURES, RATES, TWO_ARM
from jak.ranking_settings import RankingSettings, parse_ranking
from jak.strategies import Searches, parse_searches
from jakdb.errors import SettingsError
from jakdb.words import Criteria

__all__ = [
    "Amendment",
    "AnalysisSpec",
    "ReviewSettings",
    "ScreeningSettings",
    "find_review",
    "load_settings",
    "parse_settings",
    "reviewer_name",
    "user_settings",
]

SETTINGS_FILE = "jak.toml"
MODELS = ("glmm", "betabin", "random", "common", "mh", "peto")
GLMMS = ("", "UM.FS", "CM.EL")
PREDICTION = ("", "z", "t", "hts", "hk", "none")
TAU2_GROUPS = ("", "common", "separate")
TAU2_METHODS = ("REML", "DL", "ML", "PM", "EB", "HE", "HS", "SJ")
TESTS = ("", "z", "t", "wider", "knha", "adhoc")


@dataclass(frozen=True, slots=True)
class AnalysisSpec:
    """One ``[analysis.NAME]`` table: which numbers are pooled and how.

    Attributes
    ----------
    outcome : str
        Key of the outcome in the extraction table.
    measure : str
        metafor's word, a key of `MEASURES`: PLO (logit proportion), RR (log risk ratio), MD (mean difference), …
    model : str
        One of those that `MEASURES` gives for the measure, the default first.
    tau2, test : str
        Estimator of the between-study variance (``random`` only), and the test behind the interval: ``z``, ``t``,
        ``knha``, ``adhoc``; empty for the model's default (t(k - 1) for the GLMM, Hartung-Knapp for ``random``).
    glmm : str
        Mixed model of two arms: ``UM.FS`` or ``CM.EL``; empty for the default.
    pi : str
        Prediction interval: ``z``, ``t``, ``hts``, ``hk`` or ``none``; empty for the one that goes with `test`.
    by : str
        Subgroups: ``group`` (the arms' group, a drug) or ``design``; empty for none.
    tau2_groups : str
        ``common`` (one tau2 for all subgroups) or ``separate``; empty for the default.
    time : str
        ``""`` (numbers at several times of one arm are an error), ``last``, ``first``, or a time as extracted.
    population : str
        ``""`` (mixed populations are an error), ``observed``, ``imputed`` or ``itt``.
    treatment, control : tuple of str
        Groups compared by a measure of two arms; treatment empty means every group that is no control.
    leave_out : tuple of str
        Statuses of numbers that are never pooled in this analysis.
    without : tuple of str
        Extra runs: each leaves out the numbers of one status, ``secondary`` sources or ``high_risk`` studies.
    alpha : float
        What Q's p is called significant at; it labels and never chooses a model.
    level : float
        Confidence level of every interval.
    """

    name: str
    title: str
    outcome: str
    measure: str = "PLO"
    model: str = "glmm"
    tau2: str = "REML"
    test: str = ""
    glmm: str = ""
    pi: str = ""
    by: str = ""
    tau2_groups: str = ""
    time: str = ""
    population: str = ""
    treatment: tuple[str, ...] = ()
    control: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    alpha: float = 0.1
    level: float = 0.95
    caution: str = ""

    @property
    def two_arm(self) -> bool:
        """Whether the measure compares two arms."""
        return self.measure in TWO_ARM

    @property
    def kind(self) -> str:
        """Which numbers it is made of: ``count`` (events, n), ``rate`` (events, person-time) or ``mean``."""
        return "rate" if self.measure in RATES else "mean" if self.measure in MEANS else "count"


@dataclass(frozen=True, slots=True)
class ScreeningSettings:
    """The ``[screening]`` table."""

    reviewers_required: int = 2
    blind: bool = True
    reasons: tuple[str, ...] = ()
    fulltext_reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Amendment:
    """A change of the protocol, and why (PRISMA 2020 item 24c)."""

    date: str
    what: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class ReviewSettings:
    """What people edit in jak.toml."""

    folder: Path
    title: str = ""
    question: str = ""
    registration: str = ""
    protocol: str = ""
    authors: tuple[str, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    notes: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    screening: ScreeningSettings = field(default_factory=ScreeningSettings)
    ranking: RankingSettings = field(default_factory=RankingSettings)
    high_risk: Mapping[str, float] = field(default_factory=dict)
    analyses: Mapping[str, AnalysisSpec] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    store_url: str = ""
    searches: Searches = field(default_factory=Searches)
    flow: Convention = "once"
    update: UpdateSpec | None = None

    @property
    def store(self) -> Path:
        """Where the embedded store lies."""
        return self.folder / "review.db"

    @property
    def criteria(self) -> Criteria:
        """What decisions are made under now."""
        return Criteria(self.question, self.include, self.exclude)

    def analysis(self, name: str) -> AnalysisSpec:
        """Return the named analysis, or say which names there are."""
        if name in self.analyses:
            return self.analyses[name]
        known = ", ".join(self.analyses) or "none yet"
        raise SettingsError(
            f"jak.toml names no analysis {name!r}",
            hint=f"analyses there: {known}; add a table [analysis.{name}] or correct the name",
        )


def find_review(start: Path) -> Path:
    """Return the folder with jak.toml: `start` or the nearest folder above it."""
    for folder in (start, *start.absolute().parents):
        if (folder / SETTINGS_FILE).is_file():
            return folder
        if (folder / "review.db").is_file():
            raise SettingsError(
                f"{folder} holds a review.db but no {SETTINGS_FILE}",
                hint=f"put its {SETTINGS_FILE} back, then try again",
            )
    raise SettingsError(
        f"no {SETTINGS_FILE} in {start.absolute()} or any folder above it",
        hint="start a review with `jak init FOLDER`, or name one with --review FOLDER",
    )


def load_settings(folder: Path) -> ReviewSettings:
    """Read the folder's jak.toml.

    Raises
    ------
    SettingsError
        If the file is missing, is no TOML, or holds a key or value jak does not know; the sentence names the key.
    """
    path = folder / SETTINGS_FILE
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SettingsError(f"{path} is missing", hint="`jak init FOLDER` writes one") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is no text in UTF-8: {error}", hint="save it as UTF-8") from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}", hint="check its permissions") from None
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is no valid TOML: {error}", hint="correct that line") from None
    settings = parse_settings(table, folder=folder)
    url = os.environ.get("JAK_STORE_URL", settings.store_url)
    if url:
        raise SettingsError(
            f"{path}: [store] url is set, but this version of jak keeps a review in SQLite only",
            hint="take the line out (or unset JAK_STORE_URL); the store is then review.db beside jak.toml",
        )
    return settings


def parse_settings(table: Mapping[str, Any], *, folder: Path) -> ReviewSettings:
    """Turn the parsed TOML into settings, refusing what is not known."""
    known = {"review", "criteria", "screening", "appraisal", "analysis", "import", "store", "report", "update"}
    known |= {"search", "search_log", "search_check", "ranking"}
    _refuse_unknown(table, known, where="")
    review = _table(table, "review")
    _refuse_unknown(
        review, {"title", "question", "registration", "protocol", "authors", "amendments", "notes"}, where="review"
    )
    criteria = _table(table, "criteria")
    _refuse_unknown(criteria, {"include", "exclude"}, where="criteria")
    screening = _table(table, "screening")
    _refuse_unknown(screening, {f.name for f in fields(ScreeningSettings)}, where="screening")
    appraisal = _table(table, "appraisal")
    _refuse_unknown(appraisal, {"high_risk_below"}, where="appraisal")
    imports = _table(table, "import")
    _refuse_unknown(imports, {"columns"}, where="import")
    store = _table(table, "store")
    _refuse_unknown(store, {"url"}, where="store")
    required = screening.get("reviewers_required", 2)
    if not isinstance(required, int) or isinstance(required, bool) or required < 1:
        raise SettingsError("jak.toml: screening.reviewers_required must be a whole number of 1 or more")
    high_risk = _table(appraisal, "high_risk_below", where="appraisal.")
    for name, cut in high_risk.items():
        if isinstance(cut, bool) or not isinstance(cut, int | float):
            raise SettingsError(f"jak.toml: appraisal.high_risk_below.{name} must be a number")
    return ReviewSettings(
        folder=folder,
        title=_text(review, "title", "review"),
        question=_text(review, "question", "review"),
        registration=_text(review, "registration", "review"),
        protocol=_text(review, "protocol", "review"),
        authors=_texts(review, "authors", "review"),
        amendments=tuple(_amendment(row) for row in review.get("amendments", ())),
        notes=_texts(review, "notes", "review"),
        include=_texts(criteria, "include", "criteria"),
        exclude=_texts(criteria, "exclude", "criteria"),
        screening=ScreeningSettings(
            reviewers_required=required,
            blind=_flag(screening, "blind", "screening", default=True),
            reasons=_texts(screening, "reasons", "screening"),
            fulltext_reasons=_texts(screening, "fulltext_reasons", "screening"),
        ),
        ranking=parse_ranking(table),
        high_risk={str(k): float(v) for k, v in high_risk.items()},
        analyses={name: _analysis(name, row) for name, row in _table(table, "analysis").items()},
        columns={str(k): str(v) for k, v in _table(imports, "columns", where="import.").items()},
        store_url=_text(store, "url", "store"),
        searches=parse_searches(table),
        flow=parse_convention(table),
        update=parse_update(table),
    )


def user_settings() -> dict[str, Any]:
    """Return the user's own settings file (reviewer name), empty if there is none."""
    import platformdirs  # noqa: PLC0415 - not needed by --help

    path = Path(platformdirs.user_config_dir("jak")) / "settings.toml"
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be used: {error}", hint="correct it or remove it") from None


def reviewer_name(option: str | None) -> str:
    """Return who acts: the option, ``JAK_REVIEWER``, the user's settings file, or the login name."""
    if option is not None:
        return _name(option, "--as")
    for candidate in (os.environ.get("JAK_REVIEWER", ""), str(user_settings().get("reviewer", ""))):
        if candidate.strip():
            return _name(candidate, "JAK_REVIEWER")
    import getpass  # noqa: PLC0415 - not needed by --help

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise SettingsError("jak does not know who you are", hint="say it with --as NAME or JAK_REVIEWER") from None


def _name(text: str, where: str) -> str:
    """Return a person's name, fit to stand in tables and events."""
    name = text.strip()
    if not name or len(name) > 100 or not name.isprintable():
        raise SettingsError(f"{where}: {name[:40]!r} is no name", hint="one line of 1 to 100 printable characters")
    return name


def _refuse_unknown(table: Mapping[str, Any], known: set[str], *, where: str) -> None:
    """Raise for the first key that jak does not read: a typing error there would be silent."""
    from difflib import get_close_matches  # noqa: PLC0415 - only on the way to an error

    for key in table:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            meant = f"did you mean {near[0]!r}? " if near else ""
            place = f"{where}.{key}" if where else key
            raise SettingsError(
                f"jak.toml: jak does not know {place!r}", hint=f"{meant}known: {', '.join(sorted(known))}"
            )


def _table(table: Mapping[str, Any], key: str, *, where: str = "") -> Mapping[str, Any]:
    """Return a sub-table, empty if absent."""
    value = table.get(key, {})
    if not isinstance(value, Mapping):
        raise SettingsError(f"jak.toml: {where}{key} must be a table")
    return value


def _text(table: Mapping[str, Any], key: str, where: str, default: str = "") -> str:
    """Return a string value; dates count as their ISO text."""
    value = table.get(key, default)
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str):
        raise SettingsError(f"jak.toml: {where}.{key} must be text in quotes")
    return value.strip()


def _texts(table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    """Return a list of strings; one string counts as a list of one."""
    value = table.get(key, ())
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
        raise SettingsError(f"jak.toml: {where}.{key} must be a list of texts")
    return tuple(v.strip() for v in value if v.strip())


def _flag(table: Mapping[str, Any], key: str, where: str, *, default: bool) -> bool:
    """Return true or false."""
    value = table.get(key, default)
    if not isinstance(value, bool):
        raise SettingsError(f"jak.toml: {where}.{key} must be true or false")
    return value


def _amendment(row: Any) -> Amendment:
    """Read one row of review.amendments."""
    if not isinstance(row, Mapping):
        raise SettingsError("jak.toml: review.amendments must be a list of tables with date, what and why")
    _refuse_unknown(row, {"date", "what", "why"}, where="review.amendments")
    return Amendment(*(_text(row, key, "review.amendments") for key in ("date", "what", "why")))


def _analysis(name: str, row: Any) -> AnalysisSpec:
    """Read one [analysis.NAME] table."""
    where = f"analysis.{name}"
    if not isinstance(row, Mapping):
        raise SettingsError(f"jak.toml: {where} must be a table")
    _refuse_unknown(row, {f.name for f in fields(AnalysisSpec)} - {"name"}, where=where)
    outcome = _text(row, "outcome", where)
    if not outcome:
        raise SettingsError(f"jak.toml: {where}.outcome is missing", hint="name the outcome column of the extraction")
    if _text(row, "measure", where).upper() in AS_GIVEN:
        raise SettingsError(
            f"jak.toml: {where}.measure: effects as given ({', '.join(AS_GIVEN)}) have no place in the extraction",
            hint="write them into a table with the columns yi and vi and pool that: jak pool run --from FILE",
        )
    measure = _choice(row, "measure", where, tuple(MEASURES), "PLO")
    models = MEASURES[measure]
    model = _choice(row, "model", where, MODELS, models[0])
    if model not in models:
        raise SettingsError(
            f"jak.toml: {where}.model: {model} cannot pool {measure}", hint=f"use one of: {', '.join(models)}"
        )
    two_arm = measure in TWO_ARM
    if _choice(row, "glmm", where, GLMMS, "") and not (model == "glmm" and two_arm):
        raise SettingsError(
            f"jak.toml: {where}.glmm: {measure} pooled by {model} has no mixed model of two arms",
            hint='write model = "glmm" and a measure of two arms that allows it, or leave glmm out',
        )
    by = _choice(row, "by", where, ("", "group", "design"), "")
    if _choice(row, "tau2_groups", where, TAU2_GROUPS, "") and not by:
        raise SettingsError(
            f"jak.toml: {where}.tau2_groups: there are no subgroups",
            hint='write by = "group" or "design", or leave tau2_groups out',
        )
    control = _texts(row, "control", where)
    if two_arm and not control:
        raise SettingsError(
            f"jak.toml: {where}.control is missing", hint='name the control group, e.g. control = "placebo"'
        )
    return AnalysisSpec(
        name=name,
        title=_text(row, "title", where, name),
        outcome=outcome,
        measure=measure,
        model=model,
        tau2=_choice(row, "tau2", where, TAU2_METHODS, "REML"),
        test=_choice(row, "test", where, TESTS, ""),
        glmm=_choice(row, "glmm", where, GLMMS, ""),
        pi=_choice(row, "pi", where, PREDICTION, ""),
        tau2_groups=_choice(row, "tau2_groups", where, TAU2_GROUPS, ""),
        by=by,
        time=_text(row, "time", where),
        population=_choice(row, "population", where, ("", "observed", "imputed", "itt"), ""),
        treatment=_texts(row, "treatment", where),
        control=control,
        leave_out=_texts(row, "leave_out", where),
        without=_texts(row, "without", where),
        alpha=_share(row, "alpha", where, 0.1),
        level=_share(row, "level", where, 0.95),
        caution=_text(row, "caution", where),
    )


def _choice(row: Mapping[str, Any], key: str, where: str, known: tuple[str, ...], default: str) -> str:
    """Return one of the known words, matched without regard to case."""
    value = _text(row, key, where, default)
    for word in known:
        if word.casefold() == value.casefold():
            return word
    raise SettingsError(f"jak.toml: {where}.{key} is {value!r}", hint=f"one of: {', '.join(w for w in known if w)}")


def _share(row: Mapping[str, Any], key: str, where: str, default: float) -> float:
    """Return a number strictly between 0 and 1."""
    value = row.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
        raise SettingsError(f"jak.toml: {where}.{key} must be a number between 0 and 1")
    return float(value)
