import {appendFile, mkdir, readdir, readFile, truncate} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {CutoverError} from '../errors.ts';
import type {Arm, BlockSeries} from '../schema/block.ts';
import type {Decision} from '../schema/decision.ts';
import {recordText} from './record-text.ts';
import {notWritable, throwNotWritable, writeInside} from './write-inside.ts';

/** In a decision's folder: the series of its blocks, one line each. */
export const blocksName = 'blocks.jsonl';

/** Where one decision is kept. All of it throws RECORD_NOT_WRITABLE. */
export interface DecisionFolder {
  /** Absolute. */
  readonly path: string;
  /** The folder of a side's run. */
  armPath(arm: Arm): string;
  /** Is on the disk when it resolves. Belongs before the `save` of a decision that has the block. */
  appendBlock(block: BlockSeries): Promise<void>;
  /** Replaces decision.json as a whole. */
  save(decision: Decision): Promise<void>;
}

const decisionFolder = (path: string): DecisionFolder => ({
  path,
  armPath: arm => join(path, arm),
  async appendBlock(block) {
    const file = join(path, blocksName);
    await appendFile(file, `${JSON.stringify(block)}\n`, {flush: true}).catch(throwNotWritable(file));
  },
  save: decision => writeInside(path, 'decision.json', recordText(decision)),
});

interface NewFolder {
  /** --out: exactly this folder, absent or empty. Null takes a new one in `reportsDir`, named after the decision. */
  readonly outDir: string | null;
  readonly reportsDir: string;
  readonly decisionId: string;
}

/** A new folder, before anything is brought up: a bad path is to fail at once. */
export const createDecisionFolder = async ({outDir, reportsDir, decisionId}: NewFolder): Promise<DecisionFolder> => {
  const path = resolve(outDir ?? join(reportsDir, decisionId));
  const present = await mkdir(path, {recursive: true})
    .then(() => readdir(path))
    .catch(throwNotWritable(path));
  if (present.length === 0) return decisionFolder(path);
  throw new CutoverError('RECORD_NOT_WRITABLE', `${path} is not empty: it holds ${present.slice(0, 3).join(', ')}`, {
    hint: 'Give --out a folder that is absent or empty, or go on with the decision in it: --resume.',
  });
};

/** The folder of a decision that goes on: of blocks.jsonl, the lines of its blocks stay, and what else an interruption left goes. */
export const openDecisionFolder = async (path: string, {blocks}: Pick<Decision, 'blocks'>): Promise<DecisionFolder> => {
  const file = join(path, blocksName);
  if (blocks.length === 0) {
    await truncate(file).catch(() => {}); // there need not be one
    return decisionFolder(path);
  }
  const text = await readFile(file, 'utf8').catch(throwNotWritable(file));
  const kept = text.split('\n').slice(0, blocks.length);
  if (text.split('\n').length <= blocks.length)
    throw notWritable(file, 'it has fewer lines than the decision has blocks');
  await truncate(file, Buffer.byteLength(kept.join('\n')) + 1).catch(throwNotWritable(file));
  return decisionFolder(path);
};
