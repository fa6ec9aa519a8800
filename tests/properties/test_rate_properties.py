"""The limit of calls a minute, beside a plain bucket that is filled and emptied in fractions."""

from dataclasses import dataclass, field
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from unyo.api.rate import RateLimit, Standing

SECOND = 1_000_000_000
MANY = settings(max_examples=150, deadline=None, derandomize=True, database=None)
KEYS = st.sampled_from("abc")
# Mostly bursts, then waits about the time of one call, of some, and of whole minutes.
WAITS = st.one_of(
    st.just(0),
    st.integers(0, 20 * SECOND),
    st.integers(0, 6).map(lambda tens: 10 * tens * SECOND),
    st.integers(55 * SECOND, 200 * SECOND),
)
STEPS = st.lists(st.tuples(WAITS, KEYS), max_size=60)


@dataclass
class Bucket:
    """Holds a minute's calls, and fills evenly."""

    a_minute: int
    seen: int
    holds: Fraction = field(init=False)

    def __post_init__(self) -> None:
        self.holds = Fraction(self.a_minute)

    def at(self, now: int) -> Fraction:
        return min(Fraction(self.a_minute), self.holds + Fraction((now - self.seen) * self.a_minute, 60 * SECOND))

    def take(self, now: int) -> bool:
        self.holds, self.seen = self.at(now), now
        if self.holds < 1:
            return False
        self.holds -= 1
        return True

    def seconds_until_a_call(self) -> int:
        return next(s for s in range(62) if self.at(self.seen + s * SECOND) >= 1)


def told(standing: Standing) -> tuple[str, str]:
    return tuple(value.decode() for _, value in standing.headers)  # type: ignore[return-value]  # there are two


def expected(bucket: Bucket) -> tuple[str, str]:
    """What the headers say of a bucket."""
    left = int(bucket.holds)
    wait = "" if left else f";t={bucket.seconds_until_a_call()}"
    return f'"key";q={bucket.a_minute};w=60', f'"key";r={left}{wait}'


@MANY
@given(st.integers(1, 9), STEPS, st.integers(0, 10**18))
def test_it_counts_as_a_plain_bucket_for_each_key_does(a_minute: int, steps: list[tuple[int, str]], now: int) -> None:
    rate = RateLimit(a_minute, lambda: now)
    buckets: dict[str, Bucket] = {}
    last: dict[str, int] = {}
    for wait, key in steps:
        now += wait
        bucket = buckets.setdefault(key, Bucket(a_minute, now))
        is_taken = bucket.take(now)
        standing = rate.count(key)
        assert standing.retry_after == (0 if is_taken else bucket.seconds_until_a_call())
        assert told(standing) == expected(bucket)
        last[key] = now
        assert len(rate) <= sum(now - each <= 180 * SECOND for each in last.values())


@MANY
@given(st.integers(1, 10_000), st.integers(1, 10**18), st.integers(0, 59 * SECOND))
def test_after_the_seconds_that_it_names_a_call_is_taken_and_not_a_second_before(
    a_minute: int, now: int, later: int
) -> None:
    rate = RateLimit(a_minute, lambda: now)
    for _ in range(a_minute):
        assert rate.count("a").retry_after == 0
    now += later % (60 * SECOND // a_minute)
    seconds = rate.count("a").retry_after
    assert 1 <= seconds <= 60
    now += (seconds - 1) * SECOND
    assert rate.count("a").retry_after == 1
    now += SECOND
    assert rate.count("a").retry_after == 0


def test_keys_that_are_full_again_are_forgotten() -> None:
    now = 0
    rate = RateLimit(60, lambda: now)
    for key in range(10_000):
        rate.count(f"key {key}")
    assert len(rate) == 10_000
    for _ in range(2):
        now += 60 * SECOND
        rate.count("another")
    assert len(rate) == 1
