import type {ClockReading} from '../../../schema/rehearsal.ts';
import {machineNow} from '../../clock.ts';
import {Turnstile} from '../../turnstile.ts';
import {askedAtOnce} from '../crew.ts';
import type {LastingHost} from '../shard-host.ts';

/** A reading that is no better than this was disturbed. */
const disturbedMs = 20;
const tries = 3;

const readOnce = async (host: LastingHost): Promise<ClockReading> => {
  const {offsetMs, errorMs} = await host.clock('machine');
  return {atMs: machineNow(), offsetMs, errorMs};
};

const readAgainWhereDisturbed = async (host: LastingHost): Promise<ClockReading> => {
  let best = await readOnce(host);
  for (let tried = 1; tried < tries && best.errorMs > disturbedMs; tried += 1) {
    const next = await readOnce(host);
    if (next.errorMs < best.errorMs) best = next;
  }
  return best;
};

/** Reads monotonic clocks of shards, few at a time, and once more where a reading was disturbed. */
export class CrewClocks {
  readonly #turnstile = new Turnstile(askedAtOnce);

  read(host: LastingHost): Promise<ClockReading> {
    return this.#turnstile.through(() => readAgainWhereDisturbed(host));
  }
}
