import type {PerSecond} from '../../schema/per-second.ts';
import type {MemoryReading} from '../../schema/rehearsal.ts';

/** Seconds from the origin at which things happen in the example. */
export const exampleTimes = {
  ...{load: 22, candidateUp: 62, check: 90, cutover: 98, switched: 99, watch: 101, fault: 131, detected: 132.4},
  ...{decided: 132.5, routedBack: 132.6, rolledBack: 134, recovered: 140, after: 141, down: 181, end: 184},
} as const;
const at = exampleTimes;

export const exampleRates = {chat: 16, embed: 70, rerank: 40} as const;

/** Between -1 and 1, the same each time. */
const wobble = (second: number, salt: number) => (Math.sin(second * 12.9898 + salt * 78.233) * 43_758.5453) % 1;

const usualMs = {chat: [410, 690], embed: [14, 31], rerank: [22, 58]} as const;

/** The candidate is a little quicker, and everything is slower while a server starts beside it or has just died. */
const slowness = (second: number): number => {
  if (second >= at.candidateUp && second < at.check) return 1.12;
  if (second >= 131 && second < 134) return 2.6;
  if (second >= 134 && second < 140) return 1.3;
  return second >= at.switched && second < 131 ? 0.82 : 1;
};

const secondOf = (second: number): PerSecond => {
  const rounded = (value: number) => Math.round(value * 1000) / 1000;
  const sent = Object.entries(exampleRates).reduce(
    (sum, [kind, rate]) => sum + Math.round(rate + wobble(second, kind.length) * Math.sqrt(rate)),
    0,
  );
  const refused = second === 131 ? 2 : 0;
  const failed = second === 131 ? 9 : second === 132 ? 2 : 0;
  const candidate = second === 99 || second === 100 ? 61 * (second - 98) : second > 100 && second < 131 ? sent : 0;
  const shared = second === 131 ? failed : Math.min(candidate, sent);
  const times = (kind: keyof typeof usualMs) => {
    const [p50, p99] = usualMs[kind];
    const factor = slowness(second) * (1 + 0.05 * wobble(second, p50));
    return {p50Ms: rounded(p50 * factor), p99Ms: rounded(p99 * factor * (1 + 0.1 * wobble(second, p99)))};
  };
  return {
    second,
    ended: {served: sent - refused - failed, refused, failed, lost: 0},
    targets: {candidate: shared, baseline: sent - shared - refused, nobody: refused},
    mirrored: 0,
    e2e: {chat: times('chat'), embed: times('embed'), rerank: times('rerank')},
    ttft: {
      p50Ms: rounded(34 * slowness(second) * (1 + 0.08 * wobble(second, 5))),
      p99Ms: rounded(88 * slowness(second)),
    },
  };
};

const nothing = (second: number): PerSecond => ({
  ...{second, mirrored: 0, e2e: {}, ttft: null},
  ended: {served: 0, refused: 0, failed: 0, lost: 0},
  targets: {baseline: 0, candidate: 0, nobody: 0},
});

export const exampleSeconds: readonly PerSecond[] = Array.from({length: at.end}, (_, second) =>
  second < at.load || second >= at.down ? nothing(second) : secondOf(second),
);

/** `originMs` is the rehearsal's; a reading of either side each second while it is up. */
export const exampleMemory = (originMs: number, simulated: boolean): MemoryReading[] =>
  Array.from({length: at.end}, (_, second): MemoryReading[] => {
    const reading = (arm: MemoryReading['arm'], full: number, since: number): MemoryReading => ({
      ...{atMs: originMs + second * 1000, arm, simulated},
      vramMiB: Math.round(full * Math.min(1, (second - since) / 18)),
      hostMiB: Math.round(2900 + 40 * wobble(second, since)),
    });
    return [
      ...(second > 0 && second < 183 ? [reading('baseline', 13_020, 0)] : []),
      ...(second > at.candidateUp && second < 131 ? [reading('candidate', 12_514, at.candidateUp)] : []),
    ];
  }).flat();
