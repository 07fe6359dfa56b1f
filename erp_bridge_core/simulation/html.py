"""Small pieces of HTML for a desk page; every text that goes in is escaped here, once."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import NewType

Markup = NewType("Markup", str)

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem}"
    "table{border-collapse:collapse}th,td{border-bottom:1px solid #ccc;padding:.2rem .8rem;text-align:left}"
    "form{border:1px solid #ccc;padding:.6rem 1rem;margin:.6rem 0}label{display:block;margin:.3rem 0}"
    "input{margin-left:.6rem}pre{background:#f4f4f4;padding:1rem;overflow:auto}"
)


def page(title: str, pieces: Iterable[Markup]) -> str:
    """A whole page of pieces."""
    heading = escape(title)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{heading}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{heading}</h1>{''.join(pieces)}</main></body></html>"
    )


def heading(text: str) -> Markup:
    """A heading below the page's own."""
    return Markup(f"<h2>{escape(text)}</h2>")


def lines(texts: Iterable[str]) -> Markup:
    """What a command answered, line by line."""
    return Markup(f'<pre role="status">{escape(chr(10).join(texts))}</pre>')


def table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> Markup:
    """A table; an empty one says so."""
    body = "".join(f"<tr>{_cells('td', row)}</tr>" for row in rows)
    if not body:
        return Markup("<p>None.</p>")
    return Markup(f"<table><thead><tr>{_cells('th', headers)}</tr></thead><tbody>{body}</tbody></table>")


def form(action: str, label: str, inputs: Iterable[tuple[str, str, bool]]) -> Markup:
    """A form that posts to `action`; `inputs` are (name, help, required)."""
    fields = "".join(
        f'<label>{escape(text)}<input name="{escape(name)}"{" required" if required else ""}></label>'
        for name, text, required in inputs
    )
    return Markup(f'<form method="post" action="{escape(action)}">{fields}<button>{escape(label)}</button></form>')


def _cells(tag: str, values: Iterable[object]) -> str:
    return "".join(f"<{tag}>{escape(str(value))}</{tag}>" for value in values)
