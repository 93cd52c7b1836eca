import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {samplesName} from '../../../records/sample-files.ts';
import type {Sample} from '../../../schema/sample.ts';
import {SampleBlockWriter} from '../../../schema/sample-block.ts';
import {createBlockFile} from '../block-file.ts';
import {shardSamples} from './shard-samples.ts';

export interface ShardsJob {
  readonly seed: number;
  readonly folder: string;
  readonly shards: number;
  readonly samplesEach: number;
  readonly tokens: number;
  /** Blocks that a pod leaves for the harness to fetch, or a run folder of each machine for `npm run merge`. */
  readonly from: 'blocks' | 'folders';
}

/** A file of blocks, or a folder. */
export const shardPath = ({folder}: ShardsJob, shard: number): string => join(folder, `${shard}`);

const writeBlocks = async (path: string, samples: readonly Sample[]): Promise<number> => {
  const file = await createBlockFile(path);
  const writer = new SampleBlockWriter(block => file.append(0, block));
  for (const sample of samples) writer.add(sample);
  writer.flush();
  return (await file.close()).bytes;
};

const writeFolder = async (path: string, samples: readonly Sample[]): Promise<number> => {
  const lines = samples.map(sample => `${JSON.stringify(sample)}\n`).join('');
  await mkdir(path);
  await writeFile(join(path, samplesName), lines);
  return lines.length;
};

/** What each shard leaves, in bytes altogether. */
export const writeShards = async (job: ShardsJob): Promise<{readonly bytes: number}> => {
  const {seed, folder, shards: of, samplesEach: count, tokens, from} = job;
  await mkdir(folder, {recursive: true});
  const write = from === 'blocks' ? writeBlocks : writeFolder;
  let bytes = 0;
  for (let index = 0; index < of; index += 1)
    bytes += await write(shardPath(job, index), shardSamples({seed, place: {index, of}, count, tokens}));
  return {bytes};
};
