import type {Arm} from '../../schema/block.ts';
import type {GatewayLine} from '../../schema/journal.ts';
import type {MemoryReading} from '../../schema/rehearsal.ts';
import type {WatchSpec} from '../../schema/rehearsal-plan.ts';
import {normalQuantile} from '../../stats/normal.ts';
import {type RandomStream, randomStream} from '../../stats/random-stream.ts';
import {CandidateWatch, type Watched} from './watch-candidate.ts';

export const spec: WatchSpec = {
  ...{windowSeconds: 10, maxErrorShare: 0.01, latencyMarginShare: 0.5, hangSeconds: 5},
  ...{parityEverySeconds: null, memoryMiBPerMinute: 60},
};

/** How a side behaves at a time. */
export interface Behaviour {
  readonly failedShare: number;
  /** Times the baseline's latency. */
  readonly slower: number;
  readonly mibPerMinute: number;
}

export interface Simulated {
  readonly seed: number;
  readonly seconds: number;
  readonly ratePerSecond: number;
  /** Of the requests to the candidate; 1: the baseline has none, and is known from before. */
  readonly share: number;
  readonly candidate: (ms: number) => Behaviour;
  readonly changes?: Partial<WatchSpec>;
  /** Goes on to the end where it is null; else ends at the first look with this outcome. */
  readonly until: Watched['outcome'];
}

const normal = (random: RandomStream) => normalQuantile((random.next() + 0.5) * 2 ** -32);
const kinds = ['embed', 'chat'] as const;

/** Load on the machine moves both sides' latency together, and is much the same a moment later: the noise that fools repeated looks. */
const wave = (random: RandomStream, seconds: number): number[] => {
  const level = [0];
  for (let tick = 1; tick < seconds * 4; tick += 1)
    level.push(0.8 * (level[tick - 1] as number) + 0.06 * normal(random));
  return level;
};

const trafficOf = (
  {ratePerSecond, share, candidate}: Simulated,
  {fromMs, seconds, random}: {readonly fromMs: number; readonly seconds: number; readonly random: RandomStream},
): GatewayLine[] => {
  const levels = wave(random, seconds);
  const lines: GatewayLine[] = [];
  for (let at = fromMs; ; ) {
    at -= (Math.log(1 - random.uniform()) / ratePerSecond) * 1000;
    if (at >= fromMs + seconds * 1000) break;
    const target: Arm = random.uniform() < share ? 'candidate' : 'baseline';
    const {failedShare, slower} = target === 'candidate' ? candidate(at) : {failedShare: 0.001, slower: 1};
    const kind = kinds[random.uniform() < 0.5 ? 0 : 1] ?? 'embed';
    const level = levels[Math.floor((at - fromMs) / 250)] ?? 0;
    const tookMs = slower * (kind === 'chat' ? 400 : 20) * Math.exp(level + 0.3 * normal(random));
    const failed = random.uniform() < failedShare;
    lines.push({
      ...{seq: 1, id: 'x', kind, target, mirror: false, outcome: failed ? 'failed' : 'served'},
      ...{status: 200, code: null, receivedMs: at, askedMs: at, firstByteMs: at + tookMs / 10},
      ...{endMs: at + tookMs, asked: 1, items: 1},
    });
  }
  return lines.sort((a, b) => a.endMs - b.endMs);
};

const sinceMs = 1_000_000;

/** A watch of simulated traffic, four looks a second; `atSeconds` is when it ended. */
export const simulatedWatch = (simulated: Simulated): Watched & {readonly atSeconds: number} => {
  const random = randomStream('watch', simulated.seed);
  const before = trafficOf({...simulated, share: 0}, {fromMs: 0, seconds: 40, random});
  const lines = trafficOf(simulated, {fromMs: sinceMs, seconds: simulated.seconds, random});
  const watch = new CandidateWatch({
    ...{spec: {...spec, ...simulated.changes}, alpha: 0.05, arm: 'candidate', sinceMs, before},
    plannedLooks: simulated.seconds * 4,
  });
  const memory: MemoryReading[] = [];
  let mib = 1000;
  let fed = 0;
  for (let look = 1; ; look += 1) {
    const nowMs = sinceMs + look * 250;
    for (; fed < lines.length && (lines[fed] as GatewayLine).endMs <= nowMs; fed += 1)
      watch.add(lines[fed] as GatewayLine);
    mib += simulated.candidate(nowMs).mibPerMinute / 240;
    memory.push({atMs: nowMs, arm: 'candidate', vramMiB: mib + 4 * normal(random), hostMiB: null, simulated: true});
    const seen = watch.look({nowMs, oldestSilentMs: null, memory, answers: null, died: null});
    if (seen.outcome === simulated.until || look === simulated.seconds * 4) return {...seen, atSeconds: look / 4};
  }
};

/** As good as the baseline until `seconds`, and then struck. */
export const struckAt =
  (seconds: number, struck: Partial<Behaviour>) =>
  (ms: number): Behaviour => ({
    ...{failedShare: 0.001, slower: 1, mibPerMinute: 0},
    ...(ms >= sinceMs + seconds * 1000 ? struck : {}),
  });
