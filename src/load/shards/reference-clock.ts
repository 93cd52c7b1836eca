import type {ClockOffset} from '../../schema/shard.ts';
import {machineNow} from '../clock.ts';
import {measureDateOffset} from './clock-offset.ts';

/** For so long a measurement is as good as a new one, which would take some seconds. */
const keptMs = 60_000;
/** By how much two clocks may part while it is kept: 100 ppm, twice what a computer's crystal is off by. */
const driftPerMs = 100e-6;

/** Against this machine's monotonic clock, which nobody sets. */
interface Reading {
  readonly measuredAtMs: number;
  /** The reference's ms since 1970 less `machineNow`. */
  readonly aheadMs: number;
  readonly clock: ClockOffset;
}

/** What the reference clock shows, as far as this machine knows. */
export interface ReferenceTime {
  readonly clock: ClockOffset;
  /** When the reference clock shows `atMs` (since 1970), by `machineNow`. */
  machineMsAt(atMs: number): number;
}

/** The clocks that all shards start by: those of the servers, each at its origin `url`. */
export class ReferenceClock {
  readonly #readings = new Map<string, Reading>();

  /**
   * Whether it is to be measured again. Whoever gives the start decides, for all at the same time: the seconds of uvicorn's Date drift by
   * up to 10 ms each, and readings of different minutes would not agree.
   */
  isOld(url: string): boolean {
    const reading = this.#readings.get(url);
    return reading === undefined || machineNow() - reading.measuredAtMs > keptMs;
  }

  /** Throws what measureDateOffset throws. */
  async of(url: string, signal: AbortSignal, anew = false): Promise<ReferenceTime> {
    const kept = anew ? undefined : this.#readings.get(url);
    const {aheadMs, measuredAtMs, clock} = kept ?? (await this.#measure(url, signal));
    const nowMs = machineNow();
    return {
      clock: {
        ...clock,
        offsetMs: aheadMs - (Date.now() - nowMs),
        errorMs: clock.errorMs + (nowMs - measuredAtMs) * driftPerMs,
      },
      machineMsAt: atMs => atMs - aheadMs,
    };
  }

  async #measure(url: string, signal: AbortSignal): Promise<Reading> {
    const clock = await measureDateOffset(url, signal);
    const measuredAtMs = machineNow();
    const reading = {measuredAtMs, aheadMs: clock.offsetMs + Date.now() - measuredAtMs, clock};
    this.#readings.set(url, reading);
    return reading;
  }
}
