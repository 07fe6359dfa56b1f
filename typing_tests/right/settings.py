"""Settings, and the `erp` object that knows them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeAlias, assert_type

import requests
from attrs import Factory, frozen

from erp_bridge_core.contract import (
    Checked,
    Clock,
    CostCode,
    Erp,
    FileFact,
    Files,
    JobHeader,
    Maps,
    Masters,
    Secret,
    SignInMemory,
    State,
    reading,
)
from erp_bridge_core.contract.errors import SignInFailed


def _no_secret() -> Secret:
    return Secret("")


@frozen(kw_only=True)
class AcmeSettings:
    """The settings of a connection to an ERP named Acme."""

    url: str
    user: str
    password: Secret
    token: Secret = Factory(_no_secret)
    cost_types: Mapping[str, str] = Factory(dict[str, str])


AcmeErp: TypeAlias = Erp[AcmeSettings]


def look_around(erp: AcmeErp) -> Checked:
    """Every attribute of `erp` has the type that the documents say."""
    assert_type(erp.settings, AcmeSettings)
    assert_type(erp.settings.password.reveal(), str)
    assert_type(erp.settings.cost_types, Mapping[str, str])
    assert_type(erp.http, requests.Session)
    assert_type(erp.files, Files)
    assert_type(erp.clock, Clock)
    assert_type(erp.masters, Masters)
    assert_type(erp.maps, Maps)
    assert_type(erp.state, State)
    assert_type(erp.installation, str)
    assert_type(erp.clock.now(), datetime)
    assert_type(erp.clock.today(), date)
    assert_type(erp.files.list("out"), tuple[FileFact, ...])
    assert_type(erp.masters.header, JobHeader)
    assert_type(erp.masters.cost_code("01-100", sub_job="A"), CostCode | None)
    assert_type(erp.maps.get("unit", "HR"), str | None)
    erp.log.info("Looked around %s.", erp.name)
    return Checked(name="log-in", ok=True, message="It works.", facts={"company": erp.company})


def sign_in(erp: AcmeErp) -> Any:
    """Log in once, inside a write or outside, and remember a refusal."""
    memory = SignInMemory(erp.state)
    memory.require()
    with reading():
        reply = erp.http.post(f"{erp.settings.url}/session", auth=(erp.settings.user, erp.settings.password.reveal()))
    if reply.status_code == requests.codes.unauthorized:
        raise memory.refused(SignInFailed("Acme refused the log-in.", remedy="Correct user and password."))
    memory.accepted()
    return reply.json()
