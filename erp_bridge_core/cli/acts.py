"""The kinds of commands: a noun (group), its verbs (acts), the options that every act has, and lazy loading."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final, cast

import click
from click.core import ParameterSource

from erp_bridge_core.cli.call import Call

_SHARED: Final = "shared"


class Act(click.Command):
    """One verb. `answer` are the keys of the JSON document that it prints with `--json`."""

    def __init__(self, *arguments: Any, answer: Sequence[str] = (), **options: Any) -> None:
        """Add the shared options to the verb's own."""
        super().__init__(*arguments, **options)
        self.answer = tuple(answer)
        self.params.extend(shared_options())

    def format_options(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """The verb's own options first, those of every command in a section of their own."""
        own: list[tuple[str, str]] = []
        shared: list[tuple[str, str]] = []
        for option in self.get_params(context):
            if not isinstance(option, click.Option):
                continue
            record = option.get_help_record(context)
            if record is not None:
                (shared if option.name and option.name.startswith(_SHARED) else own).append(record)
        for title, records in (("Options", own), ("Options of every command", shared)):
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


class Noun(click.Group):
    """A noun: its verbs are acts. `default` is the verb that is meant where none is named."""

    command_class = Act

    def __init__(self, *arguments: Any, default: str | None = None, **options: Any) -> None:
        """Remember the default verb."""
        super().__init__(*arguments, **options)
        self.default = default
        if default:
            self.no_args_is_help = False

    def list_commands(self, context: click.Context) -> list[str]:
        """The verbs in the order of the work, not of the alphabet."""
        del context
        return list(self.commands)

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        """Put the default verb in where none is named, unless help is asked for."""
        first = arguments[0] if arguments else ""
        if self.default and first not in self.commands and first not in context.help_option_names:
            arguments = [self.default, *arguments]
        return super().parse_args(context, arguments)


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for, so that `--version` and `--help` start fast."""

    def __init__(self, *arguments: Any, lazy: Mapping[str, str], **options: Any) -> None:
        """Take name -> `module:attribute`."""
        super().__init__(*arguments, **options)
        self.lazy = dict(lazy)

    def list_commands(self, context: click.Context) -> list[str]:
        """The commands in the order of the work, not of the alphabet."""
        del context
        return list(self.lazy)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Import the command of that name."""
        del context
        if name not in self.lazy:
            return None
        module, _, attribute = self.lazy[name].partition(":")
        return cast("click.Command", getattr(import_module(module), attribute))


def shared_options() -> list[click.Option]:
    """The options that the root and every act take; given twice, the act's counts."""
    return [
        _shared("--json", "as_json", "Print one JSON document.", is_flag=True, default=None),
        _shared(
            "--home", "home", "The installation's folder.", type=click.Path(path_type=Path), envvar="ERP_BRIDGE_HOME"
        ),
        _shared("--company", "company", "The company to act in, by its code.", envvar="ERP_BRIDGE_COMPANY"),
        _shared(
            "--session",
            "session",
            "The file that holds your sign-in.",
            type=click.Path(path_type=Path),
            envvar="ERP_BRIDGE_SESSION",
        ),
        _shared("--as", "acting_as", "Act as this person; in a demo home alone.", metavar="LOGIN"),
    ]


def _shared(flag: str, name: str, text: str, **options: Any) -> click.Option:
    def keep(context: click.Context, _: click.Parameter, value: Any) -> None:
        call = context.ensure_object(Call)
        typed = context.get_parameter_source(f"{_SHARED}_{name}") is ParameterSource.COMMANDLINE
        # A variable of the environment must not win over an option that was typed before the verb.
        if value is not None and (typed or getattr(call, name) in (None, False)):
            setattr(call, name, value)

    show_environment = "envvar" in options
    return click.Option(
        [flag, f"{_SHARED}_{name}"],
        help=text,
        callback=keep,
        expose_value=False,
        show_envvar=show_environment,
        **options,
    )


pass_call: Final = click.make_pass_decorator(Call)
