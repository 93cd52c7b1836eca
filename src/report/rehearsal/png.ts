import type {ChartSpec, DrawnChart} from '../charts/chart-spec.ts';
import {pictures} from '../charts/pictures.ts';
import type {ExportFile} from '../format.ts';
import {timelineCharts} from './charts/rehearsal-charts.ts';
import {accountingText, rehearsedText, sideText, verdictParts} from './rehearsal-words.ts';
import type {RehearsedRun} from './rehearsed-run.ts';

/** Charts over one clock as the panels of one. */
const belowOneAnother = (charts: readonly DrawnChart[]): ChartSpec | null => {
  const [first, ...others] = charts.map(({config}) => config);
  if (first === undefined) return null;
  return {
    ...first,
    heightPx: charts.reduce((sum, {config}) => sum + config.heightPx, 0),
    share: first.heightPx,
    below: others.map(({y, heightPx}) => ({y, share: heightPx})),
    curves: charts.flatMap(({config: {curves}}, panel) => curves.map(curve => ({...curve, panel}))),
  };
};

/** The timeline in one picture. Throws where the machine has no fonts. */
export const renderPng = async (run: RehearsedRun): Promise<readonly ExportFile[]> => {
  const {rehearsal, verdict} = run;
  const config = belowOneAnother(timelineCharts(run));
  if (config === null) return [];
  const title = verdictParts(verdict)
    .map(({title: part, ended}) => `${part} ${ended.verdict}`)
    .join(', ');
  return pictures([{name: 'timeline', title, config}], {
    subtitle: `${sideText(rehearsal, 'baseline')} → ${sideText(rehearsal, 'candidate')}, ${rehearsedText(rehearsal)}. ${accountingText(verdict.accounting)}`,
    simulated: rehearsal.evidence === 'simulated',
  });
};
