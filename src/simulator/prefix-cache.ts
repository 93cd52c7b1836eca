/** A run of tokens whose keys and values are in the pool, together with all runs above it. */
interface Run {
  /** Null for the root, which is empty. */
  parent: Run | null;
  tokens: readonly number[];
  /** By their first page. */
  readonly children: Map<string, Run>;
  /** Sequences that hold this run. */
  holders: number;
}

/** What one running sequence occupies. */
export interface Holding {
  /** The deepest shared run that it holds; it holds all runs above as well. */
  run: Run;
  /** Tokens from the root to the end of that run: when just opened, the cache hit. */
  sharedTokens: number;
  /** Pages after those, which no other prompt can find yet. */
  privatePages: number;
}

export interface KvUse {
  readonly capacityTokens: number;
  /** Held by running sequences. */
  readonly usedTokens: number;
  /** Held by nobody, kept for the next prompt that begins like this. */
  readonly evictableTokens: number;
  readonly freeTokens: number;
}

export type PrefixCache = ReturnType<typeof createPrefixCache>;

interface PrefixCacheOptions {
  readonly pageTokens: number;
  readonly capacityTokens: number;
  /** False: a pool alone, as a server that only decodes has it. */
  readonly shares?: boolean;
}

/**
 * The paged KV pool with its prefix cache: radix trees cut at page bounds, reference counts, and eviction of the least recently used
 * tails. With pages of 16 tokens its hits are vLLM's, with pages of one token SGLang's.
 */
export const createPrefixCache = ({pageTokens, capacityTokens, shares = true}: PrefixCacheOptions) => {
  const capacityPages = Math.floor(capacityTokens / pageTokens);
  const newRun = (parent: Run | null, tokens: readonly number[], holders: number): Run => ({
    parent,
    tokens,
    children: new Map(),
    holders,
  });
  /** What one adapter computed is of no use to another: each key has a tree of its own. */
  const roots = new Map<string, Run>();
  const rootOf = (key: string): Run => {
    const root = roots.get(key) ?? newRun(null, [], 0);
    roots.set(key, root);
    return root;
  };
  let usedPages = 0;
  let evictablePages = 0;
  /**
   * Runs that nobody holds, the longest unused first. A sequence lets go from its tail upwards, so a run always stands before
   * its parent and the first one has no children.
   */
  const idle = new Set<Run>();

  const wholePages = (tokenCount: number) => Math.floor(tokenCount / pageTokens);
  const freePages = () => capacityPages - usedPages - evictablePages;
  const pageKey = (tokens: readonly number[], at: number) => tokens.slice(at, at + pageTokens).join();
  const link = (parent: Run, child: Run) => parent.children.set(pageKey(child.tokens, 0), child);

  /** Cuts `run` in two; its holders hold both parts, since the lower part stays the same object. */
  const cut = (parent: Run, run: Run, at: number): Run => {
    const upper = newRun(parent, run.tokens.slice(0, at), run.holders);
    link(parent, upper);
    run.parent = upper;
    run.tokens = run.tokens.slice(at);
    link(upper, run);
    return upper;
  };

  /** Follows `tokens` below `from`, at most to `end`, both page bounds, and cuts the last run where they part. */
  const follow = (from: Run, startTokens: number, tokens: readonly number[], end: number) => {
    let run = from;
    let at = startTokens;
    while (at < end) {
      const child = run.children.get(pageKey(tokens, at));
      if (child === undefined) break;
      const limit = Math.min(child.tokens.length, end - at);
      let common = pageTokens; // the key was its first page
      while (common < limit && child.tokens[common] === tokens[at + common]) common++;
      common = wholePages(common) * pageTokens;
      at += common;
      if (common < child.tokens.length) return {run: cut(run, child, common), at};
      run = child;
    }
    return {run, at};
  };

  const hold = (from: Run, above: Run) => {
    for (let run = from; run !== above && run.parent !== null; run = run.parent) {
      if (run.holders++ > 0) continue;
      idle.delete(run);
      evictablePages -= wholePages(run.tokens.length);
      usedPages += wholePages(run.tokens.length);
    }
  };

  const evict = (pages: number) => {
    let missing = pages;
    for (const run of idle) {
      if (missing <= 0) return;
      const held = wholePages(run.tokens.length);
      const dropped = Math.min(missing, held);
      if (dropped === held) {
        idle.delete(run);
        run.parent?.children.delete(pageKey(run.tokens, 0));
      } else run.tokens = run.tokens.slice(0, -dropped * pageTokens);
      evictablePages -= dropped;
      missing -= dropped;
    }
  };

  /** Makes the first `computedTokens` of a holding's `tokens` findable; pages that somebody published before are given back. */
  const publish = (holding: Holding, tokens: readonly number[], computedTokens: number) => {
    const end = wholePages(computedTokens) * pageTokens;
    if (!shares || end <= holding.sharedTokens) return;
    const {run, at} = follow(holding.run, holding.sharedTokens, tokens, end);
    hold(run, holding.run);
    usedPages -= wholePages(at - holding.sharedTokens);
    holding.privatePages -= wholePages(end - holding.sharedTokens);
    holding.run = run;
    holding.sharedTokens = end;
    if (at === end) return;
    holding.run = newRun(run, tokens.slice(at, end), 1);
    link(run, holding.run);
  };

  return {
    /** Holds the longest beginning of a prompt that is cached under `key`, never its last token: something must be computed to speak. */
    open(tokens: readonly number[], key = ''): Holding {
      const root = rootOf(key);
      const {run, at} = follow(root, 0, tokens, wholePages(tokens.length - 1) * pageTokens);
      hold(run, root);
      return {run, sharedTokens: at, privatePages: 0};
    },

    /** Makes room for the first `tokenCount` tokens, evicting what it must; false, and nothing is changed, when the pool is full. */
    grow(holding: Holding, tokenCount: number): boolean {
      const ownPages = wholePages(holding.sharedTokens) + holding.privatePages;
      const wanted = Math.max(0, Math.ceil(tokenCount / pageTokens) - ownPages);
      if (wanted > freePages() + evictablePages) return false;
      evict(wanted - freePages());
      holding.privatePages += wanted;
      usedPages += wanted;
      return true;
    },

    publish,

    /** Publishes what was computed and lets go of everything. */
    close(holding: Holding, tokens: readonly number[], computedTokens: number) {
      publish(holding, tokens, computedTokens);
      usedPages -= holding.privatePages;
      for (let run = holding.run; run.parent !== null; run = run.parent) {
        if (--run.holders > 0) continue;
        idle.add(run);
        usedPages -= wholePages(run.tokens.length);
        evictablePages += wholePages(run.tokens.length);
      }
    },

    /** Forgets everything that is cached; false, and nothing is changed, while a sequence holds pages. */
    reset(): boolean {
      if (usedPages > 0) return false;
      roots.clear();
      idle.clear();
      evictablePages = 0;
      return true;
    },

    use: (): KvUse => ({
      capacityTokens: capacityPages * pageTokens,
      usedTokens: usedPages * pageTokens,
      evictableTokens: evictablePages * pageTokens,
      freeTokens: freePages() * pageTokens,
    }),
  };
};
