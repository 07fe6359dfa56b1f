"""Forms: only declared fields, every fault beside its field, what was typed kept."""

import pytest

from erp_bridge_core.contract.errors import BadInput, Fault
from erp_bridge_core.web.forms import Field, Form, as_typed

NAME = Field(name="name", label="Name", longest=10)
COUNT = Field(name="count", label="Count", read=int, required=False, blank=None)
KIND = Field(name="kind", label="Kind", kind="select", choices=(("a", "A"), ("b", "B")))
SECRET = Field(name="secret", label="Secret", kind="password", read=as_typed)
FORM = Form((NAME, COUNT, KIND, SECRET))
GOOD = {"name": " Ada ", "count": "3", "kind": "b", "secret": " s "}


def test_declared_fields_become_values() -> None:
    """Text without its blanks, but a secret as it is; whatever else was sent is not there."""
    filled = FORM.read({**GOOD, "administrator": "yes", "company_id": "2"})

    assert filled.is_good
    assert {"name": "Ada", "count": 3, "kind": "b", "secret": " s "} == filled.values


def test_all_faults_are_found_at_once_and_what_was_typed_is_kept() -> None:
    """Each beside its field; a secret is never shown again."""
    filled = FORM.read({"name": "x" * 11, "count": "three", "kind": "c", "secret": "hush"})

    assert not filled.is_good
    assert {"name", "count", "kind"} == set(filled.faults)
    assert {"name": "x" * 10, "count": "three", "kind": "c"} == filled.typed
    assert "hush" not in repr(filled)


@pytest.mark.parametrize(
    ("name", "message"), [("name", "is missing"), ("kind", "is missing"), ("secret", "is missing")]
)
def test_what_is_required_is_asked_for(name: str, message: str) -> None:
    """Blanks, nothing at all, and a file where text belongs are missing alike."""
    for nothing in ({name: "  "}, {name: object()}):
        assert message == FORM.read({**GOOD, **nothing}).faults[name][0].message
    assert message == FORM.read({key: value for key, value in GOOD.items() if key != name}).faults[name][0].message


def test_what_is_optional_may_be_blank() -> None:
    """Its value is then what the form says."""
    assert FORM.read({**GOOD, "count": " "}).values["count"] is None


def test_a_services_faults_stand_beside_the_fields_that_they_name() -> None:
    """Parts of a field belong to it; what names no field stands above the form."""
    faults = [Fault("name", "is taken"), Fault("count[2].x", "is odd"), Fault("privilege", "is missing")]
    filled = FORM.read(GOOD).refused(BadInput("That can't be.", remedy="Do else.", faults=faults))

    assert not filled.is_good
    assert {"name": "is taken", "count": "is odd"} == {name: each[0].message for name, each in filled.faults.items()}
    assert ("That can't be.", "Do else.", ["privilege"]) == (
        filled.message, filled.remedy, [fault.where for fault in filled.above],
    )  # fmt: skip
    assert "Ada" in filled.typed["name"]


def test_lines_end_as_ours_do() -> None:
    """Browsers send two characters for each end of a line."""
    text = Form((Field(name="text", label="Text", kind="textarea"),))

    assert "a\nb" == text.read({"text": "a\r\nb"}).values["text"]
