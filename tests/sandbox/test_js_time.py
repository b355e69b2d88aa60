from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]

AT = "2023-07-05T08:04:09.120345678Z"


@pytest.fixture
def of(value: Run) -> Callable[[str, str], Any]:
    """Evaluate an expression of `t`, a time of the context."""

    def evaluate(text: str, expression: str) -> Any:
        context = {"user": {"creationDate": text}}
        return value(f"((t) => {expression})(ctx.v1.getUser().creationDate)", context)

    return evaluate


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (AT, "2023-07-05 08:04:09.120345678 +0000 UTC"),
        ("2023-07-05T08:04:09.500Z", "2023-07-05 08:04:09.5 +0000 UTC"),
        ("2023-07-05T08:04:09Z", "2023-07-05 08:04:09 +0000 UTC"),
        ("2023-07-05T08:04:09+00:00", "2023-07-05 08:04:09 +0000 UTC"),
        ("2023-07-05T08:04:09+02:00", "2023-07-05 08:04:09 +0200 +0200"),
        ("2023-07-05T08:04:09-03:30", "2023-07-05 08:04:09 -0330 -0330"),
        ("", "0001-01-01 00:00:00 +0000 UTC"),
    ],
)
def test_text_is_that_of_go(of: Callable[[str, str], Any], text: str, expected: str) -> None:
    assert of(text, "[`${t}`, '' + t, t.toString(), t.string()]") == [expected] * 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (AT, AT),
        ("2023-07-05T08:04:09.500Z", "2023-07-05T08:04:09.5Z"),
        ("2023-07-05t08:04:09z", "2023-07-05T08:04:09Z"),
        ("2023-07-05T08:04:09+00:00", "2023-07-05T08:04:09Z"),
        ("2023-07-05T08:04:09-03:30", "2023-07-05T08:04:09-03:30"),
        ("", "0001-01-01T00:00:00Z"),
    ],
)
def test_json_is_rfc3339_with_nanoseconds(
    of: Callable[[str, str], Any], text: str, expected: str
) -> None:
    assert of(text, "[t, JSON.stringify(t)]") == [expected, f'"{expected}"']


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        ("2006-01-02", "2023-07-05"),
        ("02.01.2006 15:04", "05.07.2023 08:04"),
        ("2006-01-02T15:04:05Z07:00", "2023-07-05T08:04:09Z"),
        ("2006-01-02T15:04:05.999999999Z07:00", AT),
        ("Mon, 02 Jan 2006 15:04:05 MST", "Wed, 05 Jul 2023 08:04:09 UTC"),
        ("Monday, 02-Jan-06 15:04:05 MST", "Wednesday, 05-Jul-23 08:04:09 UTC"),
        ("Mon Jan _2 15:04:05 2006", "Wed Jul  5 08:04:09 2023"),
        ("Mon Jan 02 15:04:05 -0700 2006", "Wed Jul 05 08:04:09 +0000 2023"),
        ("3:04PM", "8:04AM"),
        ("03:04 pm", "08:04 am"),
        ("January 2, 2006", "July 5, 2023"),
        ("1/2/06", "7/5/23"),
        ("15h4m5s", "08h4m9s"),
        ("002 __2", "186 186"),
        (".000 .000000 .000000000", ".120 .120345 .120345678"),
        ("05,000", "09,120"),
        (".99 .999999", ".12 .120345"),
        ("Stamp", "Stamp"),
        ("", ""),
        ("2006_01_02", "2023_07_05"),
        ("report_2006", "report_2023"),
        ("Month: 01", "Month: 07"),
    ],
)
def test_format_follows_a_go_layout(
    of: Callable[[str, str], Any], layout: str, expected: str
) -> None:
    assert of(AT, f"t.format('{layout}')") == expected


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        ("-0700", "-0330"),
        ("-07:00", "-03:30"),
        ("-07", "-03"),
        ("Z0700", "-0330"),
        ("Z07:00", "-03:30"),
        ("-070000", "-033000"),
        ("-07:00:00", "-03:30:00"),
        ("MST", "-0330"),
    ],
)
def test_zone_is_formatted(of: Callable[[str, str], Any], layout: str, expected: str) -> None:
    assert of("2023-07-05T08:04:09-03:30", f"t.format('{layout}')") == expected


@pytest.mark.parametrize(
    ("text", "hour", "expected"),
    [("T00", 0, "12:00AM"), ("T12", 12, "12:00PM"), ("T23", 23, "11:00PM")],
)
def test_twelve_hour_clock_has_no_zero(
    of: Callable[[str, str], Any], text: str, hour: int, expected: str
) -> None:
    assert of(f"2023-07-05{text}:00:00Z", "[t.hour(), t.format('3:04PM')]") == [hour, expected]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("t.unix()", 1688544249),
        ("t.unixMilli()", 1688544249120),
        ("t.unixMicro()", 1688544249120345),
        ("t.unixNano() > 1688544249120345000", True),
        ("[t.year(), t.day(), t.hour(), t.minute(), t.second()]", [2023, 5, 8, 4, 9]),
        ("t.nanosecond()", 120345678),
        ("t.yearDay()", 186),
        ("t.isZero()", False),
        ("[t.month() == 7, t.month() + 1, `${t.month()}`]", [True, 8, "July"]),
        (
            "['' + t.weekday(), `${t.weekday()}`, t.weekday().string()]",
            ["3", "Wednesday", "Wednesday"],
        ),
        ("typeof t", "object"),
        ("t instanceof Date", False),
        ("new Date(t.unixMilli()).toISOString()", "2023-07-05T08:04:09.120Z"),
        ("new Date(t).toISOString()", "2023-07-05T08:04:09.120Z"),
    ],
)
def test_time_is_read(of: Callable[[str, str], Any], expression: str, expected: Any) -> None:
    assert of(AT, expression) == expected


@pytest.mark.parametrize("expression", ["t.month()", "t.weekday()"])
def test_named_number_is_a_number_in_a_claim(
    of: Callable[[str, str], Any], expression: str
) -> None:
    assert of("2023-03-01T00:00:00Z", expression) == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-07-05T08:04:09+02:00", "2023-07-05T06:04:09.000Z"),
        ("2023-07-05T08:04:09-03:30", "2023-07-05T11:34:09.000Z"),
        ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500Z"),
    ],
)
def test_offset_does_not_move_the_moment(
    of: Callable[[str, str], Any], text: str, expected: str
) -> None:
    dates = "[new Date(t.unixMilli()).toISOString(), new Date(t).toISOString()]"
    assert of(text, dates) == [expected] * 2


def test_missing_time_is_zero(value: Run) -> None:
    times = "[u.creationDate.isZero(), u.changeDate.isZero(), u.creationDate.unix()]"
    assert value(f"((u) => {times})(ctx.v1.getUser())") == [True, True, -62135596800]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("2023-07-05T08:00:00Z", [False, False, True, 0]),
        ("2023-07-05T10:00:00+02:00", [False, False, True, 0]),
        ("2023-07-05T08:00:00.000000001Z", [True, False, False, -1]),
        ("2023-07-05T07:59:59Z", [False, True, False, 1]),
    ],
)
def test_times_are_compared(value: Run, other: str, expected: list[Any]) -> None:
    context = {"user": {"creationDate": "2023-07-05T08:00:00Z", "changeDate": other}}
    compared = "[a.before(b), a.after(b), a.equal(b), a.compare(b)]"
    user = "ctx.v1.getUser().creationDate, ctx.v1.getUser().changeDate"
    assert value(f"((a, b) => {compared})({user})", context) == expected


@pytest.mark.parametrize(
    "text",
    ["2023-02-29T00:00:00Z", "2023-13-01T00:00:00Z", "2023-01-01", "2023-01-01T24:00:00Z", "x"],
)
def test_date_that_does_not_exist_is_a_bad_request(run: Run, text: str) -> None:
    outcome = run("const f = (ctx) => { ctx.v1.getUser() }", context={"user": {"changeDate": text}})
    assert outcome.error["kind"] == "bad_request"
    assert outcome.error["message"] == (
        f'user.changeDate: an RFC 3339 date expected, got string "{text}"'
    )
