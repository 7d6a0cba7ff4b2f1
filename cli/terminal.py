"""What all commands share: errors said with what to do, a signed-in client, answers as text, as a table, or as JSON."""

from __future__ import annotations

import json
import sys
import webbrowser
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Annotated, Any, ParamSpec

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli import config
from cli.client import Client
from cli.errors import StudioError

P = ParamSpec("P")
_console = Console()

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]


def command(function: Callable[P, None]) -> Callable[P, None]:
    """Ends with a message, what to do and an exit code instead of a traceback."""

    @wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            function(*args, **kwargs)
        except StudioError as error:
            if kwargs.get("as_json"):
                print(json.dumps(error.members(), ensure_ascii=False))
            else:
                print(f"Error: {error.message}", file=sys.stderr)
                if error.remedy:
                    print(f"  What to do: {error.remedy}", file=sys.stderr)
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            raise typer.Exit(130) from None

    return guarded


@contextmanager
def signed_in() -> Iterator[Client]:
    """A client of whoever is signed in; StudioError where nobody is."""
    with config.client(config.load()) as client:
        yield client


def say(as_json: bool, content: Any, text: str) -> None:
    """The content for programs, or the text for people."""
    print(json.dumps(content, ensure_ascii=False) if as_json else text)


def tell(as_json: bool, items: Sequence[Any], columns: Sequence[str], row: Callable[[Any], Iterable[object]]) -> None:
    """The items for programs, or as a table for people, of which the first column is an id."""
    if as_json:
        print(json.dumps(items, ensure_ascii=False))
        return
    table = Table(box=None)
    for column in columns:
        # an id that is cut short can't be used
        table.add_column(column, no_wrap=column == columns[0], min_width=36 if column == columns[0] else None)
    for item in items:
        # what somebody has written is no markup
        table.add_row(*(escape(str(cell)) for cell in row(item)))
    _console.print(table)


def show_page(as_json: bool, answer: Any, url: str, what: str) -> None:
    """A page of somebody else's to be opened: its address, and the page itself where a person is at the terminal."""
    say(as_json, answer, f"{what}:\n  {url}")
    if not as_json and sys.stdin.isatty() and sys.stdout.isatty():
        webbrowser.open(url)
