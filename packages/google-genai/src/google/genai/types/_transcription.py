"""Transcription and translation of speech: settings and transcripts. Not part of this module: voices (see `_speech`)."""

from ._base import CaseInSensitiveEnum, Model


class AudioTranscriptionConfigMode(CaseInSensitiveEnum):
    """Manner of a transcript. API: `AudioTranscriptionConfig.Mode`."""

    MODE_UNSPECIFIED = "MODE_UNSPECIFIED"
    """The service chooses."""
    VERBATIM = "VERBATIM"
    """Every word as it was spoken, including hesitations and repetitions."""
    SMART = "SMART"
    """Readable text, without hesitations and repetitions."""


class LanguageAuto(Model):
    """Choice to let the service detect the language of speech; it has no settings. API:
    `AudioTranscriptionConfig.languageAuto`.
    """


class LanguageHints(Model):
    """Languages that are likely in the speech. API: `AudioTranscriptionConfig.languageHints`."""

    language_codes: list[str] | None = None
    """Languages as BCP 47 tags, such as ["de-DE", "en-US"]."""


class AudioTranscriptionConfig(Model):
    """Settings of transcripts of audio; without a field, the option only turns them on. API:
    `AudioTranscriptionConfig`.

    Set at most one of `language_codes`, `language_auto` and `language_hints`.
    """

    language_codes: list[str] | None = None
    """Languages of the speech as BCP 47 tags, such as ["de-DE"]; an older form of `language_hints`."""

    language_auto: LanguageAuto | None = None
    """Set it to let the service detect the language."""

    language_hints: LanguageHints | None = None
    """Languages that are likely in the speech."""

    custom_vocabulary: list[str] | None = None
    """Unusual words to expect, such as names and technical terms."""

    adaptation_phrases: list[str] | None = None
    """Phrases to prefer where the speech is unclear."""

    word_timestamp: bool | None = None
    """Whether `Transcription.words` contains each word with its times. Unset means no."""

    diarization: bool | None = None
    """Whether the transcript distinguishes the speakers, see `Transcription.speaker_label`. Unset means no."""

    mode: AudioTranscriptionConfigMode | None = None
    """Whether the transcript has every sound of the speech or is readable text; the service chooses when unset."""

    source_text: str | None = None
    """Text that the speaker reads aloud, if it is known. The transcript follows it."""


class TranslationConfig(Model):
    """Settings of the translation of speech. API: `GenerationConfig.translationConfig`. For models that translate."""

    target_language_code: str | None = None
    """Language to translate into, as a BCP 47 tag such as "en-US"."""

    echo_target_language: bool | None = None
    """Whether speech that is already in the target language is repeated. Unset means no: the model is silent then."""


class WordInfo(Model):
    """One word of a transcript, with its place in the audio. API: `WordInfo`."""

    word: str | None = None
    """The word as text."""

    start_offset: str | None = None
    """Start of the word in seconds from the beginning of the audio, such as "1.5s"."""

    end_offset: str | None = None
    """End of the word in seconds from the beginning of the audio, such as "1.9s"."""


class Transcription(Model):
    """Transcript of audio, or a piece of one. API: `Transcription`.

    In a live session, pieces arrive independently of the answer, in no fixed order.
    """

    text: str | None = None
    """Transcribed text, or its next piece."""

    finished: bool | None = None
    """Whether this is the last piece."""

    language_code: str | None = None
    """Language of the speech as a BCP 47 tag, such as "de-DE"."""

    speaker_label: str | None = None
    """Label of the speaker, if the request asked for `AudioTranscriptionConfig.diarization`."""

    words: list[WordInfo] | None = None
    """Words of the transcript with their times, if the request asked for `AudioTranscriptionConfig.word_timestamp`."""

    start_offset: str | None = None
    """Start of the transcribed section in seconds from the beginning of the audio, such as "1.5s"."""

    end_offset: str | None = None
    """End of the transcribed section in seconds from the beginning of the audio, such as "9s"."""
