import {exampleEmbedTrial, exampleRecord, exampleTrial} from '../records/test-run.ts';
import type {RunRecord} from '../schema/record.ts';
import type {ServerMemory} from '../schema/server.ts';
import type {Trial} from '../schema/trial.ts';

/** What a chat server on an H200 could hold: 66500 MiB of which the KV pool is 60000. */
export const chatMemory: ServerMemory = {
  weightsMiB: 3000,
  kvPoolMiB: 60_000,
  graphsMiB: 400,
  otherMiB: 3100,
  processMiB: 66_500,
  kvTokens: 2_000_000,
};

/** A trial that used this share of the 2000000 tokens. */
export const kvTrial = (maxShare: number, changes: Partial<Trial> = {}): Trial =>
  exampleTrial({kvUse: {maxShare, maxTokens: maxShare * 2_000_000, readings: 2}, ...changes});

/** A run on servers that it started: a chat server, and an embedder that keeps no KV cache and whose whole is not known. */
export const startedRecord = (changes: Partial<RunRecord> = {}): RunRecord => {
  const record = exampleRecord();
  const [server] = record.engine.servers;
  if (server === undefined) throw new Error('the example has a server');
  const chat = {
    ...server,
    readySeconds: 95.5,
    startup: {
      ...{pullSeconds: 0, createSeconds: 0.4, loadSeconds: 3.25, compileSeconds: 24, graphsSeconds: null},
      compileCache: 'empty' as const,
    },
    memory: chatMemory,
  };
  const memory: ServerMemory = {
    ...{weightsMiB: 210, kvPoolMiB: null, graphsMiB: null, otherMiB: null, processMiB: null, kvTokens: null},
  };
  const embed = {...server, role: 'embed' as const, model: 'example-embed', memory};
  return {
    ...record,
    engine: {...record.engine, servers: [chat, embed]},
    trials: [kvTrial(0.25), exampleEmbedTrial()],
    ...changes,
  };
};
