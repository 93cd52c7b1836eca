import {type Arm, arms} from '../../../schema/block.ts';
import type {Route} from '../../../schema/rehearsal.ts';
import {type ChartCurve, type ChartPoint, type DrawnChart, gap, rowAxis} from '../../charts/chart-spec.ts';
import {accountingText, clockText, msText, percentText, secondsText, sinceStart} from '../rehearsal-words.ts';
import type {RehearsedRun} from '../rehearsed-run.ts';
import {besideWords, clockOf, endSeconds} from './clock.ts';

interface Bar {
  readonly row: string;
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** A dot at least: a cutover takes milliseconds of minutes. */
const barCurve = (bars: readonly Bar[], rows: readonly string[]) => ({
  points: bars.flatMap(({row, from, to}): ChartPoint[] => {
    const y = rows.indexOf(row);
    return [{x: from, y}, {x: to, y}, gap];
  }),
  texts: bars.flatMap(({text}) => [text, text, null]),
});

const shareOf = ({primary, candidateShare, mirrorShare}: Route, arm: Arm): {share: number; copies: number} => {
  if (arm === 'candidate' && primary === 'baseline') return {share: candidateShare, copies: mirrorShare};
  return {share: primary === arm ? (arm === 'baseline' ? 1 - candidateShare : 1) : 0, copies: 0};
};

const routeRow = (arm: Arm) => `→ ${arm}`;

/** When requests went to a side: all of them, or a share, or copies. */
const routeBars = (run: RehearsedRun, arm: Arm): (Bar & {readonly whole: boolean})[] => {
  const {rehearsal} = run;
  const routes = rehearsal.events.flatMap(({atMs, route}) => (route === null ? [] : [{atMs, route}]));
  return routes.flatMap(({atMs, route}, place) => {
    const {share, copies} = shareOf(route, arm);
    if (share === 0 && copies === 0) return [];
    const next = routes[place + 1];
    const [from, to] = [sinceStart(rehearsal, atMs), next ? sinceStart(rehearsal, next.atMs) : endSeconds(run)];
    const what =
      share === 1
        ? 'all requests'
        : share > 0
          ? `${percentText(share)} of the requests`
          : `copies of ${percentText(copies)}`;
    const text = `${what} to the ${arm}\n${clockText(from)} to ${clockText(to)}`;
    return [{row: routeRow(arm), from, to, text, whole: share === 1}];
  });
};

/** Stages one below another, and above them where requests went. */
export const stagesChart = (run: RehearsedRun): DrawnChart => {
  const {rehearsal, verdict} = run;
  const names = [...new Set(verdict.stages.map(({name}) => name))];
  const rows = [...arms.map(routeRow), ...names];
  const stageBars = verdict.stages.map(({name, startMs, endMs, outcome, requests}) => {
    const [from, to] = [startMs / 1000, (endMs ?? startMs) / 1000];
    const span = endMs === null ? `from ${clockText(from)}, no end` : `${clockText(from)} to ${clockText(to)}`;
    return {row: name, from, to, outcome, text: `${name}: ${outcome}\n${span}\n${accountingText(requests)}`};
  });
  const routes = arms.flatMap(arm =>
    [true, false].map(
      (whole): ChartCurve => ({
        ...{label: whole ? `all to the ${arm}` : `some to the ${arm}`, colour: arm, faint: !whole, width: 13},
        ...barCurve(
          routeBars(run, arm).filter(bar => bar.whole === whole),
          rows,
        ),
      }),
    ),
  );
  const stageCurve = (
    label: string,
    colour: ChartCurve['colour'],
    wanted: (outcome: string) => boolean,
  ): ChartCurve => ({
    ...{label, colour, width: 13},
    ...barCurve(
      stageBars.filter(({outcome}) => wanted(outcome)),
      rows,
    ),
  });
  const clock = clockOf(run);
  const curves = [
    ...routes,
    stageCurve('stage', 'floor', outcome => outcome === 'done'),
    stageCurve('undecided', 'refused', outcome => outcome === 'undecided'),
    stageCurve('given up, failed or cut off', 'failed', outcome => ['aborted', 'failed', 'running'].includes(outcome)),
  ].filter(({points}) => points.length > 0);
  const happened = rehearsal.events
    .filter(({kind}) => kind === 'fault' || kind === 'detected')
    .map(({kind, atMs}) => `${kind} at ${clockText(sinceStart(rehearsal, atMs))}`);
  return {
    ...{name: 'stages', title: 'Stages, and where requests went'},
    description: `${names.join(', ')}: ${clockText(endSeconds(run))} in all${happened.length === 0 ? ', without a fault' : `; ${happened.join(', ')}`}.`,
    config: {
      ...{heightPx: 96 + 21 * rows.length, ...clock, bands: clock.bands?.map(band => ({...band, label: ''})) ?? []},
      ...{y: besideWords(rowAxis('', rows)), curves},
    },
    table: {
      columns: ['stage', 'from', 'to', 'took', 'outcome', 'without an answer', 'what happened'],
      rows: verdict.stages.map(({name, startMs, endMs, outcome, downtimeMs, requests}, place) => [
        ...[name, clockText(startMs / 1000), endMs === null ? null : clockText(endMs / 1000)],
        ...[endMs === null ? null : secondsText((endMs - startMs) / 1000), outcome],
        ...[requests.sent === 0 ? 'nothing was sent' : msText(downtimeMs), rehearsal.stages[place]?.detail ?? ''],
      ]),
    },
  };
};
