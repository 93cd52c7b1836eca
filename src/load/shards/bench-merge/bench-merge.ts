/**
 * `npm run bench:merge`: what it costs to join the records of 1,000 shards, exactly and by histograms. Exits with 1 when samples are
 * lost or out of order, a histogram is off by more than it says, or memory grows beyond its bound; never because of a duration.
 * `--short` is for a look.
 */
import {writeFileSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {projectRoot} from '../../../root.ts';
import {machineLine} from '../../bench-client/machine-line.ts';
import {renderPage, renderTables} from './page.ts';
import {complaints, type ExactJoin, type Results} from './results.ts';
import {runPart} from './run-part.ts';
import type {ShardsJob} from './write-shards.ts';

const {values: options} = parseArgs({
  options: {
    short: {type: 'boolean', default: false},
    json: {type: 'boolean', default: false},
    /** Puts the page under reports/. */
    write: {type: 'boolean', default: false},
    shards: {type: 'string'},
    /** Of each shard, in the exact join. */
    samples: {type: 'string'},
  },
});

const seed = 1;
const page = join(projectRoot, 'reports', 'merge-benchmark.md');
const shards = Number(options.shards ?? (options.short ? 50 : 1000));
const samplesEach = Number(options.samples ?? (options.short ? 100 : 1000));
const fewShards = 8;
/** A fifth: each is a line that is read as JSON and proved. */
const folderSamplesEach = Math.ceil(samplesEach / 5);
/** A fifth of the samples are enough to see what one of them costs. */
const fewSamplesEach = Math.ceil((shards * samplesEach) / fewShards / 5);
const [tokens, longTokens] = [64, 512];
const longSamplesEach = Math.ceil(fewSamplesEach / 8);
const plannedArrivals = options.short ? 1_000_000 : 20_000_000;
const heldSamples = options.short ? 200_000 : 4_000_000;
const histogramValuesEach = (options.short ? 1e7 : 1e9) / shards;

const note = (line: string) => void process.stderr.write(`${line}\n`);

const exactJoin = async (root: string, one: Omit<ShardsJob, 'seed' | 'folder'>): Promise<ExactJoin> => {
  const samples = one.shards * one.samplesEach;
  const job = {seed, folder: join(root, 'shards'), ...one};
  note(`${samples} samples of ${one.tokens} tokens, of ${one.shards} shards, from ${one.from}`);
  const {bytes} = (await runPart('write', job)).result;
  const joined = await runPart('join', job);
  await rm(job.folder, {recursive: true});
  return {...joined, shards: one.shards, samples, tokens: one.tokens, bytes};
};

const run = async (): Promise<Results> => {
  const root = await mkdtemp(join(tmpdir(), 'cutover-bench-merge-'));
  try {
    const few = await exactJoin(root, {shards: fewShards, samplesEach: fewSamplesEach, tokens, from: 'blocks'});
    const long = await exactJoin(root, {
      shards: fewShards,
      samplesEach: longSamplesEach,
      tokens: longTokens,
      from: 'blocks',
    });
    const many = await exactJoin(root, {shards, samplesEach, tokens, from: 'blocks'});
    const folders = await exactJoin(root, {shards, samplesEach: folderSamplesEach, tokens, from: 'folders'});
    note(`${plannedArrivals} arrivals`);
    const arrivals = await runPart('arrivals', {seed, arrivals: plannedArrivals});
    note(`${heldSamples} samples held`);
    const held = await runPart('hold', {seed, samples: heldSamples});
    note(`${shards} histograms`);
    const values = shards * histogramValuesEach;
    const histograms = await runPart('histograms', {seed, shards, valuesEach: histogramValuesEach});
    return {few, long, many, folders, arrivals, held, histograms: {...histograms, shards, values}};
  } finally {
    await rm(root, {recursive: true, force: true});
  }
};

const machine = machineLine('no core pinned');
const at = `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`;
const results = await run();
const wrong = complaints(results);
if (options.json) process.stdout.write(`${JSON.stringify({machine, at, ...results, wrong}, null, 2)}\n`);
else process.stdout.write(`${machine}\n\n${renderTables(results)}\n`);
if (options.write) writeFileSync(page, renderPage({machine, at, results, wrong}));
for (const line of wrong) note(`WRONG ${line}`);
if (wrong.length > 0) process.exitCode = 1;
