import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {Sample} from '../schema/sample.ts';
import {chatSample} from '../stats/test-samples.ts';
import {mergeByEnd} from './merge-by-end.ts';

const ended = (part: number, endsMs: readonly number[]) =>
  endsMs.map((endMs, index) => chatSample({session: `part ${part}`, index, endMs}));

async function* each(samples: readonly Sample[]): AsyncGenerator<Sample, undefined> {
  yield* samples;
}

const merged = async (parts: readonly (readonly number[])[]) =>
  (await Array.fromAsync(mergeByEnd(parts.map((endsMs, part) => each(ended(part, endsMs)))))).map(
    ({session, index}) => `${session} ${index}`,
  );

test('samples come by their end, and of equals the earlier part is first', async () => {
  expect(await merged([[1, 4], [], [1, 2, 9], [3]])).toEqual([
    'part 0 0',
    'part 2 0',
    'part 2 1',
    'part 3 0',
    'part 0 1',
    'part 2 2',
  ]);
});

test('one part stays as it is, also where it is out of order', async () => {
  expect(await merged([[3, 1, 2]])).toEqual(['part 0 0', 'part 0 1', 'part 0 2']);
  expect(await merged([])).toEqual([]);
});

test('parts in order make a whole in order, with every sample once', async () => {
  const parts = fc.array(fc.array(fc.nat(50)).map(endsMs => endsMs.toSorted((a, b) => a - b)));
  await fc.assert(
    fc.asyncProperty(parts, async given => {
      const samples = await Array.fromAsync(mergeByEnd(given.map((endsMs, part) => each(ended(part, endsMs)))));
      expect(samples.map(({endMs}) => endMs)).toEqual(given.flat().toSorted((a, b) => a - b));
      for (const [part, endsMs] of given.entries())
        expect(samples.filter(({session}) => session === `part ${part}`)).toEqual(ended(part, endsMs));
    }),
  );
});

test('trials stay apart, whenever their requests ended, and of each part one sample is held', async () => {
  let [taken, given] = [0, 0];
  let most = 0;
  const part = async function* (name: string): AsyncGenerator<Sample, undefined> {
    for (const trial of [0, 1])
      for (let index = 0; index < 500; index += 1) {
        taken += 1;
        most = Math.max(most, taken - given);
        yield chatSample({session: name, trial, index, endMs: index});
      }
  };
  const names = Array.from({length: 20}, (_, number) => `part ${String(number).padStart(2, '0')}`);
  const seen: string[] = [];
  for await (const {trial, endMs, session} of mergeByEnd(names.map(part))) {
    given += 1;
    seen.push(`${trial} ${String(endMs).padStart(3, '0')} ${session}`);
  }
  expect(seen).toHaveLength(20_000);
  expect(seen).toEqual(seen.toSorted());
  expect(most).toBe(names.length);
});
