"""Feeds a Pipe channel: writes its data into the FIFO CHANNEL_0, then for the next epoch into CHANNEL_1, and so on.

Usage: feeder.py PLAN [--prepare]. The plan names the FIFO, the files in their order, and how they are wrapped and shuffled;
with --prepare only the first FIFO is made.
"""

import errno
import json
import os
import struct
import sys
import time

BLOCK = 1 << 20
RECORD_MAGIC = 0xCED7230A
LONGEST_PART = (1 << 29) - 1
LOOK_EVERY_SECONDS = 0.02


class SupervisorGone(Exception):
    """Nobody is left to read."""


def open_for_writing(path: str, parent: int) -> int:
    """Waits until somebody reads, without outliving the supervisor."""
    while True:
        if os.getppid() != parent:
            raise SupervisorGone
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            time.sleep(LOOK_EVERY_SECONDS)
            continue
        os.set_blocking(descriptor, True)
        return descriptor


def write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def record_parts(size: int) -> "list[tuple[int, int]]":
    """RecordIO's parts of one record as (flag, length): whole, or first, middle …, last."""
    lengths = [LONGEST_PART] * (size // LONGEST_PART)
    if size % LONGEST_PART or not lengths:
        lengths.append(size % LONGEST_PART)
    if len(lengths) == 1:
        return [(0, lengths[0])]
    return [(1 if i == 0 else 3 if i == len(lengths) - 1 else 2, length) for i, length in enumerate(lengths)]


def copy(source: int, target: int, length: int) -> None:
    while length:
        data = os.read(source, min(BLOCK, length))
        if not data:
            raise EOFError
        write_all(target, data)
        length -= len(data)


def write_file(path: str, target: int, record_io: bool) -> None:
    source = os.open(path, os.O_RDONLY)
    try:
        size = os.fstat(source).st_size
        if not record_io:
            copy(source, target, size)
            return
        for flag, length in record_parts(size):
            write_all(target, struct.pack("<II", RECORD_MAGIC, flag << 29 | length))
            copy(source, target, length)
            write_all(target, bytes(-length % 4))
    finally:
        os.close(source)


def order_of(groups: list, seed: "int | None", epoch: int) -> list:
    if seed is None:
        return groups
    import random

    shuffled = list(groups)
    random.Random(seed + epoch).shuffle(shuffled)
    return shuffled


def feed_epoch(plan: dict, epoch: int, parent: int) -> None:
    target = open_for_writing(f"{plan['fifo']}_{epoch}", parent)
    try:
        for group in order_of(plan["groups"], plan["shuffleSeed"], epoch):
            for name in group:
                write_file(os.path.join(plan["folder"], name), target, plan["recordIo"])
    except BrokenPipeError:
        # The reader had enough of this epoch.
        pass
    finally:
        os.close(target)


def make_fifo(path: str) -> None:
    try:
        os.mkfifo(path, 0o666)
    except FileExistsError:
        pass


def main() -> None:
    parent = os.getppid()
    with open(sys.argv[1]) as file:
        plan = json.load(file)
    make_fifo(f"{plan['fifo']}_0")
    if sys.argv[2:] == ["--prepare"]:
        return
    epoch = 0
    while True:
        # The next one is there before this one ends: programs open it at once.
        make_fifo(f"{plan['fifo']}_{epoch + 1}")
        feed_epoch(plan, epoch, parent)
        epoch += 1


if __name__ == "__main__":
    try:
        main()
    except SupervisorGone:
        pass
