import type {Rehearsal, StageName} from '../../schema/rehearsal.ts';

export interface Span {
  readonly startMs: number;
  /** Infinite where it has not ended. */
  readonly endMs: number;
}

export const isWithin = (atMs: number, {startMs, endMs}: Span): boolean => atMs >= startMs && atMs < endMs;

/** Sittings whose harness was killed, until the next one began: what was on the way then has no end in the client's journal. */
export const killedSittings = ({sittings, status}: Rehearsal): readonly Span[] =>
  sittings.flatMap(({startMs, endMs}, at) => {
    const next = sittings[at + 1];
    const killed = endMs === null && (next !== undefined || status !== 'complete');
    return killed ? [{startMs, endMs: next?.startMs ?? Number.POSITIVE_INFINITY}] : [];
  });

/** From the first time that one of the stages was begun to the last time that one of them ended; null where none was ever begun. */
export const spanOf = ({stages}: Rehearsal, ...names: readonly StageName[]): Span | null => {
  const passed = stages.filter(({name}) => names.includes(name));
  const last = passed.at(-1);
  if (last === undefined) return null;
  return {
    startMs: Math.min(...passed.map(({startMs}) => startMs)),
    endMs: last.endMs ?? Number.POSITIVE_INFINITY,
  };
};

/** The last passing of a stage: the one that counts, where a rehearsal was killed in it and went on. */
export const lastStage = ({stages}: Rehearsal, name: StageName) =>
  stages.findLast(stage => stage.name === name) ?? null;
