import {exampleRecord, exampleTrial} from '../../records/test-run.ts';
import type {Disturbance} from '../../schema/disturbance.ts';
import type {RunRecord} from '../../schema/record.ts';
import type {ServerMember} from '../../schema/server.ts';
import type {MemberShare, Trial} from '../../schema/trial.ts';
import {chatMemory} from '../test-servers.ts';

const facts = {version: '1.2.3', model: 'example-1.5b', contextTokens: 32_768, kvTokens: 2_000_000, pageTokens: 1};

const worker = (name: string, part: ServerMember['part'], card: number): ServerMember => ({
  ...{name, part, url: `http://127.0.0.1:3000${card}`, model: 'example-1.5b', cards: [card], command: null},
  ...{readySeconds: 95.5 + card, container: null, memory: chatMemory, facts: {...facts, reportsCachedTokens: true}},
  startup: {
    ...{pullSeconds: null, createSeconds: null, loadSeconds: 3.25, compileSeconds: null, graphsSeconds: 24},
    compileCache: null,
  },
});

const router: ServerMember = {
  ...{name: 'router', part: 'router', url: 'http://127.0.0.1:8000', model: 'example-1.5b', cards: [], command: null},
  ...{readySeconds: 1.5, container: null, startup: null, memory: null},
  facts: {
    ...{version: null, model: null, contextTokens: null, kvTokens: null, pageTokens: null},
    reportsCachedTokens: null,
  },
};

/** A run on two GPUs behind a router that was started by `routedBy`. */
export const routedRecord = (
  parts: readonly [ServerMember['part'], ServerMember['part']],
  trials: Trial[],
  routedBy: ServerMember['command'] = null,
): RunRecord => {
  const record = exampleRecord({trials});
  const [server] = record.engine.servers;
  if (server === undefined) throw new Error('the example has a server');
  const names = parts[0] === parts[1] ? parts.map((part, at) => `${part}-${at + 1}`) : parts.map(part => `${part}-1`);
  const members = [...parts.map((part, at) => worker(names[at] ?? '', part, at)), {...router, command: routedBy}];
  return {...record, engine: {...record.engine, stack: 'example-pd-1-1', servers: [{...server, members}]}};
};

export const share = (name: string, part: MemberShare['part'], requests: number | null): MemberShare => ({
  ...{name, part, requests},
  promptTokens: requests && requests * 500,
  cachedPromptTokens: requests && requests * 125,
  generationTokens: requests && requests * 128,
});

/** Of seed 001: 0.198 s of prefill to 1.432 s of decode; 20 ms of the 198 were the transfer. */
export const separatedTrial = (changes: Partial<Trial> = {}): Trial =>
  exampleTrial({
    members: [share('prefill-1', 'prefill', 732), share('decode-1', 'decode', 732)],
    phases: {n: 700, prefillMs: 178, transferMs: 20, decodeMs: 1432, transfer: {count: 732, mib: 20_000}},
    ...changes,
  });

const stretch: Disturbance['before'] = {
  ...{startMs: 0, endMs: 12_000, ok: 96, failed: 0, delayed: 0, ttftP50Ms: 28, ttftMaxMs: 260},
  ...{e2eP50Ms: 186, e2eMaxMs: 377, outputTokensPerSecond: 486, promptTokens: 96_000, cachedPromptTokens: 72_000},
};
const during: Disturbance['during'] = {
  ...{...stretch, startMs: 12_000, endMs: 12_600, ok: 5, failed: 1, delayed: 2, ttftP50Ms: 90, ttftMaxMs: 285},
  ...{e2eP50Ms: 276, e2eMaxMs: 471, outputTokensPerSecond: 120, promptTokens: 5000, cachedPromptTokens: 0},
};
const after = {...stretch, startMs: 12_600, endMs: 30_000, ok: 140, promptTokens: null, cachedPromptTokens: null};

/** An adapter that was loaded while the server served. */
export const newWeights = (changes: Partial<Disturbance> = {}): Disturbance => ({
  spec: {kind: 'weights', method: 'lora', flush: null, atShare: 0.4},
  steps: [
    {
      ...{what: 'load the adapter step-2', member: null, request: 'POST /load_lora_adapter', said: 'loaded', ok: true},
      ...{startMs: 12_000, endMs: 12_214},
    },
  ],
  ...{startMs: 12_000, endMs: 12_214, effectMs: 512, delayedBeyondMs: 377, before: stretch, during, after},
  probe: {
    ...{everyMs: 100, outputTokens: 12, asked: 220, failed: 3, promptTokens: 6600, answersBefore: 1, answersAfter: 1},
    ...{apart: true, longestGapMs: 283},
  },
  kept: [
    {of: 'new', promptTokens: 600, beforeTokens: 592, afterTokens: 0, cache: 'lost'},
    {of: 'old', promptTokens: 600, beforeTokens: 592, afterTokens: 592, cache: 'kept'},
  ],
  memory: {from: 'nvidia-smi', beforeMiB: 58_544, duringMiB: 58_700, afterMiB: 58_620},
  outage: null,
  ...changes,
});

/** A replica that was gone for 5.3 s. */
export const killedReplica = (changes: Partial<NonNullable<Disturbance['outage']>> = {}): Disturbance =>
  newWeights({
    spec: {kind: 'outage', member: 'replica-1', downSeconds: 5, atShare: 0.4},
    steps: [
      {what: 'kill replica-1', startMs: 12_000, endMs: 12_004},
      {what: 'start replica-1 again', startMs: 17_004, endMs: 17_300},
    ].map(step => ({...step, member: 'replica-1', request: null, said: null, ok: true})),
    ...{endMs: 17_300, effectMs: null, kept: []},
    probe: null,
    memory: {from: 'simulated', beforeMiB: 117_995.25, duringMiB: 58_997.625, afterMiB: 117_995.25},
    outage: {
      ...{member: 'replica-1', routedAwayMs: 105, readyMs: 296, servedAgainMs: 700},
      members: [
        {name: 'replica-1', before: 48, during: null, after: 70},
        {name: 'replica-2', before: 48, during: 6, after: 70},
      ],
      ...changes,
    },
  });
