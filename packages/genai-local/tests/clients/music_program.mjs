// A session of live music of the official JavaScript client: `node music_program.mjs URL`. Prints one JSON object, as
// music_program.py.

import { GoogleGenAI, Scale } from "@google/genai";

const model = "models/lyria-realtime-exp";
const silenceMs = 3500;
const [url] = process.argv.slice(2);
const client = new GoogleGenAI({ vertexai: false, apiKey: "key", httpOptions: { baseUrl: url, apiVersion: "v1alpha" } });

async function connect() {
  const waiting = [];
  const received = [];
  const deliver = (message) => (waiting.length ? waiting.shift()(message) : received.push(message));
  const session = await client.live.music.connect({
    model,
    callbacks: { onmessage: deliver, onerror: deliver, onclose: (event) => deliver({ closed: event.reason }) },
  });
  const next = () => (received.length ? Promise.resolve(received.shift()) : new Promise((done) => waiting.push(done)));
  return { session, next };
}

async function chunk(next) {
  for (;;) {
    const message = await next();
    if (message.serverContent) {
      const [found] = message.serverContent.audioChunks;
      const data = Buffer.from(found.data, "base64");
      const samples = new Int16Array(data.buffer, data.byteOffset, data.length / 2);
      return {
        bytes: data.length,
        loudest: samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0),
        mime_type: found.mimeType,
        prompts: found.sourceMetadata.clientContent.weightedPrompts.map((prompt) => prompt.text),
        bpm: found.sourceMetadata.musicGenerationConfig.bpm,
        scale: found.sourceMetadata.musicGenerationConfig.scale,
      };
    }
  }
}

const report = {};
const weightedPrompts = [
  { text: "piano", weight: 2.0 },
  { text: "explicit", weight: 1.0 },
];
const musicGenerationConfig = { bpm: 90, scale: Scale.D_MAJOR_B_MINOR, seed: 1, density: 0.5 };

const first = await connect();
await first.session.setWeightedPrompts({ weightedPrompts });
let message = await first.next();
while (!message.filteredPrompt) {
  message = await first.next();
}
report.filtered = [message.filteredPrompt.text, message.filteredPrompt.filteredReason];
await first.session.setMusicGenerationConfig({ musicGenerationConfig });
first.session.play();
report.first = await chunk(first.next);
first.session.resetContext();
report.after_reset = await chunk(first.next);
first.session.close();

const second = await connect();
await second.session.setWeightedPrompts({ weightedPrompts: weightedPrompts.slice(0, 1) });
await second.session.setMusicGenerationConfig({ musicGenerationConfig });
second.session.play();
await chunk(second.next);
second.session.pause();
const silence = new Promise((done) => setTimeout(() => done(true), silenceMs));
report.is_silent_after_pause = await Promise.race([silence, second.next().then(() => false)]);
second.session.close();

const third = await connect();
await third.session.setMusicGenerationConfig({ musicGenerationConfig: { bpm: 10 } });
message = await third.next();
while (message.closed === undefined) {
  message = await third.next();
}
report.refusal = message.closed;

console.log(JSON.stringify(report));
process.exit(0);
