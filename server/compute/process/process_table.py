"""Which processes there are, which belong together, and what memory they hold."""

import os


def identity_of(pid: int) -> str:
    """Tells a process from a later one with the same number: the boot and the moment of its start."""
    try:
        with open("/proc/sys/kernel/random/boot_id") as boot, open(f"/proc/{pid}/stat", "rb") as stat:
            return f"{boot.read().strip()}:{stat.read().rpartition(b')')[2].split()[19].decode()}"
    except FileNotFoundError:
        # Without /proc (macOS).
        with os.popen(f"LC_ALL=C ps -o lstart= -p {pid}") as answer:
            return answer.read().strip()


def process_table() -> list:
    """Every process as (pid, parent, session, resident bytes)."""
    table = []
    if os.path.isdir("/proc/self"):
        page = os.sysconf("SC_PAGE_SIZE")
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    with open(f"/proc/{name}/stat", "rb") as stat:
                        fields = stat.read().rpartition(b")")[2].split()
                except OSError:
                    continue
                table.append((int(name), int(fields[1]), int(fields[3]), int(fields[21]) * page))
        return table
    with os.popen("ps -axo pid=,ppid=,pgid=,rss=") as answer:
        for line in answer:
            pid, parent, group, resident = map(int, line.split()[:4])
            table.append((pid, parent, group, resident * 1024))
    return table


def family_of(root: int) -> list:
    """A process, all it descends to, and what else is in its session, as (pid, depth, resident bytes)."""
    table = process_table()
    depths = {root: 0}
    # A child may have a lower number than its parent and so come first: descent is followed to its end before what has
    # lost its parent is taken in by its session.
    follow_descent(table, depths)
    for pid, _, session, _ in table:
        if session == root:
            depths.setdefault(pid, 1)
    follow_descent(table, depths)
    return [(pid, depths[pid], resident) for pid, _, _, resident in table if pid in depths]


def follow_descent(table: list, depths: dict) -> None:
    found = True
    while found:
        found = False
        for pid, parent, _, _ in table:
            if pid not in depths and parent in depths:
                depths[pid] = depths[parent] + 1
                found = True


def proportional_bytes(pid: int) -> int:
    """Memory with shared pages counted once among those that share them; 0 where that is not known."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as smaps:
            return next((int(line.split()[1]) * 1024 for line in smaps if line.startswith("Pss:")), 0)
    except OSError:
        return 0


def memory_of(root: int, limit: int) -> int:
    """Memory of the whole family. The exact figure costs much, so it is asked for only near the limit."""
    family = family_of(root)
    resident = sum(entry[2] for entry in family)
    if resident <= limit:
        return resident
    return sum(proportional_bytes(entry[0]) for entry in family) or resident
