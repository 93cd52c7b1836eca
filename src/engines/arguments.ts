import type {StackServer} from '../schema/stack.ts';

type Flags = StackServer['arguments'];

/**
 * Flags as the words of a command line: `fixed`, then the plan's own, then those of `needed` about which the plan says
 * nothing, neither with the flag nor with its negative form (`no-…`).
 */
export const commandArguments = (fixed: Flags, plan: Flags, needed: Flags): readonly string[] => {
  const missing = Object.entries(needed).filter(([flag]) => !(flag in plan) && !(`no-${flag}` in plan));
  return [...Object.entries(fixed), ...Object.entries(plan), ...missing].flatMap(([flag, value]) =>
    value === true ? [`--${flag}`] : [`--${flag}`, String(value)],
  );
};
