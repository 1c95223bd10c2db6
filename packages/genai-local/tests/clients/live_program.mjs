// Live sessions of the official JavaScript client: `live_program.mjs URL SURFACE`. It prints one JSON object.

import { FunctionResponseScheduling, GoogleGenAI, Modality } from "@google/genai";

const MODEL = "gemini-2.5-flash";
const WEATHER = {
  functionDeclarations: [{ name: "get_weather", parameters: { type: "OBJECT", properties: {} } }],
};
const BACKGROUND = { functionDeclarations: [{ name: "get_weather", behavior: "NON_BLOCKING" }] };
const TEXT = { responseModalities: [Modality.TEXT] };

function clientOf(url, surface, apiVersion, apiKey = "key") {
  return new GoogleGenAI({ vertexai: surface === "express", apiKey, httpOptions: { baseUrl: url, apiVersion } });
}

// A session whose messages are read one by one.
class Reader {
  constructor() {
    this.messages = [];
    this.waiting = [];
  }

  put(message) {
    const next = this.waiting.shift();
    if (next) next(message);
    else this.messages.push(message);
  }

  next() {
    if (this.messages.length) return Promise.resolve(this.messages.shift());
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  async until(isLast) {
    const found = [];
    do {
      found.push(await this.next());
    } while (!found.at(-1).closed && !isLast(found.at(-1)));
    return found;
  }

  turn() {
    return this.until((message) => message.serverContent?.turnComplete);
  }

  async answer() {
    return textOf(await this.turn());
  }
}

function textOf(messages) {
  return messages
    .flatMap((message) => message.serverContent?.modelTurn?.parts ?? [])
    .map((part) => part.text ?? "")
    .join("");
}

async function connect(client, config, model = MODEL, reader = new Reader()) {
  const session = await client.live.connect({
    model,
    config,
    callbacks: {
      onmessage: (message) => reader.put(message),
      onclose: (event) => reader.put({ closed: event.code, reason: event.reason }),
      onerror: (event) => reader.put({ closed: "error", reason: event.message }),
    },
  });
  return [session, reader];
}

async function texts(client) {
  const [session, reader] = await connect(client, { ...TEXT, systemInstruction: "Be brief.", temperature: 0.5 });
  session.sendClientContent({ turns: "How is the weather?", turnComplete: true });
  const messages = await reader.turn();
  session.sendRealtimeInput({ text: "A story." });
  const second = await reader.answer();
  session.close();
  const usage = messages.at(-1).usageMetadata;
  return {
    first: textOf(messages),
    second,
    prompt_tokens: usage.promptTokenCount,
    response_tokens: usage.responseTokenCount,
    generation_complete: messages.some((message) => message.serverContent?.generationComplete),
  };
}

async function functions(client, tool, scheduling) {
  const [session, reader] = await connect(client, { ...TEXT, tools: [tool] });
  session.sendClientContent({ turns: "Call the tool.", turnComplete: true });
  const [call] = (await reader.until((message) => message.toolCall)).at(-1).toolCall.functionCalls;
  if (scheduling) await reader.turn();
  const result = { id: call.id, name: call.name, response: { sky: "clear" }, scheduling };
  session.sendToolResponse({ functionResponses: [result] });
  const text = await reader.answer();
  session.close();
  return text;
}

async function interruption(client) {
  const [session, reader] = await connect(client, TEXT);
  session.sendClientContent({ turns: "An endless tale.", turnComplete: true });
  await reader.next();
  session.sendClientContent({ turns: "How is the weather?", turnComplete: true });
  const messages = await reader.turn();
  const next = await reader.answer();
  session.close();
  return { interrupted: messages.some((message) => message.serverContent?.interrupted), next };
}

async function resumption(client) {
  const [first, before] = await connect(client, { ...TEXT, sessionResumption: {} });
  first.sendClientContent({ turns: "My name is Ada.", turnComplete: true });
  await before.turn();
  const update = (await before.until((message) => message.sessionResumptionUpdate?.newHandle)).at(-1);
  const handle = update.sessionResumptionUpdate.newHandle;
  first.close();
  const [second, after] = await connect(client, { ...TEXT, sessionResumption: { handle } });
  second.sendClientContent({ turns: "Who am I?", turnComplete: true });
  const continued = await after.answer();
  second.close();
  return { had_handle: Boolean(handle), continued };
}

async function audio(client) {
  const [session, reader] = await connect(client, {
    responseModalities: [Modality.AUDIO],
    realtimeInputConfig: { automaticActivityDetection: { disabled: true } },
    outputAudioTranscription: {},
    speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: "Kore" } } },
  });
  session.sendRealtimeInput({ activityStart: {} });
  const data = Buffer.alloc(3200).toString("base64");
  session.sendRealtimeInput({ audio: { data, mimeType: "audio/pcm;rate=16000" } });
  session.sendRealtimeInput({ activityEnd: {} });
  const messages = await reader.turn();
  session.close();
  const spoken = messages.flatMap((message) => message.serverContent?.modelTurn?.parts ?? []);
  return {
    transcription: messages.map((message) => message.serverContent?.outputTranscription?.text ?? "").join(""),
    bytes: Buffer.from(spoken.map((part) => part.inlineData?.data ?? "").join(""), "base64").length,
  };
}

async function refusal(client, model) {
  const reader = new Reader();
  void connect(client, TEXT, model, reader); // a refused session never settles this promise
  const end = (await reader.until(() => false)).at(-1);
  return { message: `${end.closed} ${end.reason}` };
}

async function token(url) {
  const made = await clientOf(url, "gemini", "v1alpha").authTokens.create({ config: { uses: 1 } });
  const [session, reader] = await connect(clientOf(url, "gemini", "v1alpha", made.name), TEXT);
  session.sendClientContent({ turns: "How is the weather?", turnComplete: true });
  const text = await reader.answer();
  session.close();
  return text;
}

const [url, surface] = process.argv.slice(2);
const client = clientOf(url, surface);
const report = {
  texts: await texts(client),
  blocking: await functions(client, WEATHER),
  interruption: await interruption(client),
  resumption: await resumption(client),
  audio: await audio(client),
  unknown_model: await refusal(client, "no-such-model"),
  closed: await refusal(client, "gemini-closed"),
};
if (surface === "gemini") {
  report.in_background = await functions(client, BACKGROUND, FunctionResponseScheduling.WHEN_IDLE);
  report.token = await token(url);
}
console.log(JSON.stringify(report));
process.exit(0);
