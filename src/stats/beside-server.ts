import type {Finding} from '../schema/finding.ts';
import type {TrialShards} from '../schema/shard.ts';
import {listed, nameOf} from './name-shards.ts';

/** That pods of a load were on a node with the server: nothing of it is in the numbers. `nodes` are the servers'; null where there is no such shard. */
export const besideServer = (shards: TrialShards | null, nodes: readonly string[]): Finding | null => {
  const beside = (shards?.parts ?? []).filter(({node}) => node !== undefined && nodes.includes(node));
  if (beside.length === 0) return null;
  return {
    code: 'shard-beside-server',
    severity: 'warning',
    message: `Shards took cores and memory of the server's own node: ${listed(beside.map(shard => `${nameOf(shard)} on ${shard.node}`))}`,
    hint: 'They go elsewhere where there is room: give the cluster another node for the load, or name those that are for it with --shard-node-selector.',
  };
};
