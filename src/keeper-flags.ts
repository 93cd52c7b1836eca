import {once, toggle} from './flag.ts';
import {serverOrigin, text, whole} from './option-values.ts';

/** Of `up` alone. */
export const keeperFlags = {
  folder: once('DIR', text('--folder /tmp/stack'), {
    on: ['up'],
    help: "Gets the servers' logs. A folder below the system's for temporary files when left out",
  }),
  controlPort: once('n', whole({min: 0, max: 65_535, example: '--control-port 0'}), {
    on: ['up'],
    help: 'Listen there, on 127.0.0.1, for what a rehearsal asks of a stack; 0 takes a free port. Its URL is the first line on stdout, at once, and the stack stays until it is asked to stop',
  }),
  beside: once('URL', serverOrigin, {
    on: ['up'],
    help: 'The control URL of a stack that is up on the same GPU, and has claimed it',
  }),
  relay: toggle({
    on: ['up'],
    help: 'Put an HTTP relay in front of each server, which can be told to fail, to lie, to be slow or to go silent',
  }),
} as const;
