"""Every metric as data: from these rows come the figures themselves and their page in the reference."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# From what one update takes on an idle machine up to the longest that a call may wait.
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_CALLS: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)


class Kind(StrEnum):
    """A metric's kind, as Prometheus names it."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Sum(StrEnum):
    """How several workers' gauges make one, as prometheus-client names it; of those that live."""

    ADDED = "livesum"
    SMALLEST = "livemin"


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric: its name as it is exported, what it counts and in which unit, its labels, a histogram's bounds."""

    name: str
    kind: Kind
    meaning: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    sum: Sum = Sum.ADDED


CALLS: Final = Measure(
    "unyo_calls_total",
    Kind.COUNTER,
    "Calls answered. action is unknown where the path names none; error_type is OK for a success.",
    ("action", "error_type"),
)
CALL_SECONDS: Final = Measure(
    "unyo_call_seconds", Kind.HISTOGRAM, "From a call's head to its answer, in seconds.", ("action",), _SECONDS
)
REFUSED_UNREAD: Final = Measure(
    "unyo_refused_unread_total",
    Kind.COUNTER,
    "What was refused before it was a call: no HTTP, a head too long or too slow.",
    ("error_type",),
)
COMMIT_CALLS: Final = Measure("unyo_commit_calls", Kind.HISTOGRAM, "Calls in one commit.", buckets=_CALLS)
COMMIT_SECONDS: Final = Measure(
    "unyo_commit_seconds",
    Kind.HISTOGRAM,
    "Database time of a commit, from BEGIN until COMMIT is acknowledged, in seconds; failed ones are not counted.",
    buckets=_SECONDS,
)
READ_SECONDS: Final = Measure(
    "unyo_read_seconds",
    Kind.HISTOGRAM,
    "Database time of a read, the wait for a connection included, in seconds; failed ones are not counted.",
    buckets=_SECONDS,
)
QUEUE_CALLS: Final = Measure("unyo_queue_calls", Kind.GAUGE, "Calls that wait to be written.")
QUEUE_BYTES: Final = Measure("unyo_queue_bytes", Kind.GAUGE, "Bytes of the bodies of the calls that wait.")
QUEUE_CALLS_LIMIT: Final = Measure(
    "unyo_queue_calls_limit", Kind.GAUGE, "Calls that may wait; more are refused with 429."
)
QUEUE_BYTES_LIMIT: Final = Measure(
    "unyo_queue_bytes_limit", Kind.GAUGE, "Bytes that may wait; more are refused with 429."
)
DIRECTORY_VERSION: Final = Measure(
    "unyo_directory_version",
    Kind.GAUGE,
    "Version of the directory (services, accounts, keys, options) that is in use; of several workers the oldest.",
    sum=Sum.SMALLEST,
)
DISK_FREE: Final = Measure(
    "unyo_disk_free_bytes",
    Kind.GAUGE,
    "Free bytes of the disk that holds the SQLite file; absent with PostgreSQL.",
    sum=Sum.SMALLEST,
)
BUILD: Final = Measure(
    "unyo_build_info",
    Kind.GAUGE,
    "1; its labels tell what is running.",
    ("version", "api_version", "schema_revision", "python"),
)

COUNTED: Final = (CALLS, CALL_SECONDS, REFUSED_UNREAD, COMMIT_CALLS, COMMIT_SECONDS, READ_SECONDS)
LOOKED_AT: Final = (QUEUE_CALLS, QUEUE_BYTES, QUEUE_CALLS_LIMIT, QUEUE_BYTES_LIMIT, DIRECTORY_VERSION, DISK_FREE)

PROCESSES: Final = (
    Measure("process_cpu_seconds_total", Kind.COUNTER, "CPU time of the serving processes, in seconds."),
    Measure("process_resident_memory_bytes", Kind.GAUGE, "Resident memory; what workers share counts for each."),
    Measure("process_virtual_memory_bytes", Kind.GAUGE, "Virtual memory; what workers share counts for each."),
    Measure("process_open_fds", Kind.GAUGE, "Open files and connections."),
    Measure(
        "process_max_fds", Kind.GAUGE, "How many one process may open; of several workers the fewest.", sum=Sum.SMALLEST
    ),
    Measure(
        "process_start_time_seconds", Kind.GAUGE, "When the oldest process started, in Unix time.", sum=Sum.SMALLEST
    ),
)

MEASURES: Final = (*COUNTED, *LOOKED_AT, BUILD, *PROCESSES)
"""All that `/metrics` may hold."""
