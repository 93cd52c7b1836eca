import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {execa} from 'execa';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {engines} from '../engines/index.ts';
import {parseMetrics, sumOf} from '../engines/prometheus.ts';
import {fetchText} from '../http/fetch-text.ts';
import {projectRoot} from '../root.ts';
import {attachTo} from '../runtimes/attach.ts';
import {freePort} from '../runtimes/free-port.ts';
import {benchHere} from './test-cutover.ts';
import {dynamoIn, pageTokens} from './test-dynamo.ts';

const {dynamo} = engines;
const {signal} = new AbortController();
let folder = '';
let dynamos: Awaited<ReturnType<typeof dynamoIn>>;

// Made once and kept (.ci/run has done so): a first time takes a minute.
beforeAll(async () => {
  const {stdout: python} = await execa(join(projectRoot, '.ci/topology-environment'));
  folder = await mkdtemp(join(tmpdir(), 'cutover-dynamo-'));
  dynamos = await dynamoIn(folder, python);
}, 180_000);
afterAll(async () => {
  await dynamos[Symbol.asyncDispose]();
  await rm(folder, {recursive: true, force: true});
});

const attach = (url: string) =>
  attachTo({engine: dynamo, targets: [{role: 'chat', url}], models: {}, signal, onLine() {}});

const samplesOf = async (url: string) =>
  parseMetrics((await fetchText(`${url}/metrics`, {method: 'GET', timeoutMs: 5000, signal})).body);

/** Where the workers that answer are reached, as a frontend knows them. */
const workersOf = async (url: string): Promise<readonly string[]> => {
  const {body} = await fetchText(`${url}/health`, {method: 'GET', timeoutMs: 5000, signal});
  const instances: {endpoint: string; transport: {tcp: string}}[] = JSON.parse(body).instances;
  return instances.filter(({endpoint}) => endpoint === 'generate').map(({transport}) => transport.tcp);
};

/** Resolves when a frontend has two workers, not both of them among `former`, and their model. */
const untilServed = async (url: string, former: readonly string[] = []) => {
  for (;;) {
    const workers = await workersOf(url);
    const models = await fetchText(`${url}${dynamo.health.path}`, {method: 'GET', timeoutMs: 5000, signal});
    if (workers.length === 2 && !workers.every(one => former.includes(one)) && dynamo.health.ready(models)) return;
    await delay(50);
  }
};

/** One whole answer, with what the router says of it. */
const ask = async (url: string, content: string) => {
  const request = {model: dynamos.model, messages: [{role: 'user', content}], max_tokens: 4, ignore_eos: true};
  const body = JSON.stringify({...request, nvext: {extra_fields: ['timing']}});
  const headers = {'content-type': 'application/json'};
  const response = await fetch(url + dynamo.path('chat'), {method: 'POST', headers, body});
  const text = await response.text();
  return {status: response.status, text, reply: response.ok ? JSON.parse(text) : null};
};

type Worker = Awaited<ReturnType<typeof dynamos.worker>>;

/** What a mocker says of itself: how many it answered, and the share of the last prompt that it had. */
const truthOf = async ({systemUrl}: Worker) => {
  const samples = await samplesOf(systemUrl);
  return {
    answered: sumOf(samples, 'sglang:num_requests_total') ?? 0,
    share: sumOf(samples, 'sglang:cache_hit_rate') ?? 0,
  };
};

/** Three conversations of three turns in turn, one request at a time: cached tokens by the worker that answered, and by the router. */
const converse = async (url: string, workers: readonly Worker[]) => {
  const asked = [];
  const histories = ['first', 'second', 'third'].map(word => `${new URL(url).port} ${word} `.padEnd(300, `${word} `));
  for (const turn of [0, 1, 2])
    for (const [session, history] of histories.entries()) {
      const before = await Promise.all(workers.map(truthOf));
      const {reply} = await ask(url, history);
      const promptTokens: number = reply.usage.prompt_tokens;
      let [at, share] = [-1, 0];
      while (at < 0) {
        const after = await Promise.all(workers.map(truthOf));
        at = after.findIndex(({answered}, index) => answered > (before[index]?.answered ?? 0));
        share = after[at]?.share ?? 0;
      }
      const predicted: number | undefined = reply.nvext?.timing?.kv_hit_rate;
      const pages = Math.ceil(promptTokens / pageTokens);
      asked.push({
        ...{turn, session, at, promptTokens, chars: history.length},
        cached: Math.round(share * promptTokens),
        byRouter: predicted === undefined ? null : Math.round(predicted * pages) * pageTokens,
        predicted: predicted ?? null,
      });
      histories[session] = history.padEnd(history.length + 80, `turn ${turn} `);
    }
  return asked;
};

type Asked = Awaited<ReturnType<typeof converse>>;

/** What a prompt has in common with the last one of its conversation at the same worker, in whole pages. */
const sharedWithEarlier = (all: Asked, index: number): number => {
  const {at, session} = all[index] as Asked[number];
  const earlier = all.slice(0, index).findLast(one => one.session === session && one.at === at);
  return earlier === undefined ? 0 : Math.floor(('user: '.length + earlier.chars) / pageTokens) * pageTokens;
};

const small = [
  ...['--suite', 'prefix', '--requests', '16', '--warmup', '4', '--concurrency', '4', '--repetitions', '1'],
  ...['--prompt-tokens', '128', '--output-tokens', '8'],
];

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('the real frontend of Dynamo over its real mocker', {timeout: 120_000, concurrent: true}, () => {
  test('is not ready before a model is registered, is measured as simulated, and its KV router keeps conversations together', async () => {
    const kv = await dynamos.frontend('plain', '--router-mode', 'kv');
    const health = await fetchText(`${kv}/health`, {method: 'GET', timeoutMs: 5000, signal});
    expect([health.status, JSON.parse(health.body).status]).toEqual([200, 'healthy']);
    await expect(attach(kv)).rejects.toMatchObject({code: 'ENGINE_UNREACHABLE'});

    const workers = await Promise.all([dynamos.worker('plain'), dynamos.worker('plain')]);
    const others = await Promise.all([
      dynamos.frontend('plain', '--router-mode', 'round-robin'),
      dynamos.frontend('plain', '--router-mode', 'random'),
    ]);
    const [roundRobin, random] = others;
    await Promise.all([kv, ...others].map(url => untilServed(url)));

    const stack = await attach(kv);
    expect(stack.evidence).toBe('simulated');
    expect(stack.endpoint('chat')).toMatchObject({
      model: dynamos.model,
      facts: {
        version: '1.4.2',
        contextTokens: null,
        kvTokens: 2 * 16_384 * pageTokens,
        pageTokens,
        reportsCachedTokens: false,
      },
    });

    // The same conversations through each of them; the prompts differ, so that none finds what another left.
    const byKv = await converse(kv, workers);
    for (const [index, {at, session, cached, byRouter}] of byKv.entries()) {
      expect([cached, byRouter]).toEqual([sharedWithEarlier(byKv, index), cached]);
      expect(at).toBe(byKv[session]?.at); // it stays where it began
    }
    const samples = await samplesOf(kv);
    expect(sumOf(samples, 'dynamo_component_router_kv_hit_rate_count')).toBe(9);
    expect(sumOf(samples, 'dynamo_component_router_kv_hit_rate_sum')).toBeCloseTo(
      sum(byKv.map(({predicted}) => predicted ?? Number.NaN)),
    );

    // Three conversations over two workers in turn: only the third turn comes back to the worker of the first.
    const inTurn = await converse(roundRobin, workers);
    const anywhere = await converse(random, workers);
    for (const asked of [inTurn, anywhere])
      for (const [index, {cached, byRouter}] of asked.entries())
        expect([cached, byRouter]).toEqual([sharedWithEarlier(asked, index), null]);
    for (const [index, {at, turn, cached}] of inTurn.entries())
      expect([at, cached > 0]).toEqual([inTurn[index % 2]?.at, turn === 2]);
    const found = [byKv, inTurn, anywhere].map(asked => sum(asked.map(({cached}) => cached)));
    expect(found[0]).toBeGreaterThan(found[1] ?? 0);
    expect(found[0]).toBeGreaterThanOrEqual(found[2] ?? 0);

    // A suite, end to end.
    const before = await samplesOf(kv);
    const run = await benchHere(join(folder, 'run'), '--engine', 'dynamo', '--attach', `chat=${kv}`, ...small);
    expect([run.failure, run.record.evidence, run.record.engine.version]).toEqual([null, 'simulated', '1.4.2']);
    const [trial] = run.record.trials;
    expect([trial?.evidence, trial?.counts, trial?.outputTokens]).toEqual(['simulated', {ok: 16, failed: 0}, 128]);
    // The mocker tells no cached tokens: nothing is said of them, and not that there were none.
    expect([trial?.cachedPromptTokens, trial?.prefixHits]).toEqual([null, null]);
    const {before: from, after: to} = trial?.metrics ?? {};
    const warmUp = 4 * 8;
    expect((to?.generationTokensTotal ?? 0) - (from?.generationTokensTotal ?? 0)).toBe(128 + warmUp);
    expect(from?.promptTokensTotal).toBe(sumOf(before, 'dynamo_frontend_input_sequence_tokens_sum'));

    // A worker dies. While its registration lasts, what is routed to it fails at once; this it does for ten seconds.
    const [, second] = workers;
    const former = await workersOf(roundRobin);
    second?.process.kill('SIGKILL');
    let refused = '';
    while (refused === '') {
      const {status, text} = await ask(roundRobin, 'is anyone there?');
      if (status !== 200) refused = `${status} ${dynamo.readError(text)}`;
    }
    expect(refused).toBe('500 Failed to generate completions');
    const again = await dynamos.worker('plain');
    await untilServed(roundRobin, former);
    for (let asked = 0; asked < 4; asked += 1) expect((await ask(roundRobin, `turn ${asked}`)).status).toBe(200);
    expect(await truthOf(again)).toMatchObject({answered: 2});
  });

  test('passes a prompt from a prefill worker to a decode worker, and counts it once', async () => {
    const url = await dynamos.frontend('split', '--router-mode', 'kv');
    await Promise.all([
      dynamos.worker('split', '--disaggregation-mode', 'prefill', '--bootstrap-ports', String(await freePort())),
      dynamos.worker('split', '--disaggregation-mode', 'decode'),
    ]);
    await untilServed(url);
    const stack = await attach(url);
    expect([stack.evidence, stack.endpoint('chat').facts.kvTokens]).toEqual(['simulated', 16_384 * pageTokens]);
    const {reply} = await ask(url, 'a prompt '.repeat(20));
    expect(reply.usage).toMatchObject({completion_tokens: 4});
    const page = await fetchText(`${url}/metrics`, {method: 'GET', timeoutMs: 5000, signal});
    expect(dynamo.metrics?.read(page.body)).toMatchObject({
      promptTokensTotal: reply.usage.prompt_tokens,
      generationTokensTotal: 4,
    });
    expect(dynamo.metrics?.readFinished(page.body)).toBe(1);
  });
});
