"""Parts *detection*, *agreement* and *peers* of `formats.py`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from formats_fields import BESIDE, FIELDS, Agreement, expected_fields, folded, read_disputed
from formats_samples import COPIES, Sample, expected_items, own_fields, read_sample, table

from jakdb.errors import InputError
from jaksearch import FileReading
from jaksearch.formats import decode

__all__ = ["agreement", "detection", "peers", "records"]

HERE = Path(__file__).resolve().parent
PEERS = {
    "rispy": "ris",
    "rispy (utf-8-sig)": "ris",
    "nbib": "medline",
    "bibtexparser": "bibtex",
    "bibtexparser (2)": "bibtex",
}
BEGINS = {
    "ris": re.compile(r"^[ \t]*(?:TI|T1) {1,2}- ?(.+)$", re.MULTILINE),
    "medline": re.compile(r"^(?:TI  |BTI )- ?(.+)$", re.MULTILINE),
    "bibtex": re.compile(r"(?<!book)\btitle *= *[{\"]([^{}\"\n]+)", re.MULTILINE),
}
"""Format -> title lines; what they say must be found again in what a tool returns."""

# A record a line of this list; invented, since the folder has few .bib files.
BIBTEX_CASES: dict[str, tuple[str, int]] = {
    "the same key twice": ("@article{a, title={One}, year={2001}}\n@article{a, title={Two}, year={2002}}\n", 2),
    "an entry that is never closed": ("@article{a, title={One}\n\n@article{b, title={Two}}\n", 2),
    "an entry without a key": ("@article{title={One}, year={2001}}\n@article{b, title={Two}}\n", 2),
    "a type of its own": ("@online{a, title={One}}\n@dataset{b, title={Two}}\n@article{c, title={Three}}\n", 3),
    "an unknown abbreviation": ("@article{a, title={One}, journal=unknown}\n@article{b, title={Two}}\n", 2),
    "text between entries": ("Exported 2020\n@article{a, title={One}}\nsome text\n@article{b, title={Two}}\n", 2),
    "an at sign in an abstract": ("@article{a, title={One}, abstract={mail me @home{x}}}\n@book{b, title={Two}}\n", 2),
    "a byte order mark": ("\ufeff@article{a, title={One}}\n@article{b, title={Two}}\n", 2),
    "round brackets": ("@article(a, title={One})\n@article{b, title={Two}}\n", 2),
    "a missing comma": ("@article{a, title={One} year={2001}}\n@article{b, title={Two}}\n", 2),
}

FOLDERS = {
    "cnki": "CNKI",
    "embase": "Embase",
    "proquest": "ProQuest",
    "psycinfo": "PsycINFO",
    "pubmed": "PubMed",
    "pubmed_efetch_single": "PubMed",
    "scopus": "Scopus",
    "wanfang": "Wanfang",
    "wos": "Web of Science",
}


def records(samples: Sequence[Sample], readings: Mapping[str, object]) -> None:
    """Print each file's format, database and counts against the list, and the sums."""
    tally: Counter[str] = Counter()
    for sample in samples:
        reading = readings[sample.name]
        if not isinstance(reading, FileReading):
            refused = isinstance(reading, InputError)
            tally["refused with a sentence" if refused else "ENDED IN A TRACEBACK"] += 1
            print(f"{'refused' if refused else type(reading).__name__:12} {sample.name}: {reading}")
            continue
        marks = []
        if sample.listed is not None and sample.listed != len(reading.records):
            marks.append(f"{sample.listed} EXPECTED")
            tally["record counts that differ from the list"] += 1
        titles = [own["title"] for own in own_fields(reading) if own]
        first, wanted = folded(str(titles[0])) if titles else "", folded(sample.first_title)
        if wanted and not (first.startswith(wanted) or (first and wanted.startswith(first))):
            marks.append(f"FIRST TITLE {titles[:1]} not {sample.first_title!r}")
            tally["first titles that differ"] += 1
        tally["files read"] += 1
        tally["records accepted"] += len(reading.accepted)
        tally["records rejected"] += len(reading.rejects)
        counts = f"{len(reading.records)} records ({len(reading.rejects)} rejected)"
        print(f"{reading.format:12} {sample.name}: {counts}, {reading.database or '?'}; {'; '.join(marks) or 'ok'}")
    print("\n" + "\n".join(f"{count:6} {what}" for what, count in tally.items()) + "\n")


def detection(samples: Sequence[Sample], readings: Mapping[str, object], path: Path, *, markdown: bool) -> None:
    """Print how often format and database are right, as the files are and in each transcoded copy.

    The expectation names the format ("" for a file that is to be refused) and the database ("" for none). A copy is
    also compared with the original: the same records with the same fields, and the same rejects.
    """
    if not path.is_file():
        print(f"{path.name}: missing, so detection is not scored; it maps a file to its format and database\n")
        return
    wanted: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    names = [sample for sample in samples if sample.name in wanted]
    rows: list[tuple[str, int, Counter[str]]] = []
    missed: dict[str, list[str]] = {}
    for copy in ("as it is", *COPIES):
        right: Counter[str] = Counter()
        for sample in names:
            kept = readings[sample.name]
            reading = kept if copy == "as it is" else _copied(sample, copy)
            if reading is None:
                right["no text"] += 1
                continue
            seen = (type(reading).__name__, "")
            if isinstance(reading, FileReading):
                seen = (reading.format, reading.database)
            elif isinstance(reading, InputError):
                seen = ("", "")
            format_, database = (wanted[sample.name].get(key) or "" for key in ("format", "database"))
            right["format"] += seen[0] == format_
            right["database"] += seen[1] == database
            if database:
                right["named files"] += 1
                right["named"] += seen[1] == database
            right["the same"] += _same(reading, kept)
            if seen != (format_, database):
                wrong = f"{seen[0] or 'refused'}, {seen[1] or '?'}; not {format_ or 'refused'}, {database or '?'}"
                missed.setdefault(f"{sample.name}: {wrong}", []).append(copy)
        rows.append((copy, len(names) - right["no text"], right))
    total = sum(count for _, count, _ in rows)
    sums: Counter[str] = Counter()
    for _, _, right in rows:
        sums.update(right)
    rows.append(("all", total, sums))
    for what, copies in missed.items():
        print(f"  {what} ({'all copies' if len(copies) == len(COPIES) + 1 else ', '.join(copies)})")
    cells = [
        (
            copy,
            count,
            *(f"{right[key]} ({_share(right[key], count)})" for key in ("format", "database")),
            f"{right['named']} of {right['named files']} ({_share(right['named'], right['named files'])})",
            f"{right['the same']} ({_share(right['the same'], count)})",
        )
        for copy, count, right in rows
    ]
    heads = ("copy", "files", "format right", "database right", "where one is named", "read the same")
    print(table(heads, cells, markdown=markdown))
    refused = sum(not wanted[sample.name].get("format") for sample in names)
    print(f"\n{refused} of the {len(names)} files are no exports and count as right if they are refused.")
    _by_folder(samples, readings)


def agreement(
    samples: Sequence[Sample], readings: Mapping[str, object], disputed_path: Path, *, markdown: bool
) -> None:
    """Print the agreement with the expected items field by field, and each difference."""
    own = {name: own_fields(reading) for name, reading in readings.items() if isinstance(reading, FileReading)}
    found = _agreement(samples, own)
    disputed = read_disputed(disputed_path)
    keys = {(one.file, one.record, one.field) for one in found.differences}
    for one in found.differences:
        why = disputed.get((one.file, one.record, one.field))
        mark = f" DISPUTED: {why}" if why else " (letters alike)" if one.letters else ""
        print(f"  {one.file} record {one.record} {one.field}: expected {one.wanted!r:.90} got {one.got!r:.90}{mark}")
    for stale in sorted(set(disputed) - keys):
        print(f"  {disputed_path.name}: nothing differs any more in {stale}")
    without = Counter(one.field for one in found.differences if (one.file, one.record, one.field) in disputed)
    _print_agreement(found, without, markdown=markdown)


def peers(samples: Sequence[Sample], readings: Mapping[str, object], python: Path, *, markdown: bool) -> None:
    """Print what the peers make of the files of their formats, beside jak."""
    rows = []
    fields: list[tuple[str, ...]] = []
    with tempfile.TemporaryDirectory() as folder:
        cases = _bibtex_cases(Path(folder))
        for tool, kind in PEERS.items():
            mine = [s for s in samples if isinstance(r := readings[s.name], FileReading) and r.format == kind]
            if kind == "bibtex":
                mine += cases
            second = (
                tool == "bibtexparser (2)"
            )  # jak's own BibTeX reader is built on it: it runs from jak's environment
            task = {"tool": tool.removesuffix(" (2)"), "files": [str(sample.path) for sample in mine]}
            answer = _worker(Path(sys.executable) if second else python, task)
            if answer["version"] is None:
                print(f"{tool}: not installed under {python}")
                continue
            theirs = {sample.name: one for sample, one in zip(mine, answer["files"], strict=True)}
            ours = {sample.name: _own(sample) for sample in mine}
            for who, files in ((f"{tool} {answer['version']}", theirs), ("jak", ours)):
                if who == "jak" and tool.endswith(("(utf-8-sig)", "(2)")):
                    continue
                rows.append((who, kind, *_scored(mine, kind, files)))
                found = _agreement(mine, {name: one.get("records", []) for name, one in files.items()})
                exact, letters, total = (sum(c[f] for f in FIELDS) for c in (found.exact, found.letters, found.total))
                if total:
                    fields.append((who, kind, str(total), _share(exact, total), _share(letters, total)))
            for sample in mine:
                if note := _difference(sample, theirs[sample.name]):
                    print(f"  {tool}: {sample.name}: {note}")
    heads = (
        "reader",
        "format",
        "files",
        "count right",
        "raised",
        "records listed",
        "found",
        "titles lost",
        "merged",
        "records/s",
    )
    print("\n" + table(heads, rows, markdown=markdown))
    print("\n" + table(("reader", "format", "fields expected", "exact", "letters"), fields, markdown=markdown) + "\n")


def _by_folder(samples: Sequence[Sample], readings: Mapping[str, object]) -> None:
    """Print the agreement with the folders' names, a key that nobody of this project wrote."""
    mine = [sample for sample in samples if sample.name.split("/")[0] in FOLDERS]
    other = {
        sample.name: reading.database if isinstance(reading, FileReading) else "refused"
        for sample in mine
        if (reading := readings[sample.name])
        and (not isinstance(reading, FileReading) or reading.database != FOLDERS[sample.name.split("/")[0]])
    }
    right = len(mine) - len(other)
    print(f"Database = the folder's name in {right} of {len(mine)} files of such folders ({_share(right, len(mine))}):")
    print("\n".join(f"  {name}: {database or '?'}" for name, database in other.items()) + "\n")


def _copied(sample: Sample, copy: str) -> FileReading | object | None:
    """Return the reading of a transcoded copy; None if the file is no text."""
    data = sample.path.read_bytes()
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b")):
        return None
    text = decode(data).text
    return read_sample(COPIES[copy](text), sample.name)


def _same(copy: object, kept: object) -> bool:
    """Say whether two readings hold the same records and rejects, or are both refusals."""
    if not (isinstance(copy, FileReading) and isinstance(kept, FileReading)):
        return isinstance(copy, InputError) and isinstance(kept, InputError)
    return (copy.format, copy.database, [raw.fields for raw in copy.accepted], len(copy.rejects)) == (
        kept.format, kept.database, [raw.fields for raw in kept.accepted], len(kept.rejects),
    )  # fmt: skip


def _agreement(samples: Iterable[Sample], own: Mapping[str, Sequence[Mapping[str, object] | None]]) -> Agreement:
    """Compare the records of each file with its expected items, in order."""
    found = Agreement()
    for sample in samples:
        items = expected_items(sample)
        taken = [record for record in own.get(sample.name, ()) if record is not None]
        if items and len(taken) != len(items) and sample.name in own:
            print(f"  {sample.name}: {len(taken)} records, {len(items)} expected items")
        for number, item in enumerate(items, start=1):
            found.add(sample.name, number, expected_fields(item), taken[number - 1] if number <= len(taken) else None)
    return found


def _print_agreement(found: Agreement, disputed: Counter[str], *, markdown: bool) -> None:
    """Print the shares, all of them and those of undisputed expectations."""
    rows = []
    for name in (*FIELDS, "all", *BESIDE):
        parts = FIELDS if name == "all" else (name,)
        total, exact, letters, left = (
            sum(c[f] for f in parts) for c in (found.total, found.exact, found.letters, disputed)
        )
        label = f"{name} (not in all)" if name in BESIDE else name
        rows.append(
            (label, total, exact, _share(exact, total), _share(letters, total), left, _share(exact, total - left))
        )
    heads = ("field", "expected", "exact", "share", "letters alike", "disputed", "exact of undisputed")
    print("\n" + table(heads, rows, markdown=markdown) + "\n")


def _own(sample: Sample) -> dict[str, object]:
    """Return jak's reading of one file in the shape of a peer's."""
    data = sample.path.read_bytes()
    begin = time.process_time()
    reading = read_sample(data, sample.name)
    if not isinstance(reading, FileReading):
        return {"error": str(reading), "seconds": time.process_time() - begin}
    seconds = time.process_time() - begin
    taken = own_fields(reading)
    values = [str(raw.fields) for raw in reading.accepted] + [str(own) for own in taken]
    values += [reject.text for reject in reading.rejects]
    return {"records": taken, "seconds": seconds, "values": json.dumps(values, ensure_ascii=False)}


def _scored(samples: Sequence[Sample], kind: str, files: Mapping[str, Mapping[str, object]]) -> tuple[object, ...]:
    """Return files, counts right, raised, records listed and found, titles lost, records merged, records a second."""
    tally: Counter[str] = Counter()
    for sample in samples:
        one = files[sample.name]
        records_, values = one.get("records"), str(one.get("values", ""))
        count = len(records_) if isinstance(records_, list) else 0
        listed = count if sample.listed is None else sample.listed
        lost = _lost(sample, kind, values)
        tally["raised"] += "error" in one
        tally["right"] += "error" not in one and count == listed
        tally["listed"] += listed
        tally["found"] += count
        tally["lost"] += lost
        if "error" not in one:
            tally["merged"] += max(0, listed - count - lost)
    seconds = sum(float(str(one["seconds"])) for one in files.values())
    return (
        len(samples), tally["right"], tally["raised"], tally["listed"], tally["found"], tally["lost"], tally["merged"],
        f"{tally['found'] / seconds:,.0f}" if seconds else "-",
    )  # fmt: skip


def _lost(sample: Sample, kind: str, values: str) -> int:
    """Count the title lines of a file whose text is nowhere in what a tool returned."""
    text = decode(sample.path.read_bytes()).text
    shown = folded(values)
    return sum(folded(line)[:40] not in shown for line in BEGINS[kind].findall(text) if folded(line))


def _difference(sample: Sample, one: Mapping[str, object]) -> str:
    """Say in words what a tool made of a file, if that is not as listed."""
    if "error" in one:
        return str(one["error"])
    records_ = one["records"]
    count = len(records_) if isinstance(records_, list) else 0
    return f"{count} records, {sample.listed} listed" if sample.listed not in (None, count) else ""


def _bibtex_cases(folder: Path) -> list[Sample]:
    """Write the invented .bib files."""
    samples = []
    for number, (name, (text, count)) in enumerate(BIBTEX_CASES.items()):
        path = folder / f"case{number}.bib"
        path.write_text(text, encoding="utf-8")
        samples.append(Sample(f"invented: {name}", path, count, ""))
    return samples


def _worker(python: Path, task: Mapping[str, object]) -> dict[str, list[dict[str, object]]]:
    """Run the peers' program; return its answer."""
    command = [str(python), "-X", "utf8", str(HERE / "formats_peers.py")]
    done = subprocess.run(command, input=json.dumps(task), capture_output=True, text=True, check=True, timeout=600)
    answer: dict[str, list[dict[str, object]]] = json.loads(done.stdout)
    return answer


def _share(part: int, whole: int) -> str:
    """Return a share in per cent."""
    return f"{100 * part / whole:.1f} %" if whole else "-"
