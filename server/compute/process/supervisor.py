"""Keeps one instance of a workload: starts its program, writes its log, stops it, records how it ended.

Usage: supervisor.py FOLDER. It lives apart from the control plane and outlasts it; they speak through files in FOLDER:

  run.json         what to run (read once)
  supervisor.json  who supervises; written before the program starts, so that it never starts twice
  status.json      the program's process, how often it was started
  log              `MILLISECONDS TEXT` for each line of output
  stop             appears when the program shall end; SIGUSR1 says "look now"
  exit.json        how it ended; on disk before this process ends

Only the standard library's lightest modules: a supervisor starts in some 20 ms and holds about 10 MB.
"""

import fcntl
import json
import os
import select
import signal
import sys
import time

# Isolated mode leaves the script's own folder out.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from instance_log import Log  # noqa: E402
from process_table import identity_of, memory_of  # noqa: E402
from program import Program, send  # noqa: E402

ALREADY_SUPERVISED = 75
# A server that stayed up this long is well: its next restart is quick again.
STEADY_SECONDS = 60
LONGEST_PAUSE = 10.0


def write_atomically(path: str, value: object, durable: bool = False) -> None:
    """Replaces a JSON file as a whole; `durable` waits until it is on disk."""
    descriptor = os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(value, file)
        file.flush()
        if durable:
            os.fsync(file.fileno())
    os.rename(path + ".new", path)
    if durable:
        folder = os.open(os.path.dirname(path), os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


class Supervisor:
    """Runs the program (for a server: again and again) until it has ended for good."""

    def __init__(self, folder: str, spec: dict) -> None:
        self.folder = folder
        self.spec = spec
        self.log = Log(os.path.join(folder, "log"), spec["logBytes"])
        self.runs = 0
        self.last_exit = None
        self.reason = None
        self.used_bytes = None
        self.listener = self.listen() if spec.get("relayPort") else None
        self.wake, wake = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake)
        for number in (signal.SIGCHLD, signal.SIGUSR1):
            signal.signal(number, lambda *_: None)
        signal.signal(signal.SIGTERM, self.told_to_end)
        # When the program first started: its runtime counts from there.
        self.began = None

    def listen(self) -> object:
        """A socket outside of the sandbox's network that a relay inside accepts from."""
        import socket

        return socket.create_server(("127.0.0.1", self.spec["relayPort"]), backlog=128)

    def told_to_end(self, *_: object) -> None:
        # Nobody of ours sends SIGTERM: the machine shuts down, or somebody ends processes by hand.
        self.reason = self.reason or "machine"

    def look_for_stop(self) -> None:
        if os.path.exists(os.path.join(self.folder, "stop")):
            self.reason = self.reason or "asked"

    def write_status(self, program: "Program | None") -> None:
        status = {"runs": self.runs, "started": bool(program and program.started), "lastExit": self.last_exit}
        if program:
            status.update(pid=program.pid, identity=identity_of(program.pid))
        try:
            write_atomically(os.path.join(self.folder, "status.json"), status)
        except OSError:
            pass

    def run(self) -> dict:
        for notice in self.spec["notices"]:
            self.log.write([notice.encode()])
        pause = 0.5
        while True:
            self.look_for_stop()
            if self.reason:
                return self.outcome(None)
            began = time.monotonic()
            program = Program(self.spec, self.log, self.listener)
            self.runs += 1
            self.write_status(program)
            self.watch(program)
            self.last_exit = program.exit_code()
            if self.reason == "memory" and self.spec["restart"]:
                self.reason = None
            if self.reason or not self.spec["restart"] or not program.started:
                return self.outcome(program)
            self.write_status(None)
            pause = 0.5 if time.monotonic() - began > STEADY_SECONDS else min(pause * 2, LONGEST_PAUSE)
            self.wait(pause)

    def wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.reason and time.monotonic() < until:
            select.select([self.wake], [], [], max(0.0, until - time.monotonic()))
            self.clear_wake()
            self.look_for_stop()

    def clear_wake(self) -> None:
        try:
            while os.read(self.wake, 512):
                pass
        except BlockingIOError:
            pass

    def watch(self, program: Program) -> None:
        """Until the program's end: passes its output on, and ends it when told to or when it takes too much."""
        poll = select.poll()
        for descriptor in (self.wake, program.output, program.announcement):
            poll.register(descriptor, select.POLLIN | select.POLLHUP)
        kill_at = None
        asked = False
        check_memory_at = time.monotonic() + 0.5
        while True:
            now = time.monotonic()
            if program.started and self.began is None:
                self.began = now
            deadline = self.deadline()
            if deadline is not None and now >= deadline:
                self.reason = "max-runtime"
            if self.spec.get("memoryBytes") and now >= check_memory_at:
                check_memory_at = now + self.check_memory(program)
            if self.reason and kill_at is None:
                kill_at = now + (0 if self.reason == "memory" else self.spec["graceSeconds"])
            if self.reason and not asked:
                asked = program.signal_program(signal.SIGTERM)
            if kill_at is not None and now >= kill_at:
                program.kill()
                kill_at = now + 1
            moments = [kill_at, self.deadline(), check_memory_at if self.spec.get("memoryBytes") else None]
            # Its process comes a moment after the sandbox stands.
            moments.append(now + 0.02 if self.reason and not asked else None)
            soonest = min((moment for moment in moments if moment is not None), default=None)
            wait = None if soonest is None else max(0, int((soonest - now) * 1000) + 1)
            for descriptor, _ in poll.poll(wait):
                if descriptor == self.wake:
                    self.clear_wake()
                    self.look_for_stop()
                elif descriptor == program.output:
                    if not program.read_output():
                        poll.unregister(descriptor)
                else:
                    if not program.read_announcement():
                        poll.unregister(descriptor)
                    elif program.started:
                        self.write_status(program)
            if program.reap():
                program.kill()
                program.drain()
                return

    def deadline(self) -> "float | None":
        limit = self.spec.get("maxRuntimeSeconds")
        return self.began + limit if limit and self.began is not None and not self.reason else None

    def check_memory(self, program: Program) -> float:
        """Ends a program that holds more than was reserved for it. Gives the seconds until the next look."""
        limit = self.spec["memoryBytes"]
        used = memory_of(program.pid, limit)
        if used > limit and not self.reason:
            self.reason = "memory"
            self.used_bytes = used
            self.log.write([f"Ended: it used {used >> 20} MiB of memory, {limit >> 20} MiB are reserved for it.".encode()])
        return 0.25 if used > limit * 0.6 else 1.0

    def outcome(self, program: "Program | None") -> dict:
        code = program.exit_code() if program else None
        if program and not program.started and not self.reason:
            return {"reason": "sandbox", "code": code}
        if self.reason == "memory":
            memory = {"usedBytes": self.used_bytes, "memoryBytes": self.spec["memoryBytes"]}
            return {"reason": "memory", "code": code, **memory}
        return {"reason": self.reason or "ended", "code": code}


def main() -> int:
    folder = os.path.abspath(sys.argv[1])
    lock = os.open(os.path.join(folder, "lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return ALREADY_SUPERVISED
    claim = os.path.join(folder, "supervisor.json")
    if os.path.exists(claim) or os.path.exists(os.path.join(folder, "exit.json")):
        return ALREADY_SUPERVISED
    with open(os.path.join(folder, "run.json")) as file:
        spec = json.load(file)
    write_atomically(claim, {"pid": os.getpid(), "identity": identity_of(os.getpid())}, durable=True)
    feeders = start_feeders(spec)
    outcome = Supervisor(folder, spec).run()
    for feeder in feeders:
        send(feeder, signal.SIGKILL)
    outcome["at"] = int(time.time() * 1000)
    write_last_word(folder, outcome)
    return 0


def write_last_word(folder: str, outcome: dict) -> None:
    """Waits for room on a full disk: without it, a program that ended well would count as lost."""
    while os.path.isdir(folder):
        try:
            return write_atomically(os.path.join(folder, "exit.json"), outcome, durable=True)
        except OSError:
            time.sleep(1)


def start_feeders(spec: dict) -> list:
    """Processes that fill the FIFOs of Pipe channels; they end with this one."""
    return [os.spawnvp(os.P_NOWAIT, argv[0], argv) for argv in spec.get("feeders", [])]


if __name__ == "__main__":
    sys.exit(main())
