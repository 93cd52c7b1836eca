import type {z} from 'zod';
import {CutoverError, reasonOf} from '../errors.ts';
import {type EngineAccount, engineAccount} from '../schema/journal.ts';
import {
  type Done,
  done,
  type KeeperMemory,
  type KeeperState,
  keeperMemory,
  keeperProcesses,
  keeperRefusal,
  keeperState,
  type RelayOrder,
  type Stopped,
  type Strike,
  stopped,
} from './contract.ts';
import {NotPossible} from './not-possible.ts';

/** A keeper, by its control URL. Every method rejects with ENGINE_UNREACHABLE when it does not answer. */
export interface Keeper {
  readonly control: string;
  state(): Promise<KeeperState>;
  memory(): Promise<KeeperMemory>;
  processes(): Promise<readonly number[]>;
  account(): Promise<EngineAccount>;
  /** Rejects with NotPossible where the stack has no such handle. */
  strike(strike: Strike): Promise<Done>;
  /** Rejects with NotPossible where the keeper was started without --relay. */
  relay(order: RelayOrder): Promise<Done>;
  /** Resolves when the stack has stopped. */
  stop(): Promise<Stopped>;
}

/** A stack may take its whole grace to stop, and an account of a long rehearsal is large. */
const slowMs = 300_000;
const quickMs = 15_000;

export const openKeeper = (control: string): Keeper => {
  const ask = async <T>(path: string, schema: z.ZodType<T>, post?: unknown, withinMs = quickMs): Promise<T> => {
    const init = post === undefined ? {} : {method: 'POST', headers, body: JSON.stringify(post)};
    let status: number;
    let body: unknown;
    try {
      const reply = await fetch(`${control}${path}`, {...init, signal: AbortSignal.timeout(withinMs)});
      status = reply.status;
      body = await reply.json();
    } catch (cause) {
      throw new CutoverError('ENGINE_UNREACHABLE', `The keeper at ${control} does not answer: ${reasonOf(cause)}`, {
        hint: "Its log lies beside its servers' logs, in the folder that it was started with.",
        cause,
      });
    }
    if (status === 200) return schema.parse(body);
    const {message} = keeperRefusal.parse(body).error;
    throw status === 409 ? new NotPossible(message) : new Error(`The keeper at ${control} refuses ${path}: ${message}`);
  };
  return {
    control,
    state: () => ask('/state', keeperState),
    memory: () => ask('/memory', keeperMemory),
    processes: () => ask('/processes', keeperProcesses),
    account: () => ask('/account', engineAccount, undefined, slowMs),
    strike: strike => ask('/strike', done, strike, slowMs),
    relay: order => ask('/relay', done, order),
    stop: () => ask('/stop', stopped, {}, slowMs),
  };
};

const headers = {'content-type': 'application/json'};
