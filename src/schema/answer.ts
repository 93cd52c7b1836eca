import {z} from 'zod';

/**
 * One question of an examination and what came back: a line of its answers file. Answers of two records are about the
 * same question when their ids are equal.
 */
export const answer = z.object({
  id: z.string(),
  /** 1 for the first time of asking; parity asks twice. */
  pass: z.int(),
  /** What stands in the file for its kind: chat, embed, rerank, health. */
  about: z.string(),
  request: z.object({
    method: z.string(),
    path: z.string(),
    contentType: z.string().nullable(),
    /** As text; bytes that are no UTF-8 and bodies beyond 4096 characters are told in words. */
    body: z.string().nullable(),
    bytes: z.int(),
  }),
  /** Null where no reply came. */
  status: z.int().nullable(),
  /** Why no reply came. */
  failure: z.string().nullable(),
  durationMs: z.number(),
  /** What the examination keeps of the reply, in its own form. */
  reply: z.unknown(),
});
export type Answer = z.infer<typeof answer>;
