"""The log file of an instance."""

import os
import time

# CloudWatch's limit for one event, 256 KiB, of which it counts 26 bytes for itself.
LONGEST_LINE = 256 * 1024 - 26
# How much output is held back for a disk that is full, until there is room again.
MOST_WAITING = 4 * 1024 * 1024


class Log:
    """The instance's log file: one timestamped line for each line of output, flushed at once, up to a size."""

    def __init__(self, path: str, limit: int) -> None:
        self.descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.size = os.fstat(self.descriptor).st_size
        self.limit = limit
        self.partial = b""
        self.waiting = b""
        self.dropped = 0

    def feed(self, output: bytes) -> None:
        """Takes output as it comes; a line that is not yet ended waits for its end."""
        lines = (self.partial + output).split(b"\n")
        self.partial = lines.pop()
        while len(self.partial) > LONGEST_LINE:
            lines.append(self.partial[:LONGEST_LINE])
            self.partial = self.partial[LONGEST_LINE:]
        if lines:
            self.write(lines)

    def end(self) -> None:
        """Writes what waits for a line end that will not come."""
        if self.partial:
            self.write([self.partial])
            self.partial = b""

    def write(self, lines: list) -> None:
        if self.size >= self.limit:
            return
        now = b"%d " % (time.time() * 1000)
        entries = b"".join(
            now + line[start : start + LONGEST_LINE].rstrip(b"\r") + b"\n"
            for line in lines
            for start in range(0, len(line) or 1, LONGEST_LINE)
        )
        self.size += len(entries)
        if self.size >= self.limit:
            entries += now + b"The log has reached %d bytes: what follows is not kept.\n" % self.limit
        self.append(entries, now)

    def append(self, entries: bytes, now: bytes) -> None:
        """A full disk costs lines once too many wait for room, never the program; what is written are whole lines."""
        if len(self.waiting) + len(entries) > MOST_WAITING:
            self.dropped += len(entries)
        else:
            self.waiting += entries
        try:
            self.flush()
            if self.dropped:
                self.waiting = now + b"The disk was full: %d bytes of output are not kept.\n" % self.dropped
                self.dropped = 0
                self.flush()
        except OSError:
            pass

    def flush(self) -> None:
        while self.waiting:
            self.waiting = self.waiting[os.write(self.descriptor, self.waiting) :]
