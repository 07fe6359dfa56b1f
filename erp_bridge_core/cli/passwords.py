"""Asking for a password: hidden on a terminal, or one line of standard input; never an argument or a variable."""

import sys

import click

from erp_bridge_core.contract.errors import UsageError

password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from the first line of standard input."
)


def ask_password(prompt: str, *, from_stdin: bool, confirm: bool = False) -> str:
    """The password; raises `UsageError` where nobody can be asked."""
    if from_stdin:
        return _first_line()
    if not sys.stdin.isatty():
        raise UsageError("There is no terminal to ask for the password.", remedy="Give --password-stdin.")
    entered: str = click.prompt(prompt, hide_input=True, confirmation_prompt=confirm, err=True)
    return entered


def _first_line() -> str:
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise UsageError("Standard input holds no password.", remedy="Write it there as one line.")
    return line
