// What the tests have the official JavaScript client do with pictures and videos: `node media_program.mjs URL SURFACE`.
// Prints one JSON object, as media_program.py; null for a step that this client does not take on this surface.

import { existsSync, readFileSync, rmSync } from "node:fs";
import { ApiError, GoogleGenAI, RawReferenceImage } from "@google/genai";

const [url, surface] = process.argv.slice(2);
const vertexai = surface !== "gemini";
const client = new GoogleGenAI({ vertexai, apiKey: "key", httpOptions: { baseUrl: url } });
const picture = {
  imageBytes:
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAE0lEQVR42mNgIBP8RwK0kiABAACvFi/RFoc81AAAAABJRU5ErkJggg==",
  mimeType: "image/png",
};

const kindOf = (base64) => (base64 ? Buffer.from(base64, "base64").subarray(0, 4).toString("hex") : null);

const told = (images) =>
  (images ?? []).map((generated) => ({
    kind: kindOf(generated.image?.imageBytes),
    mime_type: generated.image?.mimeType ?? null,
    filtered: generated.raiFilteredReason ?? null,
    prompt: generated.enhancedPrompt ?? null,
    scores: generated.safetyAttributes?.scores?.length ?? 0,
  }));

async function waited(operation) {
  let polls = 0;
  while (!operation.done && polls < 20) {
    operation = await client.operations.getVideosOperation({ operation });
    polls += 1;
  }
  return [operation, polls];
}

async function videosOf(operation) {
  const found = [];
  for (const item of operation.response.generatedVideos) {
    if (vertexai) {
      found.push(Buffer.from(item.video.videoBytes, "base64"));
      continue;
    }
    const downloadPath = `video-${process.pid}.mp4`;
    await client.files.download({ file: item, downloadPath });
    for (let waits = 0; !existsSync(downloadPath) && waits < 100; waits += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    found.push(readFileSync(downloadPath));
    rmSync(downloadPath);
  }
  return found;
}

const steps = {
  async generated() {
    const reply = await client.models.generateImages({
      model: "imagen-4.0-generate-001",
      prompt: "A red ball",
      config: { numberOfImages: 2, aspectRatio: "16:9", outputMimeType: "image/jpeg", includeSafetyAttributes: true },
    });
    return { images: told(reply.generatedImages), positive: reply.positivePromptSafetyAttributes?.contentType ?? null };
  },
  async filtered() {
    const config = { numberOfImages: 2, includeRaiReason: true };
    const reply = await client.models.generateImages({ model: "imagen-4.0-generate-001", prompt: "A horror", config });
    return told(reply.generatedImages);
  },
  async edited() {
    const raw = new RawReferenceImage();
    raw.referenceId = 1;
    raw.referenceImage = picture;
    const reply = await client.models.editImage({
      model: "imagen-3.0-capability-001",
      prompt: "Clouds",
      referenceImages: [raw],
      config: { editMode: "EDIT_MODE_BGSWAP", numberOfImages: 1 },
    });
    return told(reply.generatedImages);
  },
  async upscaled() {
    const reply = await client.models.upscaleImage({
      model: "imagen-4.0-upscale-preview",
      image: picture,
      upscaleFactor: "x4",
      config: { includeRaiReason: true },
    });
    const data = Buffer.from(reply.generatedImages[0].image.imageBytes, "base64");
    return { images: told(reply.generatedImages), width: data.readUInt32BE(16) };
  },
  async recontextualised() {
    const productImages = [{ productImage: picture }];
    const worn = await client.models.recontextImage({
      model: "virtual-try-on-001",
      source: { personImage: picture, productImages },
      config: { numberOfImages: 2 },
    });
    const placed = await client.models.recontextImage({
      model: "imagen-product-recontext-preview-06-30",
      source: { prompt: "On a beach", productImages },
      config: { outputGcsUri: "gs://bucket/out" },
    });
    return { worn: told(worn.generatedImages), uri: placed.generatedImages[0].image.gcsUri };
  },
  async segmented() {
    const ask = (source, config) => client.models.segmentImage({ model: "image-segmentation-001", source, config });
    const replies = [
      await ask({ prompt: "black, white", image: picture }, { mode: "SEMANTIC" }),
      await ask({ image: picture, scribbleImage: { image: picture } }, { mode: "INTERACTIVE" }),
    ];
    return replies
      .flatMap((reply) => reply.generatedMasks)
      .map((mask) => ({
        kind: kindOf(mask.mask?.imageBytes),
        labels: mask.labels.map((label) => [label.label, label.score]),
      }));
  },
  async filmed() {
    const begun = await client.models.generateVideos({
      model: "veo-3.0-generate-001",
      prompt: "A whale",
      image: picture,
      config: { numberOfVideos: 2, durationSeconds: 4, aspectRatio: "9:16" },
    });
    const wasDone = Boolean(begun.done);
    const [operation, polls] = await waited(begun);
    const videos = await videosOf(operation);
    return { done_at_once: wasDone, polls, videos: videos.map((video) => video.subarray(4, 8).toString()) };
  },
  async failed_film() {
    const [operation] = await waited(
      await client.models.generateVideos({ model: "veo-3.0-generate-001", prompt: "A castle" }),
    );
    return { error: operation.error, response: operation.response !== undefined };
  },
  async filtered_film() {
    const [operation] = await waited(
      await client.models.generateVideos({ model: "veo-3.0-generate-001", prompt: "A horror" }),
    );
    const { generatedVideos, raiMediaFilteredCount, raiMediaFilteredReasons } = operation.response;
    return { videos: (generatedVideos ?? []).length, count: raiMediaFilteredCount, reasons: raiMediaFilteredReasons };
  },
  async tuned() {
    const name = vertexai ? "models/my-model" : "tunedModels/my-model";
    const model = await client.models.get({ model: name });
    const listed = [];
    for await (const item of await client.models.list({ config: { queryBase: false, pageSize: 1 } })) {
      listed.push(item.name);
    }
    const config = { displayName: "Mine", description: "Changed." };
    const updated = await client.models.update({ model: name, config });
    await client.models.delete({ model: name });
    const codeOf = async (call) => call.then(() => null, (error) => error.status);
    return {
      name: model.name,
      base_model: model.tunedModelInfo?.baseModel ?? null,
      listed,
      updated: [updated.name, updated.displayName, updated.description],
      gone: await codeOf(client.models.get({ model: name })),
      base: await codeOf(client.models.delete({ model: "gemini-2.5-flash" })),
    };
  },
  async computed() {
    const contents = [
      { role: "user", parts: [{ text: "Hello, you!" }] },
      { role: "model", parts: [{ text: "Hi." }] },
    ];
    const { tokensInfo } = await client.models.computeTokens({ model: "gemini-2.5-flash", contents });
    return tokensInfo.map(({ role, tokens, tokenIds }) => [
      role,
      tokens.map((token) => Buffer.from(token, "base64").toString()).join(""),
      tokenIds.length,
    ]);
  },
};

const report = {};
for (const [name, step] of Object.entries(steps)) {
  try {
    report[name] = await step();
  } catch (error) {
    // The client itself refuses what its backend does not have.
    if (error instanceof ApiError || !/(only|not) supported/.test(error.message)) {
      throw error;
    }
    report[name] = null;
  }
}
console.log(JSON.stringify(report));
