import type {ExportFile} from '../../format.ts';
import {documentText, type PageTexts} from '../../page/document.ts';
import {decisionCharts} from '../charts/decision-charts.ts';
import type {DecidedRun} from '../decided-run.ts';
import {pageBody, pageTitle} from './page.ts';
import {isSimulated} from './verdict-part.ts';

/** report.html of a decision. */
export const renderHtml = async (run: DecidedRun, texts: PageTexts): Promise<readonly ExportFile[]> => {
  const charts = decisionCharts(run);
  const page = {
    ...{title: pageTitle(run), body: pageBody(run, charts)},
    ...{charts: charts.map(({config}) => config), simulated: isSimulated(run)},
  };
  return [{name: 'report.html', content: await documentText(page, texts)}];
};
