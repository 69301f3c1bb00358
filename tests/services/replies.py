"""How the E-utilities write the answer of a search, and an error, in XML and in JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from .search import Answer
from .serving import Reply, Request

__all__ = ["JSON", "doctype", "error_reply", "json_of", "search_json", "search_xml"]

DTD = "https://eutils.ncbi.nlm.nih.gov/eutils/dtd"
JSON = "application/json; charset=UTF-8"
Ids = NDArray[np.int64]


def doctype(root: str, name: str) -> str:
    """Write the document type of a reply; `name` is the DTD's name and date."""
    file = name.replace(" v1", "").split()
    path = f"{file[1]}/{'esummary-v1' if ' v1' in name else file[0]}.dtd"
    return f'<!DOCTYPE {root} PUBLIC "-//NLM//DTD {name}//EN" "{DTD}/{path}">\n'


def json_of(tool: str, content: dict[str, Any]) -> bytes:
    """Write JSON as NCBI does: with line breaks inside strings left raw."""
    text = json.dumps(
        {"header": {"type": tool, "version": "0.3"}, **content}, separators=(",", ":"), ensure_ascii=False
    )
    return text.replace("\\n", "\n").encode() + b"\n"


def error_reply(request: Request, *messages: str, status: int = 200) -> Reply:
    """Answer with <ERROR>, or in JSON if that was asked for."""
    tool = request.tool
    if request.params.get("retmode") == "json" and tool != "efetch":
        return Reply(json_of(tool, {f"{tool}result": {"ERROR": "; ".join(messages)}}), JSON, status)
    root, name = {
        "esearch": ("eSearchResult", "esearch 20060628"),
        "epost": ("ePostResult", "epost 20090526"),
        "esummary": ("eSummaryResult", "esummary v1 20041029"),
        "elink": ("eLinkResult", "elink 20101123"),
        "einfo": ("eInfoResult", "einfo 20190110"),
    }.get(tool, ("eFetchResult", "efetch 20131226"))
    inner = "".join(f"\t<ERROR>{escape(message)}</ERROR>\n" for message in messages)
    body = f'<?xml version="1.0" encoding="UTF-8" ?>\n{doctype(root, name)}<{root}>\n{inner}</{root}>\n'
    return Reply(body.encode(), status=status)


def search_xml(
    count: int, at: int, ids: Ids, kept: tuple[str, int], said: Answer, messages: list[str], *, only_count: bool
) -> Reply:
    """Write the XML of esearch."""
    head = f'<?xml version="1.0" encoding="UTF-8" ?>\n{doctype("eSearchResult", "esearch 20060628")}<eSearchResult>'
    if only_count:
        return Reply(f"{head}\n\t<Count>{count}</Count>\n</eSearchResult>\n".encode())

    def listed(tag: str, texts: Sequence[str]) -> str:
        return "".join(f"<{tag}>{escape(text)}</{tag}>" for text in texts)

    history = f"<QueryKey>{kept[1]}</QueryKey><WebEnv>{kept[0]}</WebEnv>" if kept[0] else ""
    errors = listed("PhraseNotFound", said.phrases_not_found) + listed("FieldNotFound", said.fields_not_found)
    warnings = (
        listed("PhraseIgnored", said.phrases_ignored)
        + listed("QuotedPhraseNotFound", said.quoted_not_found)
        + listed("OutputMessage", messages)
    )
    translations = "".join(
        f"<Translation>     <From>{escape(source)}</From>     <To>{escape(target)}</To>    </Translation>"
        for source, target in said.translations
    )
    body = (
        f"{head}<Count>{count}</Count><RetMax>{len(ids)}</RetMax><RetStart>{at}</RetStart>{history}"
        + ("<IdList>\n" + "".join(f"<Id>{pmid}</Id>\n" for pmid in ids) + "</IdList>" if len(ids) else "<IdList/>")
        + (f"<TranslationSet>{translations}</TranslationSet>" if translations else "<TranslationSet/>")
        + f"<QueryTranslation>{escape(said.translation)}</QueryTranslation>"
        + (f"<ErrorList>{errors}</ErrorList>" if errors else "")
        + (f"<WarningList>{warnings}</WarningList>" if warnings else "")
        + "</eSearchResult>\n"
    )
    return Reply(body.encode())


def search_json(
    count: int, at: int, ids: Ids, kept: tuple[str, int], said: Answer, messages: list[str], *, only_count: bool
) -> Reply:
    """Write the JSON of esearch."""
    result: dict[str, Any] = {"count": str(count)}
    if not only_count:
        result |= {"retmax": str(len(ids)), "retstart": str(at)}
        if kept[0]:
            result |= {"querykey": str(kept[1]), "webenv": kept[0]}
        result["idlist"] = [str(pmid) for pmid in ids]
        result["translationset"] = [{"from": source, "to": target} for source, target in said.translations]
        result["querytranslation"] = said.translation
        if said.phrases_not_found or said.fields_not_found:
            result["errorlist"] = {
                "phrasesnotfound": said.phrases_not_found,
                "fieldsnotfound": said.fields_not_found,
            }
        if said.phrases_ignored or said.quoted_not_found or messages:
            result["warninglist"] = {
                "phrasesignored": said.phrases_ignored,
                "quotedphrasesnotfound": said.quoted_not_found,
                "outputmessages": messages,
            }
    return Reply(json_of("esearch", {"esearchresult": result}), JSON)
