"""Pages and REST API over the services; it holds no rule. Needs the extra `web`.

To add a page: write `pages/<noun>.py` with handlers that take `request`, `application` and `actor` (and `posted`, the
form that was sent), end it with `HANDLERS`, and add that to `pages/__init__.py`. Handlers are plain functions with
`sync_to_thread=True`; they read a `Form`, call one service, then `render` a template or `redirect` with a `Flash`. Let
service errors go: they become the error page; catch `BadInput` alone, to show it beside the fields (`Filled.refused`).
Write `templates/<noun>.html` from `base.html` and `macros/`; values are printed with `show.money`, `show.moment` and
the like. Whoever may open it is told in `navigation.py`. A page is for signed-in people unless its `opt` is `PUBLIC`.

To add an API resource: write `api/<noun>.py` with models of its own (never a domain's value), amounts as text by
`plain`, `responses=problems(…)`, an `operation_id`; answer one thing by `tagged`, a list by a `Slice`; end it with
`HANDLERS`. Tests stand in `tests/web/pages` and `tests/web/api`, over the fixtures `server` and `browser`.
"""
