"""The memory use of this process. Imports nothing, so that a fresh process can call it."""


def memory_mb(field: str) -> float:
    """Return a field of this process's status, "VmHWM" (peak) or "VmRSS" (current). `resource.getrusage` cannot be used:
    on Linux a process inherits the peak of its parent process."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(field)) / 1024
