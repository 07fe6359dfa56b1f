"""Pages and REST API over the services; it holds no rule. Needs the extra `web`.

To add a page: write `pages/<noun>.py` with handlers, end it with `HANDLERS`, and add that to `pages/__init__.py`. A
handler is a plain function with `sync_to_thread=True`; it takes `request: WebRequest` and, of `given.py`, whatever it
needs of `application`, `actor` and `posted` (the form that was sent); queries are `FromQuery[…]`. It reads a `Form`,
calls one service, then `render`s a template or `redirect`s with a `Flash`. Let service errors go: they become the error
page; catch `BadInput` alone, to show it beside the fields (`Filled.refused`). Write `templates/<noun>.html` from
`base.html` and `macros/`; print values by `show.money`, `show.moment` and the like. Add its entry to `navigation.py`,
and its path to `ANSWERS` in `tests/web/test_security.py`. Every page is for signed-in people unless `opt=PUBLIC`.
Print `csrf()` in every form, and name its secrets `…password…` or `…secret…`: what is typed outlives a lost sign-in
(`kept.py`), but no secret does. A page whose form grows by rows asks `kept_fields` how many.

To add an API resource: write `api/<noun>.py` with models of its own (never a domain's value), amounts as text by
`plain`, `responses=problems(…)`, `operation_id` and `summary`; answer one thing by `tagged`, a list by a `Slice`; end
it with `HANDLERS`. Name each new act in `tests/every_way.py`, with its page, command and operation. Tests stand in
`tests/web/pages` and `tests/web/api`, over the fixtures `browser` and `abe`.
"""
