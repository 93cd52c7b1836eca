import {setTimeout as delay} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {machineNow} from '../clock.ts';
import {aged, measurePeerOffset, referenceMsAt, tellTime} from './peer-clock.ts';

/** A machine whose clock is so far behind, and whose way there and back takes so long in each round. */
const behindBy = (behindMs: number, waysMs: readonly (readonly [number, number])[]) =>
  async function* (questions: AsyncIterable<string>) {
    let round = 0;
    for await (const _ of questions) {
      const [thereMs, backMs] = waysMs[round] ?? [0, 0];
      round += 1;
      await delay(thereMs);
      const told = `${referenceMsAt(machineNow()) - behindMs}\n`;
      await delay(backMs);
      yield told;
    }
  };

test('the offset is within the error that is told, however unlike the ways there and back are', async () => {
  for (const behindMs of [-3_600_000, 0, 86_400_000.5])
    for (const way of [
      [12, 0],
      [5, 5],
    ] as const) {
      const {reference, offsetMs, errorMs} = await measurePeerOffset(
        behindBy(
          behindMs,
          Array.from({length: 10}, () => way),
        ),
      );
      expect(reference).toBe('peer');
      expect(Math.abs(offsetMs - behindMs)).toBeLessThanOrEqual(errorMs);
      expect(errorMs).toBeGreaterThan(5);
    }
});

test('the quickest round counts, and none of the first two, which may be short of nothing but truth', async () => {
  const ways = Array.from({length: 10}, (_, round) => [round < 2 || round === 6 ? 0 : 120, 0] as const);
  const {errorMs} = await measurePeerOffset(behindBy(0, ways));
  expect(errorMs).toBeLessThan(60);
});

test('what tells no time, or ends too soon, is an error and no offset', async () => {
  const tells = (...texts: string[]) =>
    measurePeerOffset(async function* () {
      yield* texts;
    });
  await expect(tells('command not found\n')).rejects.toThrow('it tells no time, but "command not found\\n"');
  await expect(tells('1000\n', '1001\n', '1002\n')).rejects.toThrow('it told the time 3 times only');
});

test('each line is answered with the time of the wall clock', async () => {
  const beforeMs = Date.now();
  const lines = await Array.fromAsync(tellTime(['\n', '\n\n'].values() as never));
  expect(lines).toHaveLength(3);
  for (const line of lines) expect(Number(line)).toBeGreaterThanOrEqual(beforeMs);
});

test('an offset is worse by half a ms a second as it ages: as much as NTP moves a clock', () => {
  expect(aged({reference: 'peer', offsetMs: 7, errorMs: 2}, 10_000)).toEqual({
    ...{reference: 'peer', offsetMs: 7},
    errorMs: 7,
  });
});

test('the clock that nobody sets is told too, in fractions of a ms: of two programs on one machine it is the same', async () => {
  const {offsetMs, errorMs} = await measurePeerOffset(questions => tellTime(questions, 'machine'), 'machine');
  expect(Math.abs(offsetMs)).toBeLessThanOrEqual(errorMs + 0.001);
  expect(errorMs).toBeLessThan(1000);
});
