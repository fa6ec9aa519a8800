"""What was typed into a form goes with the sign-in, and is sent again by who typed it."""

import json

import pytest

from support.desks import INCIDENT
from unyo.portal.resume import Kept, service_of, unpack
from unyo.tickets.directory import Directory, Member, Role, Service

EDIT = f"/tickets/{INCIDENT}/edit"
FIELDS = (("Title", "題\n名"), ("typed_by", "SA1234567"), ("typed_in", "uom12345678"), ("clash", "a"), ("clash", "b"))


def test_what_is_packed_is_unpacked() -> None:
    assert unpack(Kept(EDIT, FIELDS).pack()) == Kept(EDIT, FIELDS)


@pytest.mark.parametrize(
    "path", ["//elsewhere.example/", "https://elsewhere.example/", "/\\elsewhere.example", "tickets", "/\n", 1, None]
)
def test_a_form_is_sent_to_a_page_of_the_portal_only(path: object) -> None:
    assert unpack(json.dumps([path, []])) is None


@pytest.mark.parametrize(
    "text", ["", "x", "[]", "{}", "1", '["/"]', '["/", 1]', '["/", [["a"]]]', '["/", [["a", 1]]]', "[" * 100_000, None]
)
def test_what_is_no_form_is_none(text: object) -> None:
    assert unpack(text) is None


def test_only_who_typed_it_goes_on_and_where_it_was_typed() -> None:
    members = {name: Member(name, Role.UPDATER) for name in ("SA1234567", "SA7654321")}
    directory = Directory(1, {"uom12345678": Service("uom12345678", members, ())}, {})
    found = Kept(EDIT, FIELDS)
    assert service_of(found, directory, "SA1234567") == "uom12345678"
    assert service_of(found, directory, "SA7654321") == ""
    assert service_of(Kept(EDIT, FIELDS[:2]), directory, "SA1234567") == ""
    assert service_of(found, Directory(1, {}, {}), "SA1234567") == ""
