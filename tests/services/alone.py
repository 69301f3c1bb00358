"""Run the server by itself, for people who try jak without the network."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from dataclasses import asdict
from pathlib import Path

from .clinicaltrials import ClinicalTrials
from .corpus import Corpus, Pair, make_corpus, make_pair
from .crossref import Crossref
from .europepmc import EuropePMC
from .eutils import Chance, EUtils, start
from .openalex import OpenAlex
from .paged import Paged

__all__ = ["main"]

OTHERS: dict[str, type[Paged]] = {
    "europepmc": EuropePMC,
    "clinicaltrials": ClinicalTrials,
    "openalex": OpenAlex,
    "crossref": Crossref,
}


def main() -> None:
    """Serve a corpus until interrupted; with ``refresh`` a line on standard input moves it to its second state."""
    parser = argparse.ArgumentParser(prog="python -m tests.services.eutils", description=__doc__)
    parser.add_argument("--corpus", default="2500", help="a number of articles, or 'refresh' for a before and an after")
    parser.add_argument("--service", default="eutils", choices=["eutils", *OTHERS])
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--topic", type=float, default=0.5, help="the share that is about alopecia areata")
    parser.add_argument("--per-second", type=float, default=3, help="limit without a key, 10 with one; 0 is no limit")
    parser.add_argument("--faults", type=float, default=0.0, help="the share of requests that fail")
    parser.add_argument("--log", type=Path, help="write every request there at the end, one JSON object a line")
    asked = parser.parse_args()
    if asked.corpus != "refresh" and not asked.corpus.isdecimal():
        parser.error(f"--corpus: a number or 'refresh', not {asked.corpus}")
    if asked.corpus == "refresh":
        corpus: Corpus | Pair = make_pair(2500, seed=asked.seed)
    else:
        corpus = make_corpus(int(asked.corpus), seed=asked.seed, topic=asked.topic)
    limit = asked.per_second or None
    faults = Chance(asked.faults, seed=asked.seed) if asked.faults else None
    service: EUtils | Paged
    if asked.service == "eutils":
        service = EUtils(corpus, per_second=limit, keyed_per_second=10 if limit else None, faults=faults)
    else:
        service = OTHERS[asked.service](corpus, per_second=limit, faults=faults)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with start(service, port=asked.port) as server:
        sys.stdout.write(f"JAK_{asked.service.upper()}_URL={server.url}\n")
        sys.stdout.flush()
        if service.pair:
            threading.Thread(target=_advance, args=(service,), daemon=True).start()
        stop.wait()
        sys.stderr.write(f"{len(server.log)} requests\n")
        if asked.log:
            lines = [json.dumps(asdict(request)) + "\n" for request in server.log]
            asked.log.write_text("".join(lines), encoding="utf-8")


def _advance(service: EUtils | Paged) -> None:
    """Wait for a line, then move to the second state; the end of the input is no line."""
    if sys.stdin.readline():
        service.advance()
        sys.stderr.write("half a year later\n")
        sys.stderr.flush()
