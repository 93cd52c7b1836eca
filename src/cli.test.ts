import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {cutover, readRun, saidOnStderr} from './commands/test-cutover.ts';
import {openaiServer} from './commands/test-openai-server.ts';
import {recordJsonSchema} from './records/json-schema.ts';
import {temporaryFolder} from './records/test-folder.ts';

const words = (line: string) => line.split(' ');
const few = words('--requests 8 --concurrency 4 --warmup 0');

describe('bench without a GPU, an engine or a server', () => {
  let place: Awaited<ReturnType<typeof temporaryFolder>>;
  let ended: Record<'sglang' | 'json' | 'vllm', Awaited<ReturnType<typeof cutover>>>;
  const folder = (name: keyof typeof ended) => join(place.path, name);

  beforeAll(async () => {
    place = await temporaryFolder();
    const run = (name: keyof typeof ended, ...more: readonly string[]) =>
      cutover('bench', '--runtime', 'embedded', ...few, '--out', folder(name), ...more);
    ended = {
      sglang: await run('sglang', '--engine', 'sglang'),
      json: await run('json', ...words('--engine sglang --format csv --json --quiet')),
      vllm: await run('vllm', ...words('--engine vllm --format json --seed 2')),
    };
  }, 120_000);
  afterAll(() => place[Symbol.asyncDispose]());

  test('says what it does in plain lines on stderr, one when a trial begins and one when it has ended', () => {
    const {exitCode, stderr} = ended.sglang;
    expect(exitCode).toBe(0);
    const ready = (suite: string, trial: number) => `${suite} · trial ${trial} of 4 · getting ready`;
    const done = (suite: string, trial: number) =>
      expect.stringMatching(
        new RegExp(`^${suite} · trial ${trial} of 4 · 8/8 · [0-9.]+ req/s · (TTFT p50 .* ms · )?ETA \\d+ s$`),
      );
    expect(stderr.split('\n')).toEqual([
      'Runtime embedded: --runtime embedded was given.',
      'starting the simulated engine (sglang dialect) in a thread',
      expect.stringMatching(/^ready after \d+\.\d s$/),
      ...['chat', 'embed', 'rerank', 'prefix'].flatMap((suite, index) => [
        ready(suite, index + 1),
        done(suite, index + 1),
      ]),
      `Record: ${folder('sglang')}/record.json`,
    ]);
  });

  test('prints one table on stdout, which says that it is no evidence', () => {
    const {stdout} = ended.sglang;
    expect(stdout).toMatch(/^engine +SGLang .*\+simulated$/m);
    expect(stdout).toMatch(/^evidence +Simulated evidence: says nothing about a real engine\.$/m);
    // Repetition, texts a request, requests that went well and those that failed.
    for (const suite of ['chat', 'prefix']) expect(stdout).toMatch(new RegExp(`^${suite} +1 +8 +0 `, 'm'));
    for (const suite of ['embed', 'rerank']) expect(stdout).toMatch(new RegExp(`^${suite} +1 +8 +8 +0 `, 'm'));
    expect(stdout).toContain('No P99: n too small (have 8, need 662)');
    expect(stdout).not.toContain('\u001b');
  });

  test('keeps a record that names the run, the machine, the code and every trial', async () => {
    const {record, samples} = await readRun(folder('sglang'));
    expect(record).toMatchObject({
      status: 'complete',
      failure: null,
      evidence: 'simulated',
      command: words(`bench --runtime embedded ${few.join(' ')} --out ${folder('sglang')} --engine sglang`),
      engine: {name: 'sglang', version: expect.stringContaining('+simulated'), runtime: 'embedded', stack: null},
      cutover: {version: expect.stringMatching(/^\d+\.\d+\.\d+/), gitCommit: expect.stringMatching(/^[0-9a-f]{40}$/)},
      machine: {node: process.version},
      suites: ['smoke'],
      seed: 1,
      clientOverhead: {n: 662},
    });
    expect(record.trials.map(({suite, evidence, counts}) => [suite, evidence, counts.ok])).toEqual(
      ['chat', 'embed', 'rerank', 'prefix'].map(suite => [suite, 'simulated', 8]),
    );
    expect(samples).toHaveLength(4 * 8);
    expect(new Set(samples.map(({id}) => id)).size).toBe(4 * 8);
  });

  test('marks every export as simulated', async () => {
    const markdown = await readFile(join(folder('sglang'), 'report.md'), 'utf8');
    expect(markdown).toContain('> **Simulated evidence: says nothing about a real engine.**');
    const [head = '', ...rows] = (await readFile(join(folder('json'), 'trials.csv'), 'utf8')).trimEnd().split('\n');
    const place = head.split(',').indexOf('evidence');
    expect(rows.map(row => row.split(',')[place])).toEqual(Array(4).fill('simulated'));
    const {evidence, trials} = JSON.parse(await readFile(join(folder('vllm'), 'trials.json'), 'utf8'));
    expect([evidence, ...trials.map((trial: {evidence: string}) => trial.evidence)]).toEqual(
      Array(5).fill('simulated'),
    );
    const png = await readFile(join(folder('sglang'), 'ttft.png'));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
  });

  test('--json prints the record and nothing else, and --quiet nothing on stderr', async () => {
    expect(ended.json).toMatchObject({exitCode: 0, stderr: ''});
    expect(JSON.parse(ended.json.stdout)).toEqual(
      JSON.parse(await readFile(join(folder('json'), 'record.json'), 'utf8')),
    );
  });

  test('the same seed sends the same data, another seed other data', async () => {
    const records = await Promise.all(Object.keys(ended).map(name => readRun(folder(name as keyof typeof ended))));
    const [first, again, other] = records.map(({record}) => [
      record.dataHash,
      ...record.trials.map(trial => trial.dataHash),
    ]);
    expect(again).toEqual(first);
    for (const [index, hash] of (other ?? []).entries()) expect(hash).not.toBe(first?.[index]);
  });

  test('compare names what differs before any number, and gives no verdict', async () => {
    const {exitCode, stdout} = await cutover('compare', folder('sglang'), folder('vllm'));
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/seed +1 +2/);
    expect(stdout.search(/seed +1 +2/)).toBeLessThan(stdout.indexOf('TTFT p50'));
    expect(stdout).toContain('Simulated evidence: says nothing about a real engine.');
    expect(stdout).toContain('not a verdict');
    const {stdout: json} = await cutover('compare', folder('sglang'), folder('vllm'), '--json');
    const {runs, differences} = JSON.parse(json);
    expect([runs.a.evidence, runs.b.evidence]).toEqual(['simulated', 'simulated']);
    expect(differences).toContainEqual({condition: 'seed', a: '1', b: '2'});
  });

  test('report makes the exports again and names them', async () => {
    const {exitCode, stdout} = await cutover('report', folder('json'), '--format', 'markdown', '--format', 'csv');
    expect(exitCode).toBe(0);
    expect(stdout.split('\n')).toEqual(
      ['report.md', 'trials.csv', 'turns.csv'].map(name => join(folder('json'), name)),
    );
  });
});

test('an OpenAI-compatible server gets exactly the requests that were asked for, and the record has all that can be known', async () => {
  await using place = await temporaryFolder();
  await using server = await openaiServer();
  const line = `bench --engine openai --attach ${server.url} --model mock --suite chat --concurrency 4 --requests 12 --prompt-tokens 128 --output-tokens 64 --warmup 0 --repetitions 1 --out ${place.path} --quiet`;
  const {exitCode, stderr} = await cutover(...words(line));
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(server.posts.map(({path, body}) => [path, body.model, body.max_tokens])).toEqual(
    Array(12).fill(['/v1/chat/completions', 'mock', 64]),
  );
  const latency = {n: 12, mean: expect.any(Number), p50: expect.any(Number), p95: expect.any(Number), p99: null};
  const {record, samples} = await readRun(place.path);
  expect(record.trials).toMatchObject([
    {
      suite: 'chat',
      load: {mode: 'closed', concurrency: 4, requests: 12},
      counts: {ok: 12, failed: 0},
      ttftMs: latency,
      itlMs: {n: 12 * 63},
      tpotMs: null,
      e2eMs: latency,
      requestsPerSecond: expect.any(Number),
      outputTokensPerSecond: null,
      promptTokens: null,
      outputTokens: null,
      cachedPromptTokens: null,
      cache: {reset: 'unsupported', canary: 'not-asked'},
      client: {loopLagP99Ms: expect.any(Number), scheduleLagP99Ms: null, cpuMsPerRequest: expect.any(Number)},
      findings: expect.arrayContaining([expect.objectContaining({code: 'output-tokens-unknown', severity: 'warning'})]),
    },
  ]);
  expect([server.inFlightMax(), record.trials[0]?.client.inFlightMax]).toEqual([4, 4]);
  expect(record.evidence).toBe('real');
  expect(samples.map(({tokenEventsMs}) => tokenEventsMs.length)).toEqual(Array(12).fill(64));
});

describe('the small commands', () => {
  test('list names what the options take', async () => {
    const {exitCode, stdout} = await cutover('list');
    expect(exitCode).toBe(0);
    for (const name of ['smoke', 'sglang', 'vllm-tuned', 'markdown'])
      expect(stdout).toMatch(new RegExp(`^ {2}${name} +\\S`, 'm'));
  });

  test('schema prints the JSON Schema of the record', async () => {
    expect(JSON.parse((await cutover('schema')).stdout)).toEqual(recordJsonSchema());
  });

  test('--help explains a command and its options, --version says which cutover this is', async () => {
    const help = await cutover('bench', '--help');
    expect([help.exitCode, help.stderr]).toEqual([0, '']);
    expect(help.stdout).toMatch(/--concurrency <n> +Closed loop/);
    expect(help.stdout).not.toContain('preset');
    expect((await cutover('--version')).stdout).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test('simulate serves until Ctrl-C', async () => {
    const running = cutover('simulate', '--engine', 'sglang', '--quiet');
    const [url] = (
      await new Promise<string>(resolve => running.stdout.once('data', data => resolve(String(data))))
    ).split('\n');
    expect((await fetch(`${url}/health`)).headers.get('x-cutover-evidence')).toBe('simulated');

    // What was only attached to is kept until Ctrl-C too, though nothing of it is left to wait for.
    const up = cutover('up', '--engine', 'sglang', '--attach', String(url));
    await saidOnStderr(up, 'It serves until Ctrl-C.');
    running.kill('SIGINT');
    expect(await running).toMatchObject({exitCode: 0, stderr: ''});
    up.kill('SIGINT');
    expect(await up).toMatchObject({exitCode: 0});
  });
});
