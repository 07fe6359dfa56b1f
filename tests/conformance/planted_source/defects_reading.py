"""Defects of profile, claims and reading."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Context, Decimal
from itertools import count
from typing import Any, Final

from attrs import evolve

from erp_bridge_core.contract import (
    ErpProfile,
    Source,
    SourceBudget,
    SourceCapability,
    SourceChange,
    SourceLine,
    SourceProject,
    SourceRequest,
    Stream,
    hookimpl,
)
from erp_bridge_core.contract.errors import NotFound, ReadFailed
from planted_source.books import Row
from planted_source.client import Client
from planted_source.declaring import Told, defects_of, plugins_of
from planted_source.plugin import CAPABILITIES, SlatePlugin


class _Lockless(SlatePlugin):
    lock_budget = None


class _Ending(SlatePlugin):
    @hookimpl
    def read_budget(self, project: str, source: Source[Any]) -> SourceBudget:
        os._exit(3)


class _Bare(SlatePlugin):
    @hookimpl
    def read_budget(self, project: str, source: Source[Any]) -> SourceBudget:
        return evolve(super().read_budget(project, source), sub_jobs=Stream(tuple))


class _Modest(SlatePlugin):
    capabilities = CAPABILITIES - {SourceCapability.LOCK}


class _Dated(SlatePlugin):
    times = count()

    @hookimpl
    def connector_metadata(self, profile: ErpProfile) -> Mapping[str, Any]:
        return {**super().connector_metadata(profile), "made": next(self.times)}


class _OneProject(SlatePlugin):
    @hookimpl
    def list_projects(self, source: Source[Any]) -> Iterable[SourceProject]:
        return list(super().list_projects(source))[:1]


class _Rounding(SlatePlugin):
    def amount(self, text: str) -> Decimal:
        return Context(prec=9).create_decimal(text)


class _Cutting(SlatePlugin):
    def stream(self, values: Sequence[Any]) -> Stream[Any]:
        return super().stream(values[:100])


class _Once(SlatePlugin):
    def stream(self, values: Sequence[Any]) -> Stream[Any]:
        left = iter(values)
        return Stream(lambda: left)


class _Renaming(SlatePlugin):
    def line(self, row: Row) -> SourceLine:
        line = super().line(row)
        return evolve(line, id=f"{line.id}-{line.amount}")


class _Counting(SlatePlugin):
    def revision(self, header: Row, lines: Sequence[SourceLine]) -> str:
        return str(len(lines))


class _Drafting(SlatePlugin):
    def changes(self, rows: Iterable[Row]) -> Iterator[SourceChange]:
        return super().changes({**row, "status": row["status"].replace("draft", "approved")} for row in rows)


class _Blind(SlatePlugin):
    def check_unmoved(self, before: Row, after: Row) -> None:
        """Whatever."""


class _Guessing(SlatePlugin):
    def changes(self, rows: Iterable[Row]) -> Iterator[SourceChange]:
        return (self.change(row) for row in rows if row["status"] not in {"draft", "void"})

    def request(self, client: Client, row: Row) -> SourceRequest:
        return super().request(client, {**row, "status": "sent"})


class _Zero(SlatePlugin):
    def line(self, row: Row) -> SourceLine:
        return super().line({"amount": "0", **row})


class _EarlyEnd(Client):
    def rows(self, path: str) -> Iterator[Row]:
        try:
            yield from super().rows(path)
        except ReadFailed:
            return


class _Ended(SlatePlugin):
    client_class = _EarlyEnd


class _Empty(SlatePlugin):
    @hookimpl
    def read_budget(self, project: str, source: Source[Any]) -> SourceBudget:
        try:
            return super().read_budget(project, source)
        except NotFound:
            nothing = SourceProject(id=project, number="", name="")
            return SourceBudget(project=nothing, currency="USD", revision="0", lines=Stream(tuple))


class _Acknowledging(SlatePlugin):
    def request(self, client: Client, row: Row) -> SourceRequest:
        if not row["messages"]:
            client.write(f"requests/{row['id']}/notes", {"note": "Seen."})
        return super().request(client, row)


VARIANTS: Final[Mapping[str, Told]] = {
    "lacks_a_hook": (_Lockless, "claims a lock and has no hook for it", "SRC-01"),
    "ends_the_process": (_Ending, "ends the process when it is asked for a budget", "SRC-02"),
    "tells_no_sub_jobs": (_Bare, "claims sub jobs and tells none", "SRC-03"),
    "locks_unclaimed": (_Modest, "locks a budget and does not claim it", "SRC-04"),
    "dates_its_metadata": (_Dated, "counts how often it was asked in what is handed in", "SRC-05"),
    "lists_one_project": (_OneProject, "lists the first project alone", "RDG-01"),
    "rounds_large_amounts": (_Rounding, "keeps nine digits of an amount", "RDG-02"),
    "cuts_long_budgets": (_Cutting, "tells a hundred lines at most", "RDG-03"),
    "streams_once": (_Once, "gives streams that can be read once", "RDG-04"),
    "renames_edited_lines": (_Renaming, "makes a line's id of its amount", "RDG-05"),
    "counts_lines_as_revision": (_Counting, "takes the number of lines for the revision", "RDG-06"),
    "tells_drafts": (_Drafting, "tells changes that are drafts", "RDG-07"),
    "mixes_two_states": (_Blind, "does not look whether the budget moved while it was read", "RDG-08"),
    "guesses_words": (_Guessing, "takes a state that it does not know for approved", "RDG-09"),
    "reads_no_column_as_zero": (_Zero, "takes a column that lacks for zero", "RDG-10"),
    "ends_lists_early": (_Ended, "takes a page that failed for the end of the list", "RDG-11"),
    "finds_any_project": (_Empty, "tells an empty budget of a project that is not there", "RDG-12"),
    "acknowledges_requests": (_Acknowledging, "writes into a request that it reads", "RDG-13"),
}
DEFECTS = defects_of(__name__, VARIANTS, grounded=frozenset({"lacks_a_hook", "ends_the_process"}))
__getattr__ = plugins_of(VARIANTS)
