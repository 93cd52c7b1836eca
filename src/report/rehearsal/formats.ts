import type {ExportFile} from '../format.ts';
import type {PageTexts} from '../page/document.ts';
import type {RehearsedRun} from './rehearsed-run.ts';

/** A way to show a rehearsal: pure, the caller writes the files into the rehearsal's folder. */
interface RehearsalFormat {
  /** What it writes, in a few words. */
  readonly writes: string;
  render(run: RehearsedRun, texts: PageTexts): Promise<readonly ExportFile[]>;
}

/** Every report of a rehearsal beside verdict.json. A new one is a file and an entry here; each is loaded when it is asked for. */
export const rehearsalFormats = {
  html: {
    writes: 'report.html: all of it in one file, with a timeline that can be looked into, for the review',
    render: async (run, texts) => (await import('./html/html.ts')).renderHtml(run, texts),
  },
  markdown: {
    writes: 'report.md: both verdicts, accounting and tables; the summary of a CI job',
    render: async run => (await import('./markdown.ts')).renderMarkdown(run),
  },
  csv: {
    writes: 'stages.csv and seconds.csv: one line for each stage and for each second, every number unrounded',
    render: async run => (await import('./csv.ts')).renderCsv(run),
  },
  json: {
    writes: 'summary.json: what --json prints: accounting, stages, both verdicts and what they rest on',
    render: async run => (await import('./json.ts')).renderJson(run),
  },
  junit: {
    writes: 'junit.xml: a test case for each check, for what CI shows of tests',
    render: async run => (await import('./junit.ts')).renderJunit(run),
  },
  png: {
    writes: 'timeline.png: stages, requests, latency and memory over one clock',
    render: async run => (await import('./png.ts')).renderPng(run),
  },
} satisfies Record<string, RehearsalFormat>;
export type RehearsalFormatName = keyof typeof rehearsalFormats;
