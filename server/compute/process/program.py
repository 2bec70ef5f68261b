"""One run of a workload's program."""

import fcntl
import os
import select
import signal
import time

from instance_log import Log
from process_table import family_of

READ_SIZE = 64 * 1024
DRAIN_SECONDS = 1.0


class Program:
    """One run of the program, from its start to its end."""

    def __init__(self, spec: dict, log: Log, listener: object) -> None:
        self.spec = spec
        self.log = log
        self.output, output = os.pipe()
        self.announcement, announcement = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            become(spec, output, announcement, listener)
        os.close(output)
        os.close(announcement)
        self.started = not spec["announces"]
        self.status = None

    def signal_program(self, number: int) -> bool:
        """To the program itself, as a container's first process gets it; what wraps it is left alone.

        False when it is not there yet.
        """
        receivers = [pid for pid, depth, _ in family_of(self.pid) if depth == self.spec["depth"]]
        for pid in receivers:
            send(pid, number)
        return bool(receivers)

    def kill(self) -> None:
        for pid, _, _ in family_of(self.pid):
            send(pid, signal.SIGKILL)

    def reap(self) -> bool:
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid:
            self.status = status
        return bool(pid)

    def read_output(self) -> bool:
        """Takes what there is. False once every writer has gone."""
        data = os.read(self.output, READ_SIZE)
        self.log.feed(data)
        return bool(data)

    def read_announcement(self) -> bool:
        """The sandbox tells when it stands, just before the program. False once it has nothing more to tell."""
        data = os.read(self.announcement, 16)
        self.started = self.started or bool(data)
        return bool(data)

    def drain(self) -> None:
        """After the end: what is still in the pipe, without waiting for a stray process that holds it open."""
        until = time.monotonic() + DRAIN_SECONDS
        while time.monotonic() < until:
            ready, _, _ = select.select([self.output], [], [], max(0.0, until - time.monotonic()))
            if not ready or not self.read_output():
                break
        while not self.started and self.read_announcement():
            pass
        self.log.end()
        os.close(self.output)
        os.close(self.announcement)

    def exit_code(self) -> int:
        code = os.waitstatus_to_exitcode(self.status)
        return code if code >= 0 else 128 - code


def become(spec: dict, output: int, announcement: int, listener: object) -> None:
    """In the child: turns into the program. Its session of its own makes one target of all that it starts."""
    try:
        os.setsid()
        for number in (signal.SIGUSR1, signal.SIGTERM, signal.SIGCHLD, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDONLY)
        # Away from the low numbers first: one of these may be 3 or 4 itself.
        high = [fcntl.fcntl(each, fcntl.F_DUPFD, 64) for each in (nothing, output, announcement)]
        shared = fcntl.fcntl(listener.fileno(), fcntl.F_DUPFD, 64) if listener else None
        os.dup2(high[0], 0)
        os.dup2(high[1], 1)
        os.dup2(high[1], 2)
        os.dup2(high[2], 3)
        if shared is not None:
            os.dup2(shared, 4)
        os.closerange(5 if listener else 4, 256)
        os.chdir(spec["directory"])
        os.execvpe(spec["argv"][0], spec["argv"], spec["environment"])
    except BaseException as error:
        os.write(2, f"Could not start {spec['argv'][0]}: {error}\n".encode())
    os._exit(127)


def send(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except OSError:
        pass
