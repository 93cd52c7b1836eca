import {heldBy} from '../gpu/held-by.ts';
import {readProcessMemory} from '../gpu/nvidia-smi.ts';
import type {Stack} from '../runtimes/stack.ts';
import type {Finding} from '../schema/finding.ts';
import type {ServerMemory} from '../schema/server.ts';

/** Each server's memory in the order of the stack's servers, null where the stack did not start it. */
export interface StackMemory {
  readonly servers: readonly (ServerMemory | null)[];
  readonly findings: readonly Finding[];
}

/**
 * What the whole has beyond the parts that the log tells; null where not even the weights are known, negative where the
 * parts are too large. An encoder's log tells of no KV pool, and one without CUDA graphs of no graphs.
 */
const beyondParts = ({weightsMiB, kvPoolMiB, graphsMiB}: ServerMemory, processMiB: number | null): number | null =>
  processMiB === null || weightsMiB === null ? null : processMiB - weightsMiB - (kvPoolMiB ?? 0) - (graphsMiB ?? 0);

const partsExceedWhole = (role: string, processMiB: number, byMiB: number): Finding => ({
  code: 'memory-parts-exceed-whole',
  severity: 'note',
  message: `${role}: weights, KV pool and CUDA graphs come to ${Math.round(processMiB + byMiB)} MiB by the server's log, and nvidia-smi counts ${processMiB} MiB for all of it: what else it holds is not given`,
  hint: null,
});

/**
 * Adds to what the servers' logs told of their memory what nvidia-smi counts for their processes. Call it when all of
 * them serve and before anything is asked of them: that is what they reserve.
 */
export const completeMemory = async (stack: Stack): Promise<StackMemory> => {
  const {nvidiaSmi, servers} = stack;
  const held = nvidiaSmi && (await readProcessMemory(nvidiaSmi));
  const findings: Finding[] = [];
  const completed: (ServerMemory | null)[] = [];
  for (const {role, memory, facts} of servers) {
    if (memory === null) {
      completed.push(null);
      continue;
    }
    const processMiB = heldBy(await stack.processesOf(role), held) ?? memory.processMiB;
    const otherMiB = beyondParts(memory, processMiB);
    const fits = otherMiB === null || otherMiB >= 0;
    if (!fits && processMiB !== null) findings.push(partsExceedWhole(role, processMiB, -otherMiB));
    completed.push({
      ...memory,
      processMiB,
      otherMiB: fits ? otherMiB : null,
      kvTokens: memory.kvTokens ?? facts.kvTokens,
    });
  }
  return {servers: completed, findings};
};
