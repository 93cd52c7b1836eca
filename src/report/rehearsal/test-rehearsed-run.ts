import {exampleRecord} from '../../records/test-run.ts';
import type {Rehearsal, RehearsalEvent, RehearsalStage, Route, SideFacts} from '../../schema/rehearsal.ts';
import type {RehearsalPlan} from '../../schema/rehearsal-plan.ts';
import {schemaVersion} from '../../schema/version.ts';
import type {RehearsedRun} from './rehearsed-run.ts';
import {exampleMemory, exampleRates, exampleSeconds, exampleTimes} from './test-rehearsed-seconds.ts';
import {exampleRehearsalVerdict} from './test-rehearsed-verdict.ts';

const lengths = {promptTokens: 256, outputTokens: 48};

const examplePlan: RehearsalPlan = {
  name: 'blue-green',
  question: 'Can all requests be turned over at once, and back, without anybody noticing?',
  baseline: {engine: 'vllm', stack: 'vllm-tuned'},
  candidate: {engine: 'sglang', stack: 'sglang'},
  strategy: {kind: 'blue-green'},
  load: [
    {name: 'chat', workload: {kind: 'chat', ...lengths}, ratePerSecond: exampleRates.chat},
    {name: 'embed', workload: {kind: 'embed', batch: 1, promptTokens: 128}, ratePerSecond: exampleRates.embed},
    {name: 'rerank', workload: {kind: 'rerank', batch: 8, promptTokens: 64}, ratePerSecond: exampleRates.rerank},
  ],
  blocks: {count: 8, seconds: 5},
  watchSeconds: 30,
  watch: {
    ...{windowSeconds: 5, maxErrorShare: 0.01, latencyMarginShare: 0.5, hangSeconds: 5},
    ...{parityEverySeconds: 5, memoryMiBPerMinute: null},
  },
  limits: {
    ...{downtimeMs: 0, failedShare: 0.02, refusedShare: 0.02, detectSeconds: 10, rollbackSeconds: 5},
    ...{recoverSeconds: 30, rollbackMarginShare: 0.1},
  },
  answers: {ask: {kind: 'parity', texts: 24, rankings: 12, chats: 8}, required: ['embed', 'rerank']},
  alpha: 0.05,
};

const originMs = 8_412_345;
const at = (seconds: number) => originMs + seconds * 1000;
const t = exampleTimes;

const stages: readonly (readonly [name: RehearsalStage['name'], from: number, to: number, detail?: string])[] = [
  ['baseline-up', 0, t.load],
  ['before', t.load, t.candidateUp],
  ['candidate-up', t.candidateUp, t.check],
  ['check', t.check, t.cutover, 'embed, rerank: the same answers; chat differs in 1 of 8 texts.'],
  ['cutover', t.cutover, t.watch],
  ['watch', t.watch, t.fault],
  ['fault', t.fault, t.decided, 'The candidate’s chat server was killed (SIGKILL).'],
  ['rollback', t.decided, t.rolledBack],
  ['recover', t.rolledBack, t.after],
  ['after', t.after, t.down],
  ['down', t.down, t.end],
];

const routeTo = (primary: Route['primary'], standby: Route['standby']): Route => ({
  ...{primary, standby, candidateShare: 0, mirrorShare: 0},
});

const events: readonly (readonly [seconds: number, kind: RehearsalEvent['kind'], text: string, route?: Route])[] = [
  [t.load, 'route', 'All requests to the baseline.', routeTo('baseline', null)],
  [t.switched, 'route', 'All requests to the candidate; the baseline stands by.', routeTo('candidate', 'baseline')],
  [t.fault, 'fault', 'dies-under-load: the candidate’s chat server is killed.'],
  [t.detected, 'detected', 'errors: 9 of 14 chat requests failed in the last 5 s.'],
  [t.decided, 'decision', 'Back to the baseline.'],
  [t.routedBack, 'route', 'All requests to the baseline.', routeTo('baseline', null)],
];

const sideOf = (arm: SideFacts['arm'], seconds: number, evidence: SideFacts['evidence']): SideFacts => {
  const isBaseline = arm === 'baseline';
  const server = {role: 'chat' as const, model: 'qwen2.5-coder-1.5b', readySeconds: 21.4, startup: null, memory: null};
  return {
    ...{arm, incarnation: 1, evidence, atMs: at(seconds), runtime: 'docker'},
    ...(isBaseline ? {engine: 'vllm', stack: 'vllm-tuned'} : {engine: 'sglang', stack: 'sglang'}),
    servers: [
      {
        ...server,
        url: `http://127.0.0.1:${isBaseline ? 8000 : 30_000}`,
        command: isBaseline
          ? ['vllm', 'serve', 'qwen2.5-coder-1.5b', '--port', '8000', '--seed', '0', '--max-model-len', '8192']
          : ['python3', '-m', 'sglang.launch_server', '--model-path', 'qwen2.5-coder-1.5b', '--port', '30000'],
        container: {
          image: isBaseline ? 'vllm/vllm-openai:v0.26.0' : 'lmsysorg/sglang:v0.5.17',
          digest: `sha256:${(isBaseline ? '5b' : 'c7').repeat(32)}`,
          imageId: `sha256:${(isBaseline ? '1d' : '2e').repeat(32)}`,
        },
        facts: {
          ...{version: isBaseline ? '0.26.0' : '0.5.17', model: 'qwen2.5-coder-1.5b', contextTokens: 8192},
          ...{kvTokens: 262_144, pageTokens: isBaseline ? 16 : 1, reportsCachedTokens: true},
        },
      },
    ],
  };
};

interface ExampleChanges {
  readonly evidence?: Rehearsal['evidence'];
  readonly rehearsal?: Partial<Rehearsal>;
  readonly verdict?: Partial<RehearsedRun['verdict']>;
}

/**
 * Blue-green with dies-under-load: 20,000 requests in three minutes, of which the dying candidate takes 11 with it. Real unless told
 * otherwise; the same bytes each time.
 */
export const rehearsedRun = (changes: ExampleChanges = {}): RehearsedRun => {
  const {evidence = 'real'} = changes;
  const rehearsal: Rehearsal = {
    ...{schemaVersion, rehearsalId: '2026-11-22T0900-rehearsal-b7k2', status: 'complete', failure: null, evidence},
    ...{startedAt: '2026-11-22T09:00:00.000Z', endedAt: '2026-11-22T09:03:04.000Z'},
    ...{seed: 1, plan: examplePlan, scenario: 'dies-under-load', originMs, bootId: 'b0f1'},
    cutover: {version: '0.1.0', gitCommit: '35f301f', gitDirty: false},
    command: ['rehearse', '--strategy', 'blue-green', '--scenario', 'dies-under-load', '--runtime', 'docker'],
    machine: exampleRecord().machine,
    sittings: [{startedAt: '2026-11-22T09:00:00.000Z', startMs: originMs, endMs: at(t.end)}],
    stages: stages.map(([name, from, to, detail = null]) => ({
      ...{name, sitting: 1, startMs: at(from), endMs: at(to), outcome: 'done', detail},
    })),
    events: events.map(([seconds, kind, text, route = null]) => ({atMs: at(seconds), kind, text, route})),
    sides: [
      sideOf('baseline', t.load, evidence),
      sideOf('candidate', t.check, evidence),
      sideOf('baseline', t.after, evidence),
    ],
    answers: (['check', 'after'] as const).map(when => ({
      when,
      roles: [
        {role: 'embed', outcome: 'same', detail: 'Smallest cosine 0.99991 over 24 texts; A/A 0.99994.'},
        {role: 'rerank', outcome: 'same', detail: 'Kendall tau 0.998 over 12 rankings; A/A 1.'},
        when === 'check'
          ? {role: 'chat', outcome: 'differs', detail: '1 of 8 greedy texts parts before token 32; A/A 0 of 8.'}
          : {role: 'chat', outcome: 'same', detail: '0 of 8 greedy texts part before token 32; A/A 0 of 8.'},
      ],
    })),
    engines: [
      {arm: 'baseline', incarnation: 1, account: {by: 'counters', requests: [], finished: {chat: 1900}}},
      {arm: 'candidate', incarnation: 1, account: null},
    ],
    blocks: (['before', 'after'] as const).flatMap(when =>
      Array.from({length: 8}, (_, place) => {
        const startMs = at((when === 'before' ? t.load : t.after) + 5 * place);
        return {when, startMs, endMs: startMs + 5000};
      }),
    ),
    helpers: {gateway: null, baseline: null, candidate: null},
    findings: [],
    ...changes.rehearsal,
  };
  return {
    rehearsal,
    verdict: {...exampleRehearsalVerdict(rehearsal, exampleSeconds), ...changes.verdict},
    seconds: exampleSeconds,
    memory: exampleMemory(originMs, evidence === 'simulated'),
  };
};
