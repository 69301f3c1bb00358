"""The JSON schema of what `jak pool run --json` prints; `python -m jak.result_schema` writes the shipped file again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

__all__ = ["FILE", "run_schema", "run_schema_text"]

FILE = Path(__file__).with_name("schemas") / "pool_result.json"
TEXTS = {"type": "array", "items": {"type": "string"}}


def run_schema() -> dict[str, Any]:
    """Return the schema of a run: a pooled result, and what the command adds to it.

    Examples
    --------
    >>> run_schema()["properties"]["command"]
    {'const': 'pool run'}
    """
    from jakpool.like import PROGRAMS  # noqa: PLC0415
    from jakpool.schema import pooled_schema  # noqa: PLC0415

    schema = pooled_schema()
    more: dict[str, Any] = {
        "command": {"const": "pool run"},
        "analysis": {"type": "string"},
        "title": {"type": "string"},
        "caution": {"type": "string"},
        "leave_one_out": {"type": "array", "items": {"type": "object", "required": ["study", "arms", "back"]}},
        "sensitivity": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "k", "estimate", "ci_lb", "ci_ub", "flags", "remark", "why"],
                "properties": {
                    "name": {"type": "string"},
                    "k": {"type": ["integer", "null"]},
                    **{name: {"type": ["number", "null"]} for name in ("estimate", "ci_lb", "ci_ub", "against")},
                    "flags": TEXTS,
                    "remark": {"type": "string"},
                    "measure": {"type": "string"},
                    "why": {"type": "string"},
                },
            },
        },
        "small_study": {
            "type": ["object", "null"],
            "required": ["funnel", "appendix", "main", "others", "trim_fill", "pet_peese", "notes"],
            "properties": {
                "funnel": {"enum": ["n", "sei"]},
                "appendix": {"type": "boolean"},
                "others": {"type": "array", "items": {"type": "object"}},
            },
        },
        "variants": {"type": "array", "items": {"type": "object", "required": ["without", "title", "dropped"]}},
        "left_out": TEXTS,
        "not_extracted": TEXTS,
        "cells": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "integer"}}},
    }
    schema["title"] = "What `jak pool run --json` prints"
    schema["properties"] = {**schema["properties"], **more}
    schema["required"] = [
        *schema["required"],
        "command",
        "analysis",
        "title",
        "leave_one_out",
        "sensitivity",
        "variants",
    ]
    settings = schema["$defs"]["Settings"]["properties"]
    settings["like"] = {"enum": ["", *PROGRAMS]}
    settings["data_sha256"] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
    return schema


def run_schema_text() -> str:
    """Return the schema as the shipped file has it."""
    return json.dumps(run_schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(run_schema_text(), encoding="utf-8")
