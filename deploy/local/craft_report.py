"""`make craft-report NAME=…`: looks closely at a finished film, out/NAME.mp4 with its out/NAME.json, and writes out/NAME.report.html.

With --picture also out/NAME.report.jpg: its contact sheet, wave and measures as one picture.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from cli.errors import StudioError
from deploy.local import craft_report_film, craft_report_page, craft_report_picture
from deploy.local.demo import OUT


def write(name: str, folder: Path, *, picture: bool = False) -> list[Path]:
    """The report's files; StudioError where the film isn't there or can't be read."""
    film = craft_report_film.read(name, folder)
    paths = [folder / f"{name}.report.html"]
    paths[0].write_text(craft_report_page.page(film), encoding="utf-8")
    if picture:
        paths.append(folder / f"{name}.report.jpg")
        craft_report_picture.draw(film).save(paths[1], quality=88)
    return paths


def main() -> None:
    """Write it, and say where it is."""
    parser = argparse.ArgumentParser(prog="make craft-report", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("name", help="the films' name in out/, as in make craft-report NAME=drama")
    parser.add_argument("--out", type=Path, default=OUT, help="where the film is")
    parser.add_argument("--picture", action="store_true", help="a picture as well")
    asked = parser.parse_args()
    try:
        print("\n".join(map(str, write(asked.name, asked.out, picture=asked.picture))))
    except StudioError as error:
        remedy = f"\n  What to do: {error.remedy}" if error.remedy else ""
        print(f"Error: {error.message}{remedy}", file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
