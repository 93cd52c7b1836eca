/** What a body says, or undefined when it is not JSON. */
export const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

/** Follows keys and indexes into parsed JSON; undefined as soon as something is not there. */
export const valueAt = (root: unknown, ...path: readonly (string | number)[]): unknown => {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
};

/** A count of tokens or requests: a whole number from 0. Null for anything else, null and absent included. */
export const countAt = (root: unknown, ...path: readonly (string | number)[]): number | null => {
  const value = valueAt(root, ...path);
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
};

/** A text that says something, or null. */
export const textAt = (root: unknown, ...path: readonly (string | number)[]): string | null => {
  const value = valueAt(root, ...path);
  return typeof value === 'string' && value.trim() !== '' ? value : null;
};
