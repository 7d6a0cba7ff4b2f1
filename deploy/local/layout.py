"""Where everything of a local stack lives: one root folder for a stack, one tools folder for the checkout."""

import hashlib
import os
import stat
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
DEFAULT_ROOT = CHECKOUT / ".local"
TOOLS = CHECKOUT / ".local" / "tools"
SITE_PACKAGES = Path(sysconfig.get_path("purelib"))
UNIX_SOCKET_PATH_MAX = 100  # sun_path holds 108 bytes, and supervisord binds a temporary name a little longer than ours


@dataclass(frozen=True)
class Layout:
    """The paths under one stack's root."""

    root: Path

    @classmethod
    def at(cls, root: Path) -> "Layout":
        """A stack's layout; a relative root is taken from the checkout."""
        return cls(root if root.is_absolute() else (CHECKOUT / root))

    @property
    def log(self) -> Path:
        """Logs, one a process."""
        return self.root / "log"

    @property
    def run(self) -> Path:
        """Process ids and the supervisor's socket."""
        return self.root / "run"

    @property
    def conf(self) -> Path:
        """Settings and start scripts, written anew at each start."""
        return self.root / "conf"

    @property
    def keys(self) -> Path:
        """Signing keys and service tokens."""
        return self.root / "keys"

    @property
    def env(self) -> Path:
        """The stack's environment, for programs that drive it."""
        return self.root / "env"

    @property
    def settings(self) -> Path:
        """Settings of one's own for this stack's processes, KEY=VALUE a line; nobody but a person writes it."""
        return self.root / "settings"

    @property
    def ports(self) -> Path:
        """The ports that were picked."""
        return self.root / "ports.json"

    @property
    def secrets(self) -> Path:
        """Passwords, made at random."""
        return self.root / "secrets.json"

    @property
    def prepared(self) -> Path:
        """What has been prepared, and from what."""
        return self.root / "prepared.json"

    @property
    def lock(self) -> Path:
        """Held while somebody changes the stack."""
        return self.root / "lock"

    def data(self, name: str) -> Path:
        """The data folder of one backing service."""
        return self.root / name

    def pid_file(self, name: str) -> Path:
        """Holds the process id of a running process."""
        return self.run / f"{name}.pid"

    def log_file(self, name: str) -> Path:
        """The output of one process."""
        return self.log / f"{name}.log"

    def make(self) -> None:
        """Creates the folders. Keys and secrets are the owner's alone."""
        for folder in (self.root, self.log, self.run, self.conf, self.keys):
            folder.mkdir(parents=True, exist_ok=True)
        self.keys.chmod(0o700)
        self.conf.chmod(0o700)

    @property
    def socket(self) -> Path:
        """The supervisor's control socket: under the root, or in a private folder of /tmp where that path is too long."""
        path = self.run / "supervisor.sock"
        if len(os.fsencode(path)) <= UNIX_SOCKET_PATH_MAX:
            return path
        name = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"filmstudio-{os.getuid()}-{name}"
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise PermissionError(f"{folder} is not a folder of ours alone: remove it")
        return folder / "supervisor.sock"
