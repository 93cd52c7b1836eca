import {once, withDefault} from './flag.ts';
import {text, whole} from './option-values.ts';

/** Of `gateway` alone. */
export const gatewayFlags = {
  host: withDefault('address', text('--host 0.0.0.0'), {
    on: ['gateway', 'simulate'],
    help: 'Address to serve on. On another one than loopback the gateway needs a token in CUTOVER_GATEWAY_TOKEN, which callers send as a bearer token',
    default: '127.0.0.1',
  }),
  adminPort: once('n', whole({min: 0, max: 65_535, example: '--admin-port 3011'}), {
    on: ['gateway'],
    help: 'Port on 127.0.0.1 to be steered by, and for /metrics; 0 takes a free one. With it no engine need be named. When left out there is none',
  }),
  journal: once('file', text('--journal gateway.jsonl'), {
    on: ['gateway'],
    help: 'Append a line for each request that ended: who was asked, when, and how it ended. Nothing of what was asked or answered',
  }),
  maxQueued: withDefault('n', whole({min: 0, max: 1_000_000, example: '--max-queued 256'}), {
    on: ['gateway'],
    help: 'Requests that may wait for a place of --max-in-flight; what is over that is refused with 429',
    default: '1024',
  }),
} as const;
