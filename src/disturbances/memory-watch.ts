import {parseJson, valueAt} from '../engines/json-field.ts';
import {readGpuMemoryUsedMiB} from '../gpu/nvidia-smi.ts';
import {fetchText} from '../http/fetch-text.ts';
import {machineClock, machineNow} from '../load/clock.ts';
import {waitUntil} from '../load/wait-until.ts';
import type {Stack} from '../runtimes/stack.ts';
import type {DisturbanceMemory} from '../schema/disturbance.ts';

const everyMs = 500;

/** MiB that simulated servers say they took; one that does not answer has none. */
const readSimulated = async (urls: readonly string[]): Promise<number | null> => {
  const pages = await Promise.all(
    urls.map(url => fetchText(`${url}/simulator/memory`, {timeoutMs: 2000}).catch(() => null)),
  );
  const told = pages.map(page => (page === null ? 0 : valueAt(parseJson(page.body), 'takenMiB')));
  return told.every(mib => typeof mib === 'number') ? told.reduce((sum, mib) => sum + mib, 0) : null;
};

/** GPU memory around a disturbance, and while it goes on. */
export class MemoryWatch {
  readonly #from: DisturbanceMemory['from'];
  readonly #read: () => Promise<number | null>;
  readonly #during: number[] = [];
  #beforeMiB: number | null = null;
  #afterMiB: number | null = null;

  constructor({evidence, nvidiaSmi}: Pick<Stack, 'evidence' | 'nvidiaSmi'>, urls: readonly string[]) {
    const simulated = evidence === 'simulated';
    this.#from = simulated ? 'simulated' : 'nvidia-smi';
    this.#read = async () => {
      if (simulated) return await readSimulated(urls);
      return nvidiaSmi && (await readGpuMemoryUsedMiB(nvidiaSmi));
    };
  }

  async before(): Promise<void> {
    this.#beforeMiB = await this.#read();
  }

  async watch(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const mib = await this.#read();
      if (mib !== null && !stop.aborted) this.#during.push(mib);
      await waitUntil(machineClock, machineNow() + everyMs, stop, 0);
    }
  }

  async after(): Promise<void> {
    this.#afterMiB = await this.#read();
  }

  /** `worst` of the readings is what tells: the most, or the least where memory is to be given back. Null where it cannot be read. */
  result(worst: 'most' | 'least'): DisturbanceMemory | null {
    if (this.#beforeMiB === null || this.#afterMiB === null) return null;
    const duringMiB =
      this.#during.length === 0 ? null : worst === 'most' ? Math.max(...this.#during) : Math.min(...this.#during);
    return {from: this.#from, beforeMiB: this.#beforeMiB, duringMiB, afterMiB: this.#afterMiB};
  }
}
