import {join} from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {
  benchHere,
  cutover,
  processesNaming,
  readRun,
  saidOnStderr,
  simulatorThread,
  startedIn,
} from './test-cutover.ts';
import {openaiServer} from './test-openai-server.ts';

const chat = '--suite chat --requests 8 --concurrency 4 --repetitions 1 --warmup 0 --prompt-tokens 32 --format csv';
const load = [...chat.split(' '), '--output-tokens', '8'];

test.each([
  ['disconnect:every=2,after-tokens=3', 'disconnect', /the server closed the connection/],
  ['error-event:every=2,after-tokens=3', 'error-event', /^The simulated engine was told to fail here\.$/],
  ['malformed-json:every=2,after-tokens=3', 'malformed', /^an event is not a JSON object: \{"id":"broken"/],
  ['unavailable:every=2', 'status', /^HTTP 503: The simulated engine was told to refuse\.$/],
  ['stall:every=2,after-tokens=3,for-ms=60000', 'timeout', /^no complete reply within 1000 ms$/],
])('--fault %s fails every second request as %s, by kind in the record and VOID in the table', async (...row) => {
  const [fault, kind, message] = row;
  await using place = await temporaryFolder();
  const options = ['--engine', 'sglang', '--runtime', 'embedded', '--timeout', '1', '--fault', fault];
  const {failure, stdout, record, samples} = await benchHere(place.path, ...load, ...options);
  expect(failure).toBeNull(); // bench describes: the trial is void, the run is done
  expect(record.trials).toMatchObject([
    {
      evidence: 'simulated',
      counts: {ok: 4, failed: 4},
      failures: [{kind, count: 4, firstMessage: expect.stringMatching(message)}],
      ttftMs: {n: 4},
      findings: expect.arrayContaining([expect.objectContaining({code: 'errors', severity: 'void'})]),
    },
  ]);
  const failed = samples.filter(({outcome}) => outcome === 'failed');
  expect(failed.map(sample => sample.outcome === 'failed' && sample.failure.kind)).toEqual(Array(4).fill(kind));
  expect(stdout).toMatch(/^chat +1 +4 +4 .* errors$/m);
  expect(stdout).toContain(`4 of 8 requests failed (50.0 %, limit 1.0 %): 4 ${kind}; first: `);
});

test('a slow token fails nothing: it is one long gap in each answer', async () => {
  await using place = await temporaryFolder();
  const options = [
    '--engine',
    'vllm',
    '--runtime',
    'embedded',
    '--fault',
    'slow-token:every=1,after-tokens=3,delay-ms=200',
  ];
  const {record, samples} = await benchHere(place.path, ...load, ...options);
  expect(record.trials[0]?.counts).toEqual({ok: 8, failed: 0});
  for (const {tokenEventsMs} of samples) {
    const gaps = tokenEventsMs.slice(1).map((atMs, index) => atMs - (tokenEventsMs[index] ?? 0));
    expect(gaps.indexOf(Math.max(...gaps))).toBe(2); // before the fourth token
    expect(Math.max(...gaps)).toBeGreaterThan(150);
  }
});

test('a server that refuses every request ends the run with 12, and the record says why', async () => {
  await using place = await temporaryFolder();
  await using server = await openaiServer({refusing: 500});
  const {failure, record} = await benchHere(
    place.path,
    ...load,
    ...['--engine', 'openai', '--attach', server.url, '--model', 'mock'],
  );
  expect(failure).toMatchObject({
    code: 'TRIAL_FAILED',
    exitCode: 12,
    message: 'no request succeeded in 1 of 1 trials\n  chat: HTTP 500: no room',
  });
  expect(record).toMatchObject({
    status: 'failed',
    failure: {code: 'TRIAL_FAILED'},
    trials: [{counts: {ok: 0, failed: 8}, ttftMs: null, requestsPerSecond: null}],
  });
});

test('an embedded engine that dies ends the run with 12', async () => {
  await using place = await temporaryFolder();
  const options = ['--engine', 'vllm', '--runtime', 'embedded', '--fault', 'dies:at-ms=1500', '--repetitions', '1000'];
  const {failure, record} = await benchHere(place.path, ...load, ...options);
  expect(failure).toMatchObject({code: 'ENGINE_DIED', exitCode: 12});
  expect(record).toMatchObject({status: 'failed', failure: {code: 'ENGINE_DIED'}, evidence: 'simulated'});
  expect(record.endedAt).not.toBeNull();
});

/** Runs `kill` when the second trial begins, and resolves with what is left when the run has ended. */
const dyingInTheMiddle = async (folder: string, options: readonly string[], kill: () => unknown) => {
  const out = join(folder, 'run');
  const running = cutover('bench', ...load, ...options, '--repetitions', '1000', '--out', out);
  await saidOnStderr(running, 'trial 2 of');
  await kill();
  const {exitCode, stderr} = await running;
  return {exitCode, stderr, ...(await readRun(out))};
};

const firstTrialIsWhole = ({record, samples}: Awaited<ReturnType<typeof readRun>>) => {
  expect(record).toMatchObject({status: 'failed', failure: {code: 'ENGINE_DIED'}});
  expect(record.trials[0]).toMatchObject({index: 0, counts: {ok: 8, failed: 0}});
  expect(samples.filter(({trial, outcome}) => trial === 0 && outcome === 'ok')).toHaveLength(8);
};

test('a server that was attached to and dies in the middle leaves the trials before whole, with exit code 12', async () => {
  await using place = await temporaryFolder();
  await using simulator = await simulatorThread('vllm');
  const attach = ['--engine', 'vllm', '--attach', simulator.url];
  const ended = await dyingInTheMiddle(place.path, attach, () => simulator[Symbol.asyncDispose]());
  expect(ended.exitCode).toBe(12);
  expect(ended.stderr).toContain('ENGINE_DIED: The engine does not answer any more');
  firstTrialIsWhole(ended);
});

test('an engine that cutover started and that is killed in the middle is reported with what it was killed by', async () => {
  await using place = await temporaryFolder();
  const ended = await dyingInTheMiddle(place.path, await startedIn(place.path, 'simulator.ts'), () => {
    const server = processesNaming(join(place.path, 'model')).find(({command}) => !command.includes('guard.ts'));
    process.kill(server?.pid ?? Number.NaN, 'SIGKILL');
  });
  expect(ended.exitCode).toBe(12);
  expect(ended.stderr).toContain('was ended by SIGKILL');
  firstTrialIsWhole(ended);
  expect(processesNaming(place.path)).toEqual([]);
});
