import {z} from 'zod';

const tokens = z.int().min(1).max(1_000_000);

/** A number of tokens that is drawn anew for every request. */
const drawnLength = z.discriminatedUnion('draw', [
  /** Every whole number from `min` to `max` is as likely as the others. */
  z.strictObject({draw: z.literal('uniform'), min: tokens, max: tokens}),
  /** exp(N(ln median, sigma²)), rounded, and cut at 1 and `max`. */
  z.strictObject({draw: z.literal('lognormal'), median: tokens, sigma: z.number().positive().max(10), max: tokens}),
  /** As the lengths in a file were spread. */
  z.strictObject({
    draw: z.literal('file'),
    /** Without its folder. */
    file: z.string(),
    sha256: z.string(),
    /** Lengths in the file. */
    count: z.int().min(1),
    /** Evenly spaced quantiles from the shortest to the longest, 1001 at most; a draw lies on the line between two. */
    quantiles: z.array(tokens).min(1).max(1001),
  }),
]);

/** How many tokens something has: always as many, or drawn for every request. */
export const lengthSpec = z.union([tokens, drawnLength]);
export type LengthSpec = z.infer<typeof lengthSpec>;
