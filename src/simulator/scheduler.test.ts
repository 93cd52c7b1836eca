import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {createPrefixCache} from './prefix-cache.ts';
import {type ChatJob, createScheduler, type SchedulerOptions, type StepLoad} from './scheduler.ts';

const vllm = {pageTokens: 16, mixesPrefillWithDecode: true, sharesWhenScheduled: true};
const sglang = {pageTokens: 1, mixesPrefillWithDecode: false, sharesWhenScheduled: false};

interface Settings extends Partial<SchedulerOptions> {
  readonly pageTokens: number;
  readonly kvTokens?: number;
}

/** A scheduler whose steps all take 10 ms, and the loads of the steps that it has begun. */
const setUp = ({pageTokens, kvTokens = 10_000, ...options}: Settings) => {
  const loads: StepLoad[] = [];
  const cache = createPrefixCache({pageTokens, capacityTokens: kvTokens});
  const scheduler = createScheduler({
    maxBatchedTokens: 100,
    maxRunningSequences: 100,
    mixesPrefillWithDecode: true,
    sharesWhenScheduled: true,
    stepMs: load => {
      loads.push(load);
      return 10;
    },
    ...options,
    cache,
  });
  /** Steps one after the other until nothing is left to do; every token as `id.generated@when it was there`. */
  const runToEnd = (fromMs = 0, beforeStep: (nowMs: number) => void = () => {}) => {
    const log: string[] = [];
    for (let nowMs = fromMs; ; ) {
      beforeStep(nowMs);
      const readyAtMs = scheduler.readyAtMs();
      if (readyAtMs === null) return log;
      nowMs = Math.max(nowMs, readyAtMs);
      nowMs += scheduler.begin(nowMs);
      for (const {id, generated, last} of scheduler.end())
        log.push(`${id}.${generated}@${nowMs}${last ? ' last' : ''}`);
    }
  };
  return {scheduler, cache, loads, runToEnd};
};

const upTo = (count: number, from = 0) => Array.from({length: count}, (_, index) => from + index);
const job = (id: number, prompt: number, output: number, readyAtMs = 0): ChatJob => ({
  id,
  readyAtMs,
  promptTokens: upTo(prompt, id * 1000),
  outputTokens: upTo(output, id * 1000 + 500),
});
const load = (decodingSequences: number, kvTokensRead: number, prefillTokens: number) => ({
  decodingSequences,
  kvTokensRead,
  prefillTokens,
});

describe('a single request', () => {
  test('gets its first token from the step of its prefill and one from every step after', () => {
    const {scheduler, loads, runToEnd} = setUp(vllm);
    scheduler.submit(job(1, 20, 3, 5));
    expect(scheduler.readyAtMs()).toBe(5);
    expect(runToEnd()).toEqual(['1.1@15', '1.2@25', '1.3@35 last']);
    expect(loads).toEqual([load(0, 0, 20), load(1, 21, 0), load(1, 22, 0)]);
  });

  test('is prefilled in chunks when its prompt is over the budget of a step', () => {
    const {scheduler, loads, runToEnd} = setUp({...vllm, maxBatchedTokens: 8});
    scheduler.submit(job(1, 20, 1));
    expect(runToEnd()).toEqual(['1.1@30 last']);
    expect(loads.map(({prefillTokens}) => prefillTokens)).toEqual([8, 8, 4]);
  });

  test('computes only what the cache lacks, and tells how much it had', () => {
    for (const [traits, cached] of [
      [vllm, 32],
      [sglang, 39],
    ] as const) {
      const {scheduler, loads, runToEnd} = setUp(traits);
      scheduler.submit(job(1, 40, 1));
      runToEnd();
      scheduler.submit(job(1, 40, 1));
      scheduler.begin(100);
      expect(scheduler.end()).toEqual([{id: 1, generated: 1, last: true, cachedPromptTokens: cached}]);
      expect(loads.at(-1)).toEqual(load(0, 0, 40 - cached));
      expect(scheduler.totals).toEqual({prefixQueries: 80, prefixHits: cached, preemptions: 0});
    }
  });
});

describe('what a finished request leaves in the cache', () => {
  test('is its prompt and its output but for the last token, whose keys and values nobody computed', () => {
    for (const [traits, cached] of [
      [vllm, 48], // of 20 + 40 - 1 = 59
      [sglang, 59],
    ] as const) {
      const {scheduler, runToEnd} = setUp(traits);
      const first = job(1, 20, 40);
      scheduler.submit(first);
      runToEnd();
      scheduler.submit({...job(2, 0, 1), promptTokens: [...first.promptTokens, ...first.outputTokens, 7, 8, 9]});
      scheduler.begin(1000);
      expect(scheduler.end()[0]?.cachedPromptTokens).toBe(cached);
    }
  });
});

describe('requests side by side', () => {
  test('mixed: decoding comes first and prefill fills the rest of the budget', () => {
    const {scheduler, loads, runToEnd} = setUp({...vllm, maxBatchedTokens: 10});
    scheduler.submit(job(1, 4, 4));
    scheduler.submit(job(2, 14, 2));
    // Step 1: 4 of request 1, 6 of request 2. Step 2: one of 1, the last 8 of 2.
    expect(runToEnd()).toEqual(['1.1@10', '1.2@20', '2.1@20', '1.3@30', '2.2@30 last', '1.4@40 last']);
    expect(loads).toEqual([load(0, 0, 10), load(1, 5, 8), load(2, 6 + 15, 0), load(1, 7, 0)]);
  });

  test('prefill first: nothing decodes while a prompt is computed', () => {
    const {scheduler, loads, runToEnd} = setUp({...sglang, maxBatchedTokens: 10});
    scheduler.submit(job(1, 4, 3));
    scheduler.submit(job(2, 14, 2));
    expect(runToEnd()).toEqual(['1.1@10', '2.1@20', '1.2@30', '2.2@30 last', '1.3@40 last']);
    expect(loads).toEqual([load(0, 0, 10), load(0, 0, 8), load(2, 5 + 15, 0), load(1, 6, 0)]);
  });

  test('one that comes during a step is admitted with the next', () => {
    const {scheduler, runToEnd} = setUp(vllm);
    scheduler.submit(job(1, 4, 3));
    scheduler.submit(job(2, 4, 1, 1));
    expect(runToEnd()).toEqual(['1.1@10', '1.2@20', '2.1@20 last', '1.3@30 last']);
  });

  test('the same prompt twice in one step is computed once where prompts are shared when scheduled, else twice', () => {
    for (const [traits, prefillTokens] of [
      [vllm, 40 + 8],
      [sglang, 40 + 40],
    ] as const) {
      const {scheduler, loads} = setUp(traits);
      scheduler.submit(job(1, 40, 1));
      scheduler.submit({...job(1, 40, 1), id: 2});
      scheduler.begin(0);
      expect(loads).toEqual([load(0, 0, prefillTokens)]);
    }
  });

  test('no more than the limit run at once, and the others wait their turn', () => {
    const {scheduler, runToEnd} = setUp({...vllm, maxRunningSequences: 1});
    scheduler.submit(job(1, 4, 2));
    scheduler.submit(job(2, 4, 1));
    scheduler.begin(0);
    expect(scheduler.counts()).toEqual({running: 1, waiting: 1});
    scheduler.end();
    expect(runToEnd(10)).toEqual(['1.2@20 last', '2.1@30 last']);
  });
});

describe('a full pool', () => {
  test('keeps a prompt waiting that has no room, and those behind it', () => {
    const {scheduler, runToEnd} = setUp({...sglang, kvTokens: 20});
    scheduler.submit(job(1, 12, 2));
    scheduler.submit(job(2, 12, 1));
    scheduler.submit(job(3, 2, 1));
    expect(runToEnd()).toEqual(['1.1@10', '1.2@20 last', '2.1@30 last', '3.1@30 last']);
  });

  test('makes the youngest give way, and computes it again without telling a token twice', () => {
    for (const traits of [
      {...sglang, pageTokens: 1},
      {...vllm, pageTokens: 1},
    ]) {
      const {scheduler, cache, runToEnd} = setUp({...traits, kvTokens: 20});
      scheduler.submit(job(1, 8, 8));
      scheduler.submit(job(2, 8, 4));
      const log = runToEnd();
      expect(scheduler.totals.preemptions).toBeGreaterThan(0);
      expect(log.filter(line => line.startsWith('1.')).map(line => line.split('@')[0])).toEqual(
        upTo(8, 1).map(n => `1.${n}`),
      );
      expect(log.filter(line => line.startsWith('2.')).map(line => line.split('@')[0])).toEqual(
        upTo(4, 1).map(n => `2.${n}`),
      );
      expect(cache.use().usedTokens).toBe(0);
    }
  });
});

describe('a cancelled request', () => {
  test('frees what it held at once and speaks no more, also within a step', () => {
    const {scheduler, cache, runToEnd} = setUp(vllm);
    scheduler.submit(job(1, 40, 5));
    scheduler.submit(job(2, 4, 1));
    scheduler.begin(0);
    expect(cache.use().usedTokens).toBe(48 + 16);
    scheduler.cancel(1);
    expect(cache.use().usedTokens).toBe(16);
    expect(scheduler.end().map(({id}) => id)).toEqual([2]);
    expect(runToEnd(10)).toEqual([]);
  });

  test('leaves the queue when it had not begun', () => {
    const {scheduler, runToEnd} = setUp({...vllm, maxRunningSequences: 1});
    scheduler.submit(job(1, 4, 1));
    scheduler.submit(job(2, 4, 1));
    scheduler.submit(job(3, 4, 1));
    scheduler.cancel(2);
    scheduler.cancel(99);
    expect(runToEnd()).toEqual(['1.1@10 last', '3.1@20 last']);
  });
});

test('every request gets all its tokens in order, in any mix and any pool that each fits alone, and the pool ends empty', () => {
  const request = fc.record({
    prompt: fc.integer({min: 1, max: 20}),
    output: fc.integer({min: 1, max: 12}),
    gapMs: fc.nat({max: 30}),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(sglang, {...vllm, pageTokens: 4}, {...vllm, pageTokens: 1}, {...sglang, pageTokens: 4}),
      fc.integer({min: 32, max: 64}),
      fc.integer({min: 1, max: 30}),
      fc.integer({min: 1, max: 4}),
      fc.array(request, {minLength: 1, maxLength: 8}),
      (traits, kvTokens, maxBatchedTokens, maxRunningSequences, requests) => {
        const {scheduler, cache, loads, runToEnd} = setUp({...traits, kvTokens, maxBatchedTokens, maxRunningSequences});
        let readyAtMs = 0;
        for (const [index, {prompt, output, gapMs}] of requests.entries()) {
          readyAtMs += gapMs;
          // Prompts share beginnings, so that holding, cutting and evicting meet.
          scheduler.submit({id: index, readyAtMs, promptTokens: upTo(prompt), outputTokens: upTo(output, index * 100)});
        }
        const log = runToEnd();
        for (const [index, {output}] of requests.entries()) {
          const own = log.filter(line => line.startsWith(`${index}.`)).map(line => line.replace(/@\d+/, ''));
          expect(own).toEqual(upTo(output, 1).map(n => `${index}.${n}${n === output ? ' last' : ''}`));
        }
        expect(cache.use().usedTokens).toBe(0);
        expect(scheduler.counts()).toEqual({running: 0, waiting: 0});
        for (const {prefillTokens, decodingSequences} of loads) {
          expect(prefillTokens).toBeLessThanOrEqual(maxBatchedTokens);
          expect(prefillTokens + decodingSequences).toBeGreaterThan(0);
        }
      },
    ),
  );
});
