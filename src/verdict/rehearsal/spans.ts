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

/** Each time that a stage was passed, with its span: it lasts until the next one begins, so that every request is some stage's. */
export const stageSpans = ({
  stages,
}: Pick<Rehearsal, 'stages'>): readonly {readonly name: StageName; readonly span: Span}[] =>
  stages.map(({name, startMs, endMs}, at) => ({
    name,
    span: {startMs, endMs: stages[at + 1]?.startMs ?? endMs ?? Number.POSITIVE_INFINITY},
  }));

/** From the first time that one of the stages was begun to when the stage after the last of them began; null where none was ever begun. */
export const spanOf = (rehearsal: Pick<Rehearsal, 'stages'>, ...names: readonly StageName[]): Span | null => {
  const passed = stageSpans(rehearsal).filter(({name}) => names.includes(name));
  const last = passed.at(-1);
  if (last === undefined) return null;
  return {
    startMs: Math.min(...passed.map(({span}) => span.startMs)),
    endMs: last.span.endMs,
  };
};

/** "interrupted by SIGINT": why somebody ended the rehearsal before it was over; null where nobody did. */
export const interruption = ({status, failure}: Pick<Rehearsal, 'status' | 'failure'>): string | null =>
  status === 'interrupted' ? (failure?.message ?? 'interrupted') : null;

/** Why a stage was broken off by somebody, and by nothing that was rehearsed: a stage that fails by itself ends the rehearsal as failed. */
export const stageInterruption = (rehearsal: Rehearsal, name: StageName): string | null =>
  lastStage(rehearsal, name)?.outcome === 'failed' ? interruption(rehearsal) : null;

/** The last passing of a stage: the one that counts, where a rehearsal was killed in it and went on. */
export const lastStage = ({stages}: Rehearsal, name: StageName) =>
  stages.findLast(stage => stage.name === name) ?? null;
