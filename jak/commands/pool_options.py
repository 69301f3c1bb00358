"""The options that every pooling command shares: what is pooled, and how."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from jak.options import Json, ReviewFolder

__all__ = ["Asked", "analysis_command"]

FromFile = Annotated[
    Path | None, typer.Option("--from", help="Pool a plain CSV, TSV or XLSX file instead; no review is needed.")
]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a user asked of a pooling command; the fields are its options, in the order of `--help`."""

    analysis: Annotated[str, typer.Argument(help="Name of an analysis in jak.toml.", show_default=False)] = ""
    source: FromFile = None
    measure: Annotated[
        str, typer.Option(help="With --from: PLO, PAS, PFT, IRLN, MN, RR, OR, RD, PETO, IRR, MD, SMD, ROM, GEN, …")
    ] = ""
    model: Annotated[
        str,
        typer.Option(help="With --from: glmm, betabin, random, common, mh, peto [default: glmm for PLO, else random]."),
    ] = ""
    tau2: Annotated[str, typer.Option(help="With --from: REML, DL, ML, EB, PM, HE, HS or SJ (model random).")] = ""
    test: Annotated[
        str, typer.Option(help="With --from: z, t, wider (GLMM of proportions), knha or adhoc (random).")
    ] = ""
    pi: Annotated[
        str, typer.Option(help="With --from: prediction interval: z, t, hts, hk or none [default: as --test].")
    ] = ""
    tau2_groups: Annotated[
        str, typer.Option("--tau2-groups", help="With --from: one tau2 for all subgroups (common) or separate.")
    ] = ""
    glmm: Annotated[str, typer.Option(help="With --from: the two-arm GLMM, UM.FS or CM.EL [default: UM.FS].")] = ""
    by: Annotated[str, typer.Option(help="With --from: column that names the subgroups.")] = ""
    columns: Annotated[
        str, typer.Option(help="With --from: map columns, for example events=xi,n=ni; others are moderators.")
    ] = ""
    level: Annotated[float, typer.Option(min=0.5, max=0.999, help="With --from: confidence level.")] = 0.95
    alpha: Annotated[
        float, typer.Option(min=0.001, max=0.5, help="With --from: what Q's p is called significant at.")
    ] = 0.1
    nodes: Annotated[
        int | None,
        typer.Option(min=1, max=200, help="With --from: nodes of the GLMM's quadrature [default: 25 or more]."),
    ] = None
    like: Annotated[
        str, typer.Option(help="Use the defaults of another program: metafor, meta, revman5 or revman-web.")
    ] = ""
    review: ReviewFolder = None
    as_json: Json = False


@cache
def _shared() -> tuple[tuple[inspect.Parameter, ...], dict[str, Any]]:
    """Return the parameters that the fields of `Asked` make, and their types; every command of the family asks."""
    return tuple(inspect.signature(Asked).parameters.values()), get_type_hints(Asked, include_extras=True)


def analysis_command(app: typer.Typer, name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a command that takes an `Asked` first, and its own options after it.

    Typer reads a function's signature: the one that it gets has a parameter for each field of `Asked`.
    """

    def register(command: Callable[..., None]) -> Callable[..., None]:
        own = list(inspect.signature(command).parameters.values())[1:]
        hints = get_type_hints(command, include_extras=True)
        shared, shared_hints = _shared()
        names = [p.name for p in shared]

        def call(**given: Any) -> None:
            command(Asked(**{key: given.pop(key) for key in names}), **given)

        first = shared[: names.index("review")]
        last = shared[names.index("review") :]
        hints = {**shared_hints, **{p.name: hints[p.name] for p in own}}
        parameters = [
            p.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[p.name]) for p in (*first, *own, *last)
        ]
        call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        call.__annotations__ = {p.name: hints[p.name] for p in (*first, *own, *last)}
        call.__doc__ = command.__doc__
        call.__name__ = command.__name__
        app.command(name)(call)
        return command

    return register
