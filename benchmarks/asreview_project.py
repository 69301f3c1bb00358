"""Let ASReview itself open a project that jak wrote, and learn from the labels in it.

    python benchmarks/asreview_project.py --asreview PYTHON FILE.asreview

PYTHON is an interpreter with asreview 3.0.8, in an environment of its own. It loads the project as its server does,
checks its database, reads labels and order, trains the model that the project names, and prints what it found; any
difference from what jak reads in the file ends with an error.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
from pathlib import Path

from jakscreen.asreview_file import read_asreview

PEER = """
import json, sys, tempfile, warnings
warnings.filterwarnings("ignore")
import asreview
from asreview.project.api import Project
from asreview.webapp._tasks import run_model
with tempfile.TemporaryDirectory() as folder:
    project = Project.load(sys.argv[1], folder, safe_import=True)
    project.db._is_valid()
    labels = project.db.get_results_table(["record_id", "label"]).values.tolist()
    titles = project.db.input["title"].tolist()
    run_model(project)
    ranked = project.db.get_last_ranking_table()["record_id"].tolist()
    print(json.dumps({"version": asreview.__version__, "status": project.review["status"], "labels": labels,
                      "titles": titles, "ranked": len(ranked), "data": project.input_data_fp.exists()}))
    project.close()
"""


def main() -> None:
    """Compare what both read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--asreview", required=True, metavar="PYTHON")
    parser.add_argument("file", type=Path)
    asked = parser.parse_args()
    clean = {**os.environ, "PYTHONPATH": "", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [asked.asreview, "-c", PEER, str(asked.file)], capture_output=True, text=True, check=True, env=clean
    )
    theirs = json.loads(done.stdout.splitlines()[-1])
    ours = read_asreview(asked.file)
    labels = [[one.number, one.label.label] for one in ours if one.label is not None]
    if theirs["titles"] != [one.title for one in ours] or sorted(theirs["labels"]) != labels or not theirs["data"]:
        raise SystemExit(f"asreview reads another project: {theirs}")
    print(
        f"asreview {theirs['version']} opened {asked.file.name}: {len(ours)} records, {len(labels)} labels, status "
        f"{theirs['status']}; trained on them and ranked {theirs['ranked']} records"
    )


if __name__ == "__main__":
    main()
