"""What supervisord is told."""

import configparser
import shlex
import subprocess
from pathlib import Path

import pytest

from deploy.local import supervisor_conf
from deploy.local.errors import StackError
from deploy.local.layout import Layout
from deploy.local.program import Program

PROGRAM = Program("echo", ("/bin/sh", "-c", 'printf %s "$WORD"'), "127.0.0.1:1", {"WORD": "a 'b' \"c\" $d %e;f #g"})


def section(layout: Layout, program: Program) -> configparser.SectionProxy:
    parser = configparser.RawConfigParser(inline_comment_prefixes=(";", "#"), strict=False)
    parser.read_string(supervisor_conf.text(layout, [program]))
    return parser[f"program:{program.name}"]


def test_what_dies_is_started_again(tmp_path: Path) -> None:
    assert section(Layout(tmp_path), PROGRAM)["autorestart"] == "true"


def test_the_script_hands_over_the_environment_unchanged_and_writes_its_process_id(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.make()
    path = supervisor_conf.script_file(layout, PROGRAM)
    path.write_text(supervisor_conf.script(layout, PROGRAM))
    started = subprocess.Popen(["/bin/sh", path], stdout=subprocess.PIPE, text=True)
    said, _ = started.communicate(timeout=10)
    assert said == PROGRAM.environment["WORD"]
    assert int(layout.pid_file("echo").read_text()) == started.pid


def test_children_die_with_their_supervisor(tmp_path: Path) -> None:
    last = supervisor_conf.script(Layout(tmp_path), PROGRAM).splitlines()[-1]
    words = shlex.split(last)
    assert words[:4] == ["exec", "setpriv", "--pdeathsig", "KILL"] or words[2].endswith("die_with_parent.py")


def test_a_changed_program_is_another_version(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    other = Program(PROGRAM.name, PROGRAM.command, PROGRAM.address, {"WORD": "other"})
    assert section(layout, PROGRAM)["environment"] != section(layout, other)["environment"]


def test_a_percent_sign_in_a_path_is_escaped(tmp_path: Path) -> None:
    assert "100%%" in section(Layout(tmp_path / "100%"), PROGRAM)["stdout_logfile"]


def test_a_folder_that_supervisor_cannot_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="folder of this name"):
        supervisor_conf.text(Layout(tmp_path / "a #b"), [PROGRAM])


def test_stray_addresses_and_keys_are_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "stray")
    monkeypatch.setenv("OPENAI_API_KEY", "kept")
    passed = supervisor_conf.clean_environment()
    assert "DATABASE_URL" not in passed
    assert "AWS_SESSION_TOKEN" not in passed
    assert passed["OPENAI_API_KEY"] == "kept"
