import {readdir} from 'node:fs/promises';
import type {TurnRatios} from '../claims/evidence.ts';
import {readSamples} from '../records/read-samples.ts';
import type {ReadRun} from './compare-evidence.ts';

/** Samples of large runs are not always kept. */
const hasSamples = async (folder: string): Promise<boolean> =>
  (await readdir(folder)).some(name => name.startsWith('samples.jsonl'));

/** TTFT of every later turn over turn 1 of its session, in the trials that send one prompt again or warm a context. */
export const turnRatiosOf = async ({record, folder}: ReadRun): Promise<readonly TurnRatios[]> => {
  const wanted = new Set(
    record.trials
      .filter(({workload}) => workload.kind === 'repeat' || (workload.kind === 'warmed' && workload.warm))
      .map(({index}) => index),
  );
  if (wanted.size === 0 || !(await hasSamples(folder))) return [];
  const sessions = new Map<string, {trial: number; ttftMs: Map<number, number>}>();
  for await (const {outcome, trial, session, turn, sentMs, scheduledMs, firstTokenMs} of readSamples(folder)) {
    if (outcome !== 'ok' || firstTokenMs === null || !wanted.has(trial)) continue;
    const key = `${trial} ${session}`;
    const own = sessions.get(key) ?? {trial, ttftMs: new Map<number, number>()};
    own.ttftMs.set(turn, firstTokenMs - (scheduledMs ?? sentMs));
    sessions.set(key, own);
  }
  const ratios = [...sessions.values()].flatMap(({trial, ttftMs}) => {
    const first = ttftMs.get(1);
    if (first === undefined || first <= 0) return [];
    return [...ttftMs].flatMap(([turn, ms]) => (turn === 1 ? [] : [{trial, turn, ratio: ms / first}]));
  });
  return [...Map.groupBy(ratios, ({trial, turn}) => `${trial} ${turn}`).values()].flatMap(own => {
    const [one] = own;
    return one === undefined
      ? []
      : [{runId: record.runId, trial: one.trial, turn: one.turn, ratios: own.map(({ratio}) => ratio)}];
  });
};
