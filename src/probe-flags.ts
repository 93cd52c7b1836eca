import {withDefault} from './flag.ts';
import {serverOrigin, text, whole, wholes} from './option-values.ts';

/** Of `probe` alone. */
export const probeFlags = {
  url: withDefault('URL', serverOrigin, {
    on: ['probe'],
    help: 'The service to ask',
    default: 'http://127.0.0.1:9015',
  }),
  keys: withDefault('n', whole({min: 1, max: 100_000, example: '--keys 700'}), {
    on: ['probe'],
    help: 'Values of each size. 662 or more certify a P99',
    default: '100',
  }),
  bytes: withDefault('n,…', wholes({min: 1, max: 2 ** 28, example: '--bytes 1024,1048576'}), {
    on: ['probe'],
    help: 'Sizes of the values',
    default: '1024,65536,1048576',
  }),
  moveTo: withDefault('location', text('--move-to disk'), {
    on: ['probe'],
    help: 'Where values are moved to and back from: disk, pinned_dram or device:0',
    default: 'disk',
  }),
} as const;
