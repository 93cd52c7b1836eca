export const parts = ['whole', 'replica', 'prefill', 'decode', 'router'] as const;
/**
 * What a server does of the work of its role: all of it; all of it, as one of several alike; prompts; answers; or it passes requests on to
 * those three.
 */
export type Part = (typeof parts)[number];
