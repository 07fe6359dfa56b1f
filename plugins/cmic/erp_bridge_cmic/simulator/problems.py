"""What CMiC refuses, before it is put into the shape that the caller asked for."""

from collections.abc import Iterable

from attrs import frozen


@frozen
class Problem:
    """One sentence of a refusal, and the attribute it is about where there is one."""

    detail: str
    attribute: str = ""


class Refusal(Exception):
    """A request that is answered with a status and every problem it has, at once. Nothing was changed."""

    def __init__(self, status: int, problems: Iterable[Problem | str]) -> None:
        """Take the HTTP status and the problems, sentences alone where no attribute is meant."""
        self.status = status
        self.problems = tuple(problem if isinstance(problem, Problem) else Problem(problem) for problem in problems)
        super().__init__("\n".join(problem.detail for problem in self.problems))
