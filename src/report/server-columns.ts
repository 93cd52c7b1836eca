import type {RunRecord} from '../schema/record.ts';
import {roleOf} from '../schema/request.ts';
import type {Trial} from '../schema/trial.ts';
import {type TableColumn, voidCodes} from './columns.ts';

type Server = RunRecord['engine']['servers'][number];

/** A server with what its trials used of its KV pool. */
export interface ServerOfRun {
  readonly server: Server;
  /** The most that was seen in a valid trial; null where the server's gauge was not read. */
  readonly kvUsed: {readonly share: number; readonly tokens: number | null} | null;
}

const kvUsedBy = (role: Server['role'], trials: readonly Trial[]): ServerOfRun['kvUsed'] => {
  const seen = trials
    .filter(trial => roleOf(trial.workload.kind) === role && voidCodes(trial) === null)
    .flatMap(({kvUse}) => kvUse ?? []);
  const most = seen.toSorted((a, b) => b.maxShare - a.maxShare)[0];
  return most === undefined ? null : {share: most.maxShare, tokens: most.maxTokens};
};

export const serversOf = ({engine, trials}: RunRecord): readonly ServerOfRun[] =>
  engine.servers.map(server => ({server, kvUsed: kvUsedBy(server.role, trials)}));

/**
 * The whole without the part of the KV pool that no request was seen to use; null where one of the three is not known.
 * An encoder whose log tells its weights and no pool keeps none.
 */
export const neededMiB = ({server: {role, memory, members = []}, kvUsed}: ServerOfRun): number | null => {
  // The gauge tells of the decode servers' pools, and the sum has the prefill servers' in it.
  if (members.some(({part}) => part === 'prefill')) return null;
  if (memory === null || memory.processMiB === null) return null;
  const {processMiB, kvPoolMiB, kvTokens, weightsMiB} = memory;
  if (kvPoolMiB === null) return role !== 'chat' && kvTokens === null && weightsMiB !== null ? processMiB : null;
  return kvUsed === null ? null : processMiB - kvPoolMiB * (1 - kvUsed.share);
};

type Read = TableColumn<ServerOfRun>['read'];
const measure = (key: string, title: string, unit: string, read: Read): TableColumn<ServerOfRun> => ({
  key,
  title,
  unit,
  part: 'measure',
  read,
});
const roleColumn = (title: string): TableColumn<ServerOfRun> => ({
  key: 'role',
  title,
  unit: '',
  part: 'label',
  read: ({server}) => server.role,
});

/** Where a server's GPU memory goes: its parts, the whole that it reserves, and how much of that requests needed. */
const memoryColumns: readonly TableColumn<ServerOfRun>[] = [
  measure('weights_mib', 'weights', 'MiB', ({server}) => server.memory?.weightsMiB ?? null),
  measure('kv_pool_mib', 'KV pool', 'MiB', ({server}) => server.memory?.kvPoolMiB ?? null),
  measure('graphs_mib', 'graphs', 'MiB', ({server}) => server.memory?.graphsMiB ?? null),
  measure('other_mib', 'other', 'MiB', ({server}) => server.memory?.otherMiB ?? null),
  measure('reserved_mib', 'reserved', 'MiB', ({server}) => server.memory?.processMiB ?? null),
  measure('needed_mib', 'needed', 'MiB', neededMiB),
  measure('kv_tokens', 'KV', 'tok', ({server}) => server.memory?.kvTokens ?? null),
  measure('kv_used_tokens', 'KV used', 'tok', ({kvUsed}) => kvUsed?.tokens ?? null),
  measure('kv_used_percent', 'KV used', '%', ({kvUsed}) => kvUsed && kvUsed.share * 100),
];

/** What a start took. */
const startColumns: readonly TableColumn<ServerOfRun>[] = [
  measure('pull_s', 'pull', 's', ({server}) => server.startup?.pullSeconds ?? null),
  measure('create_s', 'create', 's', ({server}) => server.startup?.createSeconds ?? null),
  measure('load_s', 'load', 's', ({server}) => server.startup?.loadSeconds ?? null),
  measure('compile_s', 'compile', 's', ({server}) => server.startup?.compileSeconds ?? null),
  measure('graphs_s', 'graphs', 's', ({server}) => server.startup?.graphsSeconds ?? null),
  measure('ready_s', 'ready', 's', ({server}) => server.startup && server.readySeconds),
  measure('compile_cache', 'cache', '', ({server}) => server.startup?.compileCache ?? null),
];

interface ServerTable {
  readonly title: 'memory' | 'start';
  readonly columns: readonly TableColumn<ServerOfRun>[];
  readonly rows: readonly ServerOfRun[];
}

/** The tables about a run's servers that have anything to show, with the columns in which at least one server has a value. */
export const serverTables = (record: RunRecord): readonly ServerTable[] => {
  const servers = serversOf(record);
  const all = [
    {title: 'memory', columns: memoryColumns, rows: servers.filter(({server}) => server.memory !== null)},
    {title: 'start', columns: startColumns, rows: servers.filter(({server}) => server.startup !== null)},
  ] as const;
  return all.flatMap(({title, columns, rows}) => {
    const told = columns.filter(({read}) => rows.some(row => read(row) !== null));
    return told.length === 0 ? [] : [{title, columns: [roleColumn(title), ...told], rows}];
  });
};

/** Every column about a server, for files. */
export const serverColumns: readonly TableColumn<ServerOfRun>[] = [
  roleColumn('role'),
  ...memoryColumns,
  ...startColumns,
];
