"""Commands that an answer tells people to type next."""

import shlex


def command(*words: object) -> str:
    """A command of ours in backticks, each word quoted where a shell would take it apart: names may hold blanks."""
    return f"`erp-bridge {shlex.join(str(word) for word in words)}`"
