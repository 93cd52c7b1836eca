import {createHash} from 'node:crypto';
import {cacheHoldersOf} from '../engines/cache-holders.ts';
import type {KeptCache} from '../schema/disturbance.ts';
import {type Asked, ask, type Told} from './ask.ts';

const timeoutMs = 60_000;

/** Some 600 tokens that no other prompt begins with: tens of blocks of any prefix cache. */
const contentOf = (seed: number): string =>
  Array.from({length: 8}, (_, part) => createHash('sha512').update(`kept ${seed} ${part}`).digest('hex'))
    .join('')
    .match(/.{4}/g)
    ?.join(' ') ?? '';

/** What became of the cache of one prompt: it is put there right before, and asked for right after. */
export class KeptPrompt {
  readonly #asked: Omit<Asked, 'model'>;
  readonly #isOneCache: boolean;
  #before: Told | null = null;

  constructor(asked: Pick<Asked, 'engine' | 'endpoint' | 'signal'>, seed: number) {
    const {asked: holders, unknownAmong} = cacheHoldersOf(asked.endpoint);
    this.#isOneCache = unknownAmong === 0;
    // What is done is done to all of them alike: one tells.
    const endpoint = holders[0] ?? asked.endpoint;
    this.#asked = {...asked, endpoint, content: contentOf(seed), outputTokens: 1, timeoutMs};
  }

  /** Null where it was not answered: then nothing is known. */
  async #ask(model: string): Promise<Told | null> {
    return await ask({...this.#asked, model}).catch(() => {
      this.#asked.signal.throwIfAborted();
      return null;
    });
  }

  /** The second time it is asked it can be in the cache. */
  async before(): Promise<void> {
    const {model} = this.#asked.endpoint;
    await this.#ask(model);
    this.#before = await this.#ask(model);
  }

  async after(of: KeptCache['of'], model: string): Promise<KeptCache> {
    const after = await this.#ask(model);
    const [beforeTokens, afterTokens] = [this.#before?.cachedTokens ?? null, after?.cachedTokens ?? null];
    const known = this.#isOneCache && beforeTokens !== null && beforeTokens > 0 && afterTokens !== null;
    return {
      of,
      promptTokens: after?.promptTokens ?? this.#before?.promptTokens ?? null,
      beforeTokens,
      afterTokens,
      // A page at a time is shared, and the last token never: half of it is far from either.
      cache: known ? (afterTokens >= beforeTokens / 2 ? 'kept' : 'lost') : null,
    };
  }
}
