"""Errors, and what the client does about them, shown with a local server that fails on purpose. Needs no key."""

import genai_local
from google import genai
from google.genai import errors, types

MODEL = "gemini-2.5-flash"

with genai_local.ScriptedGemini() as gemini:
    options = types.HttpOptions(base_url=gemini.url, timeout=500)
    client = genai.Client(vertexai=False, api_key="local", http_options=options)

    # By default the client does not retry: one request, one error.
    gemini.fail(503, message="The service is busy.")
    try:
        client.models.generate_content(model=MODEL, contents="Hello?")
    except errors.ServerError as error:
        print(f"{type(error).__name__} {error.code} {error.status}: {error.message} (requests: {error.attempts})")

    # With retries, the call succeeds although the service fails twice in a row.
    retries = types.HttpRetryOptions(attempts=4, initial_delay=0.05, jitter=0.05)
    patient = types.GenerateContentConfig(http_options=types.HttpOptions(retry_options=retries))
    gemini.fail(503, times=2)
    response = client.models.generate_content(model=MODEL, contents="Hello again?", config=patient)
    print(f"{response.text} (requests: {response.sdk_http_response.attempts})")

    # A request that cannot succeed is not retried, even with retry options.
    gemini.fail(400, message="The request is wrong.")
    try:
        client.models.generate_content(model=MODEL, contents="Hello?", config=patient)
    except errors.ClientError as error:
        print(f"{type(error).__name__} {error.code} {error.status}: {error.message} (requests: {error.attempts})")

    # If no reply arrives, the call ends after `HttpOptions.timeout`, here half a second.
    gemini.fail(stall=True)
    try:
        client.models.generate_content(model=MODEL, contents="Hello?")
    except errors.APITimeoutError as error:
        print(f"{type(error).__name__}: {error.message} (limit: {error.limit})")

    # A stream that fails yields the chunks that arrived before, then raises an error.
    gemini.on("count").stream(["one ", "two ", "three "])
    gemini.fail(503, message="The service stopped.", error_after_chunks=2)
    try:
        for chunk in client.models.generate_content_stream(model=MODEL, contents="Please count."):
            print(chunk.text, end="")
    except errors.APIError as error:
        print(f"... {type(error).__name__} {error.code} {error.status}: {error.message}")

    # An invalid argument raises an error before anything is sent.
    sent = len(gemini.requests)
    try:
        client.models.generate_content(model="", contents="Hello?")
    except ValueError as error:
        print(f"ValueError: {error} (requests: {len(gemini.requests) - sent})")
