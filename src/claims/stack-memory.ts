import type {RunRecord} from '../schema/record.ts';
import {roles} from '../schema/request.ts';

type Server = RunRecord['engine']['servers'][number];
type Memory = NonNullable<Server['memory']>;

/** A server whose process was seen by nvidia-smi. */
export interface MeasuredServer {
  readonly server: Server;
  readonly memory: Memory & {readonly processMiB: number};
}

/** One server for each role, all with their memory; null where one is missing. */
export const wholeStack = ({engine}: RunRecord): readonly MeasuredServer[] | null => {
  const measured = engine.servers.flatMap(server => {
    const {memory} = server;
    return memory === null || memory.processMiB === null
      ? []
      : [{server, memory: {...memory, processMiB: memory.processMiB}}];
  });
  const isWhole = roles.every(role => measured.some(({server}) => server.role === role));
  return isWhole && measured.length === roles.length ? measured : null;
};

/** What stands there before a single token is kept: the process without its KV pool, which an encoder may not have. */
export const withoutKvMiB = ({memory}: MeasuredServer): number => memory.processMiB - (memory.kvPoolMiB ?? 0);

/** Whether the parts that the engine told are no more than the process: what else takes memory meanwhile counts as a part of it. */
export const fits = ({memory: {weightsMiB, kvPoolMiB, graphsMiB, processMiB}}: MeasuredServer): boolean =>
  (weightsMiB ?? 0) + (kvPoolMiB ?? 0) + (graphsMiB ?? 0) <= processMiB;

export const sumOf = (servers: readonly MeasuredServer[], read: (one: MeasuredServer) => number): number =>
  servers.reduce((sum, one) => sum + read(one), 0);

/** A name like Qwen2.5-Coder-1.5B or llama-2-70b-chat tells its billions of parameters; null where it does not. */
export const billionsOf = (model: string): number | null => {
  const found = /(?<![\d.])(\d+(?:\.\d+)?)b(?![a-z])/i.exec(model);
  return found === null ? null : Number(found[1]);
};
