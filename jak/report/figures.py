"""Make finished SVG files fit to stand in one page: no clashing ids, no leaking style, no outside reference."""

from __future__ import annotations

import re
from html import escape
from xml.etree import ElementTree as ET

from jakdb.errors import JakError

__all__ = ["FigureError", "inline_svg"]

DROPPED = frozenset({"metadata", "script", "foreignObject", "iframe", "audio", "video", "animate", "set", "handler"})
REFERENCE = re.compile(r"url\(\s*['\"]?#([^)'\"]+)['\"]?\s*\)")
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


class FigureError(JakError):
    """A figure is no SVG that can be read."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"figure {name}: {why}", hint="draw it again; the report takes the SVG text of jak's own figures"
        )


def inline_svg(svg: str, *, prefix: str, label: str = "") -> str:
    """Return the SVG as an element for an HTML page.

    Every id and every reference to it gets the prefix, style rules hold within the figure only, and scripts, event
    attributes, metadata and references to anything outside the figure are left out.

    Parameters
    ----------
    prefix : str
        Unique on the page; letters, digits, ``-``, ``_`` and ``.``.
    label : str
        Accessible name for a figure that brings none.

    Raises
    ------
    FigureError
        If the text is no well-formed SVG.

    Examples
    --------
    >>> inline_svg('<svg><g id="a" onclick="x()"/><use href="#a"/></svg>', prefix="f1")
    '<svg id="f1-figure"><g id="f1-a"></g><use href="#f1-a"></use></svg>'
    """
    try:
        root = ET.fromstring(svg)
    except ET.ParseError as error:
        raise FigureError(prefix, f"not well-formed XML ({error})") from None
    if _local(root.tag) != "svg":
        raise FigureError(prefix, f"an SVG begins with <svg>, this with <{_local(root.tag)}>")
    root.set("id", "figure")
    if label and not any(name in root.attrib for name in ("aria-labelledby", "aria-label")):
        root.set("role", "img")
        root.set("aria-label", label)
    return _write(root, prefix)


def _write(element: ET.Element, prefix: str) -> str:
    """Return an element and what it holds, without namespaces: HTML knows SVG by its names."""
    name = _local(element.tag)
    attributes = "".join(_attribute(_local(key), value, prefix) for key, value in element.attrib.items())
    if name == "style":
        inner = _style("".join(element.itertext()), prefix)
        return f"<style>{inner}</style>" if inner else ""
    inner = escape(element.text or "", quote=False)
    for child in element:
        if isinstance(child.tag, str) and _local(child.tag) not in DROPPED:
            inner += _write(child, prefix)
        inner += escape(child.tail or "", quote=False)
    return f"<{name}{attributes}>{inner}</{name}>"


def _attribute(name: str, value: str, prefix: str) -> str:
    """Return one attribute with its ids prefixed; empty if it must not stand on the page."""
    if name.lower().startswith("on") or name in ("base", "space", "src"):
        return ""
    if name == "id":
        value = f"{prefix}-{value}"
    elif name == "href":
        if value.startswith("#"):
            value = f"#{prefix}-{value[1:]}"
        elif not value.startswith("data:image/png;base64,"):
            return ""
    elif name in ("aria-labelledby", "aria-describedby"):
        value = " ".join(f"{prefix}-{part}" for part in value.split())
    else:
        value = REFERENCE.sub(lambda match: f"url(#{prefix}-{match.group(1)})", value)
        if "url(" in REFERENCE.sub("", value):
            return ""
    return f' {name}="{escape(value)}"'


def _style(css: str, prefix: str) -> str:
    """Return the style rules confined to the figure; rules with @ or an address are left out."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    rules = []
    for selectors, declarations in RULE.findall(css):
        if any(mark in selectors + declarations for mark in ("@", "url(", "<", "\\", "expression")):
            continue
        confined = ", ".join(f"#{prefix}-figure {part.strip()}" for part in selectors.split(",") if part.strip())
        rules.append(f"{confined} {{{declarations.strip()}}}")
    return " ".join(rules)


def _local(name: str) -> str:
    """Return a name without its namespace."""
    return name.rpartition("}")[2]
