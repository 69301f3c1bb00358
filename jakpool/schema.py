"""The JSON schema of a result, made from the dataclasses themselves, so that it cannot say anything else."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from jakpool import results
from jakpool.results import SCHEMA_VERSION, Pooled

__all__ = ["pooled_schema"]

PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean"}


def pooled_schema() -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of what `Pooled.to_dict` gives.

    Examples
    --------
    >>> schema = pooled_schema()
    >>> schema["properties"]["tau2"], "Subgroup" in schema["$defs"]
    ({'type': ['number', 'null']}, True)
    """
    known: dict[str, Any] = {}
    body = _object(Pooled, known)
    properties = {"schema_version": {"const": SCHEMA_VERSION}, **body["properties"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A pooled result of jak, in the words of R's metafor",
        "type": "object",
        "required": [*properties],
        "properties": properties,
        "$defs": known,
    }


def _object(kind: Any, known: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a dataclass; those inside it go to `known`."""
    hints = typing.get_type_hints(kind, vars(results))
    properties = {f.name: _of(hints[f.name], known) for f in fields(kind)}
    return {"type": "object", "required": [*properties], "properties": properties}


def _of(hint: Any, known: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of one type."""
    if hint is Any:
        return {}
    if hint in PLAIN:
        return {"type": PLAIN[hint]}
    if hint is type(None):
        return {"type": "null"}
    if is_dataclass(hint) and isinstance(hint, type):
        if hint.__name__ not in known:
            known[hint.__name__] = {}
            known[hint.__name__] = _object(hint, known)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        parts = [_of(part, known) for part in inner]
        if all(set(part) == {"type"} and isinstance(part["type"], str) for part in parts):
            return {"type": [part["type"] for part in parts]}
        return {"anyOf": parts}
    if origin is tuple and len(inner) == 2 and inner[1] is Ellipsis:
        return {"type": "array", "items": _of(inner[0], known)}
    if origin is tuple:
        return {"type": "array", "prefixItems": [_of(part, known) for part in inner], "minItems": len(inner)}
    if origin in (dict, Mapping):
        return {"type": "object", "additionalProperties": _of(inner[1], known)}
    raise TypeError(f"no schema for {hint!r}")
