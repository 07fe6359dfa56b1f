"""Things to know about an ERP, or a budget source, made from its profile: what it takes, limits, who posts (X5)."""

from collections.abc import Iterable, Iterator

from erp_bridge_core.contract.profile import Capability, ErpProfile, FieldLimit, Grade, StageSight
from erp_bridge_core.contract.source import SourceCapability, SourceProfile

#: What a profile need not say is not said either.
_TAKES = {
    Capability.ORIGINAL: "{words.original_budget}s",
    Capability.CHANGES: "{words.budget_change}s",
    Capability.SUB_JOBS: "{words.sub_job}s",
    Capability.UNITS: "quantities and units",
    Capability.DESCRIPTION: "descriptions",
}

#: What a source tells, and what else may be done with it.
_TELLS = {
    SourceCapability.PROJECTS: "its projects",
    SourceCapability.SUB_JOBS: "{words.sub_job}s",
    SourceCapability.CHANGES: "approved {words.budget_change}s",
    SourceCapability.REQUESTS: "what its users ask to be exported",
}
_MAY = {
    SourceCapability.LOCK: "Its budgets can be locked from here.",
    SourceCapability.OUTCOMES: "It is told what became of what was asked.",
    SourceCapability.HINTS: "It calls when something happened there.",
    SourceCapability.AUTHORIZATION: "A person authorizes a connection in the browser.",
}


def things(profile: ErpProfile | SourceProfile, warning: str = "") -> tuple[str, ...]:
    """The sentences, shortest first things first; what is not firmly known says so.

    `warning` is what its certificate gives cause for; it comes first, and blank is nothing to warn of.
    """
    if isinstance(profile, SourceProfile):
        return (*_warned(warning), *_of_source(profile), *_own(profile))
    limits = (sentence for limit in profile.limits for sentence in _limit(profile, limit))
    sight = (sentence for stage in profile.stages for sentence in _stage(stage))
    general = (*_takes(profile), *limits, *_conditions(profile), *sight, *_told(profile))
    return (*_warned(warning), *general, *_own(profile))


def _of_source(profile: SourceProfile) -> Iterator[str]:
    told = [text.format(words=profile.words) for each, text in _TELLS.items() if profile.supports(each)]
    yield f"It tells {_list([f'{profile.words.original_budget}s', *told])}."
    yield from (sentence for each, sentence in _MAY.items() if profile.supports(each))


def short_things(profile: ErpProfile, warning: str = "") -> tuple[str, ...]:
    """The warning, what it takes, who posts and who is mailed; the rest stands with the plugin."""
    return (*_warned(warning), *_takes(profile), *_conditions(profile), *_told(profile))


def _warned(warning: str) -> tuple[str, ...]:
    return (warning,) if warning else ()


def _takes(profile: ErpProfile) -> Iterator[str]:
    named = {capability: text.format(words=profile.words) for capability, text in _TAKES.items()}
    yield "It takes " + _list(name for capability, name in named.items() if profile.supports(capability)) + "."
    refused = [name for capability, name in named.items() if not profile.supports(capability)]
    if refused:
        yield f"It does not take {_list(refused)}."
    yield f"A difference of an exported {profile.words.original_budget} is booked {profile.difference_of_original}."


def _limit(profile: ErpProfile, limit: FieldLimit) -> Iterator[str]:
    name = getattr(profile.words, limit.field, limit.field.replace("_", " "))
    parts = []
    if limit.max_length is not None:
        parts.append(f"at most {limit.max_length} characters")
    if limit.whole_digits is not None:
        parts.append(f"at most {limit.whole_digits} digits before the point")
    if limit.decimals is not None:
        parts.append(f"{limit.decimals} decimals")
    if limit.forbidden:
        parts.append(_forbidden(limit.forbidden))
    if parts:
        after = "; longer text is shortened after you confirm it" if limit.over == "shorten" else ""
        yield f"{name.capitalize()}: {', '.join(parts)}{after}.{_grade(limit.grade)}"


def _forbidden(characters: str) -> str:
    visible = [letter for letter in characters if letter.isprintable() and not letter.isspace()]
    hidden = ["control characters"] if len(visible) < len(characters) else []
    return "without " + _list([*visible, *hidden])


def _conditions(profile: ErpProfile) -> Iterator[str]:
    for condition in profile.unlock_conditions:
        yield f"Before the next send: {condition.kind.replace('_', ' ')}. {condition.how}"


def _stage(sight: StageSight) -> Iterator[str]:
    if not sight.visible:
        yield f"Not visible from here: {sight.stage.replace('_', ' ')}. {sight.how}"


def _told(profile: ErpProfile) -> Iterator[str]:
    people = {"creator": "whoever created the budget", "sender": "whoever sent it"}
    told = _list(people[recipient.value] for recipient in profile.reject_tells)
    yield f"A reject is told to {told}."


def _own(profile: ErpProfile | SourceProfile) -> Iterator[str]:
    for thing in profile.things_to_know:
        yield thing.text + _grade(thing.grade)


def _grade(grade: Grade) -> str:
    return "" if grade in {Grade.FIRM, Grade.ONE_SOURCE} else f" ({grade.value}: check it at your site)"


def _list(words: Iterable[object]) -> str:
    *most, last = list(map(str, words)) or ["nothing"]
    return f"{', '.join(most)} and {last}" if most else last
