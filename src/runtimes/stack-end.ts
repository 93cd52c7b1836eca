import {type GpuBefore, gpuAround, type Neighbours} from '../gpu/around.ts';
import type {NvidiaSmi} from '../gpu/nvidia-smi.ts';
import type {BringUpListener, StackEnd} from './stack.ts';

const nothingTold: StackEnd = {gpu: null, findings: []};

/** A stack's `stop`: `down` is called once, however often the stack is stopped, and everybody waits for its end. */
export const stopOnce = (down: () => Promise<void>, account?: Pick<GpuAccount, 'end'>): (() => Promise<StackEnd>) => {
  let ending: Promise<StackEnd> | undefined;
  return () => {
    ending ??= down().then(() => account?.end ?? nothingTold);
    return ending;
  };
};

/**
 * The GPU's memory from before the first server to after the last, without what neighbours hold meanwhile. `stopped` belongs between the end of the servers and
 * the end of whatever nvidia-smi is asked through.
 */
export class GpuAccount {
  readonly #before: GpuBefore | null;
  #end: StackEnd = nothingTold;

  private constructor(before: GpuBefore | null) {
    this.#before = before;
  }

  static async open(nvidiaSmi: NvidiaSmi | null, neighbours?: Neighbours): Promise<GpuAccount> {
    return new GpuAccount(nvidiaSmi && (await gpuAround(nvidiaSmi, neighbours)));
  }

  /** After a start that failed nobody asks for the end: what was found is then said to `onLine`. `waitMs` as for `afterStop`. */
  async stopped(onLine: BringUpListener | null, waitMs?: number): Promise<void> {
    if (this.#before !== null) this.#end = await this.#before.afterStop(waitMs);
    if (onLine !== null) for (const {message, hint} of this.#end.findings) onLine(`${message}. ${hint}`);
  }

  get end(): StackEnd {
    return this.#end;
  }
}
