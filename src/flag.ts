import type {CommandName} from './command-names.ts';
import type {ReadValue} from './option-values.ts';

/** One flag: `read` gets every value that was given, in order. */
export interface Flag<V> {
  readonly on: readonly CommandName[];
  /** What stands after the flag in --help; null for a switch. */
  readonly placeholder: string | null;
  readonly repeatable: boolean;
  readonly help: string;
  /** As shown; null when leaving the flag out is not the same as any value. */
  readonly default: string | null;
  read(given: readonly string[]): V;
}

interface Described {
  readonly on?: readonly CommandName[];
  readonly help: string;
  readonly default?: string;
}

export const once = <T>(
  placeholder: string,
  read: ReadValue<T>,
  {on = ['bench'], help, ...rest}: Described,
): Flag<T | null> => ({
  on,
  placeholder,
  repeatable: false,
  help,
  default: rest.default ?? null,
  read: given => {
    const last = given.at(-1) ?? rest.default;
    return last === undefined ? null : read(last);
  },
});

export const withDefault = <T>(
  placeholder: string,
  read: ReadValue<T>,
  described: Described & {default: string},
): Flag<T> => ({
  ...once(placeholder, read, described),
  read: given => read(given.at(-1) ?? described.default),
});

export const many = <T>(
  placeholder: string,
  read: ReadValue<T>,
  {on = ['bench'], help, ...rest}: Described,
): Flag<readonly T[]> => ({
  on,
  placeholder,
  repeatable: true,
  help,
  default: rest.default ?? null,
  read: given => (given.length === 0 && rest.default !== undefined ? [rest.default] : given).map(value => read(value)),
});

export const toggle = ({on = ['bench'], help}: Described): Flag<boolean> => ({
  on,
  placeholder: null,
  repeatable: false,
  help,
  default: null,
  read: given => given.length > 0,
});
