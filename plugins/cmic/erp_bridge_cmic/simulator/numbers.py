"""Numbers of potential change items, by the mask of their type; each `*` of a mask is a digit."""

from erp_bridge_cmic.simulator.context import Context


def next_number(context: Context, comp: str, job: str, mask: str) -> str | None:
    """The number after the highest that fits the mask in this job; None when the mask has none left."""
    prefix, digits = mask.rstrip("*"), mask.count("*")
    held = context.connection.execute(
        "SELECT number FROM pci WHERE comp = ? AND job = ? AND number GLOB ?",
        (comp, job, prefix + "[0-9]" * digits),
    )
    highest = max((int(row["number"][len(prefix) :]) for row in held), default=0)
    return None if highest + 1 >= 10**digits else f"{prefix}{highest + 1:0{digits}d}"
