"""The dashboard and the alert rules name metrics that there are, with labels and error types that they have."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from unyo.uom.actions import ACTIONS
from unyo.uom.envelopes import ERRORS, Failure
from unyo.watching.measures import MEASURES, Kind, Measure

CONTRIB = Path(__file__).parent.parent.parent / "contrib"
DASHBOARD = json.loads((CONTRIB / "grafana" / "unyo.json").read_text(encoding="utf-8"))
ALERTS = yaml.safe_load((CONTRIB / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
# What Prometheus adds to whatever it reads.
ADDED = {"job", "instance"}
ERROR_TYPES = {code.error_type for code in ERRORS.values()} | {each.value.error_type for each in Failure} | {"OK"}
_METRIC = re.compile(r"\b((?:unyo|process)_[a-z_]+)(?:\{([^}]*)\})?")
_SUFFIXES = {Kind.HISTOGRAM: ("_bucket", "_sum", "_count")}


def _found(tree: Any, name: str) -> Iterator[str]:
    """Every value of that name, however deep."""
    if isinstance(tree, dict):
        yield from (str(value) for key, value in tree.items() if key == name)
    for each in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _found(each, name)


EXPRESSIONS = [*_found(DASHBOARD, "expr"), *_found(DASHBOARD, "definition"), *(rule["expr"] for rule in RULES)]
EXPORTED: dict[str, Measure] = {
    f"{measure.name}{suffix}": measure for measure in MEASURES for suffix in _SUFFIXES.get(measure.kind, ("",))
}


def test_there_is_something_to_check() -> None:
    assert len(EXPRESSIONS) > 40
    assert all(_METRIC.search(expression) or expression.startswith("up{") for expression in EXPRESSIONS)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_metric_that_is_named_is_exported_with_the_labels_that_are_used(expression: str) -> None:
    labels: set[str] = set()
    for name, selected in _METRIC.findall(expression):
        assert name in EXPORTED
        labels |= set(EXPORTED[name].labels) | ({"le"} if name.endswith("_bucket") else set())
        chosen = re.findall(r'(\w+)\s*[!=]~?\s*"([^"]*)"', selected)
        assert {label for label, _ in chosen} <= {*EXPORTED[name].labels, *ADDED}
        for label, value in chosen:
            assert label != "error_type" or value in ERROR_TYPES
            assert label != "action" or value in {*ACTIONS, "unknown"}
    for grouped in re.findall(r"\bby \(([^)]*)\)", expression):
        assert {each.strip() for each in grouped.split(",")} <= labels | ADDED


def test_every_metric_of_ours_is_on_the_dashboard() -> None:
    shown = {EXPORTED[name] for expression in _found(DASHBOARD, "expr") for name, _ in _METRIC.findall(expression)}
    assert {measure.name for measure in MEASURES if measure not in shown} == {"process_virtual_memory_bytes"}


def test_every_panel_says_what_it_shows_and_none_lies_on_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        assert panel["type"] == "row" or panel["description"]
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_alert_says_what_it_means_and_what_to_do(rule: dict[str, Any]) -> None:
    assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    assert rule["annotations"]["summary"].endswith(".")
    assert len(rule["annotations"]["description"]) > 80
