"""Dates: fourteen digits in Japan's time on the wire, moments in UTC inside (section 1)."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unyo.tickets.dates import JAPAN, format_date, parse_date, whole_second
from unyo.tickets.fields import Date

MODEST = settings(max_examples=300, deadline=None, derandomize=True)
IN_JAPAN = st.datetimes(datetime(1900, 1, 1), datetime(9999, 12, 31, 23, 59, 59))  # noqa: DTZ001 - the wire has no zone


@pytest.mark.parametrize(
    ("digits", "moment"),
    [
        ("20220630132605", datetime(2022, 6, 30, 4, 26, 5, tzinfo=UTC)),
        ("20220101000000", datetime(2021, 12, 31, 15, tzinfo=UTC)),
        ("20220101085959", datetime(2021, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("20220101090000", datetime(2022, 1, 1, tzinfo=UTC)),
        ("20240229235959", datetime(2024, 2, 29, 14, 59, 59, tzinfo=UTC)),
        ("20000229000000", datetime(2000, 2, 28, 15, tzinfo=UTC)),
        # Japan had summer time then; the wire is +09:00 all the same.
        ("19490701120000", datetime(1949, 7, 1, 3, tzinfo=UTC)),
        ("19000101000000", datetime(1899, 12, 31, 15, tzinfo=UTC)),
        ("99991231235959", datetime(9999, 12, 31, 14, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_date_is_read_and_written_in_japans_time(digits: str, moment: datetime) -> None:
    assert parse_date(digits) == moment
    assert parse_date(digits).tzinfo is UTC
    assert format_date(moment) == digits
    assert not Date().is_wrong(digits)


@pytest.mark.parametrize(
    "digits",
    [
        pytest.param("", id="nothing"),
        pytest.param("2022063013260", id="thirteen digits"),
        pytest.param("202206301326050", id="fifteen digits"),
        pytest.param("20230229000000", id="29 February of a year that has none"),
        pytest.param("19000229000000", id="29 February 1900"),
        pytest.param("20220431000000", id="31 April"),
        pytest.param("20220001000000", id="month 0"),
        pytest.param("20221301000000", id="month 13"),
        pytest.param("20220100000000", id="day 0"),
        pytest.param("20220132000000", id="day 32"),
        pytest.param("20220101240000", id="24 o'clock"),
        pytest.param("20221231240000", id="24 o'clock at the end of a year"),
        pytest.param("20220101250000", id="25 o'clock"),
        pytest.param("20220101006000", id="minute 60"),
        pytest.param("20220101000060", id="second 60"),
        pytest.param("20161231235960", id="leap second"),
        pytest.param("18991231235959", id="1899"),
        pytest.param("00000101000000", id="year 0"),
        pytest.param("00010101000000", id="year 1"),
        pytest.param("２０２２０６３０１３２６０５", id="full-width digits"),
        pytest.param("2022063013260５", id="one full-width digit"),
        pytest.param("2022063013260²", id="superscript"),
        pytest.param("٢٠٢٢٠٦٣٠١٣٢٦٠٥", id="Arabic-Indic digits"),
        pytest.param("20220630T13260", id="a letter"),
        pytest.param("20220630 13260", id="a blank"),
        pytest.param(" 2022063013260", id="a blank in front"),
        pytest.param("2022063013260\n", id="a line feed"),
        pytest.param("-2022063013260", id="a sign"),
        pytest.param("2022-06-301326", id="hyphens"),
        pytest.param("202206301326+9", id="a zone"),
        pytest.param("2022W011132605", id="a week"),
        pytest.param("2022063013.605", id="a fraction"),
        pytest.param("2022063013260\0", id="NUL"),
        pytest.param("2022063013260\ud800", id="a surrogate"),
    ],
)
def test_what_is_no_real_date_is_refused(digits: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_date(digits)
    assert Date().is_wrong(digits)


@given(IN_JAPAN)
@MODEST
def test_every_second_of_the_years_1900_to_9999_comes_back(local: datetime) -> None:
    digits = local.strftime("%Y%m%d%H%M%S")
    assert format_date(parse_date(digits)) == digits
    assert parse_date(digits) == local.replace(microsecond=0, tzinfo=JAPAN)


@given(IN_JAPAN, st.integers(-23, 23))
@MODEST
def test_a_moment_is_written_the_same_in_whatever_zone_it_is_given(local: datetime, hours: int) -> None:
    moment = local.replace(year=2022, day=15, tzinfo=JAPAN)
    assert format_date(moment.astimezone(timezone(timedelta(hours=hours)))) == moment.strftime("%Y%m%d%H%M%S")


@given(st.text(st.sampled_from("0123456789"), min_size=14, max_size=14))
@MODEST
def test_fourteen_digits_are_a_date_that_is_written_as_it_came_or_none(digits: str) -> None:
    try:
        moment = parse_date(digits)
    except ValueError:
        return
    assert format_date(moment) == digits
    assert digits >= "19000101000000"


def test_a_date_that_was_never_set_is_written_empty() -> None:
    assert format_date(None) == ""
    assert Date().format(None) == ""
    assert Date().parse("") is None


@given(st.datetimes(datetime(1900, 1, 2), timezones=st.just(JAPAN)))  # noqa: DTZ001 - as above
@MODEST
def test_whole_seconds_are_cut_and_not_rounded(moment: datetime) -> None:
    cut = whole_second(moment)
    assert timedelta(0) <= moment - cut < timedelta(seconds=1)
    assert (cut.microsecond, cut.tzinfo) == (0, UTC)
    assert format_date(cut) == format_date(moment)
