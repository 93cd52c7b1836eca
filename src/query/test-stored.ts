import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import type {RunRecord} from '../schema/record.ts';
import type {Sample} from '../schema/sample.ts';

/** A chat request that succeeded, of 3 tokens. */
export const storedSample = (trial: number, index: number): Sample => ({
  outcome: 'ok',
  ...{trial, index, id: `r${index}`, kind: 'chat', session: `s${index}`, turn: 1, items: 1},
  ...{scheduledMs: null, sentMs: index * 10.5, firstByteMs: index * 10.5 + 1, firstChunkMs: index * 10.5 + 2},
  ...{firstTokenMs: index * 10.5 + 3, lastTokenMs: index * 10.5 + 5.000001, endMs: index * 10.5 + 6},
  tokenEventsMs: [index * 10.5 + 3, index * 10.5 + 4, index * 10.5 + 5.000001],
  tokensPerEvent: index % 2 === 0 ? [1, 1, 1] : null,
  ...{promptTokens: 512, outputTokens: 3, cachedPromptTokens: null, finishReason: 'length', replyBytes: 900},
});

export const failedSample = (trial: number, index: number): Sample => ({
  ...storedSample(trial, index),
  outcome: 'failed',
  failure: {kind: 'status', message: 'status 503, "it\'s busy" 🦆\n', status: 503},
  ...{firstTokenMs: null, lastTokenMs: null, tokenEventsMs: [], tokensPerEvent: null, outputTokens: null},
});

/** A run's folder under `dir`, named after the run. */
export const storeRun = async (
  dir: string,
  record: RunRecord,
  samples: readonly Sample[],
  {packed = false} = {},
): Promise<string> => {
  const folder = join(dir, record.runId);
  await mkdir(folder, {recursive: true});
  await writeFile(join(folder, 'record.json'), JSON.stringify(record));
  const lines = samples.map(sample => `${JSON.stringify(sample)}\n`).join('');
  if (packed) await writeFile(join(folder, 'samples.jsonl.gz'), gzipSync(lines));
  else await writeFile(join(folder, 'samples.jsonl'), lines);
  return folder;
};
