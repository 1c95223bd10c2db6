"""How much memory this process holds. Imports nothing, so that a fresh process can ask."""


def memory_mb(field: str) -> float:
    """Return a field of this process's status, "VmHWM" (peak) or "VmRSS" (now). `resource.getrusage` will not do: on
    Linux its peak is inherited from the process that spawned this one."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(field)) / 1024
