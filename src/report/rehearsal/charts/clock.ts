import type {RehearsalEvent} from '../../../schema/rehearsal.ts';
import type {ChartAxis, ChartBand, ChartLine, ChartSpec} from '../../charts/chart-spec.ts';
import {secondsAxis} from '../../charts/linear-axis.ts';
import {sinceStart} from '../rehearsal-words.ts';
import type {RehearsedRun} from '../rehearsed-run.ts';

const lineOf: Readonly<Partial<Record<RehearsalEvent['kind'], Omit<ChartLine, 'at'>>>> = {
  fault: {label: 'fault', colour: 'limit', dash: []},
  'fault-lifted': {label: 'lifted', colour: 'limit', dash: [2, 3]},
  detected: {label: 'detected', colour: 'text', dash: [6, 3]},
  killed: {label: 'harness killed', colour: 'limit', dash: [8, 3]},
  resumed: {label: 'resumed', colour: 'text', dash: [8, 3]},
  route: {label: '', colour: 'floor', dash: [2, 4]},
};

/** The last second that anything is known of. */
export const endSeconds = ({verdict: {stages}, seconds}: RehearsedRun): number =>
  Math.max(1, (seconds.at(-1)?.second ?? 0) + 1, ...stages.map(({startMs, endMs}) => (endMs ?? startMs) / 1000));

/** Where words of the y axes end, so that the plots lie exactly below one another. */
const wordsEm = 7.2;
export const besideWords = (axis: ChartAxis): ChartAxis => ({...axis, widthEm: wordsEm});

/** What all plots of the timeline have in common: one clock, the stages as bands, and what happened as lines. */
export const clockOf = (run: RehearsedRun): Pick<ChartSpec, 'x' | 'bands' | 'lines'> => {
  const {rehearsal, verdict} = run;
  const end = endSeconds(run);
  const bands = verdict.stages.map(
    ({name, startMs, endMs}, place): ChartBand => ({
      ...{from: startMs / 1000, to: (endMs ?? verdict.stages[place + 1]?.startMs ?? end * 1000) / 1000},
      ...{label: name, shaded: place % 2 === 1},
    }),
  );
  const lines = rehearsal.events.flatMap(({atMs, kind}): ChartLine[] => {
    const line = lineOf[kind];
    return line === undefined ? [] : [{at: sinceStart(rehearsal, atMs), ...line}];
  });
  return {x: secondsAxis('seconds since the start', end), bands, lines};
};

/** Which stage it was, for what is said of a point. */
export const stageAt = ({verdict: {stages}}: RehearsedRun, seconds: number): string =>
  stages.findLast(({startMs}) => startMs <= seconds * 1000)?.name ?? 'before the first stage';
