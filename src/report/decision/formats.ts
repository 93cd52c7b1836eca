import type {ExportFile} from '../format.ts';
import type {PageTexts} from '../page/document.ts';
import type {DecidedRun} from './decided-run.ts';

/** A way to show a decision: pure, the caller writes the files into the decision's folder. */
interface DecisionFormat {
  /** What it writes, in a few words. */
  readonly writes: string;
  render(run: DecidedRun, texts: PageTexts): Promise<readonly ExportFile[]>;
}

/** Every report of a decision beside verdict.json. A new one is a file and an entry here; each is loaded when it is asked for. */
export const decisionFormats = {
  html: {
    writes: 'report.html: all of it in one file, with charts that can be looked into, for the review',
    render: async (run, texts) => (await import('./html/html.ts')).renderHtml(run, texts),
  },
  markdown: {
    writes: 'report.md: verdict, reasons and tables; the summary of a CI job',
    render: async run => (await import('./markdown.ts')).renderMarkdown(run),
  },
  csv: {
    writes: 'metrics.csv: one line for each metric of each workload, every number unrounded',
    render: async run => (await import('./csv.ts')).renderCsv(run),
  },
  json: {
    writes: 'summary.json: the verdict in a few fields, the same rows with their keys, and the claims touched',
    render: async run => (await import('./json.ts')).renderJson(run),
  },
  junit: {
    writes: 'junit.xml: a test case for each metric, answer and gate, for what CI shows of tests',
    render: async run => (await import('./junit.ts')).renderJunit(run),
  },
  png: {
    writes: '*.png: the charts of report.html',
    render: async run => (await import('./png.ts')).renderPng(run),
  },
} satisfies Record<string, DecisionFormat>;
export type DecisionFormatName = keyof typeof decisionFormats;
