"""Run under another interpreter, with rispy, nbib, bibtexparser 1.x and others installed; knows nothing of jak.

Standard input: ``{"tool": "rispy", "files": ["a.ris", …]}``. Standard output: a JSON list, one object a file, with
``records`` (the fields of `formats_fields`), ``values`` (all that the tool returned, as text) or ``error``, and
``seconds`` of CPU. The calls are those of each tool's own README.
"""

# ruff: noqa: PLC0415 - each tool is loaded only if it is asked for

import json
import sys
import time
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

DISTRIBUTIONS = {"rispy": "rispy", "rispy (utf-8-sig)": "rispy", "nbib": "nbib", "bibtexparser": "bibtexparser"}


def read_rispy(path, encoding="utf-8"):
    import rispy

    with Path(path).open(encoding=encoding) as stream:
        return rispy.load(stream)


def rispy_fields(entry):
    start, end = entry.get("start_page", ""), entry.get("end_page", "")
    title = entry.get("title") or entry.get("primary_title") or ""
    return {
        "title": title,
        "authors": [split_name(name) for name in entry.get("authors") or entry.get("first_authors") or []],
        "year": year(entry.get("year") or entry.get("publication_year") or entry.get("date") or ""),
        "journal": entry.get("journal_name") or entry.get("alternate_title3") or entry.get("secondary_title") or "",
        "volume": entry.get("volume", ""),
        "issue": entry.get("number", ""),
        "pages": f"{start}-{end}" if start and end else start or end,
        "doi": entry.get("doi", ""),
        "abstract": entry.get("abstract") or entry.get("notes_abstract") or "",
        "editors": [split_name(name) for name in entry.get("secondary_authors") or []],
    }


def read_nbib(path):
    import nbib

    return nbib.read_file(path)


def nbib_fields(entry):
    people = entry.get("authors") or []
    return {
        "title": entry.get("title", ""),
        "authors": [
            [one["last_name"], one.get("first_name", "")]
            if one.get("last_name")
            else split_name(one.get("author") or one.get("author_abbreviated") or "")
            for one in people
        ],
        "year": year(str(entry.get("publication_date", ""))),
        "journal": entry.get("journal", ""),
        "volume": entry.get("journal_volume", ""),
        "issue": entry.get("journal_issue", ""),
        "pages": entry.get("pages", ""),
        "doi": entry.get("doi", ""),
        "abstract": entry.get("abstract", ""),
    }


def read_bibtexparser(path):
    import bibtexparser

    if not hasattr(bibtexparser, "load"):  # version 2
        return [
            {
                "ENTRYTYPE": entry.entry_type,
                "ID": entry.key,
                **{key: field.value for key, field in entry.fields_dict.items()},
            }
            for entry in bibtexparser.parse_file(str(path)).entries
        ]
    with Path(path).open(encoding="utf-8") as stream:
        return bibtexparser.load(stream).entries


def bibtexparser_fields(entry):
    return {
        "title": entry.get("title", ""),
        "authors": [split_name(name) for name in entry.get("author", "").replace("\n", " ").split(" and ") if name],
        "year": year(entry.get("year", "")),
        "journal": entry.get("journal", ""),
        "volume": entry.get("volume", ""),
        "issue": entry.get("number", ""),
        "pages": entry.get("pages", ""),
        "doi": entry.get("doi", ""),
        "abstract": entry.get("abstract", ""),
    }


def split_name(name):
    family, _, given = name.partition(",")
    return [family.strip(), given.strip()]


def year(text):
    digits = [word for word in "".join(char if char.isdigit() else " " for char in str(text)).split() if len(word) == 4]
    return int(digits[0]) if digits else None


TOOLS = {
    "rispy": (read_rispy, rispy_fields),
    "rispy (utf-8-sig)": (lambda path: read_rispy(path, "utf-8-sig"), rispy_fields),
    "nbib": (read_nbib, nbib_fields),
    "bibtexparser": (read_bibtexparser, bibtexparser_fields),
}


def read_one(tool, path):
    read, fields = TOOLS[tool]
    begin = time.process_time()
    try:
        entries = read(path)
    except Exception as error:  # whatever a tool raises is what a person would see
        return {"file": path, "error": f"{type(error).__name__}: {error}"[:200], "seconds": time.process_time() - begin}
    return {
        "file": path,
        "seconds": time.process_time() - begin,
        "records": [fields(entry) for entry in entries],
        "values": json.dumps(entries, ensure_ascii=False, default=str),
    }


def installed(tool):
    try:
        return version(DISTRIBUTIONS[tool])
    except PackageNotFoundError:
        return None


def main():
    task = json.load(sys.stdin)
    found = installed(task["tool"])
    if found:
        import_module(DISTRIBUTIONS[task["tool"]])  # loading is not timed
    read = [read_one(task["tool"], path) for path in task["files"]] if found else []
    json.dump({"version": found, "files": read}, sys.stdout)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
