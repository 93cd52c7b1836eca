import type {Sample} from '../schema/sample.ts';
import {machineClock} from './clock.ts';
import {waitUntil} from './wait-until.ts';

const firstMs = 10;
const longestMs = 1000;

/**
 * Keeps a slot from turning a dead server into millions of failed requests: each refused connection in a row makes it
 * wait twice as long before it tries again, and one that was not refused makes all well.
 */
export class RefusalPause {
  #inRow = 0;

  async after(sample: Sample, signal: AbortSignal): Promise<void> {
    if (sample.outcome === 'ok' || sample.failure.kind !== 'connect') {
      this.#inRow = 0;
      return;
    }
    const pauseMs = Math.min(longestMs, firstMs * 2 ** this.#inRow);
    this.#inRow += 1;
    await waitUntil(machineClock, machineClock.now() + pauseMs, signal, 0);
  }
}
