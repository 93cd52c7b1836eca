import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {type ProbeAnswer, tellApart} from './told-apart.ts';

const answer = (endMs: number, text: string | null): ProbeAnswer => ({
  sentMs: endMs - 10,
  endMs,
  text,
  promptTokens: 20,
  problem: text === null ? 'refused' : null,
});

/** Changed at 100 ms, all over at 200 ms. */
const at = {changedMs: 100, overMs: 200};

describe('tellApart', () => {
  test('finds the first answer of the new weights', () => {
    const answers = [
      answer(50, 'old words'),
      answer(120, 'old words'),
      answer(150, 'new words'),
      answer(250, 'new words'),
    ];
    expect(tellApart(answers, at)).toEqual({answersBefore: 1, answersAfter: 1, apart: true, firstNewEndMs: 150});
  });

  test('takes an answer that leaves the usual one on its way for what it is', () => {
    const answers = [
      answer(40, 'merge the two lists'),
      answer(60, 'merge the two arrays'), // the same weights in another batch
      answer(130, 'merge the two ends'), // seen neither before nor after, and begins as the old ones do
      answer(160, 'sort them all'), // new, and not as it is when nothing else runs
      answer(250, 'sort them first'),
    ];
    expect(tellApart(answers, at)).toEqual({answersBefore: 2, answersAfter: 1, apart: true, firstNewEndMs: 160});
  });

  test('leaves out what shares as much with both, and what failed', () => {
    const answers = [
      answer(50, 'abc'),
      answer(110, null),
      answer(120, 'xyz'),
      answer(130, 'aXY'),
      answer(140, 'abd'),
      answer(250, 'aXX'),
    ];
    expect(tellApart(answers, at).firstNewEndMs).toBe(130);
  });

  test('tells nothing where an answer of before is given after, or one side has none', () => {
    const untold = {apart: false, firstNewEndMs: null};
    expect(tellApart([answer(50, 'same'), answer(150, 'other'), answer(250, 'same')], at)).toMatchObject(untold);
    expect(tellApart([answer(150, 'new'), answer(250, 'new')], at)).toMatchObject({...untold, answersBefore: 0});
    expect(tellApart([answer(50, 'old'), answer(150, 'new')], at)).toMatchObject({...untold, answersAfter: 0});
  });

  test('never takes an answer that ended before the change, nor one of the old answers, for a new one', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(300), fc.string({minLength: 1, maxLength: 3}))), drawn => {
        const answers = drawn.toSorted(([one], [other]) => one - other).map(([ms, text]) => answer(ms, text));
        const {firstNewEndMs} = tellApart(answers, at);
        const old = answers.filter(({endMs}) => endMs <= 100).map(({text}) => text);
        const found = answers.filter(({endMs}) => endMs === firstNewEndMs);
        expect(found.every(({endMs}) => endMs > 100)).toBe(true);
        if (firstNewEndMs !== null) expect(found.some(({text}) => !old.includes(text))).toBe(true);
      }),
    );
  });
});
