"""What goes wrong, and what the client does about it, on a local server that fails on purpose. Needs no key."""

import genai_local
from google import genai
from google.genai import errors, types

MODEL = "gemini-2.5-flash"

with genai_local.ScriptedGemini() as gemini:
    options = types.HttpOptions(base_url=gemini.url, timeout=500)
    client = genai.Client(vertexai=False, api_key="local", http_options=options)

    # Nothing is repeated unless a client or a call asks for it: one request, one error.
    gemini.fail(503, message="The service is busy.")
    try:
        client.models.generate_content(model=MODEL, contents="Hello?")
    except errors.ServerError as error:
        print(f"{type(error).__name__} {error.code} {error.status}: {error.message} (requests: {error.attempts})")

    # With retries, the same failure twice in a row goes unnoticed.
    retries = types.HttpRetryOptions(attempts=4, initial_delay=0.05, jitter=0.05)
    patient = types.GenerateContentConfig(http_options=types.HttpOptions(retry_options=retries))
    gemini.fail(503, times=2)
    response = client.models.generate_content(model=MODEL, contents="Hello again?", config=patient)
    print(f"{response.text} (requests: {response.sdk_http_response.attempts})")

    # A request that cannot succeed is not repeated, whatever the policy says.
    gemini.fail(400, message="The request is wrong.")
    try:
        client.models.generate_content(model=MODEL, contents="Hello?", config=patient)
    except errors.ClientError as error:
        print(f"{type(error).__name__} {error.code} {error.status}: {error.message} (requests: {error.attempts})")

    # Silence ends at the limit of `HttpOptions.timeout`, here half a second.
    gemini.fail(stall=True)
    try:
        client.models.generate_content(model=MODEL, contents="Hello?")
    except errors.APITimeoutError as error:
        print(f"{type(error).__name__}: {error.message} (limit: {error.limit})")

    # A stream that breaks raises an error, after the chunks that came before.
    gemini.on("count").stream(["one ", "two ", "three "])
    gemini.fail(503, message="The service stopped.", error_after_chunks=2)
    try:
        for chunk in client.models.generate_content_stream(model=MODEL, contents="Please count."):
            print(chunk.text, end="")
    except errors.APIError as error:
        print(f"... {type(error).__name__} {error.code} {error.status}: {error.message}")

    # What cannot be right is refused before anything is sent.
    sent = len(gemini.requests)
    try:
        client.models.generate_content(model="", contents="Hello?")
    except ValueError as error:
        print(f"ValueError: {error} (requests: {len(gemini.requests) - sent})")
