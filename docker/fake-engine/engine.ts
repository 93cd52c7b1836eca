/** The simulated engine in a container, started with a real engine's command line (see Dockerfile). */
import {spawn} from 'node:child_process';
import {subscribe} from 'node:diagnostics_channel';
import {once} from 'node:events';
import type {IncomingMessage, ServerResponse} from 'node:http';
import {setTimeout as delay} from 'node:timers/promises';
import {calibrations} from '../../src/simulator/calibration.ts';
import {simulatorConfig} from '../../src/simulator/config.ts';
import {memoryParts} from '../../src/simulator/memory.ts';
import {startSimulator} from '../../src/simulator/server.ts';
import {readArguments} from './arguments.ts';
import {eatMemory, leakMemory, readMisbehaviour} from './misbehaviour.ts';
import {wordsOf} from './words.ts';

const asked = readArguments(process.argv.slice(1));
const {dialect, host, port, model, encoder, part} = asked;
const fake = readMisbehaviour(process.env.CUTOVER_FAKE);
const runtimeLora = process.env.VLLM_ALLOW_RUNTIME_LORA_UPDATING ?? '0';
const config = simulatorConfig.parse({...asked, loraAtRuntime: ['1', 'true'].includes(runtimeLora.toLowerCase())});
const calibration = calibrations[dialect];
const words = wordsOf(dialect, {host, port});

const say = (lines: readonly string[]) => {
  for (const line of lines) process.stdout.write(`${line}\n`);
};
/** As engines die: a last line that says why, and code 1. */
const die = (...lines: readonly string[]) => {
  for (const line of lines) process.stderr.write(`${line}\n`);
  process.exit(1);
};

/** Requests that have come and whose replies are not over. */
const open = new Set<ServerResponse>();
subscribe('http.server.request.start', message => {
  const {request, response} = message as {request: IncomingMessage; response: ServerResponse};
  if (request.method === 'POST' && request.url === '/die') die(...words.died);
  if (request.method === 'POST' && request.url === '/eat-memory') {
    eatMemory();
    response.setHeader('x-cutover-struck', 'eat-memory'); // the simulated engine, which answers, knows no such path
  }
  // Beside the memory of the card, which the simulated engine only says that it takes.
  const [, rate] = /^\/simulator\/leak\?mib-per-second=([\d.]+)$/.exec(request.url ?? '') ?? [];
  if (request.method === 'POST' && Number(rate) > 0) leakMemory(Number(rate));
  open.add(response);
  response.once('close', () => open.delete(response));
});

/** vLLM drops what it works on; SGLang finishes it. As process 1 of a container it must ask for the signal to get it at all. */
process.on('SIGTERM', async () => {
  if (fake['ignore-sigterm']) return;
  say(words.stopping());
  while (words.drains && open.size > 0) await Promise.race([...open].map(response => once(response, 'close')));
  process.exit(0);
});

const startInChild = () => {
  const child = spawn(process.execPath, process.argv.slice(1), {
    env: {...process.env, CUTOVER_FAKE: 'eat-memory'},
    stdio: 'inherit',
  });
  child.once('exit', () => die(...words.died));
};

if (fake['print-env']) say(Object.entries(process.env).map(([name, value]) => `environment ${name}=${value}`));

const stageMs = fake.slow ?? 20;
const [first = [], ...stages] = words.start({
  model,
  host,
  port,
  encoder,
  part,
  bootstrapPort: config.bootstrapPort,
  memory: memoryParts(calibration, config.kvTokens),
  gpuBytes: calibration.memory.gpuBytes,
  kvTokens: config.kvTokens,
  contextTokens: calibration.chat.contextTokens,
  stageSeconds: stageMs / 1000,
});
say(first);
if (fake.crash !== undefined) die(fake.crash === '' ? words.noMemory : fake.crash);
if (fake['eat-memory']) eatMemory();
if (fake['eat-memory-in-child']) startInChild();
for (const stage of stages) {
  await delay(stageMs);
  say(stage);
  if (fake['never-ready'] || fake['eat-memory'] || fake['eat-memory-in-child'])
    await new Promise(() => setInterval(() => {}, 1e6));
}
await delay(stageMs);
const simulator = await startSimulator(config);
simulator.died.addEventListener('abort', () => die(...words.died));
say(words.serving());
if (fake['exit-after'] !== undefined) setTimeout(die, fake['exit-after'], ...words.died);
