// What the tests have the official JavaScript client do with batches, tunings, file search and auth tokens:
// `jobs_program.mjs URL SURFACE`. It prints one JSON object: what each step brought; null for a step that is not there on
// this surface.

import { GoogleGenAI } from "@google/genai";

const [url, surface] = process.argv.slice(2);
const isVertex = surface === "express";
const client = new GoogleGenAI({ vertexai: isVertex, apiKey: "key", httpOptions: { baseUrl: url } });
const model = "gemini-2.5-flash";
const final = ["JOB_STATE_SUCCEEDED", "JOB_STATE_FAILED", "JOB_STATE_CANCELLED"];

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

const ended = async (jobs, name) => {
  const states = [];
  let job;
  do {
    job = await jobs.get({ name });
    states.push(job.state);
  } while (!final.includes(job.state));
  return [job, states];
};

const finished = async (operation) => {
  while (!operation.done) operation = await client.operations.get({ operation });
  return operation;
};

const steps = {
  async batched() {
    if (isVertex) return null;
    const src = ["weather", "broken", "else"].map((text) => ({
      model,
      contents: text,
      metadata: { key: text },
      config: { systemInstruction: "Be brief.", temperature: 0.5 },
    }));
    const begun = await client.batches.create({ model, src, config: { displayName: "mine" } });
    const [job, states] = await ended(client.batches, begun.name);
    const listed = (await collect(await client.batches.list({ config: { pageSize: 1 } }))).map((item) => item.name);
    const answers = job.dest.inlinedResponses.map(({ response, error }) =>
      response ? response.candidates[0].content.parts[0].text : [error.code, error.message],
    );
    await client.batches.delete({ name: job.name });
    return {
      states: [begun.state, ...states],
      answers,
      display_name: job.displayName,
      ended: Boolean(job.endTime),
      listed: listed.length === 1 && listed[0] === job.name,
      gone: await codeOf(() => client.batches.get({ name: job.name })),
    };
  },

  async batched_by_file() {
    if (isVertex) {
      const [job, states] = await ended(
        client.batches,
        (await client.batches.create({ model, src: "gs://bucket/in.jsonl" })).name,
      );
      const [lost] = await ended(client.batches, (await client.batches.create({ model, src: "bq://p.d.t" })).name);
      await client.batches.delete({ name: job.name });
      const { successfulCount, failedCount } = job.completionStats;
      return {
        states,
        dest: job.dest.gcsUri,
        counts: [Number(successfulCount), Number(failedCount)],
        lost: lost.error.message,
        gone: await codeOf(() => client.batches.get({ name: job.name })),
      };
    }
    const lines = [0, 1, 2].map((index) =>
      JSON.stringify({ key: `${index}`, request: { contents: [{ parts: [{ text: `n${index}` }] }] } }),
    );
    const blob = new Blob([lines.join("\n")], { type: "application/jsonl" });
    const file = await client.files.upload({ file: blob, config: { mimeType: "application/jsonl" } });
    const begun = await client.batches.create({ model, src: file.name });
    const [job, states] = await ended(client.batches, begun.name);
    const results = await fetch(`${url}/v1beta/${job.dest.fileName}:download?alt=media`);
    const found = (await results.text()).trim().split("\n").map((line) => JSON.parse(line));
    return {
      states,
      keys: found.map((line) => line.key),
      texts: found.map((line) => line.response.candidates[0].content.parts[0].text),
    };
  },

  async batched_embeddings() {
    if (isVertex) return null;
    const src = { inlinedRequests: { contents: ["a b", "c"], config: { outputDimensionality: 4 } } };
    const begun = await client.batches.createEmbeddings({ model: "gemini-embedding-001", src });
    const [job] = await ended(client.batches, begun.name);
    return job.dest.inlinedEmbedContentResponses.map(({ response }) => [
      response.embedding.values.length,
      Number(response.tokenCount),
    ]);
  },

  async cancelled() {
    const src = isVertex ? "gs://bucket/in.jsonl" : [{ contents: "x" }];
    const { name } = await client.batches.create({ model, src });
    await client.batches.cancel({ name });
    return (await client.batches.get({ name })).state;
  },

  async searched() {
    if (isVertex) return null;
    const stores = client.fileSearchStores;
    const store = await stores.create({ config: { displayName: "My store" } });
    const uploading = await stores.uploadToFileSearchStore({
      fileSearchStoreName: store.name,
      file: new Blob(["The castle has seven towers."], { type: "text/plain" }),
      config: {
        displayName: "castle.txt",
        mimeType: "text/plain",
        customMetadata: [
          { key: "author", stringValue: "Ada" },
          { key: "year", numericValue: 1843 },
        ],
        chunkingConfig: { whiteSpaceConfig: { maxTokensPerChunk: 20, maxOverlapTokens: 2 } },
      },
    });
    const uploaded = await finished(uploading);
    const blob = new Blob(["Sheep give wool."], { type: "text/plain" });
    const file = await client.files.upload({ file: blob, config: { mimeType: "text/plain" } });
    const importing = await stores.importFile({ fileSearchStoreName: store.name, fileName: file.name });
    const imported = await finished(importing);
    const counted = await stores.get({ name: store.name });
    const document = await stores.documents.get({ name: uploaded.response.documentName });
    const pager = await stores.documents.list({ parent: store.name, config: { pageSize: 1 } });
    const documents = (await collect(pager)).map((item) => item.name);
    const tool = { fileSearch: { fileSearchStoreNames: [store.name], metadataFilter: 'author = "Ada"' } };
    const reply = await client.models.generateContent({
      model,
      contents: "How many towers?",
      config: { tools: [tool] },
    });
    const grounding = reply.candidates[0].groundingMetadata;
    const listed = (await collect(await stores.list({ config: { pageSize: 1 } }))).map((item) => item.name);
    const early = await codeOf(() => stores.delete({ name: store.name }));
    await stores.documents.delete({ name: document.name, config: { force: true } });
    await stores.delete({ name: store.name, config: { force: true } });
    return {
      operations: [importing.done ?? null, uploading.done ?? null],
      documents: `${documents}` === `${[uploaded.response.documentName, imported.response.documentName]}`,
      document: [document.displayName, document.state, Number(document.sizeBytes), document.mimeType],
      metadata: document.customMetadata.map((item) => [item.key, item.stringValue ?? null, item.numericValue ?? null]),
      counts: [Number(counted.activeDocumentsCount), Number(counted.sizeBytes)],
      chunks: grounding.groundingChunks.map(({ retrievedContext }) => [retrievedContext.title, retrievedContext.text]),
      supports: grounding.groundingSupports.map((item) => [item.segment.text, item.groundingChunkIndices]),
      listed: listed.length === 1 && listed[0] === store.name,
      early,
      gone: [
        await codeOf(() => stores.get({ name: store.name })),
        await codeOf(() => stores.documents.get({ name: document.name })),
      ],
    };
  },

  async token() {
    if (isVertex) return null;
    const httpOptions = { baseUrl: url, apiVersion: "v1alpha" };
    const { authTokens } = new GoogleGenAI({ vertexai: false, apiKey: "key", httpOptions });
    const made = await authTokens.create({
      config: {
        uses: 2,
        liveConnectConstraints: { model: "gemini-live", config: { temperature: 0.5, responseModalities: ["AUDIO"] } },
        lockAdditionalFields: ["topK"],
      },
    });
    return made.name.startsWith("auth_tokens/");
  },
};

const report = {};
for (const [name, step] of Object.entries(steps)) report[name] = await step();
console.log(JSON.stringify(report));
