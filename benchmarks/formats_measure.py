"""One measurement in a fresh process: ``python formats_measure.py TASK FILE [FOLDER]`` prints a JSON object.

``records``, ``seconds`` of CPU (loading of the modules that a task names not counted), ``peak`` memory in KiB, and
``base``, the peak before the work began. The peak is VmHWM of this process: ru_maxrss also counts the parent's memory
before the start of the new program. Tasks of jak: read, normalise, import (into a new review in FOLDER). Tasks of
peers, run under their own interpreter: rispy, nbib, entrez, pubmed_parser, bibtexparser.
"""

# ruff: noqa: PLC0415 - a task loads what it measures and nothing else

import gzip
import json
import resource
import shutil
import sqlite3
import sys
import time
from pathlib import Path


def peak():
    """Return the largest resident size of this process so far, in KiB."""
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def jak_read(path):
    from jakdb.words import RawRecord
    from jaksearch.formats import open_exports

    def run():
        with open_exports(Path(path)) as exports:
            return sum(isinstance(item, RawRecord) for export in exports for item in export)

    return run


def jak_normalise(path):
    from jakdb.words import RawRecord
    from jaksearch import normalise
    from jaksearch.formats import open_exports

    def run():
        count = 0
        with open_exports(Path(path)) as exports:
            for export in exports:
                for item in export:
                    if isinstance(item, RawRecord):
                        normalise(item, format=export.format, database=export.database)
                        count += 1
        return count

    return run


def jak_import(path, folder):
    """Return what runs `jak search import` in a review of its own; the count is what the store then holds."""
    jak("init", folder)

    def run():
        jak("search", "import", path, "--review", folder, "--as", "bench")
        with sqlite3.connect(Path(folder) / "review.db") as store:
            return store.execute("select count(*) from records").fetchone()[0]

    return run


def jak(*words):
    """Run one command in this process; its output goes to stderr."""
    from jak.cli import main

    sys.argv = ["jak", *words]
    stdout, sys.stdout = sys.stdout, sys.stderr
    try:
        main()
    except SystemExit as leaving:
        if leaving.code not in (0, None, 4):
            raise
    finally:
        sys.stdout = stdout


def rispy(path):
    import rispy as tool

    def run():
        with Path(path).open(encoding="utf-8") as stream:
            return len(tool.load(stream))

    return run


def nbib(path):
    import nbib as tool

    return lambda: len(tool.read_file(path))


def entrez(path):
    from Bio import Entrez

    def run():
        with Path(path).open("rb") as stream:
            return len(Entrez.read(stream)["PubmedArticle"])

    return run


def pubmed_parser(path):
    import pubmed_parser as tool

    packed = f"{path}.gz"  # it reads nothing else; unpacking takes a few hundredths of its time
    with Path(path).open("rb") as source, gzip.open(packed, "wb", compresslevel=1) as target:
        shutil.copyfileobj(source, target)
    return lambda: sum(1 for _ in tool.parse_medline_xml(packed, year_info_only=False, author_list=True))


def bibtexparser(path):
    import bibtexparser as tool

    def run():
        with Path(path).open(encoding="utf-8") as stream:
            return len(tool.load(stream).entries)

    return run


def main():
    task, path, *rest = sys.argv[1:]
    made = {
        "read": jak_read, "normalise": jak_normalise, "import": jak_import, "rispy": rispy, "nbib": nbib,
        "entrez": entrez, "pubmed_parser": pubmed_parser, "bibtexparser": bibtexparser,
    }[task]  # fmt: skip
    run = made(path, *rest)
    base = peak()
    begin = time.process_time()
    count = run()
    seconds = time.process_time() - begin
    print(json.dumps({"records": count, "seconds": seconds, "peak": peak(), "base": base}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
