export interface Adapter {
  readonly name: string;
  readonly path: string;
  /** Counts up with every load: an SGLang that loads a name again has another one, with a cache of its own. */
  readonly loadNumber: number;
}

/** The LoRA adapters that are loaded, in that order. */
export interface Adapters {
  find(name: string): Adapter | null;
  list(): readonly Adapter[];
  add(name: string, path: string): void;
  remove(name: string): void;
  /** The path of every name that has ever been loaded. */
  readonly known: ReadonlyMap<string, string>;
}

export const createAdapters = (first: readonly {readonly name: string; readonly path: string}[]): Adapters => {
  const loaded = new Map<string, Adapter>();
  const known = new Map<string, string>();
  let loads = 0;
  const add = (name: string, path: string) => {
    loaded.set(name, {name, path, loadNumber: ++loads});
    known.set(name, path);
  };
  for (const {name, path} of first) add(name, path);
  return {
    find: name => loaded.get(name) ?? null,
    list: () => [...loaded.values()],
    add,
    remove: name => void loaded.delete(name),
    known,
  };
};
