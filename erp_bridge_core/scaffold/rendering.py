"""A new plugin's files, made from the templates by filling in its name and title."""

import keyword
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from string import Template
from typing import Final

from attrs import frozen

from erp_bridge_core.contract.errors import BadInput, Fault, NotPossibleNow, StorageError

#: A plugin's short name is a part of its package's, its distribution's and its commands' names.
NAME: Final = re.compile(r"[a-z][a-z0-9]{1,19}", re.ASCII)
LONGEST_TITLE: Final = 40
#: Names that our own packages and commands have already.
TAKEN: Final = frozenset({"core", "example", "files", "plugin", "test"})
_IN_TITLES: Final = frozenset(" .,&()'+-/")
_SUFFIX: Final = ".tmpl"


@frozen(kw_only=True)
class Plan:
    """The folder of a new plugin, and its files by their path in it."""

    name: str
    folder: Path
    files: Mapping[PurePosixPath, str]

    def write(self) -> None:
        """Write them; raises `NotPossibleNow` where the folder is there already, `StorageError` where it can't be."""
        try:
            self.folder.mkdir(parents=True)
            for path, text in self.files.items():
                target = self.folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
        except FileExistsError as error:
            raise NotPossibleNow(
                f"{self.folder} is there already; it was left as it is.",
                remedy="Choose another name, or another folder with --directory.",
            ) from error
        except OSError as error:
            raise StorageError(
                f"{self.folder} can't be written: {error.strerror or error}.", remedy="Choose another --directory."
            ) from error


def plan_plugin(name: str, *, directory: Path, title: str = "", source: bool = False) -> Plan:
    """The files of a new plugin for the ERP, or the budget source, of that short name.

    Raises `BadInput` for a name or title that can't be.
    """
    if faults := [*_name_faults(name), *_title_faults(title)]:
        raise BadInput("A plugin can't be made so.", faults=faults, remedy=faults[0].remedy or "")
    values = {"name": name, "title": title.strip() or name.title()}
    folder = "source_template" if source else "template"
    rendered = {
        _place(path, name): Template(text).substitute(values)
        for path, text in _templates(files("erp_bridge_core.scaffold") / folder, PurePosixPath())
    }
    return Plan(name=name, folder=directory / f"erp-bridge-{name}", files=rendered)


def _name_faults(name: str) -> Iterator[Fault]:
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        wanted = "2 to 20 small letters and digits, a letter first, such as sample1"
        yield Fault(
            "name", "can't be a plugin's short name", value=name, expected=wanted, remedy="Choose another name."
        )
    elif name in TAKEN:
        yield Fault("name", "is taken by ERP Bridge itself", value=name, remedy="Choose another name.")


def _title_faults(title: str) -> Iterator[Fault]:
    odd = sorted({sign for sign in title if not sign.isalnum() and sign not in _IN_TITLES})
    if odd or len(title) > LONGEST_TITLE:
        wanted = f"at most {LONGEST_TITLE} letters, digits, spaces and {''.join(sorted(_IN_TITLES - {' '}))}"
        yield Fault("title", "can't be a plugin's title", value=title, expected=wanted, remedy="Choose another title.")


def _templates(folder: Traversable, below: PurePosixPath) -> Iterator[tuple[PurePosixPath, str]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _templates(entry, below / entry.name)
        elif entry.name.endswith(_SUFFIX):
            yield below / entry.name.removesuffix(_SUFFIX), entry.read_text(encoding="utf-8")


def _place(path: PurePosixPath, name: str) -> PurePosixPath:
    """Where a template's file goes: `package` becomes the plugin's own."""
    return PurePosixPath(f"erp_bridge_{name}", *path.parts[1:]) if path.parts[0] == "package" else path
