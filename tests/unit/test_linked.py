"""What leads somewhere in a text that people wrote."""

import html
import re

import pytest
from markupsafe import Markup

from unyo.portal.words.linked import linked


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("https://example.jp/を参照", ["https://example.jp/"]),
        ("手順(https://example.jp/a_(b))。", ["https://example.jp/a_(b)"]),
        ("See http://example.jp:8080/?q=1&r=%E3%81%82#top.", ["http://example.jp:8080/?q=1&r=%E3%81%82#top"]),
        ('<https://example.jp/>、"https://example.jp/b"', ["https://example.jp/", "https://example.jp/b"]),
        ("UTM123456の再発。utm1、UTM0、XUTM1、UTM1x、UTM1234567890123", ["/tickets/UTM123456"]),
        ("https://example.jp/UTM123456", ["https://example.jp/UTM123456"]),
        ("javascript:alert(1) //example.jp www.example.jp https:// http://.", []),
    ],
)
def test_web_addresses_and_tickets_lead_where_they_say(text: str, leads: list[str]) -> None:
    found = linked(text)
    assert [each.replace("&amp;", "&") for each in re.findall('href="([^"]*)"', found)] == leads
    assert _text_of(found) == text


@pytest.mark.parametrize(
    "text", ["<b>&amp;\"'", "https://a/'onclick='b", 'https://a/"onclick="b', "https://a/<script>b"]
)
def test_whatever_is_written_stays_text(text: str) -> None:
    found = linked(text)
    assert re.fullmatch(rf"(?:[^<>]|{_LINK})*", found)
    assert _text_of(found) == text


_LINK = '<a href="[^"<>]*" target="_blank" rel="noopener noreferrer">[^<>]*</a>'


def _text_of(markup: Markup) -> str:
    """What a browser shows of it."""
    return html.unescape(re.sub("<[^>]*>", "", markup))
