"""The file `.local/env`, for programs that drive the studio."""

import stat
from pathlib import Path

import pytest

from deploy.local import envfile


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    values = {"DATABASE_URL": "postgresql://app:a=b%20c@127.0.0.1:5/filmstudio", "EMPTY": "", "S3_BUCKET": "films"}
    envfile.write(tmp_path / "env", values)
    assert envfile.read(tmp_path / "env") == values


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    envfile.write(tmp_path / "env", {"SECRET": "x"})
    assert stat.S_IMODE((tmp_path / "env").stat().st_mode) == 0o600


def test_blank_lines_and_comments_are_passed_over() -> None:
    assert envfile.parse("\n# a comment\nA=1\n\n") == {"A": "1"}


@pytest.mark.parametrize("line", ["no separator", "lower=1", "export A=1", "=1"])
def test_anything_else_is_refused_with_its_line(line: str) -> None:
    with pytest.raises(ValueError, match="line 2"):
        envfile.parse(f"A=1\n{line}\n")


@pytest.mark.parametrize("value", ["two\nlines", " padded", "tab\t"])
def test_a_value_that_would_be_read_differently_is_not_written(value: str) -> None:
    with pytest.raises(ValueError, match="A can't be written"):
        envfile.render({"A": value})


def test_no_file_is_no_values(tmp_path: Path) -> None:
    assert envfile.read(tmp_path / "env") == {}
