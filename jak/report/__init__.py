"""The report of a review: PRISMA 2020 flow, methods sentences, and one HTML file with a source behind every number.

`count_flow` counts the flow from events, `flow_svg` draws it, and `html_report` writes the page from `ReportContents`.
"""

from jak.report.contents import ReportContents
from jak.report.counts import FlowCounts, FlowMismatchError, as_dict, check
from jak.report.flow import count_flow
from jak.report.flow_inputs import FlowInputs
from jak.report.html import MissingSourceError, SourceMismatchError, html_report
from jak.report.methods import methods_paragraphs
from jak.report.prisma import flow_svg, flow_words

__all__ = [
    "FlowCounts",
    "FlowInputs",
    "FlowMismatchError",
    "MissingSourceError",
    "ReportContents",
    "SourceMismatchError",
    "as_dict",
    "check",
    "count_flow",
    "flow_svg",
    "flow_words",
    "html_report",
    "methods_paragraphs",
]
