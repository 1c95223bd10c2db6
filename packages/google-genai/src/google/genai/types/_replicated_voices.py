"""Voices that the service imitates from a recording. Not part of this module: prebuilt voices (see `_speech`)."""

from typing import Annotated

from .._wire.marks import GEMINI_ONLY
from ._base import Model
from ._bytes import BASE64


class VoiceConsentSignature(Model):
    """Signature with which the service confirms that the owner of a voice has agreed to its use. API:
    `VoiceConsentSignature`.
    """

    signature: str | None = None
    """The signature, as the service sent it in `LiveServerSetupComplete.voice_consent_signature`."""


class ReplicatedVoiceConfig(Model):
    """A voice that the service imitates from a recording. API: `ReplicatedVoiceConfig`.

    The Gemini Developer API needs the consent of the owner of the voice: `consent_audio` for the first session,
    `voice_consent_signature` for later ones.
    """

    mime_type: str | None = None
    """Media type of the recordings, such as "audio/wav"."""

    voice_sample_audio: Annotated[bytes | None, BASE64] = None
    """Recording of the voice, as in a file; base64 on the wire."""

    consent_audio: Annotated[bytes | None, GEMINI_ONLY, BASE64] = None
    """Recording in which the owner of the voice agrees to its use, as in a file; base64 on the wire. Gemini Developer
    API only.
    """

    voice_consent_signature: Annotated[VoiceConsentSignature | None, GEMINI_ONLY] = None
    """Signature from an earlier session, in place of `consent_audio`. Gemini Developer API only."""
