"""Writes the pages; a test fails while they are not what the code gives."""

import typer

from .pages import FOLDER, PAGES


def main() -> None:
    """Write every page that differs."""
    FOLDER.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        path, text = FOLDER / name, page()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            typer.echo(f"written: docs/reference/{name}")


if __name__ == "__main__":
    main()
