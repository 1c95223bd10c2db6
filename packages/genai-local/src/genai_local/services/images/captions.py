"""The caption and the seed of a picture, derived from the job."""

from __future__ import annotations

from .checks import Job


def drawn_prompt(job: Job) -> str:
    """Return the prompt to draw: the prompt of the job, rewritten if `enhancePrompt` is set."""
    if not job.parameters.get("enhancePrompt"):
        return job.prompt
    return f"{job.prompt.strip().rstrip('.')}, drawn with flat shapes in clear colours".lstrip(", ")


def seed_of(job: Job, index: int) -> str:
    """Return the seed of the picture with this index."""
    return f"{job.seed} {index} {job.parameters.get('negativePrompt', '')}"


def details_of(job: Job, size: tuple[int, int], index: int) -> list[str]:
    """Return the caption lines below the prompt: size, seed, number, negative prompt, and the mark `synthetic`."""
    seed = "none" if job.seed is None else job.seed
    lines = [f"{size[0]}x{size[1]} · seed {seed} · {index + 1} of {job.count}"]
    if job.parameters.get("negativePrompt"):
        lines.append(f"without: {job.parameters['negativePrompt']}")
    return [*lines, "synthetic · watermark" if job.watermark else "synthetic"]
