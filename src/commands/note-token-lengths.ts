import type {LocalCount} from '../load/token-lengths.ts';
import {measureTokenLengths} from '../load/token-lengths.ts';
import type {Options} from '../options.ts';
import type {Stack} from '../runtimes/stack.ts';
import type {RunRecord} from '../schema/record.ts';
import {type Role, roleOf} from '../schema/request.ts';
import {loadsOf} from '../schema/stage.ts';
import type {Stage} from '../schema/suite.ts';
import {byRole} from './bring-up.ts';

export type LocalCounts = Readonly<Partial<Record<Role, LocalCount>>>;

/** What the tokenizers that were named make of the workloads' code. Throws BAD_OPTIONS for a file that is none. */
export const countWithTokenizers = async (tokenizers: Options['tokenizer']): Promise<LocalCounts> => {
  if (tokenizers.length === 0) return {};
  const {countLocally} = await import('../load/local-tokenizer.ts');
  const counts = Object.entries(byRole(tokenizers)).map(async ([role, path]) => [role, await countLocally(path)]);
  return Object.fromEntries(await Promise.all(counts));
};

/** Notes in the record how many characters make a token for each role that is sent prompts. */
export const noteTokenLengths = async (
  record: RunRecord,
  {stack, stages, local, signal}: {stack: Stack; stages: readonly Stage[]; local: LocalCounts; signal: AbortSignal},
): Promise<void> => {
  const roles = new Set(stages.flatMap(loadsOf).map(({workload}) => roleOf(workload.kind)));
  const endpoints = [...roles].map(role => stack.endpoint(role));
  const {lengths, findings} = await measureTokenLengths({engine: stack.engine, endpoints, local, signal});
  record.tokenLengths = lengths;
  record.findings.push(...findings);
};
