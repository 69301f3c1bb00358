"""The measures of jak.toml: as many, with the models and numbers, as jakpool has for them."""

from pathlib import Path
from typing import Any

import pytest

from jak.measuring import AS_GIVEN, MEANS, MEASURES, RATES, TWO_ARM
from jak.pool_source import effects_of
from jak.pool_table import NEEDED
from jak.settings import AnalysisSpec, parse_settings
from jakdb.errors import SettingsError
from jakpool import measures
from jakpool.choices import MODELS, models_for

NUMBERS = {"events": [3], "n": [20], "time": [50.0], "mean": [4.0], "sd": [1.5]}
NUMBERS |= {f"{name}_c": values for name, values in NUMBERS.items()}


def settings_of(**analysis: Any) -> AnalysisSpec:
    """Return an analysis as jak.toml gives it."""
    table = {"analysis": {"a": {"outcome": "relief", **analysis}}}
    return parse_settings(table, folder=Path()).analysis("a")


def test_every_measure_of_jakpool_has_its_place() -> None:
    assert {*MEASURES, *AS_GIVEN} == set(measures.MEASURES)
    assert {m for m in MEASURES if measures.MEASURES[m].family in ("rate", "two_rates")} == set(RATES)
    assert {m for m in MEASURES if measures.MEASURES[m].family in ("mean", "two_means")} == set(MEANS)
    assert {m for m in MEASURES if measures.MEASURES[m].family.startswith("two_")} == set(TWO_ARM)


@pytest.mark.parametrize("measure", MEASURES)
def test_the_models_are_those_of_jakpool(measure: str) -> None:
    numbers = {name: NUMBERS[name] for name in NEEDED[measure]}
    effects = effects_of(measure, numbers, labels=["A"], studies=["A"])
    assert models_for(effects) == MEASURES[measure]
    assert set(MEASURES[measure]) <= set(MODELS)


@pytest.mark.parametrize("measure", MEASURES)
def test_jak_toml_takes_the_measure_with_its_default_model(measure: str) -> None:
    spec = settings_of(measure=measure.lower(), control=["placebo"] if measure in TWO_ARM else [])
    assert (spec.measure, spec.model) == (measure, MEASURES[measure][0])
    needed = {"count": "n", "rate": "time", "mean": "sd"}[spec.kind]
    assert needed in NEEDED[measure]


@pytest.mark.parametrize(
    ("given", "said", "way_out"),
    [
        ({"measure": "RX"}, "analysis.a.measure is 'RX'", "PLO, PAS"),
        ({"measure": "HR"}, "have no place in the extraction", "--from FILE"),
        ({"measure": "MD"}, "analysis.a.control is missing", "name the control group"),
        ({"measure": "MN", "model": "glmm"}, "glmm cannot pool MN", "random, common"),
        ({"measure": "RR", "model": "peto", "control": "placebo"}, "peto cannot pool RR", "random, common, mh"),
        ({"measure": "OR", "glmm": "UM.XX", "control": "placebo"}, "analysis.a.glmm is 'UM.XX'", "UM.FS, CM.EL"),
        (
            {"measure": "OR", "glmm": "CM.EL", "control": "placebo"},
            "OR pooled by random has no mixed",
            'model = "glmm"',
        ),
        ({"glmm": "CM.EL"}, "PLO pooled by glmm has no mixed model of two arms", "leave glmm out"),
        ({"tau2_groups": "separate"}, "analysis.a.tau2_groups: there are no subgroups", 'by = "group"'),
        ({"pi": "wide"}, "analysis.a.pi is 'wide'", "z, t, hts, hk, none"),
        ({"tau2_groups": "own"}, "analysis.a.tau2_groups is 'own'", "common, separate"),
    ],
)
def test_what_cannot_be_is_one_sentence_with_a_way_out(given: dict[str, Any], said: str, way_out: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_of(**given)
    assert said in str(caught.value)
    assert way_out in caught.value.hint


def test_the_page_lists_every_measure_with_its_models() -> None:
    page = (Path(__file__).parents[2] / "docs" / "review.md").read_text(encoding="utf-8")
    table = page.partition("#### What a measure needs")[2].partition("### [store]")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line[:1] == "|"][2:]
    listed = {word: tuple(row[3].split(", ")) for row in rows for word in row[0].split(", ")}
    assert listed == dict(MEASURES)
