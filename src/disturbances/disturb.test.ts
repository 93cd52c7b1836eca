import {expect, test, vi} from 'vitest';
import {sglang} from '../engines/sglang.ts';
import {fetchText} from '../http/fetch-text.ts';
import {attachTo} from '../runtimes/attach.ts';
import {startEmbedded} from '../runtimes/embedded.ts';
import type {DisturbanceSpec} from '../schema/disturbance.ts';
import {failedSample} from '../stats/test-samples.ts';
import {Disturbance, type DisturbanceOptions} from './disturb.ts';
import {DisturbedSummary} from './disturbed-summary.ts';

const {signal} = new AbortController();

const startStack = (engine = sglang) =>
  startEmbedded({
    ...{engine, dialect: 'sglang', model: 'policy', seed: 1, faults: [], kvTokens: 20_000},
    ...{signal, onLine: () => {}},
  });

/** Without a load beside it: what is due in 50 ms is over as soon as it is done. */
const disturb = async (
  stack: Awaited<ReturnType<typeof startStack>>,
  spec: DisturbanceSpec,
  more: Partial<DisturbanceOptions> = {},
) => {
  await using disturbance = new Disturbance({
    ...{spec, stack, role: 'chat', given: {folder: null, adapter: null}, seed: 1, sendMs: 100, signal},
    ...more,
  });
  await disturbance.prepare();
  disturbance.begin();
  return await disturbance.end();
};

test('a server that dies and comes back is seen from outside, by its own counter and by its memory', async () => {
  await using stack = await startStack();
  const spec = {kind: 'outage', member: 'chat', downSeconds: 0.3, atShare: 0.5} as const;
  const disturbed = await disturb(stack, spec);
  expect(stack.died.aborted).toBe(false);
  const [killed, started] = disturbed.steps;
  const summary = new DisturbedSummary({spec, disturbed, beganMs: killed?.startMs ?? 0, from: 'sent'});
  // One was on its way when the server was killed; one more was sent 100 ms later; one that failed when it was back is another matter.
  for (const sentMs of [-20, 100, 60_000])
    summary.add(failedSample('connect', 'refused', {scheduledMs: null, sentMs, endMs: sentMs + 30}));
  const {steps, outage, memory, effectMs, probe, during, after, kept} = summary.result();
  expect(steps.map(({what, ok}) => `${what} ${ok}`)).toEqual(['kill chat true', 'start chat again true']);
  expect((started?.startMs ?? 0) - (killed?.endMs ?? 0)).toBeGreaterThanOrEqual(300);
  expect(outage).toMatchObject({member: 'chat', routedAwayMs: 100});
  expect(outage?.readyMs).toBeGreaterThan(0);
  expect(outage?.servedAgainMs).toBeGreaterThanOrEqual(0);
  expect(outage?.members).toMatchObject([{name: 'chat', during: null}]);
  expect(outage?.members[0]?.after).toBeGreaterThanOrEqual(5); // the probe's last ones
  expect(memory).toMatchObject({from: 'simulated', duringMiB: 0});
  expect(memory?.afterMiB).toBe(memory?.beforeMiB);
  expect(effectMs).toBeNull();
  expect(probe?.failed).toBeGreaterThan(0);
  expect([during.failed, after.failed]).toEqual([2, 1]);
  expect(kept).toEqual([]);

  // Its counters began anew: what it did in the whole trial, and what it sent to others, is not known, though they may have grown.
  const did = {requests: 3, promptTokens: 300, cachedPromptTokens: 0, generationTokens: 24};
  const sent = {count: 3, totalMs: 12, totalMib: 96};
  const shares = (part: 'prefill' | 'decode') => [{name: 'chat', part, ...did}];
  expect(summary.members(shares('prefill'))).toMatchObject([{name: 'chat', requests: null, promptTokens: null}]);
  expect(summary.transfers(sent, shares('prefill'))).toBeNull();
  expect(summary.transfers(sent, shares('decode'))).toEqual(sent);
});

test('a change that is refused is told with what to do, and the trial says nothing of it', async () => {
  await using stack = await startStack();
  const {url} = stack.endpoint('chat');
  const adapter = {lora_name: 'step-2', lora_path: '/adapters/old'};
  await fetchText(`${url}/load_lora_adapter`, {method: 'POST', json: adapter, timeoutMs: 5000});
  const spec = {kind: 'weights', method: 'lora', flush: null, atShare: 0.5} as const;
  const undos: unknown[] = [];
  const disturbed = await disturb(stack, spec, {onUndo: undo => undos.push(undo)});
  expect(undos.at(-1)).toBeNull(); // nothing was changed
  const summary = new DisturbedSummary({spec, disturbed, beganMs: 0, from: 'sent'});
  const [found, ...others] = summary.judged([
    {code: 'errors', severity: 'void', message: '', hint: null},
    {code: 'client-lag', severity: 'void', message: '', hint: null},
  ]);
  expect(found).toEqual({
    code: 'disturbance-failed',
    severity: 'void',
    message:
      'It was not done: load the adapter step-2: Failed to load LoRA adapter step-2 because it is already loaded',
    hint: 'Start SGLang with --enable-lora --max-lora-rank 16 --lora-target-modules …: docker/stacks/sglang-sync.yaml.',
  });
  expect(others.map(({code, severity}) => `${code} ${severity}`)).toEqual(['errors note', 'client-lag void']);
});

test('a member that is back after the load and gets no request any more is not waited for without end', async () => {
  const {metrics} = sglang;
  if (metrics === null) throw new Error('it has some');
  await using stack = await startStack({...sglang, metrics: {...metrics, readFinished: () => 5}});
  const spec = {kind: 'outage', member: 'chat', downSeconds: 0.1, atShare: 0.5} as const;
  const disturbed = await disturb(stack, spec, {patienceMs: 200});
  expect(disturbed.outage?.servedAgainAtMs).toBeNull();
});

test('an interruption leaves no server of others asleep, nor with new weights that nobody knows of', async () => {
  await using served = await startStack();
  const {url} = served.endpoint('chat');
  const stack = await attachTo({engine: sglang, targets: [{role: 'chat', url}], models: {}, signal, onLine: () => {}});
  const interrupted = async (spec: DisturbanceSpec, until: () => Promise<boolean>) => {
    const abort = new AbortController();
    const undos: Parameters<NonNullable<DisturbanceOptions['onUndo']>>[0][] = [];
    const disturbance = new Disturbance({
      ...{spec, stack, role: 'chat', given: {folder: null, adapter: null}, seed: 1, sendMs: 100, signal: abort.signal},
      onUndo: undo => undos.push(undo),
    });
    await disturbance.prepare();
    disturbance.begin();
    await vi.waitUntil(until, {timeout: 10_000, interval: 20});
    abort.abort(new Error('Ctrl-C'));
    await disturbance[Symbol.asyncDispose]();
    return undos;
  };
  const takenMiB = async () =>
    JSON.parse((await fetchText(`${url}/simulator/memory`, {timeoutMs: 5000})).body).takenMiB;
  const awakeMiB = await takenMiB();
  await interrupted({kind: 'sleep', asleepSeconds: 600, atShare: 0.5}, async () => (await takenMiB()) < awakeMiB);
  expect(await takenMiB()).toBe(awakeMiB);
  const json = {model: 'policy', messages: [{role: 'user', content: 'hello'}], max_tokens: 1};
  const reply = await fetchText(`${url}/v1/chat/completions`, {method: 'POST', json, timeoutMs: 5000});
  expect(reply.status).toBe(200);

  const modelPath = async () => JSON.parse((await fetchText(`${url}/model_info`, {timeoutMs: 5000})).body).model_path;
  const old = await modelPath();
  const spec = {kind: 'weights', method: 'disk', flush: null, atShare: 0.5} as const;
  const [undo] = await interrupted(spec, async () => (await modelPath()) !== old);
  await undo?.(signal);
  expect(await modelPath()).toBe(old);
});
