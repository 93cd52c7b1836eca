import {pictures} from '../charts/pictures.ts';
import type {ExportFile} from '../format.ts';
import {decisionCharts} from './charts/decision-charts.ts';
import {sideText} from './charts/sides.ts';
import type {DecidedRun} from './decided-run.ts';

/** The charts of the page as pictures. Throws where the machine has no fonts. */
export const renderPng = async (run: DecidedRun): Promise<readonly ExportFile[]> => {
  const {decisionId, evidence} = run.decision;
  return pictures(decisionCharts(run), {
    subtitle: `${sideText(run, 'baseline')} against ${sideText(run, 'candidate')}, ${decisionId}`,
    simulated: evidence === 'simulated',
  });
};
