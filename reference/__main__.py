"""Writes the pages; a test fails while they are not what the code gives."""

import typer

from . import awaiting, fidelity, kinds
from .pages import FOLDER, PAGES


def main() -> None:
    """Write every page, and module, that differs."""
    FOLDER.mkdir(exist_ok=True)
    made = {
        kinds.PATH: kinds.kinds,
        awaiting.PATH: awaiting.awaiting,
        fidelity.PATH: fidelity.fidelity,
        **{FOLDER / name: page for name, page in PAGES.items()},
    }
    for path, make in made.items():
        text = make()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            typer.echo(f"written: {path.name}")


if __name__ == "__main__":
    main()
