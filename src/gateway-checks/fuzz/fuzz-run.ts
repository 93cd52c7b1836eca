import fc from 'fast-check';
import type {OpenApi} from '../../gateway/openapi.ts';
import type {FuzzCase} from './case.ts';
import {framedCases} from './framed-case.ts';
import {judgeBy} from './judge.ts';
import {Lane} from './lane.ts';
import {rawCases} from './raw-case.ts';

interface FuzzFailure {
  readonly name: string;
  readonly problem: string;
  /** What was sent and what came, as latin1 in JSON, cut at 400 characters. */
  readonly sent: string;
  readonly came: string;
}

export interface FuzzCounts {
  readonly cases: number;
  /** Those that were not answered with 200. */
  readonly bad: number;
  readonly replies: number;
  readonly byStatus: ReadonlyMap<number, number>;
  readonly byName: ReadonlyMap<string, number>;
  /** The first of each kind. */
  readonly failures: readonly FuzzFailure[];
  readonly failed: number;
}

interface FuzzJob {
  readonly port: number;
  readonly document: OpenApi;
  readonly seed: number;
  /** Whether to go on after so many. */
  wanted(cases: number): boolean;
  /** Told of each reply that came in good form. */
  onReply?(played: FuzzCase, id: string, target: string | null): void;
}

const batch = 500;
const lanes = 24;
const keptFailures = 40;
const shown = (bytes: Buffer) => JSON.stringify(bytes.toString('latin1').slice(0, 400));

const add = <Key>(counts: Map<Key, number>, key: Key) => counts.set(key, (counts.get(key) ?? 0) + 1);

/** Cases without an end; a batch at a time, which is cheaper. */
function* draw(arbitrary: fc.Arbitrary<FuzzCase>, seed: number): Generator<FuzzCase, never> {
  for (let round = 0; ; round += 1) yield* fc.sample(arbitrary, {seed: seed + round, numRuns: batch});
}

/** Plays cases drawn from the seed on some connections at once; the same seed draws the same cases in the same order. */
export const fuzz = async ({port, document, seed, wanted, onReply}: FuzzJob): Promise<FuzzCounts> => {
  const arbitrary = fc.oneof({weight: 5, arbitrary: framedCases(document)}, {weight: 1, arbitrary: rawCases()});
  const judge = judgeBy(document);
  const byStatus = new Map<number, number>();
  const byName = new Map<string, number>();
  const failures = new Map<string, FuzzFailure>();
  let [cases, bad, replies, failed] = [0, 0, 0, 0];

  const play = async (lane: Lane, played: FuzzCase) => {
    const outcome = await lane.play(played);
    const problems = [
      {problem: outcome.problem, came: Buffer.concat(outcome.replies.map(({body}) => body))},
      ...outcome.replies.map(reply => ({problem: judge(played, reply), came: reply.body})),
    ];
    cases += 1;
    if (!outcome.replies.some(({status}) => status < 300)) bad += 1;
    add(byName, played.name);
    for (const {status, headers} of outcome.replies) {
      replies += 1;
      add(byStatus, status);
      onReply?.(played, headers['x-request-id'] ?? '', headers['x-cutover-target'] ?? null);
    }
    for (const {problem, came} of problems) {
      if (problem === null) continue;
      failed += 1;
      const kind = `${played.name}: ${problem.replace(/fuzz:\w+/g, 'ID').slice(0, 80)}`;
      if (failures.size < keptFailures && !failures.has(kind))
        failures.set(kind, {name: played.name, problem, sent: shown(Buffer.concat(played.pieces)), came: shown(came)});
    }
  };

  const drawn = draw(arbitrary, seed);
  let begun = 0;
  const run = async () => {
    const lane = new Lane(port);
    while (wanted(begun)) {
      begun += 1;
      await play(lane, drawn.next().value);
    }
    lane.close();
  };
  await Promise.all(Array.from({length: lanes}, run));
  return {cases, bad, replies, byStatus, byName, failures: [...failures.values()], failed};
};
