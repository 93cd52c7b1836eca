import type {IncomingMessage, ServerResponse} from 'node:http';
import type {Blackhole} from './blackhole.ts';

interface Slowness {
  readonly delayMs: number;
  readonly factor: number;
  /** When the server was asked, by `performance.now()`. */
  readonly askedMs: number;
  readonly hole: Blackhole;
}

/** Passes a reply on, every byte of it `factor` times as late as it came, and `delayMs` later. */
export const delayed = (
  reply: IncomingMessage,
  response: ServerResponse,
  {delayMs, factor, askedMs, hole}: Slowness,
): void => {
  /** Later bytes are due later, but timers of the same millisecond fire in any order. */
  const queue: (() => void)[] = [];
  const later = (pass: () => void) => {
    queue.push(pass);
    const next = () => {
      const first = queue.shift();
      if (first !== undefined) hole.hold(first);
    };
    setTimeout(next, delayMs + (factor - 1) * (performance.now() - askedMs));
  };
  reply.on('data', (chunk: Buffer) => later(() => response.write(chunk)));
  reply.once('end', () => later(() => response.end()));
};
