"""What is written on a picture and what decides on its shapes, both from the job alone."""

from __future__ import annotations

from .checks import Job


def drawn_prompt(job: Job) -> str:
    """Return the prompt that is drawn: the job's own, or what it is rewritten to when that is asked for."""
    if not job.parameters.get("enhancePrompt"):
        return job.prompt
    return f"{job.prompt.strip().rstrip('.')}, drawn with flat shapes in clear colours".lstrip(", ")


def seed_of(job: Job, index: int) -> str:
    """Return what decides on the picture of an index beside its text."""
    return f"{job.seed} {index} {job.parameters.get('negativePrompt', '')}"


def details_of(job: Job, size: tuple[int, int], index: int) -> list[str]:
    """Return the lines below the prompt: size, seed, number, what is to be left out, and that it is synthetic."""
    seed = "none" if job.seed is None else job.seed
    lines = [f"{size[0]}x{size[1]} · seed {seed} · {index + 1} of {job.count}"]
    if job.parameters.get("negativePrompt"):
        lines.append(f"without: {job.parameters['negativePrompt']}")
    return [*lines, "synthetic · watermark" if job.watermark else "synthetic"]
