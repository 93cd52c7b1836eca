import {z} from 'zod';

export const evidence = z.enum(['simulated', 'real']);

export const finding = z.object({
  /** One kebab-case word per kind of finding, stable across versions. */
  code: z.string(),
  /** 'void': the trial's numbers must not be used; 'warning': read them with care; 'note': good to know. */
  severity: z.enum(['void', 'warning', 'note']),
  message: z.string(),
  hint: z.string().nullable(),
});
export type Finding = z.infer<typeof finding>;
