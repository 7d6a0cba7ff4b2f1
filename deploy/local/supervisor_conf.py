"""What supervisord is told: its configuration file's text for a set of programs."""

import hashlib
import os
import shlex
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from deploy.local.errors import StackError
from deploy.local.layout import CHECKOUT, Layout
from deploy.local.program import Program

HERE = Path(__file__).resolve().parent
# deploy/local/supervise.py sees to it that a failed start counts as the first one for ever
PROGRAM = """
[program:{name}]
command=/bin/sh "{script}"
directory={directory}
# a program whose script has changed is a changed program
environment=FILMSTUDIO_PROGRAM_VERSION="{version}"
autostart=true
autorestart=true
startsecs=1
startretries=10
stopsignal={stop_signal}
stopwaitsecs={stop_seconds}
stopasgroup=false
killasgroup=true
priority={priority}
redirect_stderr=true
stdout_logfile={log}
stdout_logfile_maxbytes=20MB
stdout_logfile_backups=1
"""


def text(layout: Layout, programs: Iterable[Program]) -> str:
    """The whole file."""
    head = f"""\
[unix_http_server]
file={_path(layout.socket)}
chmod=0700

[supervisord]
logfile={_path(layout.log_file("supervisord"))}
logfile_maxbytes=5MB
logfile_backups=1
pidfile={_path(layout.run / "supervisord.pid")}
directory={_path(CHECKOUT)}
identifier=filmstudio

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""
    return head + "".join(_program(layout, program) for program in programs)


def script(layout: Layout, program: Program) -> str:
    """The shell script that supervisord runs: it writes down its own process id, then becomes the program."""
    pid_file = shlex.quote(str(layout.pid_file(program.name)))
    exports = [f"export {key}={shlex.quote(value)}" for key, value in sorted(program.environment.items())]
    command = shlex.join((*program.wrapper, *_die_with_parent(), *program.command))
    return "\n".join([
        "#!/bin/sh",
        f"echo $$ >{pid_file}.tmp && mv -f {pid_file}.tmp {pid_file} || exit 1",
        *exports,
        f"exec {command}",
        "",
    ])  # fmt: skip


def script_file(layout: Layout, program: Program) -> Path:
    """Where a program's script lies."""
    return layout.conf / f"{program.name}.sh"


def _program(layout: Layout, program: Program) -> str:
    return PROGRAM.format(
        name=program.name,
        script=_path(script_file(layout, program)),
        directory=_path(CHECKOUT),
        version=hashlib.sha256(script(layout, program).encode()).hexdigest()[:16],
        stop_signal=program.stop_signal,
        stop_seconds=program.stop_seconds,
        priority=program.priority,
        log=_path(layout.log_file(program.name)),
    )


def _die_with_parent() -> tuple[str, ...]:
    """A supervisor that is killed takes its children along, instead of leaving orphans that hold the ports."""
    if shutil.which("setpriv"):
        return ("setpriv", "--pdeathsig", "KILL")
    return (sys.executable, str(HERE / "die_with_parent.py"))


def _path(path: Path) -> str:
    """A path as supervisor's file can say it."""
    text_ = str(path)
    if any(part in text_ for part in ('"', "\n", " #", " ;")):
        raise StackError("supervisor", f"can't work in a folder of this name: {text_}", "move the checkout elsewhere")
    return text_.replace("%", "%%")


def clean_environment() -> dict[str, str]:
    """The caller's environment without what would mislead the stack's processes: stray addresses, keys and switches."""
    stray = (
        "AWS_", "PG", "DATABASE_URL", "REDIS_URL", "KAFKA_", "S3_", "GOOGLE_", "YOUTUBE_", "STRIPE_", "SALESFORCE_",
        "SMTP_", "MAIL_FROM", "WEBHOOKS_", "SANDBOX_", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH",
    )  # fmt: skip
    return {key: value for key, value in os.environ.items() if not key.startswith(stray)}
