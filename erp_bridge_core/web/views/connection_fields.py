"""A plugin's settings class as fields of a form, and what was typed as settings again.

Each setting is a field of its own by its type; a table's settings are fields, too. What has no simpler form is typed as
TOML. A secret is typed as its reference. What is not right a setting's own class says, when the service reads it.
"""

import tomllib
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final, Literal, Union, get_args, get_origin

import attrs
import tomlkit
from attrs import frozen

from erp_bridge_core.configuration.connector import ConnectorConfig
from erp_bridge_core.configuration.document import value_at
from erp_bridge_core.contract.errors import BadInput, BadSettings, Fault
from erp_bridge_core.contract.profile import ErpProfile
from erp_bridge_core.contract.secret import Secret
from erp_bridge_core.contract.source import SourceProfile
from erp_bridge_core.contract.structuring import converter
from erp_bridge_core.web.forms import Field

_YES_NO: Final = (("yes", "yes"), ("no", "no"))
_UNSET: Final = (("", "not said"),)
#: Words of settings' names as people write them.
_WRITTEN: Final = {
    "api": "API", "id": "ID", "url": "URL", "sql": "SQL", "odbc": "ODBC", "oauth": "OAuth", "pci": "PCI",
    "pcis": "PCIs", "guid": "GUID",
}  # fmt: skip
_LONGEST: Final = 4000
#: Below it lie the settings of a source's connector.
CONNECTOR: Final = "connector"
_CONNECTOR_NOTES: Final = {
    "connector.act_as": "The person in whose name what is asked for there is sent here; blank: nothing is.",
    "connector.approve": "Whether each is approved again here.",
    "connector.accept_as": "Who accepts where it is not approved again: yourself; others are named on the host.",
    "connector.close_when": "When the budget source is told that all is done.",
    "connector.poll_minutes": "Minutes between looks at the budget source for what no call told.",
    "connector.acknowledge": "Rules whose warnings keep no request waiting, such as description-shortened.",
}


@frozen(kw_only=True)
class Kind:
    """How values of a type are typed: the input, its choices, and both ways between text and value."""

    read: Callable[[str], Any] = str.strip
    write: Callable[[Any], str] = str
    input: str = "text"
    choices: tuple[tuple[str, str], ...] = ()
    blank: Any = ""
    hint: str = ""


@frozen(kw_only=True)
class SettingField:
    """One setting of a plugin: `path` is its name, `names.unit` for one of a table; `default` is None for none."""

    path: str
    field: Field
    kind: Kind
    default: Any
    is_secret: bool = False

    def typed(self, settings: Mapping[str, Any]) -> str:
        """What stands in the field at first: what is set, or else the default; nothing of a secret."""
        value = self.value_in(settings)
        return "" if value is None or self.is_secret else self.kind.write(value)

    def value_in(self, settings: Mapping[str, Any]) -> Any:
        """What holds with these settings."""
        found = value_at(settings, self.path.split("."))
        return self.default if found is None else found


@frozen(kw_only=True)
class Group:
    """Settings that stand together; those without a title stand first."""

    title: str
    names: tuple[str, ...]


@frozen
class SettingFields:
    """All fields of a settings class."""

    all: tuple[SettingField, ...]

    def fields(self, kept: Mapping[str, Any] | None = None) -> tuple[Field, ...]:
        """The fields of a form; `kept` are the settings of a connection whose secrets are kept where left blank."""
        return tuple(each.field if kept is None else _with_secret(each, kept) for each in self.all)

    def typed(self, settings: Mapping[str, Any]) -> dict[str, str]:
        """What stands in the fields at first."""
        return {each.field.name: each.typed(settings) for each in self.all}

    def changes(self, values: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
        """What differs from the settings by their paths; None for what is taken away. Blank secrets stay."""
        return {
            each.path: values[each.field.name]
            for each in self.all
            if values[each.field.name] != each.value_in(settings)
            and not (each.is_secret and not values[each.field.name])
        }

    def beside(self, error: BadInput | BadSettings, connection: str) -> BadInput | BadSettings:
        """The error with each fault of the settings beside the field of the setting that it is about."""
        below = f"connections.{connection}.settings"
        error.faults = tuple(moved for fault in error.faults for moved in self._moved(fault, below))
        return error

    def groups(self, profile: ErpProfile | SourceProfile) -> tuple[Group, ...]:
        """The fields by the groups of the profile, those without one first."""
        titled = [(title, [each for each in self.all if _is_of(each, names)]) for title, names in _groups(profile)]
        taken = {each.path for _, members in titled for each in members}
        first = [each for each in self.all if each.path not in taken]
        return tuple(
            Group(title=title, names=tuple(each.field.name for each in members))
            for title, members in [("", first), *titled]
            if members
        )

    def _moved(self, fault: Fault, below: str) -> Iterator[Fault]:
        if not fault.where.startswith(below):
            yield fault
            return
        where = fault.where[len(below) :].lstrip(".")
        if where:
            name = self._name_of(where)
            yield attrs.evolve(fault, where=name) if name else Fault("settings", f"{where}: {fault.message}")
            return
        for sentence in fault.message.split("; "):  # a class tells all that contradicts itself in one message
            setting, _, rest = sentence.partition(" ")
            name = self._name_of(setting.rstrip(":"))
            yield Fault(name, rest) if name else Fault("settings", sentence)

    def _name_of(self, path: str) -> str:
        """The field of a setting, or of the one that it lies in; blank for none."""
        plain = path.partition("[")[0]
        found = [each for each in self.all if plain == each.path or plain.startswith(f"{each.path}.")]
        return found[0].field.name if found else ""


def setting_fields(profile: ErpProfile | SourceProfile) -> SettingFields:
    """The fields of a plugin's settings."""
    return SettingFields(tuple(_fields(profile.settings_class, profile.setting_notes, "")))


def connector_fields() -> SettingFields:
    """The fields of a source's connector, whose settings lie below `connector`."""
    return SettingFields(tuple(_fields(ConnectorConfig, _CONNECTOR_NOTES, f"{CONNECTOR}.")))


def nested(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Settings by their paths as a table of tables."""
    settings: dict[str, Any] = {}
    for path, value in changes.items():
        *tables, name = path.split(".")
        place = settings
        for each in tables:
            place = place.setdefault(each, {})
        place[name] = value
    return settings


def _fields(settings_class: Any, notes: Mapping[str, str], above: str) -> Iterator[SettingField]:
    attrs.resolve_types(settings_class)
    for each in attrs.fields(settings_class):
        if not each.init:
            continue
        path = f"{above}{each.name}"
        if attrs.has(each.type):
            yield from _fields(each.type, notes, f"{path}.")
            continue
        default = _default(each)
        kind = _kind_of(each.type, default)
        yield SettingField(
            path=path,
            kind=kind,
            default=None if default is attrs.NOTHING else default,
            is_secret=_is_secret(each.type),
            field=Field(
                name=f"setting-{path.replace('.', '-')}",
                label=_label(each.name),
                kind=kind.input,
                hint=" ".join(filter(None, [notes.get(path, ""), kind.hint])),
                read=kind.read,
                required=default is attrs.NOTHING,
                blank=kind.blank,
                choices=kind.choices,
                longest=_LONGEST,
            ),
        )


def _default(attribute: Any) -> Any:
    default = attribute.default
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type] # attrs declares it as a function
        default = default.factory()
    if isinstance(default, Secret):
        return None
    return default if default is attrs.NOTHING else converter.unstructure(default)


def _kind_of(declared: Any, default: Any) -> Kind:
    inner, optional = _without_none(declared)
    if _is_secret(declared):
        return Kind(hint="A reference, such as env:NAME or file:NAME; never the secret itself.", blank=None)
    kind = _simple(inner) or _listed(inner) or _TOML_TABLE
    if inner is bool or get_origin(inner) is Literal:
        # A list of choices always has one chosen: a blank one where nothing need be.
        without = optional or default is attrs.NOTHING
        kind = attrs.evolve(kind, choices=(*(_UNSET if without else ()), *kind.choices))
    return attrs.evolve(kind, blank=None) if optional else kind


def _simple(kind: Any) -> Kind | None:
    if kind is bool:
        return Kind(input="select", choices=_YES_NO, read=lambda text: text == "yes", write=_yes_no, blank=None)
    if get_origin(kind) is Literal:
        return Kind(input="select", choices=tuple((str(each), str(each) or "none") for each in get_args(kind)))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return Kind(input="select", choices=tuple((each.value, each.value) for each in kind))
    return {
        str: Kind(),
        int: Kind(read=_whole, blank=None),
        date: Kind(input="date", read=_day, blank=None),
    }.get(kind)


def _listed(kind: Any) -> Kind | None:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in {tuple, list} and inner and (inner[0] in {str, int} or get_origin(inner[0]) is Literal):
        known = f", of {' and '.join(map(str, get_args(inner[0])))}" if get_origin(inner[0]) is Literal else ""
        read = _whole if inner[0] is int else str.strip
        return Kind(
            input="textarea",
            read=lambda text: [read(line) for line in text.splitlines() if line.strip()],
            write=lambda values: "\n".join(map(str, values)),
            blank=[],
            hint=f"One a line{known}.",
        )
    if isinstance(origin, type) and issubclass(origin, Mapping) and inner == (str, str):
        hint = "One a line, as NAME = VALUE."
        return Kind(input="textarea", read=read_pairs, write=written_pairs, blank={}, hint=hint)
    return None


def _without_none(declared: Any) -> tuple[Any, bool]:
    if get_origin(declared) in {Union, types.UnionType}:
        inner = [each for each in get_args(declared) if each is not type(None)]
        return (inner[0] if len(inner) == 1 else None), len(inner) < len(get_args(declared))
    return declared, False


def _is_secret(declared: Any) -> bool:
    return _without_none(declared)[0] is Secret


def _with_secret(each: SettingField, kept: Mapping[str, Any]) -> Field:
    """The field of a secret, which is kept where nothing is typed, and never shown: not its reference either."""
    if not each.is_secret or each.value_in(kept) is None:
        return each.field
    return attrs.evolve(each.field, required=False, hint=f"{each.field.hint} It is set: leave it blank to keep it.")


def _groups(profile: ErpProfile | SourceProfile) -> Iterable[tuple[str, tuple[str, ...]]]:
    return profile.setting_groups.items()


def _is_of(each: SettingField, names: Iterable[str]) -> bool:
    return each.path in names or each.path.partition(".")[0] in names


def _label(name: str) -> str:
    words = [_WRITTEN.get(word, word) for word in name.split("_")]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])


def _yes_no(value: Any) -> str:
    return "yes" if value else "no"


def _whole(text: str) -> int:
    try:
        return int(text.strip())
    except ValueError:
        raise ValueError("is no whole number") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("is no day") from None


def read_pairs(text: str) -> dict[str, str]:
    """Lines of NAME = VALUE; raises ValueError for another."""
    pairs = [line.partition("=") for line in text.splitlines() if line.strip()]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise ValueError(f"has a line without =: {wrong[0].strip()}")
    return {name.strip(): value.strip() for name, _, value in pairs}


def written_pairs(values: Mapping[str, str]) -> str:
    """Pairs as they are typed."""
    return "\n".join(f"{name} = {value}" for name, value in values.items())


def _table(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"can't be read: {error}") from error


def _written_table(values: Any) -> str:
    return "\n".join(f"{tomlkit.key(name).as_string()} = {tomlkit.item(_inline(value)).as_string()}"
                     for name, value in dict(values).items())  # fmt: skip


def _inline(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    table = tomlkit.inline_table()
    table.update({name: _inline(inner) for name, inner in value.items()})
    return table


#: What has no simpler form.
_TOML_TABLE: Final = Kind(
    input="textarea", read=_table, write=_written_table, blank={}, hint="One a line, as TOML has it: NAME = VALUE."
)
