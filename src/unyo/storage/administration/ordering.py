"""The order of a list that people arrange."""


def moved(names: list[str], name: str, position: int | None) -> list[str]:
    """The list with a name, which it may hold already, at a position counted from 1; at its end for None."""
    others = [each for each in names if each != name]
    place = len(others) if position is None else max(position - 1, 0)
    return [*others[:place], name, *others[place:]]
