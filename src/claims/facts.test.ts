import {describe, expect, test} from 'vitest';
import {exampleEmbedTrial, exampleTrial} from '../records/test-run.ts';
import type {Check, Examination} from '../schema/examination.ts';
import type {Trial} from '../schema/trial.ts';
import {type AnswersCompared, sides} from './evidence.ts';
import {medianInterval} from './median-interval.ts';
import {billionsOf} from './stack-memory.ts';
import {decided, evidenceOf, memory, run, server, verdictOn} from './test-evidence.ts';

const byRuns = (...runs: Parameters<typeof run>[0][]) => evidenceOf({runs: runs.map(run)});
const outcomeOf = (id: string, ...runs: Parameters<typeof run>[0][]) => verdictOn(id, byRuns(...runs)).outcome;

describe('memory', () => {
  const stack = (embedMiB: number) => [
    server({memory: memory(12_000, {weightsMiB: 3000, kvPoolMiB: 7000, graphsMiB: 1000})}),
    server({role: 'embed', memory: memory(embedMiB, {kvPoolMiB: 300})}),
    server({role: 'rerank', memory: memory(500)}),
  ];

  test('2.2 GB for everything are refuted by what is needed without graphs, KV pools and the chat weights', () => {
    // 12,000 - 7000 - 1000 - 3000 = 1000, 1200 - 300 = 900, and 500.
    const {outcome, reason, evidence} = verdictOn('mem-sglang', byRuns({servers: stack(1200)}));
    expect({outcome, evidence}).toEqual({outcome: 'refuted', evidence: ['run']});
    expect(reason).toContain('13,700 MiB, 6,400 MiB without any KV pool, and 2,400 MiB without graphs');
  });

  test('they stay open where that is less, and are not run without all three servers', () => {
    expect(outcomeOf('mem-sglang', {servers: stack(1000)})).toBe('inconclusive');
    expect(outcomeOf('mem-sglang', {servers: stack(1200).slice(1)})).toBe('not run');
    expect(outcomeOf('mem-sglang', {servers: stack(1200), engine: sides.from})).toBe('not run');
  });

  test('parts that are more than the process has, as of servers that start at once, say nothing', () => {
    const [chat, ...others] = stack(1200);
    const beyond = server({...chat, memory: memory(12_000, {weightsMiB: 3000, kvPoolMiB: 7000, graphsMiB: 10_000})});
    expect(outcomeOf('mem-sglang', {servers: [beyond, ...others]})).toBe('not run');
  });

  test('totals of launch plans are no measure of an engine; what they need without KV pools is the nearest', () => {
    const {outcome, nearest} = verdictOn(
      'mem-tuned',
      byRuns({engine: sides.from, stack: 'tuned', servers: stack(1200)}),
    );
    expect(outcome).toBe('not measurable as worded');
    expect(nearest).toContain('tuned reserves 13,700 MiB, and 6,400 MiB of it are no KV pool');
  });

  const sized = (model: string, gib: number) => ({
    runId: model,
    servers: [server({model, memory: memory(gib * 1024)})],
  });

  test('memory by model size takes models of these sizes', () => {
    expect(outcomeOf('vram-by-size', sized('Qwen2.5-Coder-1.5B', 6))).toBe('not run');
    expect(outcomeOf('vram-by-size', sized('llama-2-7b-chat-hf', 15))).toBe('inconclusive');
    expect(outcomeOf('vram-by-size', sized('a-7B', 15), sized('a-13B', 30), sized('a-70B', 79))).toBe('confirmed');
    expect(outcomeOf('vram-by-size', sized('a-7B', 16.1))).toBe('refuted');
  });

  test.each([
    ['Qwen/Qwen2.5-Coder-1.5B-Instruct', 1.5],
    ['llama-2-70b-chat', 70],
    ['bge-base-en-v1.5', null],
    ['qwen-8bit', null],
  ])('%s has %s billion parameters', (model, billions) => {
    expect(billionsOf(model)).toBe(billions);
  });

  const withFraction = (role: 'chat' | 'embed' | 'rerank', share: string) =>
    server({role, readySeconds: 60, command: ['serve', '--mem-fraction-static', share]});
  const trials = [
    exampleTrial(),
    exampleEmbedTrial(),
    exampleEmbedTrial({workload: {kind: 'rerank', batch: 4, promptTokens: 128}}),
  ];

  test('three servers with these fractions, ready and answering, confirm that they fit', () => {
    const servers = [withFraction('chat', '0.7'), withFraction('embed', '0.15'), withFraction('rerank', '0.15')];
    expect(outcomeOf('fractions', {servers, trials})).toBe('confirmed');
    expect(outcomeOf('fractions', {servers, trials: trials.slice(1)})).toBe('not run');
    expect(outcomeOf('fractions', {servers: [withFraction('chat', '0.5'), ...servers.slice(1)], trials})).toBe(
      'not run',
    );
    const pooled = server({...servers[0], command: [...(servers[0]?.command ?? []), '--max-total-tokens=4096']});
    expect(outcomeOf('fractions', {servers: [pooled, ...servers.slice(1)], trials})).toBe('not run');
  });

  test('"up to five times less" holds once one load has it, and is not refuted by one that has not', () => {
    const sharing = (sharedPrefix: number, maxTokens: number) =>
      exampleTrial({
        workload: {kind: 'chat', promptTokens: 2048, outputTokens: 128, sharedPrefix},
        kvUse: {maxShare: 0.5, maxTokens, readings: 20},
      });
    expect(outcomeOf('cache-5x', {trials: [sharing(0, 60_000), sharing(0.95, 13_000)]})).toBe('confirmed');
    expect(outcomeOf('cache-5x', {trials: [sharing(0, 60_000), sharing(0.95, 20_000)]})).toBe('inconclusive');
    expect(outcomeOf('cache-5x', {trials: [sharing(0.95, 20_000)]})).toBe('not run');
  });
});

describe('starts', () => {
  const start = (runId: string, readySeconds: number, compileCache: 'empty' | 'used' | null = null) => ({
    runId,
    servers: [
      server({
        readySeconds,
        startup: {
          pullSeconds: null,
          createSeconds: null,
          loadSeconds: null,
          compileSeconds: null,
          graphsSeconds: null,
          compileCache,
        },
      }),
    ],
  });

  test('one start beyond the time-out refutes it; three within it, a cold one among them, confirm it', () => {
    expect(outcomeOf('startup', start('a', 60), start('b', 121))).toBe('refuted');
    expect(outcomeOf('startup', start('a', 60), start('b', 110, 'empty'), start('c', 70))).toBe('confirmed');
    expect(outcomeOf('startup', start('a', 60), start('b', 60), start('c', 70))).toBe('inconclusive');
    expect(outcomeOf('startup', {})).toBe('not run');
  });

  test('a start beside the other side of a decision tells nothing of it', () => {
    const beside = decided({
      metric: 'e2eP50Ms',
      workload: {kind: 'chat', promptTokens: 8, outputTokens: 8},
      ratio: [1, 1, 1],
    });
    const flushed = {
      ...beside,
      decision: {...beside.decision, plan: {...beside.decision.plan, between: 'flush' as const}},
    };
    const runs = [run(start(beside.records.candidate.runId, 300))];
    expect(verdictOn('startup', evidenceOf({runs, decisions: [flushed]})).outcome).toBe('not run');
    expect(verdictOn('startup', evidenceOf({runs})).outcome).toBe('refuted');
  });

  test('a warm start is what a restart takes at least', () => {
    expect(verdictOn('sync-restart', byRuns(start('a', 76.3, 'used'))).nearest).toContain('76 s');
  });
});

describe('later requests', () => {
  const trial = exampleTrial({workload: {kind: 'repeat', promptTokens: 2048, outputTokens: 16, times: 3}});
  const repeated = (...turns: (readonly number[])[]) =>
    evidenceOf({
      runs: [run({trials: [trial]})],
      turnRatios: turns.map((ratios, place) => ({runId: 'run', trial: 0, turn: place + 2, ratios})),
    });
  /** Twelve ratios whose third from either end are the 95 % bounds. */
  const around = (middle: number) => Array.from({length: 12}, (_, place) => middle + (place - 5.5) / 100);

  test('the interval of a median by order statistics: of 12 values the third from either end, of 8 none', () => {
    expect(medianInterval([12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])).toEqual({median: 6.5, low: 3, high: 10});
    expect(medianInterval([1, 2, 3, 4, 5, 6, 7, 8])).toBeNull();
  });

  test('are sooner where every interval lies below 1', () => {
    expect(verdictOn('cache-repeat', repeated(around(0.7), around(0.9)))).toMatchObject({
      outcome: 'confirmed',
      reason: expect.stringContaining('0.7 [0.665, 0.735] at request 2 (12 prompts)'),
    });
  });

  test('are not where one lies above it, and open where one has it inside', () => {
    expect(verdictOn('cache-repeat', repeated(around(0.7), around(1.3))).outcome).toBe('refuted');
    expect(verdictOn('cache-repeat', repeated(around(0.7), around(0.99))).outcome).toBe('inconclusive');
    expect(verdictOn('cache-repeat', repeated([0.5, 0.6])).outcome).toBe('not run');
    expect(verdictOn('warm-prefix', repeated(around(0.7))).outcome).toBe('not run');
  });

  test('uncached tokens by message are the nearest to tokens saved', () => {
    const turn = (number: number, cachedPromptTokens: number) => ({
      turn: number,
      n: 10,
      ttftP50Ms: 50,
      ttftP90Ms: null,
      e2eP50Ms: null,
      promptTokens: 1000,
      cachedPromptTokens,
    });
    const workload = {kind: 'prefix', promptTokens: 2048, outputTokens: 128, turns: 5} as const;
    const sessions = exampleTrial({workload, turns: [turn(1, 0), turn(2, 400), turn(5, 700)]});
    expect(verdictOn('token-savings', byRuns({trials: [sessions]}))).toMatchObject({
      outcome: 'not measurable as worded',
      nearest: 'Uncached over all prompt tokens: 100 % at message 1, 60 % at message 2 and 30 % at message 5.',
    });
  });
});

describe('many requests at once', () => {
  const inFlight = (inFlightMax: number, failed = 0) => {
    const trial = exampleTrial();
    return exampleTrial({counts: {ok: 1000, failed}, client: {...trial.client, inFlightMax}});
  };
  const level = (number: number, throughput: number) => ({
    trial: 0,
    level: number,
    throughput,
    ttftP99Ms: null,
    goodShare: null,
  });
  const sweeps = [
    {
      stage: 'capacity',
      repetition: 1,
      spec: {over: 'concurrency' as const, from: 1, to: 256, gainShare: 0.1, requestsPerSlot: 4},
      levels: [level(1, 300), level(32, 6000)],
      found: null,
      stopped: 'at the last level',
    },
  ];
  const together: Trial[] = [
    exampleTrial(),
    exampleEmbedTrial(),
    exampleEmbedTrial({workload: {kind: 'rerank', batch: 4, promptTokens: 128}}),
  ].map(trial => ({...trial, together: [0, 1, 2]}));

  test('are served where many chats, a sweep that gains, and all kinds together were', () => {
    expect(verdictOn('concurrent', byRuns({trials: [...together, inFlight(256)], sweeps}))).toMatchObject({
      outcome: 'confirmed',
      reason: expect.stringContaining('20 times the tokens a second'),
    });
  });

  test('are open where one of these is missing, and refuted by more than one failure in a thousand', () => {
    expect(verdictOn('concurrent', byRuns({trials: [inFlight(256)], sweeps}))).toMatchObject({
      outcome: 'inconclusive',
      reason: expect.stringContaining('Not shown: all three kinds together.'),
    });
    expect(outcomeOf('concurrent', {trials: [inFlight(256, 20)]})).toBe('refuted');
    expect(outcomeOf('concurrent', {})).toBe('not run');
  });
});

describe('answers', () => {
  const runs = [run({runId: 'a', engine: sides.from}), run({runId: 'b'})];
  const compared = (kind: 'contract' | 'parity', outcome: AnswersCompared['outcome']): AnswersCompared => ({
    ...{kind, outcome, from: 'a', to: 'b', compared: 40},
    differences: outcome === 'differs' ? ['chat HTTP status (200 and 400)'] : [],
  });
  const dropIn = (...answers: AnswersCompared[]) => verdictOn('dropin', evidenceOf({runs, answers}));

  test('one difference refutes a drop-in; the same contract, vectors and scores confirm it', () => {
    expect(dropIn(compared('contract', 'differs'), compared('parity', 'same'))).toMatchObject({
      outcome: 'refuted',
      reason: expect.stringContaining('chat HTTP status (200 and 400)'),
      evidence: ['a', 'b'],
    });
    expect(dropIn(compared('contract', 'same'), compared('parity', 'same')).outcome).toBe('confirmed');
    expect(dropIn(compared('contract', 'same')).outcome).toBe('inconclusive');
    expect(dropIn(compared('contract', 'unknown'), compared('parity', 'same')).outcome).toBe('inconclusive');
    expect(dropIn().outcome).toBe('not run');
  });

  test('vectors or scores that differ in a decision refute it too', () => {
    const decision = decided({metric: 'e2eP50Ms', workload: exampleTrial().workload, ratio: [0.9, 1, 1.1]});
    const answers = [{role: 'embed', required: true, outcome: 'differs', detail: 'cosine 0.48'} as const];
    const decisions = [{...decision, verdict: {...decision.verdict, answers}}];
    expect(verdictOn('dropin', evidenceOf({decisions}))).toMatchObject({
      ...{outcome: 'refuted', reason: 'Embed: cosine 0.48.', evidence: ['decision']},
    });
  });

  test('a decision that finds them alike says so, and that the contract was not compared', () => {
    const decision = decided({metric: 'e2eP50Ms', workload: exampleTrial().workload, ratio: [0.9, 1, 1.1]});
    const answers = [{role: 'embed', required: true, outcome: 'same', detail: 'as near'} as const];
    const decisions = [{...decision, verdict: {...decision.verdict, answers}}];
    expect(verdictOn('dropin', evidenceOf({decisions}))).toMatchObject({
      outcome: 'inconclusive',
      reason:
        'In a decision the answers of embed are as near as its plan asks. The contract was not compared to the end.',
    });
  });

  const asked = (outcome: Check['outcome']): Examination => ({
    ...{stage: 'limits', spec: {kind: 'limits'}, repetition: 1, evidence: 'real', startedAt: '', durationMs: 1},
    ...{answersFile: 'answers.jsonl', questions: 1, dataHash: '', measures: {}},
    checks: [{id: 'embed.dimensions.256', title: '', outcome, detail: 'HTTP 400: no', example: null}],
  });
  const vectors = (model: string, outcome: Check['outcome']) =>
    byRuns({servers: [server({role: 'embed', model})], examinations: [asked(outcome)]});

  test('shorter vectors are judged by the model that is meant, and told of others', () => {
    const meant = 'Alibaba-NLP/gte-Qwen2-1.5B-instruct';
    expect(verdictOn('matryoshka', vectors(meant, 'pass')).outcome).toBe('confirmed');
    expect(verdictOn('matryoshka', vectors(meant, 'note')).outcome).toBe('refuted');
    expect(verdictOn('matryoshka', vectors(meant, 'unknown')).outcome).toBe('inconclusive');
    expect(verdictOn('matryoshka', vectors('models/bge-base', 'note'))).toMatchObject({
      outcome: 'not run',
      nearest: 'Shorter vectors of the models that were served: bge-base: 256 refused (HTTP 400).',
    });
  });
});

describe('what has not been run', () => {
  test.each(['rollback', 'sync-lora', 'sync-disk', 'kv-router', 'fallback'])('%s says what record is missing', id => {
    expect(verdictOn(id, evidenceOf())).toMatchObject({
      outcome: 'not run',
      reason: expect.stringMatching(/^No record/),
    });
  });

  test('the share of the first token on one server is the nearest to separated ones', () => {
    const load = {mode: 'closed', concurrency: 1, requests: 48, durationSeconds: null, warmup: 1} as const;
    const {outcome, nearest} = verdictOn('pd-split', byRuns({trials: [exampleTrial({load})]}));
    expect(outcome).toBe('not run');
    expect(nearest).toContain('4.3 %'); // 45.25 of 1050.5 ms
  });

  test('one page size settles nothing, and two are told until blocks alternate', () => {
    const workload = {kind: 'prefix', promptTokens: 2048, outputTokens: 128, turns: 4} as const;
    const paged = (runId: string, pageTokens: number) => ({
      runId,
      trials: [exampleTrial({workload, promptTokens: 1000, cachedPromptTokens: 750})],
      servers: [server({facts: {...server().facts, pageTokens}})],
    });
    expect(verdictOn('page-size', byRuns(paged('a', 1))).nearest).toContain('75 % of the prompt tokens cached at 1');
    expect(outcomeOf('page-size', paged('a', 1), paged('b', 16))).toBe('inconclusive');
  });
});
