"""How the simulated Procore says no: a status, and a body that carries `errors` or `message` loosely (facts 3.3)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

#: What whoever lacks a right is told.
FORBIDDEN: Final = "User does not have permission to perform this action"

Fields = Mapping[str, Sequence[str]]


class Refusal(Exception):
    """A request is refused. `told` is a sentence, or sentences by field; `headers` go with the answer."""

    def __init__(
        self,
        status: int,
        told: str | Fields,
        *,
        headers: tuple[tuple[str, str], ...] = (),
        document: Any = None,
    ) -> None:
        """Keep what goes out; `document` replaces the usual body where Procore has another one."""
        super().__init__(str(told))
        self.status = status
        self.told = told
        self.headers = headers
        self.document = document

    def body(self, shape: str) -> Any:
        """The body in one of the shapes that are seen: `errors`, `message`, or `list`."""
        if self.document is not None:
            return self.document
        if shape == "errors":
            return {"errors": self.told}
        sentences = sentences_of(self.told)
        return {"message": "; ".join(sentences)} if shape == "message" else {"errors": sentences}


def sentences_of(told: str | Fields) -> list[str]:
    """The same, as plain sentences."""
    if isinstance(told, str):
        return [told]
    return [text if name == "base" else f"{name} {text}" for name, texts in told.items() for text in texts]


def invalid(**fields: str) -> Refusal:
    """A refusal (422) for fields, one sentence each."""
    return Refusal(422, {name: [text] for name, text in fields.items()})


def missing(what: str) -> Refusal:
    """Nothing of that kind and number is there, or not for this caller (404)."""
    return Refusal(404, f"{what} not found")
