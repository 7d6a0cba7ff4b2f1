"""The command line of a stack.

up, down, status, logs, start, stop and reset are what make calls; backing starts the backing services alone and prints the
environment, prepare also migrates and makes topics, and exec runs a module of ours against the stack as its operator:
`python -m deploy.local.stack exec services.credits.audit`.
"""

import argparse
import os
import sys
import time
from pathlib import Path

from deploy.local import providers, report
from deploy.local.errors import StackError
from deploy.local.layout import DEFAULT_ROOT
from deploy.local.passwords import token_file
from deploy.local.stack import Stack
from deploy.local.supervisor_conf import clean_environment


def main() -> None:
    """Runs one command; a failure is said in words and ends with 1."""
    arguments = _parser().parse_args()
    stack = Stack(arguments.root)
    try:
        match arguments.command:
            case "up":
                _up(stack, arguments.port, arguments.workers)
            case "backing":
                for key, value in stack.ensure_backing().items():
                    print(f"{key}={value}")
            case "prepare":
                stack.prepare()
            case "down":
                stack.down()
            case "reset":
                stack.reset()
            case "status":
                _status(stack)
            case "logs":
                _logs(stack, arguments.name, arguments.lines)
            case "exec":
                _exec(stack, arguments.module, arguments.arguments)
            case "stop":
                stop_or_start(stack, arguments.name, stop=True)
            case "start":
                stop_or_start(stack, arguments.name, stop=False)
    except StackError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit(130)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.local.stack", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("up", "backing", "prepare", "down", "reset", "status", "logs", "exec", "stop", "start"):
        command = commands.add_parser(name)
        command.add_argument("--root", type=Path, default=DEFAULT_ROOT, help="the stack's folder (default: .local)")
        if name == "up":
            command.add_argument("--port", type=int, help="the gateway's port (default: 8000)")
            command.add_argument("--workers", type=int, help="how many render workers (default: 1)")
        if name in ("logs", "stop", "start"):
            command.add_argument("name", nargs="?", default="", help="a process, as make status lists them")
        if name == "exec":
            command.add_argument("module", help="what python -m would run")
            command.add_argument("arguments", nargs=argparse.REMAINDER)
        if name == "logs":
            command.add_argument("--lines", type=int, default=200)
    return parser


def _up(stack: Stack, port: int | None, workers: int | None) -> None:
    started = time.monotonic()
    env = stack.up(port, workers)
    url = env["FILMSTUDIO_URL"]
    print(f"The studio is up after {time.monotonic() - started:.1f} s.")
    print(f"  address        {url}")
    print(f"  documentation  {url}/docs")
    print(f"  admin          {env['FILMSTUDIO_ADMIN_EMAIL']}  {env['FILMSTUDIO_ADMIN_PASSWORD']}")
    if sandbox := env.get("SANDBOX_URL"):
        names = ", ".join(provider.name for provider in providers.played(os.environ))
        print(f"  sandbox        {sandbox}  (plays {names}: nothing there is real)")
    print(f"  everything     {stack.layout.env}")


def _status(stack: Stack) -> None:
    rows = stack.status()
    if not rows:
        sys.exit("The stack isn't up: make up")
    print(report.table(rows))


def stop_or_start(stack: Stack, name: str, *, stop: bool) -> None:
    """Stops or starts the one process that the user named."""
    if not name:
        raise StackError("NAME", "is missing", "for example: make stop NAME=kafka")
    if stop:
        stack.stop(name)
    else:
        stack.start(name)
    print(f"{name} is {'down until make start' if stop else 'started'}")


def _exec(stack: Stack, module: str, arguments: list[str]) -> None:
    """Becomes a module of ours that is told all about the stack and calls its services as the operator."""
    env = stack.env()
    if not env:
        raise StackError("the stack", "was never started", "make up")
    operator = {"SERVICE_TOKEN_FILE": str(token_file(stack.layout, "operator"))}
    command = [sys.executable, "-m", module, *arguments]
    os.execve(command[0], command, {**clean_environment(), **env, **operator})  # noqa: S606  # no shell wanted


def _logs(stack: Stack, name: str, lines: int) -> None:
    """Shows the end of one process's log and follows it; of every process where no name is given."""
    files = [stack.layout.log_file(name)] if name else sorted(stack.layout.log.glob("*.log"))
    if not files or not all(file.exists() for file in files):
        raise StackError(name or "logs", "there is no such log", f"see {stack.layout.log}")
    follow = ["-F"] if name and sys.stdout.isatty() else []
    command = ["tail", "-n", str(lines), *follow, *map(str, files)]
    os.execvp(command[0], command)  # noqa: S606  # a list of our own making, and no shell wanted
