"""Budgets from files: CSV and XLSX, read exactly or refused with every fault, all or nothing (B1, B8, X3).

Nothing here knows of a database or a command line: `read_budget` takes a path and gives streams of lines.
"""

from erp_bridge_core.sources.files import open_table
from erp_bridge_core.sources.imported import ImportedBudget
from erp_bridge_core.sources.lines import Duplicates, JobSummary
from erp_bridge_core.sources.mapping import FIELDS, ColumnMapping
from erp_bridge_core.sources.numbers import NumberStyle, parse_number
from erp_bridge_core.sources.reading import read_budget
from erp_bridge_core.sources.tables import FileFacts, FileOptions, Limits
from erp_bridge_core.sources.text import parse_code, parse_text
from erp_bridge_core.sources.values import BadValue
from erp_bridge_core.sources.writing import plain_cell, safe_cell, write_table

__all__ = [
    "FIELDS",
    "BadValue",
    "ColumnMapping",
    "Duplicates",
    "FileFacts",
    "FileOptions",
    "ImportedBudget",
    "JobSummary",
    "Limits",
    "NumberStyle",
    "open_table",
    "parse_code",
    "parse_number",
    "parse_text",
    "plain_cell",
    "read_budget",
    "safe_cell",
    "write_table",
]  # fmt: skip
