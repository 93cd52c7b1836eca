import {endpointOf} from './endpoint.ts';
import type {RunningServer, Stack} from './stack.ts';
import {type GpuAccount, stopOnce} from './stack-end.ts';

/** One server that a runtime has started. */
export interface StartedServer {
  readonly server: RunningServer;
  /** The same for the other roles that it answers for. */
  readonly also: readonly RunningServer[];
  /** Whether it says of itself that it is a simulation. */
  readonly simulated: boolean;
  /** As nvidia-smi counts them on its machine. */
  processes(): Promise<readonly number[]>;
}

interface StartedStack extends Pick<Stack, 'engine' | 'runtime' | 'died' | 'nvidiaSmi'> {
  readonly started: readonly StartedServer[];
  readonly account: GpuAccount;
  /** Stops all of it. */
  down(): Promise<void>;
}

/** The stack of servers that a runtime has started itself. */
export const startedStack = ({started, account, down, ...known}: StartedStack): Stack => {
  const servers = started.flatMap(({server, also}) => [server, ...also]);
  const stop = stopOnce(down, account);
  return {
    ...known,
    evidence: known.engine.simulated || started.some(({simulated}) => simulated) ? 'simulated' : 'real',
    servers,
    control: null,
    endpoint: role => endpointOf(servers, role),
    processesOf: async role => (await started.find(({server}) => server.role === role)?.processes()) ?? [],
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
};
