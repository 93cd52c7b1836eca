import {endpointOf} from './endpoint.ts';
import type {Stack} from './stack.ts';
import {type GpuAccount, stopOnce} from './stack-end.ts';
import type {Roster} from './topology/roster.ts';

interface StartedStack extends Pick<Stack, 'engine' | 'runtime' | 'nvidiaSmi'> {
  /** All of it serves. */
  readonly roster: Roster;
  /** Null where no GPU is used. */
  readonly account: GpuAccount | null;
  /** Stops all of it. */
  down(): Promise<void>;
}

/** The stack of servers that a runtime has started itself. Of several servers that depend on one another none outlives another's death. */
export const startedStack = ({roster, account, down, ...known}: StartedStack): Stack => {
  const stop = stopOnce(down, account ?? undefined);
  const servers = () => roster.servers;
  if (servers().some(({members}) => members !== undefined))
    roster.died.addEventListener('abort', () => void stop().catch(() => {}), {once: true}); // whoever stops it hears of it
  return {
    ...known,
    evidence: known.engine.simulated || roster.simulated ? 'simulated' : 'real',
    get servers() {
      return servers();
    },
    died: roster.died,
    control: roster,
    endpoint: role => endpointOf(servers(), role),
    processesOf: role => roster.processesOf(role),
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
};
