"""Print an answer while it is streamed, then the number of tokens used."""

from google import genai

client = genai.Client()
usage = None
for chunk in client.models.generate_content_stream(
    model="gemini-2.5-flash",
    contents="Tell me a short story about a fox.",
    config={"max_output_tokens": 200},
):
    print(chunk.text or "", end="", flush=True)
    usage = chunk.usage_metadata or usage
print()
if usage is not None:
    print(f"({usage.prompt_token_count} tokens read, {usage.candidates_token_count} written)")
