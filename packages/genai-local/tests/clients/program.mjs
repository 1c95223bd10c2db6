// What the tests have the official JavaScript client do: `node program.mjs URL SURFACE`. Prints one JSON object, as program.py.

import { ApiError, GoogleGenAI } from "@google/genai";

const model = "gemini-2.5-flash";
const [url, surface] = process.argv.slice(2);
const client = new GoogleGenAI({
  vertexai: surface !== "gemini",
  apiKey: "key",
  httpOptions: { baseUrl: url },
});

function seen(error) {
  if (!(error instanceof ApiError)) {
    throw error;
  }
  const inner = JSON.parse(error.message).error ?? {};
  return { code: error.status, status: inner.status, message: inner.message };
}

async function refusal(name) {
  try {
    await client.models.generateContent({ model: name, contents: "Hello." });
  } catch (error) {
    return seen(error);
  }
  return null;
}

async function collected(iterable, of) {
  const found = [];
  for await (const item of iterable) {
    found.push(of(item));
  }
  return found;
}

const answer = await client.models.generateContent({ model, contents: "How is the weather?" });
const chunks = await collected(
  await client.models.generateContentStream({ model, contents: "A story." }),
  (chunk) => chunk.text,
);
const embedded = await client.models.embedContent({
  model: "text-embedding-004",
  contents: ["a cat", "a dog"],
  config: { outputDimensionality: 8 },
});
const counted = await client.models.countTokens({ model, contents: "one two three" });

console.log(
  JSON.stringify({
    answer: answer.text,
    finish_reason: answer.candidates[0].finishReason,
    tokens_in_all: answer.usageMetadata.totalTokenCount,
    chunks,
    embeddings: embedded.embeddings.map((embedding) => embedding.values),
    tokens: counted.totalTokens,
    models: await collected(await client.models.list({ config: { pageSize: 2 } }), (found) => found.name),
    model: (await client.models.get({ model })).name,
    missing: await refusal("no-such-model"),
    exhausted: await refusal("gemini-exhausted"),
  }),
);
