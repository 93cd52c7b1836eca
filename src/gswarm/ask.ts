import {createHash} from 'node:crypto';
import type {GswarmOperation} from '../schema/gswarm-probe.ts';
import {type GswarmService, refusalOf, type ServiceReply, storedValue} from './service.ts';

/** One request, and what a look afterwards showed. */
export interface Asked {
  readonly operation: GswarmOperation;
  readonly key: string;
  readonly valueBytes: number;
  readonly status: number;
  readonly ms: number;
  /** In the service's words; null where it was done. */
  readonly refusal: string | null;
  /**
   * Of a read, and of what else was done and looked at by another request: whether the value is as it was written ('same'),
   * there in another form ('other') or not to be had ('gone'). Null where nobody looked.
   */
  readonly value: 'same' | 'other' | 'gone' | null;
}

interface SizeOptions {
  readonly service: GswarmService;
  readonly keys: readonly string[];
  readonly valueBytes: number;
  readonly moveTo: string;
  readonly seed: number;
  onAsked(asked: Asked): void;
}

/** So many bytes of seeded text, in ASCII: /write takes JSON alone. Differs from key to key. */
const valueFor = (key: string, valueBytes: number, seed: number): string =>
  createHash('shake256', {outputLength: Math.ceil(valueBytes * 0.75)})
    .update(`${seed} ${key.split('-').slice(-2).join('-')}`)
    .digest('base64')
    .slice(0, valueBytes);

/**
 * Writes all keys, reads them, moves them away and back, and releases them: one request at a time, each operation on those
 * that the one before left. What a move did is looked at with requests of their own, which are not timed.
 */
export const askOfSize = async ({service, keys, valueBytes, moveTo, seed, onAsked}: SizeOptions) => {
  const compared = (key: string, reply: ServiceReply): 'same' | 'other' | 'gone' => {
    const value = storedValue(reply);
    return value === null ? 'gone' : value === valueFor(key, valueBytes, seed) ? 'same' : 'other';
  };
  /** Resolves with the keys of which it was done. */
  const each = async (
    operation: GswarmOperation,
    among: readonly string[],
    ask: (key: string) => Promise<ServiceReply>,
    look: (key: string, reply: ServiceReply) => Promise<Asked['value']> = async () => null,
  ): Promise<readonly string[]> => {
    const left: string[] = [];
    for (const key of among) {
      const reply = await ask(key);
      const done = reply.status === 200;
      const value = done ? await look(key, reply) : null;
      const refusal = done ? null : refusalOf(reply);
      onAsked({operation, key, valueBytes, status: reply.status, ms: reply.ms, refusal, value});
      if (done && value !== 'gone') left.push(key);
    }
    return left;
  };
  const written = await each('write', keys, key => service.write(key, valueFor(key, valueBytes, seed)));
  await each(
    'read',
    written,
    key => service.read(key),
    async (key, reply) => compared(key, reply),
  );
  const away = await each(
    'move',
    written,
    key => service.move(key, moveTo),
    async key => ((await service.location(key)).status === 200 ? null : 'gone'),
  );
  await each(
    'move back',
    away,
    key => service.move(key, 'dram'),
    async key => compared(key, await service.read(key)),
  );
  await each(
    'release',
    written,
    key => service.release(key),
    async key => compared(key, await service.read(key)),
  );
};
