import type {z} from 'zod';
import type {ServerHandle} from '../runtimes/server-handle.ts';
import type {StrikeAct, strikeBody} from './contract.ts';
import {NotPossible} from './not-possible.ts';
import type {VramHogs} from './vram-hog.ts';

/** One server of the stack, as strikes need it. */
export interface Struck {
  readonly handle: ServerHandle;
  /** Its own origin; null while it starts. */
  readonly url: string | null;
  /** Whether it says that it is a simulation. */
  readonly simulated: boolean;
  readonly hasGpu: boolean;
}

const withinMs = 5000;
/** docker/fake-engine takes memory by a path that the simulated engine in it does not know. */
const struckHeader = 'x-cutover-struck';

/** Rejects with NotPossible where this server has no such handle. Resolves with where it is reached from now on, where that has changed. */
export const strikeServer = async (
  {act, mibPerSecond}: z.infer<typeof strikeBody>,
  struck: Struck,
  hogs: VramHogs,
): Promise<string | undefined> => {
  const {handle, simulated} = struck;
  if (act === 'cut' || act === 'mend') return cutOrMend(act, handle);
  if (act === 'kill' || act === 'freeze' || act === 'thaw') await handle[act]();
  else if (simulated) await eatSimulated(act, mibPerSecond, struck);
  else if (!struck.hasGpu) throw new NotPossible('there is no GPU whose memory could be taken');
  else await hogs.start(handle, [act === 'leak' ? String(mibPerSecond) : 'all']);
  return undefined;
};

const cutOrMend = async (act: 'cut' | 'mend', {network}: ServerHandle): Promise<string | undefined> => {
  if (network === null)
    throw new NotPossible('only a container has a network of its own, and there is no relay in front of the server');
  return act === 'mend' ? network.mend() : void (await network.cut());
};

/** A container with a limit runs into it for real; another one would take this machine's memory, and runs out of its simulated card. */
const eatSimulated = async (act: StrikeAct, mibPerSecond: number, {handle, url}: Struck): Promise<void> => {
  if (url === null) throw new NotPossible('the server does not answer yet');
  const leak = `/simulator/leak?mib-per-second=${mibPerSecond}`;
  const fill = handle.memoryLimitGiB === null ? '/simulator/fill-memory' : '/eat-memory';
  const asked = `${url}${act === 'leak' ? leak : fill}`;
  const failed = (reason: string) => new NotPossible(`${act} failed: POST ${asked} ${reason}`);
  let reply: Response;
  try {
    reply = await fetch(asked, {method: 'POST', signal: AbortSignal.timeout(withinMs)});
  } catch (thrown) {
    const {cause} = thrown as {cause?: {code?: unknown; message?: string}};
    if (cause?.code === 'ECONNREFUSED') throw failed('reached nobody: the connection was refused');
    return; // it may die before it answers
  }
  const said = await reply.text().catch(() => '');
  if (!reply.ok && !reply.headers.has(struckHeader))
    throw failed(
      `was answered with HTTP ${reply.status} ${said.slice(0, 200)}: that engine cannot be harmed so. Build its image once more (npm run fake-engine), or choose another scenario`,
    );
};
