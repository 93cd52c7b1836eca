import type {Readable} from 'node:stream';

/**
 * Reads the rest of a body and drops it. A connection that is closed under a caller who is still sending is reset, and a
 * reply that was sent before is lost with it. Bounded: resolves at the latest after `bytes` more or `ms`.
 */
export const drain = (body: Readable, {bytes, ms}: {bytes: number; ms: number}): Promise<void> => {
  if (body.readableEnded || body.destroyed) return Promise.resolve();
  const {promise, resolve} = Promise.withResolvers<void>();
  const patience = setTimeout(resolve, ms);
  let read = 0;
  body.on('data', ({length}: Buffer) => {
    read += length;
    if (read >= bytes) resolve();
  });
  for (const over of ['end', 'close', 'error']) body.once(over, () => resolve());
  return promise.finally(() => clearTimeout(patience));
};
