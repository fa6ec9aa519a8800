"""The page about the figures of `/metrics`."""

from unyo.watching.measures import BUILD, COUNTED, LOOKED_AT, PROCESSES, Measure, Sum

from .markdown import code, page, table

_INTRODUCTION = """\
What `/metrics` shows, in Prometheus' text format, of all worker processes together;
[operations.md](../operations.md) says where it can be read. A histogram `x` is exported as `x_bucket`, `x_sum` and
`x_count`. Workers' figures are added, those of gauges too, but for the gauges that say *least*."""


def metrics() -> str:
    """Every metric, by what it tells of."""
    return page(
        "Metrics",
        _INTRODUCTION,
        "## Counted as it happens",
        _table(COUNTED),
        "## As it is at the moment",
        _table((*LOOKED_AT, BUILD)),
        "## Of the processes",
        _table(PROCESSES),
    )


def _table(measures: tuple[Measure, ...]) -> str:
    return table(
        ["metric", "kind", "labels", "workers", "buckets, up to", "meaning"], (_row(each) for each in measures)
    )


def _row(measure: Measure) -> list[str]:
    return [
        code(measure.name),
        measure.kind,
        " ".join(code(label) for label in measure.labels),
        "least" if measure.sum is Sum.SMALLEST else "",
        " ".join(f"{bound:g}" for bound in measure.buckets),
        measure.meaning,
    ]
