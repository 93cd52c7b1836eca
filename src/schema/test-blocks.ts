import type {Sample} from './sample.ts';
import {SampleBlockWriter} from './sample-block.ts';

/** The blocks that a writer hands out for these samples; all in one unless `bytes` is small. */
export const blocksOf = (samples: Iterable<Sample>, options?: {readonly bytes?: number}): Uint8Array<ArrayBuffer>[] => {
  const blocks: Uint8Array<ArrayBuffer>[] = [];
  const writer = new SampleBlockWriter(block => blocks.push(block), options);
  for (const sample of samples) writer.add(sample);
  writer.flush();
  return blocks;
};
