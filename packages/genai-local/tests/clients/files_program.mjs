// What the tests have the official JavaScript client do with files and cached contents: `files_program.mjs URL SURFACE`.
// It prints one JSON object: what each step brought; null for a step that is not there on this surface.

import { createHash } from "node:crypto";
import { GoogleGenAI } from "@google/genai";

const [url, surface] = process.argv.slice(2);
const client = new GoogleGenAI({
  vertexai: surface === "express",
  apiKey: "key",
  httpOptions: { baseUrl: url },
});
const model = "gemini-2.5-flash";
const large = Buffer.concat([...Array(40000).fill(Buffer.from([...Array(256).keys()])), Buffer.from("end")]);

const codeOf = async (call) => {
  try {
    await call();
  } catch (error) {
    return error.status;
  }
  return null;
};

const collect = async (pager) => {
  const found = [];
  for await (const item of pager) found.push(item);
  return found;
};

const upload = (data, config) => client.files.upload({ file: new Blob([data], { type: config.mimeType }), config });

const told = (file) => ({
  size: Number(file.sizeBytes),
  sha256: Buffer.from(file.sha256Hash, "base64").toString(),
  mime_type: file.mimeType,
  display_name: file.displayName,
  state: file.state,
  source: file.source,
  lifetime_s: (new Date(file.expirationTime) - new Date(file.createTime)) / 1000,
});

const steps = {
  async listed() {
    for (const name of ["one", "two", "three"]) await upload(name, { mimeType: "text/plain", name });
    const found = (await collect(await client.files.list({ config: { pageSize: 2 } }))).map((file) => file.name);
    await client.files.delete({ name: "two" });
    return {
      found: found.slice(0, 3),
      gone: await codeOf(() => client.files.get({ name: "two" })),
      taken: await codeOf(() => upload("x", { mimeType: "text/plain", name: "one" })),
      kept: (await client.files.get({ name: "files/one" })).name,
    };
  },

  async uploaded() {
    const file = told(await upload(large, { mimeType: "application/x-large", displayName: "Größe" }));
    const expected = [large.length, createHash("sha256").update(large).digest("hex")];
    return { blocking: file, async: file, expected };
  },

  async read() {
    let file = await upload("The sky is green.", { mimeType: "text/plain" });
    while (file.state === "PROCESSING") file = await client.files.get({ name: file.name });
    const parts = [{ fileData: { fileUri: file.uri, mimeType: file.mimeType } }, { text: "Which colour?" }];
    return (await client.models.generateContent({ model, contents: [{ role: "user", parts }] })).text;
  },

  async processed() {
    let file = await upload("film", { mimeType: "video/slow", displayName: "slow" });
    const states = [file.state];
    while (file.state === "PROCESSING") {
      file = await client.files.get({ name: file.name });
      states.push(file.state);
    }
    return { states, error: file.error ? [file.error.code, file.error.message] : null };
  },

  async cached() {
    const contents = [{ role: "user", parts: [{ text: "one two three" }] }];
    const systemInstruction = { parts: [{ text: "Be short." }] };
    const config = { contents, systemInstruction, displayName: "Story", ttl: "600s" };
    const cache = await client.caches.create({ model, config });
    const { name } = cache;
    const ask = () => client.models.generateContent({ model, contents: "four five", config: { cachedContent: name } });
    const reply = await ask();
    const found = await client.caches.get({ name });
    const changed = await client.caches.update({ name, config: { ttl: "7200s" } });
    const names = (await collect(await client.caches.list({ config: { pageSize: 1 } }))).map((item) => item.name);
    await client.caches.delete({ name });
    return {
      tokens: cache.usageMetadata.totalTokenCount,
      model: cache.model.split("/").pop(),
      display_name: found.displayName,
      lifetime_s: [cache, changed].map((item) =>
        Math.round((new Date(item.expireTime) - new Date(item.updateTime)) / 1000),
      ),
      listed: names.length === 1 && names[0] === name,
      text: reply.text,
      usage: [reply.usageMetadata.promptTokenCount, reply.usageMetadata.cachedContentTokenCount],
      gone: [await codeOf(() => client.caches.get({ name })), await codeOf(ask)],
    };
  },
};

const report = {};
for (const [name, step] of Object.entries(steps)) {
  const isForeign = surface !== "gemini" && name !== "cached";
  report[name] = isForeign ? null : await step();
}
console.log(JSON.stringify(report));
