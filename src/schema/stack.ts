import {z} from 'zod';
import {roles} from './request.ts';

/** What may stand behind a flag in a stack file; `true` is a flag without a value. */
const argumentValue = z.union([z.string(), z.number(), z.literal(true)], {
  error: issue =>
    issue.input === false
      ? 'is false: leave the flag out, or name its negative form (for example no-enable-prefix-caching: true)'
      : 'must be a string, a number or true',
});

export const stackServer = z.strictObject({
  role: z.enum(roles),
  /** Model name or folder, as the engine takes it. */
  model: z.string().min(1),
  port: z.int().min(1).max(65_535),
  /** The engine's own flags without the leading dashes, in the order in which they are passed. */
  arguments: z.record(
    z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'must be a flag without its leading dashes'),
    argumentValue,
  ),
  environment: z.record(z.string(), z.string()).default({}),
  /** Seconds from start to the first healthy answer before the start is given up. */
  readyWithinSeconds: z.number().positive().default(600),
});

/** One file under docker/stacks/: how an engine's servers are started. */
export const stackPlan = z
  .strictObject({
    name: z.string().min(1),
    engine: z.string().min(1),
    description: z.string().min(1),
    /** In the order in which they are started: SGLang's memory fraction is of what is free at that moment. */
    servers: z.array(stackServer).min(1),
  })
  .superRefine(({servers}, context) => {
    for (const key of ['role', 'port'] as const) {
      const seen = new Set<unknown>();
      for (const [index, server] of servers.entries()) {
        if (seen.has(server[key]))
          context.addIssue({
            code: 'custom',
            path: ['servers', index, key],
            message: `repeats ${key} ${server[key]}: each server needs its own`,
          });
        seen.add(server[key]);
      }
    }
  });

export type StackServer = z.infer<typeof stackServer>;
export type StackPlan = z.infer<typeof stackPlan>;
