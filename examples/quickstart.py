"""The shortest program. Environment variables choose the backend: see docs/guides/getting-started.md."""

from google import genai

client = genai.Client()
response = client.models.generate_content(model="gemini-2.5-flash", contents="Why is the sky blue?")
print(response.text)
