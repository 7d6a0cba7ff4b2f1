"""A whole studio on this machine: backing services and ours, under one supervisor, with all its files under one root.

`Stack(Path(".local"))` is what `make up` runs, `Stack(Path(".local/test"))` the tests' own, beside it.
"""

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from deploy.local import backing, docker, envfile, passwords, report, servers, services
from deploy.local.backing import Source
from deploy.local.daemon import Daemon
from deploy.local.errors import StackError
from deploy.local.layout import DEFAULT_ROOT, TOOLS, Layout
from deploy.local.ports import Ports, is_free
from deploy.local.prepare import furnish, prepare
from deploy.local.program import BACKING, Program
from deploy.local.providers import SANDBOX
from deploy.local.readiness import wait_until_ready
from deploy.local.services import Shape

DEFAULT_PORT = 8000


class Stack:
    """One stack. Every method may be called again, and from several processes: they take turns."""

    def __init__(self, root: Path = DEFAULT_ROOT, environ: Mapping[str, str] | None = None) -> None:
        self.layout = Layout.at(root)
        self._environ = os.environ if environ is None else environ
        self._ports = Ports(self.layout.ports)
        self.daemon = Daemon(self.layout)

    # what callers ask for

    def ensure_backing(self, names: Sequence[str] = BACKING) -> dict[str, str]:
        """Starts PostgreSQL, Redis, Kafka and S3 (or some of them) where they don't run yet; returns the environment.

        The database and the bucket exist then; schemas and topics are for `prepare`.
        """
        with self._turn():
            return self._ensure_backing(self._last_shape(), names)

    def prepare(self, names: Sequence[str] = BACKING) -> dict[str, str]:
        """As `ensure_backing`, with migrated schemas, topics, keys and tokens."""
        with self._turn():
            env = self._ensure_backing(self._last_shape(), names)
            self._prepare(env, names)
            return env

    def up(
        self, port: int | None = None, workers: int | None = None, only: Sequence[str] | None = None
    ) -> dict[str, str]:
        """Starts everything (of our processes those in `only`, where given) and waits until each answers.

        Raises StackError that names the processes which don't, with the last lines of their logs.
        """
        with self._turn():
            shape = self._shape(port, workers)
            self._refuse_taken_port(shape)
            env = self._ensure_backing(shape, BACKING)
            failed: StackError | None = None
            try:
                self._prepare(env, BACKING)
            except StackError as error:
                failed = error  # start what can be started: a running half tells more than none
            ours = [
                program
                for program in services.programs(self.layout, shape, env)
                if only is None or program.name in only
            ]
            local = self._local_programs(shape)
            self.daemon.apply([*local, *ours])
            self._save_shape(shape)
            if failed:
                raise failed
            wait_until_ready(self.daemon, self.layout, ours)
            if any(program.name == SANDBOX for program in ours):
                furnish(self.layout, env)
            return env

    def down(self) -> None:
        """Ends everything that this stack runs. Data stays."""
        with self._turn():
            self.daemon.shutdown()
            if Source.DOCKER in self._sources().values():
                self._docker(docker.down_command(self.layout))

    def reset(self) -> None:
        """`down`, and removes the stack's data, keys and logs: everything under its root but the installed tools."""
        self.down()
        with self._turn():
            if Source.DOCKER in self._sources().values():
                self._docker(docker.down_command(self.layout, wipe=True))
            for path in self.layout.root.iterdir():
                if path in (TOOLS, self.layout.lock) or self._is_other_stack(path):
                    continue
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()

    def env(self) -> dict[str, str]:
        """The stack's environment as it was last written to its `env` file; empty before the first start."""
        return envfile.read(self.layout.env)

    def pid(self, name: str) -> int | None:
        """The process id of a running process, else None."""
        process = self.daemon.processes().get(name)
        return process["pid"] or None if process else None

    def status(self) -> list[report.Line]:
        """A line for every process: state, process id, address, memory. Empty while the stack is down."""
        env = self.env()
        addresses = {name: self._ports.address(name) for name in BACKING if name in self._ports}
        for name in self.daemon.processes():
            prefix = name.upper()
            addresses.setdefault(name, env.get(f"{prefix}_GRPC_ADDRESS", env.get(f"{prefix}_METRICS_ADDRESS", "")))
        addresses["gateway"] = env.get("FILMSTUDIO_URL", "").removeprefix("http://")
        addresses[SANDBOX] = env.get("SANDBOX_URL", "").removeprefix("http://")
        return report.lines(self.daemon, self.layout, addresses)

    def stop(self, name: str) -> None:
        """Ends one process; it stays down until `start`."""
        self._known(name)
        self.daemon.stop(name)

    def start(self, name: str) -> None:
        """Starts one process that was stopped."""
        self._known(name)
        self.daemon.start(name)

    # how it is done

    def _prepare(self, env: Mapping[str, str], names: Sequence[str]) -> None:
        local_kafka = self._sources()["kafka"] is Source.LOCAL
        prepare(self.layout, env, local_kafka=local_kafka, bucket="s3" in names)

    def _ensure_backing(self, shape: Shape, names: Sequence[str]) -> dict[str, str]:
        self.layout.make()
        sources = self._sources()
        self._ports.require([*servers.PORTS, *services.port_names(shape)])
        if not self.daemon.alive():
            self._ports.replace_taken([*servers.PORTS, *services.port_names(shape)])
        env = self._environment(shape, sources)
        known = self.daemon.processes()
        local = [name for name in names if sources[name] is Source.LOCAL]
        missing = [name for name in local if not self.daemon.is_running(name)]
        if missing:
            servers.create(self.layout, self._ports, missing)
            ours = services.programs(self.layout, shape, env)
            self.daemon.apply(
                program
                for program in [*self._local_programs(shape), *ours]
                if program.name in known or program.name in missing
            )
        containers = [name for name in names if sources[name] is Source.DOCKER]
        if containers:
            self._docker(docker.up_command(self.layout, containers))
        servers.wait_until_they_answer(self.layout, self._ports, env, sources, names)
        envfile.write(self.layout.env, env)
        return env

    def _sources(self) -> dict[str, Source]:
        return backing.resolve(self._environ)

    def _environment(self, shape: Shape, sources: Mapping[str, Source]) -> dict[str, str]:
        return {
            **servers.addresses(self.layout, self._ports),
            **backing.external_addresses(sources, self._environ),
            **services.environment(self.layout, self._ports, shape, self._environ),
        }

    def _local_programs(self, shape: Shape) -> list[Program]:
        known = servers.programs(self.layout, self._ports, origin=shape.url)
        return [known[name] for name, source in self._sources().items() if source is Source.LOCAL]

    def _docker(self, command: Sequence[str]) -> None:
        self._ports.require(servers.PORTS)
        variables = docker.environment(self._ports, passwords.load(self.layout), self._last_shape().url)
        docker.run(command, variables)

    def _known(self, name: str) -> None:
        names = self.daemon.processes()
        if not names:
            raise StackError("the stack", "isn't up", "make up")
        if name not in names:
            raise StackError(name or "NAME", "is no process of this stack", f"one of: {', '.join(sorted(names))}")

    # its shape, kept between starts

    def _shape(self, port: int | None, workers: int | None) -> Shape:
        """What was asked for; the rest as it runs now, or as by default."""
        last = self._last_shape()
        if self.daemon.is_running("gateway"):
            return Shape(port or last.gateway_port, workers or last.workers)
        default = DEFAULT_PORT if self.layout.root == DEFAULT_ROOT else self._own_gateway_port()
        return Shape(port or default, workers or 1)

    def _own_gateway_port(self) -> int:
        self._ports.require(["gateway"])
        return self._ports["gateway"]

    def _last_shape(self) -> Shape:
        path = self.layout.root / "shape.json"
        if path.exists():
            return Shape(**json.loads(path.read_text()))
        if self.layout.root == DEFAULT_ROOT:
            return Shape(DEFAULT_PORT)
        return Shape(self._own_gateway_port())

    def _save_shape(self, shape: Shape) -> None:
        text = json.dumps({"gateway_port": shape.gateway_port, "workers": shape.workers})
        (self.layout.root / "shape.json").write_text(text + "\n")

    def _refuse_taken_port(self, shape: Shape) -> None:
        mine = self.daemon.is_running("gateway") and self._last_shape().gateway_port == shape.gateway_port
        if not mine and not is_free(shape.gateway_port):
            raise StackError(
                "gateway", f"port {shape.gateway_port} is taken by another program", "choose another: make up PORT=8001"
            )

    def _is_other_stack(self, path: Path) -> bool:
        return path.is_dir() and (path / "ports.json").exists()

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """One change of the stack at a time, whoever asks for it."""
        self.layout.root.mkdir(parents=True, exist_ok=True)
        with self.layout.lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self._ports = Ports(self.layout.ports)
            yield


if __name__ == "__main__":
    from deploy.local.commands import main

    main()
