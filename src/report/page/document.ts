import {hash} from 'node:crypto';
import {fontFamily} from '../chart-style.ts';
import {chartConfig} from '../charts/chart-config.ts';
import type {ChartSpec} from '../charts/chart-spec.ts';
import {darkPalette, lightPalette} from '../charts/palette.ts';
import {html, jsonText, Markup} from './markup.ts';
import {runPage} from './page-script.ts';
import type {PageData} from './page-window.ts';
import {style} from './style.ts';

/** Read by the caller: reports do no I/O. */
export interface PageTexts {
  /** Chart.js as one classic script; the page carries it. */
  chartJs(): Promise<string>;
}

interface Page {
  /** Of the window and of a bookmark. */
  readonly title: string;
  readonly body: Markup;
  /** In the order of their figures' places. */
  readonly charts: readonly ChartSpec[];
  readonly simulated: boolean;
}

const sourceOf = (text: string) => `'sha256-${hash('sha256', text, 'base64')}'`;

/** A script of ours whose text does not end its element, and without the note on which a debugger would ask for a file. */
const scriptText = (text: string): string =>
  text.replace(/<\/(?=script)/gi, '<\\/').replace(/^\/\/# sourceMappingURL=.*$/m, '');

/**
 * One file that loads nothing and runs nothing but its own two scripts, which its policy knows by their hashes.
 */
export const documentText = async ({title, body, charts, simulated}: Page, {chartJs}: PageTexts): Promise<string> => {
  const data: PageData = {
    charts,
    look: {fontFamily: `system-ui, ${fontFamily}`, simulated},
    light: lightPalette,
    dark: darkPalette,
  };
  const scripts = [scriptText(await chartJs()), scriptText(`(${runPage})(window, ${chartConfig});`)];
  const policy = `default-src 'none'; script-src ${scripts.map(sourceOf).join(' ')}; style-src ${sourceOf(style)}; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
${body}
<script type="application/json" id="chart-data">${new Markup(jsonText(data))}</script>
${scripts.map(script => html`<script>${new Markup(script)}</script>\n`)}</body>
</html>
`.text;
};
