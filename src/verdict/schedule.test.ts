import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {arms, type Block, type PlannedBlock} from '../schema/block.ts';
import type {DecisionPlan} from '../schema/plan.ts';
import {nextPair, scheduleOf} from './schedule.ts';
import {armOf, planWith, sitting, workloadNamed} from './test-decision.ts';

const plans = fc
  .record({
    aaPairs: fc.integer({min: 2, max: 5}),
    last: fc.integer({min: 2, max: 9}),
    between: fc.constantFrom('flush', 'restart'),
    spareRuns: fc.integer({min: 0, max: 3}),
    names: fc.uniqueArray(fc.constantFrom('chat', 'embed', 'rerank'), {minLength: 1}),
  })
  .map(({last, names, ...rest}) =>
    planWith({...rest, lookPairs: [last], workloads: names.map(name => workloadNamed(name))}),
  );

const seeds = fc.integer({min: 0, max: 2 ** 31});

const asBlock = (planned: PlannedBlock, found: readonly string[] = []): Block => ({
  ...planned,
  ...{arm: armOf(planned), trial: 0, sitting: 1, startMs: 0, endMs: 0, void: [...found]},
});

/** All pairs of a run in which blocks are void as `voidOf` says, and which is interrupted after every `cut` blocks. */
const ran = (plan: DecisionPlan, seed: number, voidOf: (planned: PlannedBlock) => readonly string[], cut = 1000) => {
  let blocks: Block[] = [];
  for (;;) {
    const next = nextPair({plan, seed, blocks, sittings: [sitting()]});
    if (next.length === 0) return blocks;
    blocks = [...blocks, ...next.slice(0, cut).map(planned => asBlock(planned, voidOf(planned)))];
  }
};

const placesFirst = (blocks: readonly PlannedBlock[]) =>
  blocks.filter(
    (one, at) => blocks.findIndex(other => other.pair === one.pair && other.workload === one.workload) === at,
  );

describe('the schedule', () => {
  test('has both places of every pair once for each workload, A/A pairs first', () => {
    fc.assert(
      fc.property(plans, seeds, (plan, seed) => {
        const schedule = scheduleOf(plan, seed);
        const pairs = plan.aaPairs + (plan.lookPairs.at(-1) ?? 0);
        const wanted = Array.from({length: pairs}, (_, at) => at + 1).flatMap(pair =>
          plan.workloads.flatMap(({name}) =>
            arms.map(place => `${pair <= plan.aaPairs ? 'aa' : 'ab'} ${pair} ${name} ${place}`),
          ),
        );
        const made = schedule.map(({phase, pair, workload, place}) => `${phase} ${pair} ${workload} ${place}`);
        expect(made.toSorted()).toEqual(wanted.toSorted());
        expect(schedule.map(({pair}) => pair)).toEqual(schedule.map(({pair}) => pair).toSorted((a, b) => a - b));
      }),
    );
  });

  test('lets each place begin once in every two pairs of a workload', () => {
    fc.assert(
      fc.property(plans, seeds, (plan, seed) => {
        const first = placesFirst(scheduleOf(plan, seed));
        for (const {name} of plan.workloads)
          for (const phase of ['aa', 'ab'] as const) {
            const places = first.filter(one => one.workload === name && one.phase === phase).map(({place}) => place);
            for (let at = 0; at + 1 < places.length; at += 2) expect(places[at]).not.toBe(places[at + 1]);
          }
      }),
    );
  });

  test('is the same for the same seed, and ABBA or BAAB as the seed has it', () => {
    const plan = planWith();
    const orders = new Set<string>();
    for (let seed = 0; seed < 20; seed += 1) {
      const schedule = scheduleOf(plan, seed);
      expect(scheduleOf(plan, seed)).toEqual(schedule);
      orders.add(
        schedule
          .slice(0, 4)
          .map(({place}) => (place === 'baseline' ? 'A' : 'B'))
          .join(''),
      );
    }
    expect([...orders].sort()).toEqual(['ABBA', 'BAAB']);
  });

  test('puts the two blocks of a workload side by side with flushes, and all blocks of a side with restarts', () => {
    const workloads = [workloadNamed('chat'), workloadNamed('embed')];
    const wordsOf = (between: 'flush' | 'restart', pick: 'workload' | 'place') =>
      scheduleOf(planWith({workloads, between}), 1)
        .slice(0, 4)
        .map(block => block[pick]);
    expect(wordsOf('flush', 'workload')).toEqual(['chat', 'chat', 'embed', 'embed']);
    expect(wordsOf('restart', 'workload')).toEqual(['chat', 'embed', 'chat', 'embed']);
    const [first, second, third, fourth] = wordsOf('restart', 'place');
    expect([first, third]).toEqual([second, fourth]);
    expect(first).not.toBe(third);
  });
});

describe('the next pair', () => {
  test('is the rest of the pair that an interruption fell into, and no finished block again', () => {
    fc.assert(
      fc.property(plans, seeds, fc.integer({min: 1, max: 5}), (plan, seed, cut) => {
        const plain = ran(plan, seed, () => []);
        expect(ran(plan, seed, () => [], cut)).toEqual(plain);
        expect(plain.map(({phase, pair, workload, place}) => ({phase, pair, workload, place}))).toEqual(
          scheduleOf(plan, seed),
        );
      }),
    );
  });

  test('makes void pairs again under new numbers in the same order of places, while spare runs last', () => {
    fc.assert(
      fc.property(plans, seeds, fc.integer({min: 2, max: 6}), (plan, seed, every) => {
        const voidOf = ({pair, workload}: PlannedBlock) =>
          pair % every === 0 && workload === 'chat' ? ['throttled'] : [];
        const blocks = ran(plan, seed, voidOf);
        for (const {name} of plan.workloads)
          for (const [phase, planned] of [
            ['aa', plan.aaPairs],
            ['ab', plan.lookPairs.at(-1) ?? 0],
          ] as const) {
            const own = placesFirst(blocks.filter(one => one.workload === name && one.phase === phase)) as Block[];
            const bad = own.filter(one => one.void.length > 0).length;
            expect(own.length).toBe(planned + Math.min(plan.spareRuns, bad));
            // With restarts the order is that of all workloads of a pair.
            if (plan.between === 'restart') continue;
            const places = own.filter(one => one.void.length === 0).map(({place}) => place);
            for (let at = 0; at + 1 < places.length; at += 2) expect(places[at]).not.toBe(places[at + 1]);
          }
      }),
    );
  });

  test('of a void pair has only the workload that needs it', () => {
    const plan = planWith({aaPairs: 2, lookPairs: [2], workloads: [workloadNamed('chat'), workloadNamed('embed')]});
    const blocks = ran(plan, 1, ({pair, workload}) => (pair === 2 && workload === 'embed' ? ['throttled'] : []));
    const workloadsIn = (pair: number) =>
      blocks.filter(one => one.pair === pair).map(({phase, workload}) => `${phase} ${workload}`);
    expect(workloadsIn(3)).toEqual(['aa embed', 'aa embed']);
    expect(workloadsIn(4).toSorted()).toEqual(['ab chat', 'ab chat', 'ab embed', 'ab embed']);
    expect(blocks.at(-1)?.pair).toBe(5);
  });

  test('leaves out workloads that are decided', () => {
    const plan = planWith({workloads: [workloadNamed('chat'), workloadNamed('embed')]});
    const next = nextPair({plan, seed: 1, blocks: [], sittings: [], open: ['embed']});
    expect(next.map(({workload}) => workload)).toEqual(['embed', 'embed']);
    expect(nextPair({plan, seed: 1, blocks: [], sittings: [], open: []})).toEqual([]);
  });

  test('of two halves on different machines is made again', () => {
    const plan = planWith({aaPairs: 2, lookPairs: [2]});
    const sittings = [sitting(), sitting({hostname: 'bench-2'})];
    const [first, second] = nextPair({plan, seed: 1, blocks: [], sittings});
    if (first === undefined || second === undefined) throw new Error('a pair has two blocks');
    const blocks = [asBlock(first), {...asBlock(second), sitting: 2}];
    expect(nextPair({plan, seed: 1, blocks, sittings}).map(({place}) => place)).toEqual([first.place, second.place]);
  });
});
