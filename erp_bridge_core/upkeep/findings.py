"""What a look at one thing of a database found."""

from enum import StrEnum

from attrs import frozen


class Standing(StrEnum):
    """How a thing stands: as it should, worth a look, or wrong."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@frozen(kw_only=True)
class Looked:
    """One thing that was looked at: how it stands, in words what was seen, and what to do where anything is."""

    name: str
    standing: Standing
    message: str
    remedy: str = ""


def fine(name: str, message: str) -> Looked:
    """As it should be."""
    return Looked(name=name, standing=Standing.OK, message=message)


def warning(name: str, message: str, *, remedy: str) -> Looked:
    """Worth a look."""
    return Looked(name=name, standing=Standing.WARNING, message=message, remedy=remedy)


def failed(name: str, message: str, *, remedy: str) -> Looked:
    """Wrong."""
    return Looked(name=name, standing=Standing.FAILED, message=message, remedy=remedy)
