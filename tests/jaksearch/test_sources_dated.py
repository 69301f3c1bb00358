"""A query is limited to records created on a day or later, all of it or not at all."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from refresh_support import pubmed
from services.eutils import EUtils, make_corpus, start

from jakdb.errors import UsageError
from jaksearch.sources.protocol import Dated

CORPUS = make_corpus(120)


def test_what_a_limited_query_finds_is_what_was_created_since(tmp_path: Path) -> None:
    day = date(2021, 6, 1)
    wanted = {str(n) for n, made in zip(CORPUS.ids, CORPUS.created, strict=True) if made >= day.toordinal()}
    with start(EUtils(CORPUS)) as server:
        source = pubmed(server, tmp_path)
        assert isinstance(source, Dated)
        found = set(source.ids(source.created_since("hair OR all[sb]", day)))
    assert found == wanted
    assert 0 < len(wanted) < len(CORPUS)


def test_a_query_that_is_not_in_balance_is_refused(tmp_path: Path) -> None:
    with start(EUtils(CORPUS)) as server:
        source = pubmed(server, tmp_path)
        assert isinstance(source, Dated)
        for query in ("hair) OR (all[sb]", '"hair'):
            with pytest.raises(UsageError, match="cannot be limited to a day"):
                source.created_since(query, date(2021, 6, 1))
