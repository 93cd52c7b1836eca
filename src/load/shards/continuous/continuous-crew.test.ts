import {expect, test} from 'vitest';
import {CutoverError} from '../../../errors.ts';
import {machineNow} from '../../clock.ts';
import type {LastingHost} from '../shard-host.ts';
import {ContinuousCrew} from './continuous-crew.ts';
import type {ContinuousShard} from './continuous-shard.ts';
import {counts, hostNamed, kept, program} from './test-host.ts';

const shard = {} as ContinuousShard; // nothing here looks into it

const begunCrew = async () => {
  const [one, other] = [hostNamed('a'), hostNamed('b')];
  const crew = new ContinuousCrew([one.host, other.host]);
  const ready = await crew.prepare(() => shard);
  const clocks = await crew.clocks();
  const startMs = machineNow() + 1000;
  await crew.begin(startMs, clocks);
  return {crew, one, other, ready, startMs};
};

test('all begin at one moment, each told by its own clock; and all that they say at the end is had', async () => {
  const {crew, one, other, ready, startMs} = await begunCrew();
  expect(ready).toEqual([
    {node: 'node of a', program},
    {node: 'node of b', program},
  ]);
  for (const {orders} of [one, other])
    expect(orders.at(-1)).toEqual({kind: 'begin', load: 0, atMachineMs: startMs - 5000});
  expect(await crew.stop()).toMatchObject([{word: {counts}}, {word: {counts}}]);
});

test('one whose program is another one is told nothing, and so has no token of the gateway', async () => {
  const {host, orders} = hostNamed('a');
  const other = new CutoverError('SHARDS_DID_NOT_START', 'its image has cutover 0.1 and this is 0.2');
  const words: LastingHost['words'] = () => ({
    [Symbol.asyncIterator]: () => ({next: () => Promise.reject(other)}),
  });
  await expect(new ContinuousCrew([{...host, words}]).prepare(() => shard)).rejects.toBe(other);
  expect(orders).toEqual([]);
});

test('a clock that cannot be read once is read again, until the load is stopped', async () => {
  const {host} = hostNamed('a');
  let readings = 0;
  const clock: LastingHost['clock'] = async () => {
    readings += 1;
    if (readings === 1) throw new Error('the way to it is broken');
    return {reference: 'peer', offsetMs: 5000, errorMs: 0.1};
  };
  const crew = new ContinuousCrew([{...host, clock}]);
  await crew.prepare(() => shard);
  const missed: unknown[] = [];
  const read = await new Promise(resolve =>
    crew.watchClocks(1, {
      read: async (index, reading) => resolve({index, reading}),
      missed: (_, thrown) => missed.push(thrown),
    }),
  );
  expect([read, missed]).toMatchObject([{index: 0, reading: {offsetMs: 5000}}, [{message: 'the way to it is broken'}]]);
  await crew.stop();
});

test('one that dies is told at once, by name, and the others keep theirs', async () => {
  const {crew, other} = await begunCrew();
  other.die('evicted');
  expect(await crew.lost).toMatchObject({index: 1, text: 'shard 2 of 2 (b): evicted', kept: false});
  expect(await crew.stop()).toMatchObject([{word: {counts}}, {lost: 'shard 2 of 2 (b): evicted'}]);
});

test('one that has ended by itself is told, too, and its journal is there', async () => {
  const {crew, one} = await begunCrew();
  one.say(kept('it had not heard of the harness for 60 s'));
  expect(await crew.lost).toMatchObject({
    ...{index: 0, kept: true},
    text: 'shard 1 of 2 (a): it ended its load by itself: it had not heard of the harness for 60 s',
  });
  expect(await crew.stop()).toMatchObject([{word: {counts}}, {word: {counts}}]);
});

test('what another program had left is heard from its first word on', async () => {
  const left = hostNamed('a');
  left.say({kind: 'ready', load: 0});
  left.say({kind: 'counted', load: 0, counts});
  left.say(kept('it had not heard of the harness for 60 s'));
  expect(await new ContinuousCrew([left.host]).stop()).toMatchObject([{word: {counts}}]);
});

test('one that cannot be made ready is thrown with its own reason', async () => {
  const {host, say} = hostNamed('a');
  const crew = new ContinuousCrew([{...host, tell: async () => {}}]);
  const prepared = crew.prepare(() => shard);
  say({kind: 'failed', load: 0, failure: {code: 'ENGINE_UNREACHABLE', message: 'nobody is there', hint: 'Look.'}});
  await expect(prepared).rejects.toEqual(new CutoverError('ENGINE_UNREACHABLE', 'nobody is there', {hint: 'Look.'}));
});
