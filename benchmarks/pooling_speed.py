"""Time jakpool beside R's metafor, PyMARE, pimeta and statsmodels, in CPU seconds, in one run.

Usage: ``python benchmarks/pooling_speed.py [--peers PYTHON] [--repeat 5]``. PYTHON is an interpreter that has PyMARE,
pimeta and statsmodels installed. R is called as ``Rscript`` if it is there and has metafor (for CM.EL also BiasedUrn
and numDeriv); what is missing is said. Every figure is the least of the repeats on either side: what other programs on
the machine add is no property of the code. ``import``, ``first_fit`` (with the import) and ``command`` (``jak pool
run`` on a file) are processes of their own, less an empty interpreter, with their bytecode written.
Data: the BCG trials (Colditz et al. 1994, JAMA 271:698-702), and made-up effects and single-arm counts.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import jakpool as j

BCG = (
    (4, 119, 11, 128, 44),
    (6, 300, 29, 274, 55),
    (3, 228, 11, 209, 42),
    (62, 13536, 248, 12619, 52),
    (33, 5036, 47, 5761, 13),
    (180, 1361, 372, 1079, 44),
    (8, 2537, 10, 619, 19),
    (505, 87886, 499, 87892, 13),
    (29, 7470, 45, 7232, 27),
    (17, 1699, 65, 1600, 42),
    (186, 50448, 141, 27197, 18),
    (5, 2493, 3, 2338, 33),
    (27, 16886, 29, 17825, 33),
)
EVENTS = (5, 12, 9, 30, 2, 14, 7, 22, 3, 11, 16, 4, 27, 8)
PATIENTS = (13, 20, 12, 58, 9, 31, 17, 40, 11, 26, 35, 12, 66, 21)

FEW = "[0.1, 0.8, 0.4], [0.02, 0.03, 0.05]"
ROOT = Path(__file__).resolve().parent.parent

R = """
t0 <- proc.time(); suppressMessages(library(metafor)); t0 <- proc.time()-t0
library(jsonlite); d <- fromJSON(commandArgs(TRUE)[1]); out <- list(import=t0[[1]]+t0[[2]])
tm <- function(name, f, m=1, again=1) for (turn in 1:again) {
  t <- proc.time(); r <- tryCatch({for (i in 1:m) f(); NULL}, error=function(e) conditionMessage(e)); e <- proc.time()-t
  out[[name]] <<- if (is.null(r)) min(out[[name]], (e[[1]]+e[[2]])/m) else trimws(r) }
yi <- d$yi; vi <- d$vi; b <- as.data.frame(d$bcg); names(b) <- c("ai","bi","ci","di","abl")
e <- escalc("RR",ai=ai,bi=bi,ci=ci,di=di,data=b); m20 <- rma(yi,vi)
tm("fit", function() rma(yi,vi,method="REML",test="knha"), 30, 5)
tm("many", function() for (i in 1:200) try(rma(d$Y[i,],vi,method="REML",test="knha"),silent=TRUE))
out$many <- out$many*50
tm("leave_one_out", function() leave1out(m20), 3, 3)
tm("influence", function() influence(m20), 3, 3)
tm("permutation", function() permutest(rma(yi,vi,mods=~abl,data=e),iter=100,progbar=FALSE))
out$permutation <- out$permutation*10
tm("glmm", function() rma.glmm(xi=d$x,ni=d$n,measure="PLO"), 3, 3)
tm("cm_el", function() rma.glmm(measure="OR",ai=ai,bi=bi,ci=ci,di=di,data=b,model="CM.EL"))
out$versions <- paste("R", getRversion(), "metafor", packageVersion("metafor"))
cat(toJSON(out,auto_unbox=TRUE,digits=8))
"""

PEERS = """
import json, sys, time, warnings
warnings.filterwarnings("ignore")
import numpy as np
d = json.load(open(sys.argv[1])); yi, vi = np.array(d["yi"]), np.array(d["vi"]); b = np.array(d["bcg"], float)
out = {}
def tm(name, f, m=1, again=3):
    try:
        f()
        for _ in range(again):
            t = time.process_time()
            for _ in range(m): f()
            out[name] = min(out.get(name, 1e9), (time.process_time() - t) / m)
    except Exception as error:
        out[name] = f"{type(error).__name__}: {error}"[:80]
import pimeta
by = np.log(b[:,0]/(b[:,0]+b[:,1])) - np.log(b[:,2]/(b[:,2]+b[:,3]))
bv = 1/b[:,0] - 1/(b[:,0]+b[:,1]) + 1/b[:,2] - 1/(b[:,2]+b[:,3])
tm("pimeta|fit", lambda: pimeta.rma(yi, vi, method="REML", test="knha"), 30)
tm("pimeta|many", lambda: [pimeta.rma(np.array(y), vi, method="REML", test="knha") for y in d["Y"][:200]], 1, 1)
tm("pimeta|leave_one_out", lambda: pimeta.leave1out(yi, vi), 3)
tm("pimeta|gosh13", lambda: pimeta.gosh(by, bv, method="REML"), 1, 1)
tm("pimeta|glmm", lambda: pimeta.rma_glmm(xi=np.array(d["x"]), ni=np.array(d["n"]), measure="PLO"), 3)
import pymare
tm("PyMARE|fit", lambda: pymare.meta_regression(yi, vi, method="REML").to_df(), 30)
from statsmodels.stats.meta_analysis import combine_effects
tm("statsmodels|fit", lambda: combine_effects(yi, vi, method_re="iterated", use_t=True), 30)
if isinstance(out.get("pimeta|many"), float): out["pimeta|many"] *= 50
print(json.dumps(out))
"""


def timed(work: Callable[[], object], *, times: int = 1, repeat: int = 3) -> float:
    """Return the least CPU seconds of one call, after one for warmth."""
    work()
    found = []
    for _ in range(repeat):
        start = time.process_time()
        for _ in range(times):
            work()
        found.append((time.process_time() - start) / times)
    return min(found)


def process_seconds(python: str, *arguments: str) -> float:
    """Return the least CPU seconds that a Python process takes beyond an empty one."""

    def child(*given: str) -> float:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([python, *given], check=True, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    child(*arguments)
    return min(child(*arguments) for _ in range(5)) - min(child("-c", "pass") for _ in range(5))


def processes(folder: Path, peers: str) -> tuple[dict[str, float], dict[str, object]]:
    """Return the times of whole processes: jakpool's, and the peers'."""
    table = folder / "table.csv"
    rows = (f"S{i},{x},{n}" for i, (x, n) in enumerate(zip(EVENTS, PATIENTS, strict=True)))
    table.write_text("\n".join(["study,events,n", *rows]), encoding="utf-8")
    own = {
        "import": process_seconds(sys.executable, "-c", "import jakpool"),
        "first_fit": process_seconds(sys.executable, "-c", f"import jakpool as j; j.pool(j.generic({FEW}))"),
        "command": process_seconds(sys.executable, "-m", "jak", "pool", "run", "--from", str(table)),
    }
    if not peers:
        return own, {}
    codes = {
        "pimeta|import": "import pimeta",
        "PyMARE|import": "import pymare",
        "statsmodels|import": "from statsmodels.stats.meta_analysis import combine_effects",
        "pimeta|first_fit": f"import numpy as np, pimeta; pimeta.rma(*np.array([{FEW}]), method='REML')",
    }
    return own, {name: process_seconds(peers, "-c", code) for name, code in codes.items()}


def ours(data: dict[str, object], repeat: int) -> dict[str, float]:
    """Return jakpool's times."""
    yi, vi = data["yi"], data["vi"]
    effects = j.generic(yi, vi)
    bcg = np.array(BCG)
    counts = (bcg[:, 0], bcg[:, 0] + bcg[:, 1], bcg[:, 2], bcg[:, 2] + bcg[:, 3])
    ratios, odds = j.two_arm(*counts, measure="RR"), j.two_arm(*counts, measure="OR")
    arms = j.proportions(EVENTS, PATIENTS)
    many = np.tile(np.array(data["Y"]), (10, 1))
    variances = np.broadcast_to(np.array(vi), many.shape)
    latitude = {"latitude": [row[4] for row in BCG]}

    def report() -> None:
        j.sensitivity_set(arms)
        j.small_study_effects(arms)

    work: dict[str, tuple[Callable[[], object], int]] = {
        "fit": (lambda: j.pool(effects, test="knha"), 30),
        "many": (lambda: j.pool_many(many, variances, test="knha"), 1),
        "leave_one_out": (lambda: j.leave_one_out(effects, test="knha"), 3),
        "influence": (lambda: j.influence(effects), 3),
        "gosh13": (lambda: j.gosh(ratios), 1),
        "gosh20": (lambda: j.gosh(effects, model="common"), 1),
        "permutation": (lambda: j.permutation_test(ratios, latitude, permutations=1000), 1),
        "glmm": (lambda: j.pool(arms), 3),
        "glmm_no_profile": (lambda: j.pool(arms, profile=False), 3),
        "cm_el": (lambda: j.pool(odds, model="glmm", glmm="CM.EL"), 1),
        "report": (report, 1),
    }
    return {name: timed(call, times=times, repeat=repeat) for name, (call, times) in work.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", help="interpreter with PyMARE, pimeta, statsmodels")
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    rng = np.random.default_rng(1)
    vi = np.exp(rng.normal(-2.5, 0.8, 20))
    data: dict[str, object] = {
        "yi": rng.normal(0.3, np.sqrt(vi + 0.1)).tolist(),
        "vi": vi.tolist(),
        "Y": rng.normal(0.3, np.sqrt(vi + 0.1), (1000, 20)).tolist(),
        "bcg": [list(row) for row in BCG],
        "x": list(EVENTS),
        "n": list(PATIENTS),
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.json"
        path.write_text(json.dumps(data), encoding="utf-8")
        theirs: dict[str, object] = {}
        if shutil.which("Rscript") is None:
            print("R is missing: metafor was not measured")
        else:
            done = subprocess.run(["Rscript", "-e", R, str(path)], capture_output=True, text=True, check=False)
            found = json.loads(done.stdout) if done.returncode == 0 else {"error": done.stderr[-200:]}
            theirs |= {f"metafor|{name}": value for name, value in found.items()}
        if options.peers:
            done = subprocess.run([options.peers, "-c", PEERS, str(path)], capture_output=True, text=True, check=False)
            theirs |= json.loads(done.stdout) if done.returncode == 0 else {"peers|error": done.stderr[-200:]}
        else:
            print("--peers is not given: PyMARE, pimeta and statsmodels were not measured")
        own, others = processes(Path(folder), options.peers or "")
        theirs |= others
    times = ours(data, options.repeat) | own
    print(f"{'what':18}{'jakpool, CPU ms':>16}   peers: CPU ms (ratio)")
    for name, seconds in times.items():
        beside = [
            f"{peer.split('|')[0]} {1000 * value:.1f} ({value / max(seconds, 1e-9):.0f})"
            if isinstance(value, float | int)
            else f"{peer.split('|')[0]}: {value}"
            for peer, value in theirs.items()
            if peer.split("|")[1] == name
        ]
        print(f"{name:18}{1000 * seconds:16.2f}   {', '.join(beside)}")
    print({k: v for k, v in theirs.items() if "error" in k or "versions" in k})
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
