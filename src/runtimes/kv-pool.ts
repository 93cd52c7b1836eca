import type {Engine} from '../engines/engine.ts';
import {CutoverError} from '../errors.ts';
import type {StackPlan, StackServer} from '../schema/stack.ts';

/** What the command line says of the chat server's KV pool; null leaves it to the plan. */
export interface KvPoolOptions {
  readonly kvTokens: number | null;
  /** Tokens of one page. */
  readonly pageSize: number | null;
}

/**
 * The plan with this KV pool for its chat server, whatever it said before. Encoders keep their plan: vLLM gives them no
 * pool, so there is nothing to compare. Throws BAD_OPTIONS when the plan has no chat server.
 */
export const withKvPool = (
  plan: StackPlan,
  {launch, title}: Engine,
  {kvTokens, pageSize}: KvPoolOptions,
): StackPlan => {
  if (kvTokens === null && pageSize === null) return plan;
  if (launch === null || !plan.servers.some(({role}) => role === 'chat')) {
    const options = [...(kvTokens === null ? [] : ['--kv-tokens']), ...(pageSize === null ? [] : ['--page-size'])];
    throw new CutoverError(
      'BAD_OPTIONS',
      `${options.join(' and ')}: there is no KV pool to size, as ${plan.name} has no chat server of ${title}`,
      {hint: 'Leave it out, or name a stack with a chat server.'},
    );
  }
  const withFlags = (server: StackServer, flags: StackServer['arguments']): StackServer => ({
    ...server,
    arguments: {...server.arguments, ...flags},
  });
  const servers = plan.servers.map(server => {
    if (server.role !== 'chat' || server.part === 'router') return server; // a router keeps no pool
    // The pages first: vLLM counts its pool in them.
    const paged = pageSize === null ? server : withFlags(server, {[launch.pageSize.flag]: pageSize});
    return kvTokens === null ? paged : withFlags(paged, launch.kvTokensFlags(kvTokens, paged));
  });
  return {...plan, servers};
};
