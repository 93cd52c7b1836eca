import type {Format, StoredSamples} from './format.ts';

/**
 * Every export beside record.json, by the name that --format takes. A new one is a file and an entry here. Each is loaded
 * when it is asked for: a run is not to carry them while it measures.
 */
export const formats = {
  markdown: {
    writes: 'report.md: facts, table and findings',
    render: async run => (await import('./markdown.ts')).renderMarkdown(run),
  },
  csv: {
    writes: 'trials.csv: one line a trial, every number unrounded; turns.csv and servers.csv where there are any',
    render: async run => (await import('./csv.ts')).renderCsv(run),
  },
  json: {
    writes: 'trials.json: the same rows with their keys',
    render: async run => (await import('./json.ts')).renderJson(run),
  },
  png: {
    writes: '*.png: distribution of latencies, throughput over time, each sweep',
    render: async run => (await import('./png.ts')).renderPng(run),
  },
  parquet: {
    writes: 'samples.parquet: one row a request, with typed columns; only where it is named',
    onlyNamed: true,
    render: async run => [{name: 'samples.parquet', content: await run.parquet()}],
  },
} satisfies Record<string, Format<StoredSamples>>;
export type FormatName = keyof typeof formats;
