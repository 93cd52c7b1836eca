import type {Engine} from '../engines/engine.ts';
import {CutoverError} from '../errors.ts';
import type {StackPlan} from '../schema/stack.ts';

/**
 * The plan with a KV pool of `tokens` for its chat server, whatever it said before. Encoders keep their plan: vLLM gives
 * them no pool, so there is nothing to compare. Throws BAD_OPTIONS when the plan has no chat server.
 */
export const withKvTokens = (plan: StackPlan, {launch, title}: Engine, tokens: number): StackPlan => {
  if (launch === null || !plan.servers.some(({role}) => role === 'chat'))
    throw new CutoverError(
      'BAD_OPTIONS',
      `--kv-tokens has no KV pool to size: ${plan.name} has no chat server of ${title}`,
      {
        hint: 'Leave it out, or name a stack with a chat server.',
      },
    );
  const servers = plan.servers.map(server =>
    server.role === 'chat'
      ? {...server, arguments: {...server.arguments, ...launch.kvTokensFlags(tokens, server)}}
      : server,
  );
  return {...plan, servers};
};
