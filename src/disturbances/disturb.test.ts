import {expect, test} from 'vitest';
import {sglang} from '../engines/sglang.ts';
import {fetchText} from '../http/fetch-text.ts';
import {startEmbedded} from '../runtimes/embedded.ts';
import type {DisturbanceSpec} from '../schema/disturbance.ts';
import {failedSample} from '../stats/test-samples.ts';
import {Disturbance} from './disturb.ts';
import {DisturbedSummary} from './disturbed-summary.ts';

const {signal} = new AbortController();

const startStack = (engine = sglang) =>
  startEmbedded({
    ...{engine, dialect: 'sglang', model: 'policy', seed: 1, faults: [], kvTokens: 20_000},
    ...{signal, onLine: () => {}},
  });

/** Without a load beside it: what is due in 50 ms is over as soon as it is done. */
const disturb = async (stack: Awaited<ReturnType<typeof startStack>>, spec: DisturbanceSpec) => {
  await using disturbance = new Disturbance({
    ...{spec, stack, role: 'chat', given: {folder: null, adapter: null}, seed: 1, sendMs: 100, patienceMs: 200, signal},
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
  expect(disturbed.undo).toBeNull();
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
});

test('a change that is refused is told with what to do, and the trial says nothing of it', async () => {
  await using stack = await startStack();
  const {url} = stack.endpoint('chat');
  const adapter = {lora_name: 'step-2', lora_path: '/adapters/old'};
  await fetchText(`${url}/load_lora_adapter`, {method: 'POST', json: adapter, timeoutMs: 5000});
  const spec = {kind: 'weights', method: 'lora', flush: null, atShare: 0.5} as const;
  const disturbed = await disturb(stack, spec);
  expect(disturbed.undo).toBeNull(); // nothing was changed
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
  const disturbed = await disturb(stack, spec);
  expect(disturbed.outage?.servedAgainAtMs).toBeNull();
});
