"""What `/metrics` shows, as a test reads it."""

from collections.abc import Mapping

from prometheus_client.parser import text_string_to_metric_families

Labels = frozenset[tuple[str, str]]


class Shown:
    """Every sample of an exposition."""

    def __init__(self, text: bytes | str) -> None:
        decoded = text.decode() if isinstance(text, bytes) else text
        families = list(text_string_to_metric_families(decoded))
        self.kinds: Mapping[str, str] = {
            f"{each.name}_total" if each.type == "counter" else each.name: each.type for each in families
        }
        self.samples: Mapping[tuple[str, Labels], float] = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in families
            for sample in family.samples
        }

    def value(self, name: str, **labels: str) -> float:
        """The value of a sample; 0 where nothing has been counted."""
        return self.samples.get((name, frozenset(labels.items())), 0.0)

    def label_values(self, name: str, label: str) -> set[str]:
        """Every value that a label of a metric has."""
        return {dict(labels)[label] for found, labels in self.samples if found == name}
