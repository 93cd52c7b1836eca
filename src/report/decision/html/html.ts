import {hash} from 'node:crypto';
import {fontFamily} from '../../chart-style.ts';
import type {ExportFile} from '../../format.ts';
import {chartConfig} from '../charts/chart-config.ts';
import {decisionCharts} from '../charts/decision-charts.ts';
import {darkPalette, lightPalette} from '../charts/palette.ts';
import type {DecidedRun} from '../decided-run.ts';
import type {PageTexts} from '../formats.ts';
import {html, jsonText, Markup} from './markup.ts';
import {pageBody, pageTitle} from './page.ts';
import {runPage} from './page-script.ts';
import type {PageData} from './page-window.ts';
import {style} from './style.ts';
import {isSimulated} from './verdict-part.ts';

const sourceOf = (text: string) => `'sha256-${hash('sha256', text, 'base64')}'`;

/** A script of ours whose text does not end its element, and without the note on which a debugger would ask for a file. */
const scriptText = (text: string): string =>
  text.replace(/<\/(?=script)/gi, '<\\/').replace(/^\/\/# sourceMappingURL=.*$/m, '');

/**
 * report.html: one file that loads nothing and runs nothing but its own two scripts, which its policy knows by their hashes.
 */
export const renderHtml = async (run: DecidedRun, {chartJs}: PageTexts): Promise<readonly ExportFile[]> => {
  const charts = decisionCharts(run);
  const data: PageData = {
    charts: charts.map(({config}) => config),
    look: {fontFamily: `system-ui, ${fontFamily}`, simulated: isSimulated(run)},
    light: lightPalette,
    dark: darkPalette,
  };
  const scripts = [scriptText(await chartJs()), scriptText(`(${runPage})(window, ${chartConfig});`)];
  const policy = `default-src 'none'; script-src ${scripts.map(sourceOf).join(' ')}; style-src ${sourceOf(style)}; base-uri 'none'; form-action 'none'`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${pageTitle(run)}</title>
<style>${new Markup(style)}</style>
</head>
<body>
${pageBody(run, charts)}
<script type="application/json" id="chart-data">${new Markup(jsonText(data))}</script>
${scripts.map(script => html`<script>${new Markup(script)}</script>\n`)}</body>
</html>
`;
  return [{name: 'report.html', content: page.text}];
};
