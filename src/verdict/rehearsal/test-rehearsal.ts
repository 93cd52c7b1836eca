import type {Arm} from '../../schema/block.ts';
import type {ClientLine, GatewayLine, RequestOutcome} from '../../schema/journal.ts';
import {
  type MemoryReading,
  type Rehearsal,
  type RehearsalEvent,
  type RehearsalStage,
  type Route,
  rehearsal as rehearsalSchema,
  type StageName,
} from '../../schema/rehearsal.ts';
import type {Role} from '../../schema/request.ts';
import {schemaVersion} from '../../schema/version.ts';
import {evidenceOf} from './evidence.ts';
import {judgeRehearsal} from './judge-rehearsal.ts';

const start = '2026-11-22T06:00:00.000Z';
export const toBaseline: Route = {primary: 'baseline', candidateShare: 0, mirrorShare: 0, standby: null};
export const toCandidate: Route = {...toBaseline, primary: 'candidate'};

export const stageFrom = (
  name: StageName,
  startMs: number,
  endMs: number | null,
  outcome: RehearsalStage['outcome'] = endMs === null ? 'running' : 'done',
): RehearsalStage => ({name, sitting: 1, startMs, endMs, outcome, detail: null});

export const event = (atMs: number, kind: RehearsalEvent['kind'], route: Route | null = null): RehearsalEvent => ({
  ...{atMs, kind, route},
  text: kind,
});

export const factsOf = (arm: Arm, atMs: number, command = ['serve', 'model', '--port', '4001']) =>
  ({
    ...{arm, incarnation: 1, engine: 'simulated', stack: null, runtime: 'docker', evidence: 'real', atMs},
    servers: [
      {
        ...{role: 'embed', url: 'http://127.0.0.1:4001', model: 'm', command, readySeconds: 1},
        container: {image: 'i', digest: 'sha256:1', imageId: 'sha256:2'},
        ...{startup: null, memory: null},
        facts: {version: '1', model: 'm', contextTokens: 8, kvTokens: 9, pageTokens: null, reportsCachedTokens: null},
      },
    ],
  }) satisfies Rehearsal['sides'][number];

/** 40 s before, cutover at 50 s, watched until 70 s, struck then, detected at 71 s, back at 72 s, recovered at 75 s, after until 115 s. */
export const rehearsalOf = (changes: Partial<Rehearsal> = {}): Rehearsal => ({
  ...{
    schemaVersion,
    rehearsalId: 'r1',
    status: 'complete',
    failure: null,
    evidence: 'real',
    startedAt: start,
    endedAt: start,
  },
  ...{cutover: {version: '0', gitCommit: null, gitDirty: null}, command: [], seed: 1, scenario: 'dies-under-load'},
  machine: {} as Rehearsal['machine'],
  plan: {
    ...{name: 'p', question: 'q', strategy: {kind: 'blue-green'}, load: [], watchSeconds: 20, alpha: 0.05},
    baseline: {engine: 'simulated', stack: null} as Rehearsal['plan']['baseline'],
    candidate: {engine: 'simulated', stack: null} as Rehearsal['plan']['candidate'],
    blocks: {count: 8, seconds: 5},
    watch: {
      ...{windowSeconds: 5, maxErrorShare: 0.01, latencyMarginShare: 0.5, hangSeconds: 5},
      ...{parityEverySeconds: null, memoryMiBPerMinute: 60},
    },
    limits: {
      ...{downtimeMs: 500, failedShare: 0.05, refusedShare: 0.05},
      ...{detectSeconds: 5, rollbackSeconds: 5, recoverSeconds: 10, rollbackMarginShare: 0.1},
    },
    answers: {ask: {kind: 'parity'} as Rehearsal['plan']['answers']['ask'], required: ['embed']},
  },
  ...{originMs: 0, bootId: null, sittings: [{startedAt: start, startMs: 0, endMs: 120_000}]},
  stages: [
    stageFrom('baseline-up', 0, 5000),
    stageFrom('before', 5000, 45_000),
    stageFrom('candidate-up', 45_000, 48_000),
    stageFrom('check', 48_000, 50_000),
    stageFrom('cutover', 50_000, 51_000),
    stageFrom('watch', 51_000, 70_000),
    stageFrom('fault', 70_000, 71_000, 'aborted'),
    stageFrom('rollback', 71_000, 72_000),
    stageFrom('recover', 72_000, 75_000),
    stageFrom('after', 75_000, 115_000),
    stageFrom('down', 115_000, 120_000),
  ],
  events: [
    event(5000, 'route', toBaseline),
    event(50_500, 'route', toCandidate),
    event(70_000, 'fault'),
    event(71_000, 'detected'),
    event(72_000, 'route', toBaseline),
  ],
  sides: [factsOf('baseline', 4000), factsOf('candidate', 48_000), factsOf('baseline', 73_000)],
  answers: (['check', 'after'] as const).map(when => ({
    when,
    roles: [{role: 'embed' as const, outcome: 'same' as const, detail: 'cosine 1.'}],
  })),
  engines: (['baseline', 'candidate'] as const).map(arm => ({arm, incarnation: 1, account: null})),
  blocks: [
    ...Array.from({length: 8}, (_, at) => ({
      when: 'before' as const,
      startMs: 5000 + at * 5000,
      endMs: 10_000 + at * 5000,
    })),
    ...Array.from({length: 8}, (_, at) => ({
      when: 'after' as const,
      startMs: 75_000 + at * 5000,
      endMs: 80_000 + at * 5000,
    })),
  ],
  ...{helpers: {gateway: null, baseline: null, candidate: null}, findings: []},
  ...changes,
});

/** That the hand-made one is one; the machine and the plan's sides are nobody's concern here. */
export const isRehearsal = (made: Rehearsal): boolean =>
  rehearsalSchema.omit({machine: true, plan: true}).safeParse(made).success;

export interface Request {
  readonly id: string;
  readonly sentMs: number;
  readonly tookMs?: number;
  readonly kind?: Role;
  readonly outcome?: RequestOutcome;
  readonly target?: Arm | null;
  readonly lagMs?: number;
}

/** What the client and the gateway write of a request when all is well with the accounts. */
export const linesOf = (requests: readonly Request[]): {client: ClientLine[]; gateway: GatewayLine[]} => {
  const ordered = requests.map((request, at) => ({...request, seq: at + 1}));
  return {
    client: ordered.flatMap(
      ({id, sentMs, tookMs = 10, kind = 'embed', outcome = 'served', lagMs = 1}): ClientLine[] => {
        const sent = {id, part: kind, kind, scheduledMs: sentMs - lagMs, sentMs};
        return [
          {event: 'sent', ...sent},
          {
            ...{event: 'ended', ...sent, outcome, status: outcome === 'lost' ? null : 200, reason: null},
            ...{firstByteMs: null, firstTokenMs: kind === 'chat' ? sentMs + tookMs / 4 : null, endMs: sentMs + tookMs},
          },
        ];
      },
    ),
    gateway: ordered.map(({id, seq, sentMs, tookMs = 10, kind = 'embed', outcome = 'served', target = 'baseline'}) => ({
      ...{seq, id, kind, target, mirror: false, outcome: outcome === 'lost' ? ('gone' as const) : outcome},
      ...{status: 200, code: null, receivedMs: sentMs + 0.2, askedMs: target === null ? null : sentMs + 0.3},
      ...{firstByteMs: sentMs + tookMs / 4, endMs: sentMs + tookMs - 0.2, asked: target === null ? 0 : 1, items: 1},
    })),
  };
};

/** A request each `everyMs`, who serves by the clock of `rehearsalOf`; latency goes up and down, and is the same for both sides. */
export const steadyRequests = (everyMs = 20): Request[] =>
  Array.from({length: Math.floor(110_000 / everyMs)}, (_, at): Request => {
    const sentMs = 5000 + at * everyMs;
    const target = sentMs >= 50_500 && sentMs < 72_000 ? 'candidate' : 'baseline';
    const kind = (['embed', 'rerank', 'chat'] as const)[at % 3] ?? 'embed';
    return {id: `l-${at}`, sentMs, target, kind, tookMs: 10 + ((at * 7) % 11)};
  });

export const steadyMemory = (): MemoryReading[] =>
  Array.from({length: 110}, (_, second) => ({
    ...{
      atMs: 5000 + second * 1000,
      arm: 'candidate' as const,
      vramMiB: 1000 + (second % 2),
      hostMiB: 500,
      simulated: false,
    },
  }));

export const judged = async (
  rehearsal: Rehearsal,
  requests: readonly Request[] = steadyRequests(),
  memory: readonly MemoryReading[] = steadyMemory(),
) => judgeRehearsal(await evidenceOf({rehearsal, ...linesOf(requests), memory}));
