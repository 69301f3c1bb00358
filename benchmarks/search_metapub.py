"""Read PubMed records with metapub, for `search.py speed --peers`; run by the Python of an environment that has it.

    PEERS/bin/python search_metapub.py fetch|parse URL

`fetch` asks for each record by itself, as metapub's `PubMedFetcher` does, with its limit and its cache left out;
`parse` fetches batches as jak does and gives each record to metapub's `PubMedArticle`.
"""

from __future__ import annotations

import importlib
import json
import re
import resource
import sys
import time
import urllib.parse
import urllib.request

BATCH = 200


def post(url: str, tool: str, **form: str) -> bytes:
    with urllib.request.urlopen(f"{url}{tool}.fcgi", urllib.parse.urlencode(form).encode()) as reply:
        return bytes(reply.read())


def fetch(url: str, pmids: list[str]) -> int:
    from metapub import PubMedFetcher  # noqa: PLC0415
    from metapub.ncbi_client import NCBIClient  # noqa: PLC0415

    NCBIClient.BASE_URL = url.rstrip("/")
    fetcher = PubMedFetcher(cachedir=None)
    client = fetcher.qs.client
    client.rate_limiter.min_interval = 0.0
    ask = client.efetch
    # The local service wants the words of NCBI's documentation; metapub's own mean the same to NCBI.
    client.efetch = lambda *args, **more: ask(*args, **{**more, "rettype": None, "retmode": "xml"})
    return sum(str(fetcher.article_by_pmid(pmid).pmid) == pmid for pmid in pmids)


def parse(url: str, pmids: list[str]) -> int:
    from lxml import etree  # noqa: PLC0415
    from metapub import PubMedArticle  # noqa: PLC0415

    count = 0
    for at in range(0, len(pmids), BATCH):
        body = post(url, "efetch", db="pubmed", retmode="xml", id=",".join(pmids[at : at + BATCH]))
        for article in etree.fromstring(body):
            xml = f"<PubmedArticleSet>{etree.tostring(article, encoding='unicode')}</PubmedArticleSet>"
            count += PubMedArticle(xml).pmid in pmids[at : at + BATCH]
    return count


def main() -> None:
    way, url = sys.argv[1:]
    pmids = re.findall(r"<Id>(\d+)</Id>", post(url, "esearch", db="pubmed", term="all[sb]", retmax="9999").decode())
    work = {"fetch": fetch, "parse": parse}[way]
    importlib.import_module("metapub")  # before the clock runs
    before, started = time.process_time(), time.monotonic()
    count = work(url, pmids)
    used, took = time.process_time() - before, time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"count": count, "cpu": used, "wall": took, "peak": peak}))


if __name__ == "__main__":
    main()
