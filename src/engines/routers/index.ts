import type {Router} from './router.ts';
import {sglangRouter} from './sglang-router.ts';
import {twoStep} from './two-step.ts';

/** What a stack file's `program` takes. */
export const routers = {'sglang-router': sglangRouter, 'two-step': twoStep} satisfies Record<string, Router>;
