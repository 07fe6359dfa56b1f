"""A plugin's settings as fields: by their types, read as they were shown, each fault beside the field it is about."""

from datetime import date
from typing import Any

import pytest
from attrs import evolve

from erp_bridge_cmic.profile import PROFILE as CMIC
from erp_bridge_core.configuration.secrets import SecretStore
from erp_bridge_core.connections.settings import read_settings
from erp_bridge_core.contract.errors import BadSettings
from erp_bridge_core.contract.profile import ErpProfile
from erp_bridge_core.web.forms import Form
from erp_bridge_core.web.views.connection_fields import SettingFields, nested, setting_fields
from erp_bridge_sage300.profile import PROFILE as SAGE
from erp_bridge_spectrum.profile import PROFILE as SPECTRUM

NEEDED: dict[str, dict[str, str]] = {
    "cmic": {
        "setting-base_url": "https://erp.test/cmicprod", "setting-company": "001", "setting-user": "bridge",
        "setting-password": "env:P",
    },
    "sage300": {"setting-company": "Books"},
    "spectrum": {
        "setting-url": "https://books.test:8482", "setting-company": "ABC", "setting-authorization_id": "env:P",
    },
}  # fmt: skip
each_profile = pytest.mark.parametrize("profile", [CMIC, SAGE, SPECTRUM], ids=lambda each: each.name)


def changed(profile: ErpProfile, typed: dict[str, str], settings: dict[str, Any]) -> dict[str, Any]:
    """What a form with that in it changes of some settings, all else as it was shown."""
    fields = setting_fields(profile)
    filled = Form(fields.fields(settings or None)).read({**fields.typed(settings), **typed})
    assert filled.is_good, filled.faults
    return fields.changes(filled.values, settings)


def read(profile: ErpProfile, settings: dict[str, Any], tmp_path: Any) -> Any:
    """The settings as the adapter is given them."""
    secrets = SecretStore(directory=tmp_path, environ={"P": "secret"})
    return read_settings(profile.settings_class, settings, connection="books", secrets=secrets)


@each_profile
def test_what_is_shown_is_what_holds(profile: ErpProfile, tmp_path: Any) -> None:
    """A form with what is needed alone sets just that, and every default is shown as it is read again."""
    settings = nested(changed(profile, NEEDED[profile.name], {}))

    assert sorted(NEEDED[profile.name]) == sorted(f"setting-{name}" for name in settings)
    assert read(profile, settings, tmp_path)
    assert {} == changed(profile, {}, settings)


@each_profile
def test_every_setting_has_its_place_and_its_words(profile: ErpProfile) -> None:
    """Each stands in one group, with what it means."""
    fields = setting_fields(profile)
    grouped = [name for group in fields.groups(profile) for name in group.names]

    assert sorted(each.field.name for each in fields.all) == sorted(grouped)
    assert [] == [each.path for each in fields.all if not each.field.hint]


def test_what_differs_is_set_by_its_type(tmp_path: Any) -> None:
    """Choices, lists, tables, days, switches; blank takes what is set away where there is no blank value."""
    typed = {
        **NEEDED["cmic"], "setting-live": "yes", "setting-use_batch": "cmdetail\njcjobcategory\n",
        "setting-closed_through": "2026-01-31", "setting-batch_size": "250", "setting-names-unit": "Unit",
        "setting-status_codes": 'approved = {code = "OK", approved = true}\npending = {code = "P", approved = false}',
        "setting-type_external": "X", "setting-assign_phases": "no",
    }  # fmt: skip
    settings = nested(changed(CMIC, typed, {}))
    found = read(CMIC, settings, tmp_path)

    assert (True, ("cmdetail", "jcjobcategory"), date(2026, 1, 31)) == (
        found.live,
        found.use_batch,
        found.closed_through,
    )
    assert (250, "Unit", "OK", "X") == (
        found.batch_size, found.names.unit, found.status_codes["approved"].code, found.type_external,
    )  # fmt: skip
    assert found.assign_phases is False
    assert {"closed_through": None, "live": None} == changed(
        CMIC, {"setting-closed_through": "", "setting-live": ""}, settings
    )


def test_a_secret_is_never_shown_and_kept_where_nothing_is_typed() -> None:
    """Neither it nor its reference."""
    settings = nested(changed(CMIC, NEEDED["cmic"], {}))

    assert "env:P" not in repr(setting_fields(CMIC).typed(settings))
    assert {"password": "env:Q"} == changed(CMIC, {"setting-password": "env:Q"}, settings)
    assert {} == changed(CMIC, {"setting-password": ""}, settings)


def beside(fields: SettingFields, settings: dict[str, Any], tmp_path: Any) -> dict[str, str]:
    """The faults of some settings by the place where a form shows them."""
    with pytest.raises(BadSettings) as raised:
        read(CMIC, settings, tmp_path)
    return {fault.where: fault.message for fault in fields.beside(raised.value, "books").faults}


def test_a_fault_stands_beside_its_field(tmp_path: Any) -> None:
    """Those of a value, of a table's, and each of those that the class tells in one message."""
    fields = setting_fields(CMIC)
    good = nested(changed(CMIC, NEEDED["cmic"], {}))

    of_values = beside(fields, {**good, "batch_size": "x", "status_codes": {"approved": {"code": 1}}}, tmp_path)
    assert {"setting-batch_size", "setting-status_codes"} == set(of_values)
    of_class = beside(fields, {**good, "base_url": "ftp://x", "batch_size": 0, "user": ""}, tmp_path)
    assert {"setting-base_url", "setting-batch_size", "setting-authentication"} == set(of_class)
    assert of_class["setting-batch_size"] == "must be from 1 to 1000"
    unknown = beside(fields, {**good, "nope": 1}, tmp_path)
    assert ["settings"] == list(unknown)


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("setting-batch_size", "many", "is no whole number"),
        ("setting-closed_through", "soon", "is no day"),
        ("setting-status_codes", "approved =", "can't be read"),
        ("setting-live", "perhaps", "is none of the choices"),
    ],
)
def test_what_can_be_no_such_value_is_told(name: str, text: str, fault: str) -> None:
    """Before any service is asked."""
    fields = setting_fields(CMIC)
    filled = Form(fields.fields()).read({**fields.typed({}), **NEEDED["cmic"], name: text})

    assert [name] == list(filled.faults)
    assert filled.faults[name][0].message.startswith(fault)


def test_a_plugin_without_notes_has_a_form_as_well() -> None:
    """Its settings stand in one group, by their names."""
    bare = evolve(SPECTRUM, setting_notes={}, setting_groups={})

    (group,) = setting_fields(bare).groups(bare)
    assert "" == group.title
    assert len(group.names) == len(setting_fields(SPECTRUM).all)
