"""How problems are told and found in a file."""

from __future__ import annotations

from phases.model.problem import Place, Problem, Problems, located


def test_a_problem_is_one_line_with_its_place() -> None:
    """File, line, column and path stand in front, the remedy behind."""
    problem = Problem("a.b", "is wrong", "Write c", 3, 7, "k.yaml")
    assert str(problem) == "k.yaml:3:7: a.b: is wrong. Write c."
    assert str(Problem("", "is wrong")) == "is wrong."
    assert str(Problem("", "is wrong", file="k.yaml")) == "k.yaml: is wrong."


def test_a_problem_is_placed_at_its_field_or_the_nearest_above() -> None:
    """Where the field itself isn't in the file, what holds it is pointed to."""
    places = {"a": Place(1, 1), "a.b[0]": Place(2, 5)}
    given = [Problem("a.b[0].c", "x"), Problem("a.z", "y"), Problem("q", "z")]
    lines = [(problem.line, problem.file) for problem in located(given, places, "k.yaml")]
    assert lines == [(2, "k.yaml"), (1, "k.yaml"), (0, "")]


def test_a_place_that_is_known_already_stays() -> None:
    """Problems from the reader keep their own line."""
    problem = Problem("a", "x", line=9, column=1, file="other")
    assert located([problem], {"a": Place(1, 1)}, "k.yaml") == (problem,)


def test_problems_tell_all_of_them() -> None:
    """The exception's text has a line for each."""
    assert str(Problems([Problem("a", "x"), Problem("b", "y")])) == "a: x.\nb: y."
