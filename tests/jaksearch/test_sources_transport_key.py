"""A service that repeats the key, and a library that prints it: neither replies nor errors hold it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests.adapters
from services.eutils import EUtils, Fault, make_corpus, start
from services.serving import Reply, Request

from jakdb.errors import SourceError
from jaksearch.sources import make_source

KEY = "7f3a9c5e1b8d2046e9a7c3f158b0d6427e1c"
CORPUS = make_corpus(20)


class Echo(EUtils):
    """Puts the key into every abstract, or refuses with it."""

    refusal = ""

    def answer(self, request: Request, key: str, fault: Fault | None) -> Reply:
        if self.refusal:
            return Reply(f"<eSearchResult><ERROR>{self.refusal}{key}</ERROR></eSearchResult>".encode())
        reply = super().answer(request, key, fault)
        return replace(reply, body=reply.body.replace(b"<Abstract>", f"<Abstract>{key} é".encode()))


def source(url: str, folder: Path, key: str) -> Any:
    """Return PubMed that asks once."""
    return make_source("pubmed", base_url=url, api_key=key, per_second=0, state=folder, attempts=1)


def test_a_reply_is_stored_without_the_key(tmp_path: Path) -> None:
    with start(Echo(CORPUS)) as server:
        data = source(server.url, tmp_path, KEY).fetch([str(CORPUS.ids[0])]).data
    assert (KEY.encode() in data, "(key) é".encode() in data) == (False, True)


def test_a_key_that_may_be_a_word_takes_nothing_out_of_a_record(tmp_path: Path) -> None:
    with start(EUtils(CORPUS)) as server:
        whole, short = (
            source(server.url, tmp_path, key).fetch([str(pmid) for pmid in CORPUS.ids]).data for key in ("", "a")
        )
    assert short == whole


@pytest.mark.parametrize("length", range(150, 200, 7))
def test_no_piece_of_the_key_is_left_where_a_message_is_cut(tmp_path: Path, length: int) -> None:
    service = Echo(CORPUS)
    service.refusal = "x" * length
    with start(service) as server, pytest.raises(SourceError) as caught:
        source(server.url, tmp_path, KEY).count("hair")
    assert KEY[:3] not in str(caught.value)
    assert "xxx" in str(caught.value)


def test_an_error_below_that_prints_the_request_is_told_without_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send(_self: object, request: Any, **_options: Any) -> None:
        raise ValueError(f"cannot send {request.body}")

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    with pytest.raises(RuntimeError, match=r"ValueError.*cannot send") as caught:
        source("http://127.0.0.1:9/", tmp_path, KEY).count("hair")
    assert KEY not in str(caught.value)
    assert caught.value.__context__ is None
    with pytest.raises(ValueError, match="cannot send"):
        source("http://127.0.0.1:9/", tmp_path, "").count("hair")
