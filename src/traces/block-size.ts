import type {TraceRow} from '../schema/trace.ts';

/** Tokens that one hash id may stand for, the likelier ones first: Mooncake's, Qwen-Bailian's. */
const sizes = [512, 16, 1024, 256, 128, 64, 32, 2048, 4096, 8, 4, 1] as const;

/** Finds how many tokens a trace's hash ids stand for: the size that fits every row, whose last block may be left out. */
export class BlockSize {
  #left: readonly number[] = sizes;

  /** False where no size fits this row and all those before it. */
  add({promptTokens, hashIds}: TraceRow): boolean {
    const ids = hashIds.length;
    if (ids > 0)
      this.#left = this.#left.filter(
        size => ids === Math.ceil(promptTokens / size) || ids === Math.floor(promptTokens / size),
      );
    return this.#left.length > 0;
  }

  /** 512 where there were no hash ids. */
  get tokens(): number {
    return this.#left[0] ?? sizes[0];
  }
}
