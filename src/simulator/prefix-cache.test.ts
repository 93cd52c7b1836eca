import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {createPrefixCache, type Holding, type PrefixCache} from './prefix-cache.ts';

const upTo = (count: number) => Array.from({length: count}, (_, index) => index);

/** One sequence from admission to its end; returns its cache hit. */
const run = (cache: PrefixCache, tokens: readonly number[], computed = tokens.length): number => {
  const holding = cache.open(tokens);
  const hit = holding.sharedTokens;
  expect(cache.grow(holding, tokens.length)).toBe(true);
  cache.close(holding, tokens, computed);
  return hit;
};

const commonPrefix = (a: readonly number[], b: readonly number[]) => {
  let count = 0;
  while (count < a.length && count < b.length && a[count] === b[count]) count++;
  return count;
};

describe('hits', () => {
  test('with pages of 16 are whole pages and never the last token', () => {
    const cache = createPrefixCache({pageTokens: 16, capacityTokens: 1600});
    expect(run(cache, upTo(40))).toBe(0); // pages 0-15 and 16-31 are kept, 32-39 fill none
    expect(run(cache, upTo(40))).toBe(32);
    expect(run(cache, upTo(33))).toBe(32);
    expect(run(cache, upTo(32))).toBe(16); // the second page holds the last token
    expect(run(cache, upTo(16))).toBe(0);
    expect(run(cache, [...upTo(20), 99, 98, 97])).toBe(16);
  });

  test('with pages of one token are exact and never the last token', () => {
    const cache = createPrefixCache({pageTokens: 1, capacityTokens: 1600});
    expect(run(cache, upTo(40), 39)).toBe(0); // the last generated token was never computed
    expect(run(cache, upTo(40))).toBe(39);
    expect(run(cache, upTo(40))).toBe(39);
    expect(run(cache, upTo(20))).toBe(19);
    expect(run(cache, [...upTo(20), 99, 98])).toBe(20);
    expect(run(cache, [7])).toBe(0);
  });

  test('are the longest common beginning with anything that was kept, as long as nothing was evicted', () => {
    const sequence = fc.array(fc.nat({max: 2}), {minLength: 1, maxLength: 24});
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 4), fc.array(sequence, {maxLength: 12}), (pageTokens, sequences) => {
        const cache = createPrefixCache({pageTokens, capacityTokens: 10_000});
        const whole = (count: number) => count - (count % pageTokens);
        const kept: number[][] = [];
        for (const tokens of sequences) {
          const longest = Math.max(0, ...kept.map(other => commonPrefix(tokens, other.slice(0, whole(other.length)))));
          expect(run(cache, tokens)).toBe(whole(Math.min(longest, tokens.length - 1)));
          kept.push(tokens);
        }
        // What is in the pool is every distinct page-aligned beginning, once.
        const beginnings = new Set(
          kept.flatMap(tokens =>
            upTo(Math.floor(tokens.length / pageTokens)).map(page => tokens.slice(0, (page + 1) * pageTokens).join()),
          ),
        );
        expect(cache.use().evictableTokens).toBe(beginnings.size * pageTokens);
      }),
    );
  });

  test('under one key are what a cache would find that had only what came under this key', () => {
    const asked = fc.record({
      key: fc.constantFrom('', 'a', 'b'),
      tokens: fc.array(fc.nat({max: 2}), {minLength: 1, maxLength: 24}),
    });
    fc.assert(
      fc.property(fc.constantFrom(1, 4), fc.array(asked, {maxLength: 15}), (pageTokens, all) => {
        const options = {pageTokens, capacityTokens: 10_000};
        const [shared, own] = [createPrefixCache(options), new Map<string, PrefixCache>()];
        for (const {key, tokens} of all) {
          const alone = own.get(key) ?? createPrefixCache(options);
          own.set(key, alone);
          const holding = shared.open(tokens, key);
          expect(holding.sharedTokens).toBe(run(alone, tokens));
          shared.grow(holding, tokens.length);
          shared.close(holding, tokens, tokens.length);
        }
        const kept = [...own.values()].reduce((sum, cache) => sum + cache.use().evictableTokens, 0);
        expect(shared.use().evictableTokens).toBe(kept);
        expect(shared.reset()).toBe(true);
        expect(shared.use().freeTokens).toBe(10_000);
      }),
    );
  });
});

describe('the pool', () => {
  test('counts what is held, what is kept and what is free', () => {
    const cache = createPrefixCache({pageTokens: 16, capacityTokens: 100}); // six pages
    expect(cache.use()).toEqual({capacityTokens: 96, usedTokens: 0, evictableTokens: 0, freeTokens: 96});
    const holding = cache.open(upTo(40));
    cache.grow(holding, 40);
    expect(cache.use()).toEqual({capacityTokens: 96, usedTokens: 48, evictableTokens: 0, freeTokens: 48});
    cache.close(holding, upTo(40), 40);
    expect(cache.use()).toEqual({capacityTokens: 96, usedTokens: 0, evictableTokens: 32, freeTokens: 64});
  });

  test('counts a beginning that two sequences hold once, also when both computed it', () => {
    const cache = createPrefixCache({pageTokens: 1, capacityTokens: 100});
    const [a, b] = [
      [...upTo(10), 50],
      [...upTo(10), 60],
    ] as const;
    const [first, second] = [cache.open(a), cache.open(b)];
    cache.grow(first, 11);
    cache.grow(second, 11);
    expect(cache.use().usedTokens).toBe(22);
    cache.publish(first, a, 11);
    cache.publish(second, b, 11);
    expect(cache.use().usedTokens).toBe(12);
    cache.close(first, a, 11);
    expect(cache.use()).toMatchObject({usedTokens: 11, evictableTokens: 1});
    cache.close(second, b, 11);
    expect(cache.use()).toMatchObject({usedTokens: 0, evictableTokens: 12});
  });

  test('lets a published prompt be found while its sequence still runs', () => {
    const cache = createPrefixCache({pageTokens: 16, capacityTokens: 160});
    const holding = cache.open(upTo(40));
    cache.grow(holding, 40);
    expect(cache.open(upTo(40)).sharedTokens).toBe(0);
    cache.publish(holding, upTo(40), 40);
    expect(cache.open(upTo(40)).sharedTokens).toBe(32);
  });

  test('evicts the longest unused first, from its tail, and no more than it must', () => {
    const cache = createPrefixCache({pageTokens: 1, capacityTokens: 20});
    const [old, young] = [upTo(8), [100, ...upTo(7)]];
    run(cache, old);
    run(cache, young);
    const holding = cache.open([200, 201]);
    expect(cache.grow(holding, 7)).toBe(true); // 4 free and 3 to be evicted
    expect(cache.use()).toEqual({capacityTokens: 20, usedTokens: 7, evictableTokens: 13, freeTokens: 0});
    expect(cache.open([...old, 9]).sharedTokens).toBe(5);
    expect(cache.open([...young, 9]).sharedTokens).toBe(8);
  });

  test('spares what is held, refuses what has no room, and then changes nothing', () => {
    const cache = createPrefixCache({pageTokens: 1, capacityTokens: 10});
    run(cache, upTo(8));
    const holding = cache.open(upTo(6)); // holds five of the eight
    const before = cache.use();
    expect(before).toEqual({capacityTokens: 10, usedTokens: 5, evictableTokens: 3, freeTokens: 2});
    expect(cache.grow(holding, 11)).toBe(false);
    expect(cache.use()).toEqual(before);
    expect(cache.grow(holding, 10)).toBe(true);
    expect(cache.use()).toMatchObject({usedTokens: 10, evictableTokens: 0, freeTokens: 0});
  });

  test('is emptied by a reset, but not while a sequence holds pages', () => {
    const cache = createPrefixCache({pageTokens: 16, capacityTokens: 160});
    const holding = cache.open(upTo(20));
    cache.grow(holding, 20);
    expect(cache.reset()).toBe(false);
    cache.close(holding, upTo(20), 20);
    expect(cache.reset()).toBe(true);
    expect(cache.use()).toMatchObject({evictableTokens: 0, freeTokens: 160});
    expect(cache.open(upTo(20)).sharedTokens).toBe(0);
  });

  test('never loses or invents a page, and never claims a hit that was not computed, whatever comes', () => {
    const open = fc.record({
      kind: fc.constant('open' as const),
      tokens: fc.array(fc.nat({max: 1}), {minLength: 1, maxLength: 16}),
    });
    const onHeld = fc.record({
      kind: fc.constantFrom('publish', 'grow', 'close'),
      which: fc.nat(),
      amount: fc.nat({max: 16}),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 4),
        fc.array(fc.oneof(open, onHeld), {maxLength: 60}),
        (pageTokens, operations) => {
          const cache = createPrefixCache({pageTokens, capacityTokens: 24});
          const computed: number[][] = [];
          const held: {holding: Holding; tokens: number[]; grown: number}[] = [];
          for (const operation of operations) {
            if (operation.kind === 'open') {
              const {tokens} = operation as {tokens: number[]};
              const holding = cache.open(tokens);
              const longest = Math.max(0, ...computed.map(other => commonPrefix(tokens, other)));
              expect(holding.sharedTokens).toBeLessThanOrEqual(Math.min(longest, tokens.length - 1));
              held.push({holding, tokens, grown: holding.sharedTokens});
            } else {
              const {kind, which, amount} = operation as {kind: string; which: number; amount: number};
              const at = held.length === 0 ? -1 : which % held.length;
              const entry = held[at];
              if (entry === undefined) continue;
              const {holding, tokens} = entry;
              const reach = Math.min(entry.grown, Math.max(holding.sharedTokens, amount));
              if (kind === 'grow' && cache.grow(holding, Math.min(amount, tokens.length)))
                entry.grown = Math.max(entry.grown, Math.min(amount, tokens.length));
              if (kind !== 'grow') computed.push(tokens.slice(0, reach));
              if (kind === 'publish') cache.publish(holding, tokens, reach);
              if (kind === 'close') {
                cache.close(holding, tokens, reach);
                held.splice(at, 1);
              }
            }
            const {capacityTokens, usedTokens, evictableTokens, freeTokens} = cache.use();
            expect(usedTokens + evictableTokens + freeTokens).toBe(capacityTokens);
            expect(Math.min(usedTokens, evictableTokens, freeTokens)).toBeGreaterThanOrEqual(0);
          }
          for (const {holding, tokens} of held) cache.close(holding, tokens, 0);
          expect(cache.use().usedTokens).toBe(0);
          // Everything that is kept can be evicted: the whole pool can be had again.
          expect(cache.grow(cache.open([9]), 24)).toBe(true);
          expect(cache.use()).toMatchObject({usedTokens: 24, evictableTokens: 0, freeTokens: 0});
        },
      ),
    );
  });
});
