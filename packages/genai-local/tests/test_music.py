"""The notes and the sound of live music: each setting can be heard, and the samples have no faults."""

from __future__ import annotations

import math
import time
from array import array
from dataclasses import replace
from itertools import pairwise

import pytest

from genai_local.services.music.composition import STEPS, Controls, bar_notes
from genai_local.services.music.mixing import FULL, Mix, packed
from genai_local.services.music.rendering import _PLACES, _VOLUMES, CHUNK_S, Player
from genai_local.services.music.settings import controls_of
from genai_local.services.music.sounds import RATE, frequency
from genai_local.services.music.styles import NEUTRAL, blend, style_of

FRAME = RATE // 100
"""Samples of 10 ms."""


def settings(text: str = "piano", **config) -> Controls:
    return controls_of([{"text": text, "weight": 1.0}], {"seed": 7, **config}, 0)


def play(controls: Controls, chunks: int) -> tuple[array[int], array[int]]:
    """Return the samples of the left and of the right side."""
    player = Player(controls)
    samples = array("h", b"".join(player.render() for _ in range(chunks)))
    return samples[0::2], samples[1::2]


def onsets(samples: array[int]) -> list[float]:
    """Return how much the loudness rises from each 10 ms to the next."""
    loudness = [
        math.log10(100.0 + sum(map(abs, samples[at : at + FRAME])) / FRAME) for at in range(0, len(samples), FRAME)
    ]
    return [max(0.0, after - before) for before, after in pairwise(loudness)]


def brightness_hz(samples: array[int]) -> float:
    """Return the quadratic mean of the frequencies."""
    changes = sum((after - before) ** 2 for before, after in pairwise(samples))
    return RATE / (2.0 * math.pi) * math.sqrt(changes / sum(sample**2 for sample in samples))


def energy(samples: array[int], hertz: float) -> float:
    """Return the energy at a frequency, by the algorithm of Goertzel."""
    factor = 2.0 * math.cos(2.0 * math.pi * hertz / RATE)
    last = before = 0.0
    for sample in samples:
        last, before = sample + factor * last - before, last
    return last**2 + before**2 - factor * last * before


@pytest.mark.parametrize("bpm", [75, 100, 140])
def test_the_tempo(bpm):
    rises = onsets(play(settings("techno", bpm=bpm, density=0.3, muteBass=True), 6)[0])

    def likeness(tempo: float) -> float:
        shift = round(60.0 / tempo * RATE / FRAME)
        return sum(map(lambda a, b: a * b, rises, rises[shift:])) / (len(rises) - shift)

    candidates = [tempo for tempo in range(60, 201, 5) if tempo % bpm]
    assert all(likeness(bpm) > 1.5 * likeness(tempo) for tempo in candidates if not is_multiple(tempo, bpm))


def is_multiple(tempo: int, bpm: int) -> bool:
    """Return whether the strokes of one tempo are on steps of the other."""
    ratio = tempo / bpm
    return any(abs(ratio * n / m - 1.0) < 0.03 for n in (1, 2, 3, 4) for m in (1, 2, 3, 4))


@pytest.mark.parametrize(
    ("name", "scale"), [("C_MAJOR_A_MINOR", 0), ("G_FLAT_MAJOR_E_FLAT_MINOR", 6), ("A_MAJOR_G_FLAT_MINOR", 9)]
)
@pytest.mark.parametrize("mood", ["happy flute", "sad flute"])
def test_the_scale(name, scale, mood):
    samples = play(settings(mood, scale=name, muteDrums=True, brightness=0.0, bpm=120), 2)[0]
    inside = outside = 0.0
    for pitch in range(48, 96):
        found = energy(samples, frequency(pitch))
        if (pitch - scale) % 12 in (0, 2, 4, 5, 7, 9, 11):
            inside += found
        else:
            outside += found
    assert inside > 20 * outside


def test_the_density_adds_notes_and_takes_none():
    begins = []
    for density in (0.0, 0.3, 0.6, 1.0):
        notes = bar_notes(settings(density=density), 0, 0)
        begins.append({(note.part, note.step) for note in notes if note.part != "chords"})
    assert all(few < many for few, many in pairwise(begins))


@pytest.mark.parametrize("density", [0.0, 0.4, 1.0])
def test_the_strokes_are_heard(density):
    controls = settings("drums", density=density, bpm=100, onlyBassAndDrums=True, muteBass=True)
    length_s = 3 * CHUNK_S
    steps = {
        bar * STEPS + note.step
        for bar in range(4)
        for note in bar_notes(controls, 0, bar)
        if note.part in ("kick", "snare", "hat") and (bar * STEPS + note.step) * 60.0 / 100 / 4 < length_s
    }
    heard = [rise > 0.3 for rise in onsets(play(controls, 3)[1])]
    strokes = len(steps - {0})  # the first one has nothing before it
    assert 0.9 * strokes <= sum(heard) <= strokes  # the end of one may cover another one


def test_the_brightness():
    heard = [brightness_hz(play(settings(brightness=value, bpm=120), 1)[0]) for value in (0.0, 0.5, 1.0)]
    assert heard[0] * 1.3 < heard[1]
    assert heard[1] * 1.3 < heard[2]


@pytest.mark.parametrize(
    ("config", "parts"),
    [
        ({}, {"melody", "chords", "bass", "kick", "snare", "hat"}),
        ({"muteBass": True}, {"melody", "chords", "kick", "snare", "hat"}),
        ({"muteDrums": True}, {"melody", "chords", "bass"}),
        ({"onlyBassAndDrums": True}, {"bass", "kick", "snare", "hat"}),
        ({"onlyBassAndDrums": True, "muteDrums": True}, {"bass"}),
    ],
)
def test_muted_parts(config, parts):
    controls = settings("ambient techno", **config)
    assert {note.part for note in bar_notes(controls, 0, 0) if controls.volume(note.part)} == parts


def test_only_bass_and_drums_are_heard_even_if_the_prompt_has_neither():
    assert any(play(settings("ambient", onlyBassAndDrums=True), 1)[0])


def test_nothing_is_heard_of_muted_music():
    silent = settings(onlyBassAndDrums=True, muteBass=True, muteDrums=True)
    assert not any(play(silent, 1)[0])


def melody(controls: Controls, bar: int = 0) -> list[tuple[int, int]]:
    return [(note.step, note.pitch) for note in bar_notes(controls, 0, bar) if note.part == "melody"]


def test_the_temperature_and_top_k_change_the_leaps():
    def leaps(**config) -> int:
        pitches = [pitch for bar in range(8) for _, pitch in melody(settings(density=1.0, **config), bar)]
        return sum(abs(after - before) for before, after in pairwise(pitches))

    assert leaps(temperature=0.0) < leaps(temperature=3.0)
    assert len({pitch for _, pitch in melody(settings(topK=1))}) == 1


def test_the_mode_diversity_repeats_no_bar():
    usual, diverse = settings(), settings(musicGenerationMode="DIVERSITY")
    rhythm = [[step for step, _ in melody(usual, bar)] for bar in (0, 2)]
    assert rhythm[0] == rhythm[1]
    assert len({tuple(melody(diverse, bar)) for bar in range(0, 16, 4)}) > 1
    assert len({tuple(melody(usual, bar)) for bar in range(0, 16, 4)}) == 1


def test_the_mode_vocalization_sounds_like_a_voice():
    assert settings(musicGenerationMode="VOCALIZATION").style == blend([("piano", 1.0), ("choir", 1.0)], 4.0)


def test_the_seed():
    assert play(settings(seed=1), 1) == play(settings(seed=1), 1)
    assert play(settings(seed=1), 1) != play(settings(seed=2), 1)


def test_words_choose_the_style():
    assert style_of("Minimal TECHNO with a flute").bpm == 128
    assert style_of("hip-hop").bpm == style_of("Lo-fi beats to relax").bpm == 84
    assert style_of("a sad song").minor == 1.0
    assert style_of("quux") == NEUTRAL
    assert style_of("happy sad").minor == 0.5
    assert style_of("pianola").partials == NEUTRAL.partials


def test_weights_blend_styles():
    prompts = [("techno", 3.0), ("ambient", 1.0)]
    assert blend(prompts, 4.0).bpm == pytest.approx((3 * 128 + 68) / 4)
    assert blend([(text, weight * 10) for text, weight in prompts], 4.0).bpm == blend(prompts, 4.0).bpm
    assert blend([("techno", 1.0), ("ambient", -0.5)], 4.0).bpm > 128
    assert blend([], 4.0) == NEUTRAL


def test_the_guidance_is_the_part_of_the_prompts():
    bpm = [blend([("techno", 1.0)], guidance).bpm for guidance in (0.0, 2.0, 4.0, 6.0)]
    assert bpm == pytest.approx([110, 119, 128, 128])


def test_prompts_and_settings_may_change_while_the_music_plays():
    player = Player(settings("piano"))
    player.render()
    player.controls = settings("organ", brightness=1.0)
    first = player.render()
    player.controls = settings("flute", brightness=0.0)
    player.render()
    assert brightness_hz(array("h", first)[0::2]) > brightness_hz(array("h", player.render())[0::2])


def test_the_tempo_and_the_scale_change_with_a_reset():
    player, other = Player(settings(bpm=90)), Player(settings(bpm=90))
    player.render(), other.render()
    player.controls = settings(bpm=180, scale="D_MAJOR_B_MINOR")
    assert player.render() == other.render()
    player.reset()
    assert player.render() != other.render()
    assert player._bpm == 180


@pytest.mark.parametrize("text", ["techno synth", "jazz sax", "slow strings", "drum and bass"])
def test_there_are_no_clicks_between_chunks(text):
    for side in play(settings(text, density=1.0), 3):
        for border in range(round(CHUNK_S * RATE), len(side), round(CHUNK_S * RATE)):
            jumps = [abs(side[at] - side[at - 1]) for at in range(border - 500, border + 500)]
            assert jumps[500] <= max(jumps[:500] + jumps[501:]) + 100


def test_a_reset_and_a_stop_make_no_click():
    player = Player(settings("organ", muteDrums=True, brightness=0.0))
    last = array("h", player.render())[-2]
    player.reset()
    faded = array("h", player.render())[0::2]
    assert abs(faded[0] - last) < 1500
    assert max(map(abs, faded[1400:1440])) < 1500  # nothing else begins before the last piece has faded out
    player.stop()
    assert abs(array("h", player.render())[0]) < 100


def test_the_loudest_music_is_not_cut_off():
    loudest = sum(_VOLUMES[part] * (1.0 + _PLACES.get(part, 0.0)) * (3 if part == "chords" else 1) for part in _VOLUMES)
    assert loudest <= 1.0
    style = replace(style_of("techno strings bass drums"), swing=0.33)
    controls = replace(settings(), style=style, density=1.0, brightness=1.0, bpm=200)
    for side in play(controls, 4):
        assert max(map(abs, side)) < 32_767


def test_no_part_overlaps_itself():
    for text in ("jazz", "techno", "ambient"):
        notes = bar_notes(settings(text, density=1.0), 0, 0)
        for part in ("melody", "bass"):
            ends = 0
            for note in sorted((note for note in notes if note.part == part), key=lambda note: note.step):
                assert note.step >= ends
                ends = note.step + note.steps
            assert ends <= STEPS


def test_both_sides_differ():
    left, right = play(settings(), 1)
    difference = sum((a - b) ** 2 for a, b in zip(left, right, strict=True))
    assert 0.01 < difference / sum(sample**2 for sample in left) < 1.0


def test_a_mix_is_the_sum_of_its_waves():
    waves = [array("i", [1000, -2000, 3000, -4000]), array("i", [-32767, 32767]), array("i", [-1])]
    mix = Mix()
    mix.add(packed(waves[0]), 0, FULL)
    mix.add(packed(waves[1]), 3, FULL // 2)
    mix.add(packed(waves[2]), 5, FULL)
    heard = array("h", mix.take(2) + mix.take(4))
    assert list(heard) == [1000, -2000, 3000, -4000 - 16384, 16383, -1]
    assert not any(mix.take(3))


def test_music_takes_a_small_part_of_its_duration():
    player = Player(settings("techno", density=1.0))
    begin = time.process_time()
    for _ in range(10):
        player.render()
    assert time.process_time() - begin < 10 * CHUNK_S / 4
