"""Calling one plugin's hooks: odd exceptions become errors that name plugin and hook, odd values are refused."""

import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, TypeVar

import pluggy
from attrs import field, frozen

from erp_bridge_core.contract.budget import Stream
from erp_bridge_core.contract.errors import ErpBridgeError, PluginError
from erp_bridge_core.contract.hookspecs import PROJECT

Value = TypeVar("Value")
CleanError = Callable[[ErpBridgeError], ErpBridgeError]


def as_it_is(error: ErpBridgeError) -> ErpBridgeError:
    """The error of a plugin that nobody has given a secret."""
    return error


@frozen(kw_only=True)
class Hooks:
    """The hooks of one plugin, alone in its plugin manager. `title` is its distribution and version.

    `clean` takes secrets out of whatever error a hook raises.
    """

    name: str
    title: str
    manager: pluggy.PluginManager = field(repr=False)
    clean: CleanError = field(default=as_it_is, repr=False)

    @staticmethod
    def of(plugin: object, *, specification: ModuleType, name: str, title: str) -> "Hooks":
        """Register a plugin; raises pluggy's `PluginValidationError` for hooks that don't fit their specifications."""
        manager = pluggy.PluginManager(PROJECT)
        manager.add_hookspecs(specification)
        manager.register(plugin, name)
        manager.check_pending()
        return Hooks(name=name, title=title, manager=manager)

    def has(self, hook: str) -> bool:
        """Whether the plugin implements the hook itself; a wrapper around nothing is no implementation."""
        implementations = getattr(self.manager.hook, hook).get_hookimpls()
        return any(not (each.wrapper or each.hookwrapper) for each in implementations)

    def call(self, hook: str, kind: type[Value], **arguments: Any) -> Value:
        """Call a hook that answers one value of that kind."""
        value = self.run(hook, **arguments)
        if not isinstance(value, kind):
            raise self.odd(hook, value, kind.__name__)
        return value

    def acting(self, hook: str, members: Iterable[str], **arguments: Any) -> Any:
        """Call a hook that answers an object with these methods."""
        found = self.run(hook, **arguments)
        missing = [name for name in members if not callable(getattr(found, name, None))]
        if missing:
            raise self.odd(hook, found, f"an object with {', '.join(missing)}")
        return found

    def run(self, hook: str, **arguments: Any) -> Any:
        """Call a hook and answer what it answers."""
        with self.guarded(hook):
            return getattr(self.manager.hook, hook)(**arguments)

    def each(self, hook: str, kinds: tuple[type[Value], ...], **arguments: Any) -> Iterator[Value]:
        """Call a hook that yields values of those kinds, one by one as they come."""
        yield from self.items(hook, self.run(hook, **arguments), kinds)

    def items(self, hook: str, values: Any, kinds: tuple[type[Value], ...]) -> Iterator[Value]:
        """The values of an iterable of the plugin's, each of one of those kinds."""
        wanted = " or ".join(kind.__name__ for kind in kinds)
        if not isinstance(values, Iterable) or isinstance(values, str | bytes):
            raise self.odd(hook, values, f"an iterable of {wanted}")
        # What the reader of these values raises is raised at the reader, never in here.
        with self.guarded(hook):
            for value in values:
                if not isinstance(value, kinds):
                    raise self.odd(hook, value, wanted)
                yield value

    def stream(self, hook: str, values: Stream[Value], kind: type[Value]) -> Stream[Value]:
        """A stream of the plugin's, guarded each time that it is read; what can be read once alone is none."""
        if isinstance(values, Iterator):
            raise self.odd(hook, values, f"a Stream of {kind.__name__}, which can be read again,")
        opened: Callable[[], Iterable[Value]] = functools.partial(self.items, hook, values, (kind,))
        return Stream(opened)

    @contextmanager
    def guarded(self, hook: str) -> Iterator[None]:
        """Let errors of the contract through; anything else is the plugin's defect and says so."""
        try:
            yield
        except ErpBridgeError as error:
            self.clean(error)
            raise
        except Exception as error:
            defect = PluginError(
                f"The plugin {self.name} ({self.title}) failed in {hook}: {type(error).__name__}: {error}",
                remedy="Report it to the plugin's author with the details in the log.",
                details={"plugin": self.name, "hook": hook, "exception": type(error).__name__},
            )
            raise self.clean(defect) from error

    def odd(self, hook: str, value: object, wanted: str) -> PluginError:
        """The error for a value of another type than the hook promises."""
        got = "nothing" if value is None else f"a {type(value).__name__}"
        return PluginError(
            f"The plugin {self.name} ({self.title}) answered {got} in {hook}, where {wanted} was expected.",
            remedy="Report it to the plugin's author.",
            details={"plugin": self.name, "hook": hook},
        )
