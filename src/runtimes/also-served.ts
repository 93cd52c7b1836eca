import type {Role} from '../schema/request.ts';
import type {StackServer} from '../schema/stack.ts';
import type {RunningServer} from './stack.ts';

/**
 * The other roles that this one server answers for, each with its own model. What is counted (its start, its memory, its
 * processes) stands with its first role alone.
 */
export const alsoServed = (first: RunningServer, {also = {}}: Pick<StackServer, 'also'>): readonly RunningServer[] =>
  (Object.entries(also) as [Role, string][]).map(([role, model]) => ({
    ...first,
    role,
    model: first.facts.models?.[role] ?? model,
    readySeconds: null,
    startup: null,
    memory: null,
  }));
