"""A connection's settings: the plugin's own class, from the configuration and the environment, all faults at once."""

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, TypeVar

import attrs
import tomlkit
from cattrs import Converter
from tomlkit.exceptions import TOMLKitError

from erp_bridge_core.configuration.secrets import HOW, SecretStore
from erp_bridge_core.contract.errors import BadInput, BadSettings, Fault
from erp_bridge_core.contract.secret import Secret
from erp_bridge_core.contract.structuring import make_converter, structure
from erp_bridge_core.wire.redaction import Redactor

Settings = TypeVar("Settings")


def read_settings(
    settings_class: type[Settings],
    values: Mapping[str, Any],
    *,
    connection: str,
    secrets: SecretStore,
    redactor: Redactor | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """An instance of a plugin's settings class, its secrets resolved and known to the redactor.

    `environ` defaults to the secret store's. A variable `ERP_BRIDGE_<NAME>__<SETTING>` overrides a value. Raises
    `BadSettings` with one fault per wrong setting; no secret's value is ever in it.
    """
    merged = override(values, secrets.environ if environ is None else environ, connection, settings_class)
    try:
        with _resolving(secrets):
            settings = structure(settings_class, merged, what="settings", using=_CONVERTER)
    except BadInput as error:
        raise BadSettings(
            f"The settings of connection {connection} are not right.",
            remedy=f"Correct them in erp-bridge.toml below [connections.{connection}.settings].",
            faults=[_below(connection, fault) for fault in error.faults],
        ) from error
    if redactor is not None:
        know_secrets(redactor, settings)
    return settings


def _below(connection: str, fault: Fault) -> Fault:
    place = f"connections.{connection}.settings"
    return attrs.evolve(fault, where=place if fault.where == "." else f"{place}.{fault.where}")


#: Where references lead while settings are read. One converter serves all: it makes a function for each class once.
_SECRETS: ContextVar[SecretStore] = ContextVar("secrets")


@contextmanager
def _resolving(secrets: SecretStore) -> Iterator[None]:
    token = _SECRETS.set(secrets)
    try:
        yield
    finally:
        _SECRETS.reset(token)


def _resolve(reference: Any, _: Any) -> Secret:
    if not isinstance(reference, str):
        raise TypeError(f"a secret must not stand in the configuration itself. {HOW}")
    try:
        return _SECRETS.get().resolve(reference)
    except BadSettings as error:
        raise ValueError(f"{error.message} {error.remedy}") from error


def _converter() -> Converter:
    converter = make_converter()
    converter.register_structure_hook(Secret, _resolve)
    return converter


_CONVERTER: Final = _converter()


def know_secrets(redactor: Redactor, value: Any) -> None:
    """Tell the redactor every secret anywhere in a settings value."""
    if isinstance(value, Secret):
        redactor.add(value)
    elif isinstance(value, Mapping):
        for inner in value.values():
            know_secrets(redactor, inner)
    elif isinstance(value, list | tuple | set | frozenset):
        for inner in value:
            know_secrets(redactor, inner)
    elif attrs.has(type(value)):
        for attribute in attrs.fields(type(value)):
            know_secrets(redactor, getattr(value, attribute.name))


def prefix_of(connection: str) -> str:
    """What the environment's overrides of a connection begin with."""
    return f"ERP_BRIDGE_{connection.upper().replace('-', '_')}__"


def override(
    values: Mapping[str, Any], environ: Mapping[str, str], connection: str, settings_class: type[Any]
) -> dict[str, Any]:
    """The values with the environment's on top; a deeper setting is `ERP_BRIDGE_<NAME>__<SETTING>__<INNER>`."""
    merged: dict[str, Any] = copy.deepcopy(dict(values))
    prefix = prefix_of(connection)
    for name in sorted(environ):
        if name.startswith(prefix):
            path = name.removeprefix(prefix).lower().split("__")
            _place(merged, path, _typed(environ[name], _type_of(settings_class, path)))
    return merged


def _place(values: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        inner = values.get(part)
        values[part] = values = inner if isinstance(inner, dict) else {}
    values[path[-1]] = value


def _type_of(settings_class: Any, path: list[str]) -> Any:
    for part in path:
        if not attrs.has(settings_class):
            return None
        attrs.resolve_types(settings_class)
        settings_class = next((field.type for field in attrs.fields(settings_class) if field.name == part), None)
    return settings_class


def _typed(text: str, kind: Any) -> Any:
    """Text stays text where the setting is text or a secret; else it is read as a TOML value (`true`, `5`, `["a"]`)."""
    if kind in {str, Secret, str | None, Secret | None}:
        return text
    try:
        return tomlkit.parse(f"value = {text}").unwrap()["value"]
    except TOMLKitError:
        return text
