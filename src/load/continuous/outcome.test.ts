import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {type FailureKind, failureKinds} from '../../schema/failure-kinds.ts';
import {requestOutcomes} from '../../schema/journal.ts';
import type {OkSample, Sample} from '../../schema/sample.ts';
import {type Ending, outcomeOf} from './outcome.ts';

const common: Omit<OkSample, 'outcome'> = {
  ...{trial: 0, index: 0, id: 'r-1', kind: 'chat', session: 'r-1', turn: 1, items: 1, scheduledMs: 1, sentMs: 2},
  ...{firstByteMs: null, firstChunkMs: null, firstTokenMs: null, lastTokenMs: null, endMs: 3, tokenEventsMs: []},
  ...{tokensPerEvent: null, promptTokens: null, outputTokens: null, cachedPromptTokens: null, finishReason: null},
  replyBytes: 0,
};
const sampleWith = (kind: FailureKind | null): Sample =>
  kind === null
    ? {outcome: 'ok', ...common}
    : {outcome: 'failed', failure: {kind, message: 'why', status: null}, ...common};

const answered: Ending = {left: true, status: 200, retryAfter: null, done: true};
const torn: Ending = {...answered, done: false};

describe('how a request ended', () => {
  test.each([
    [null, answered, 'served'],
    [null, {...answered, status: 201}, 'failed'],
    [null, torn, 'lost'],
    ['status', {...torn, status: 429, retryAfter: '1'}, 'refused'],
    ['status', {...torn, status: 503, retryAfter: 'Sun, 22 Nov 2026 06:00:00 GMT'}, 'refused'],
    ['disconnect', {...torn, status: 503, retryAfter: '1'}, 'refused'],
    ['status', {...torn, status: 503}, 'failed'],
    ['status', {...torn, status: 503, retryAfter: ''}, 'failed'],
    ['status', {...torn, status: 500}, 'failed'],
    ['error-event', torn, 'failed'],
    ['malformed', answered, 'failed'],
    ['empty', answered, 'failed'],
    ['empty', torn, 'lost'],
    ['connect', {...torn, left: false, status: null}, 'failed'],
    ['timeout', {...torn, left: false, status: null}, 'failed'],
    ['connect', {...torn, status: null}, 'lost'],
    ['timeout', {...torn, status: null}, 'lost'],
    ['timeout', torn, 'lost'],
    ['disconnect', torn, 'lost'],
  ] as const)('%s with %o is %s', (kind, ending, outcome) => {
    expect(outcomeOf(sampleWith(kind), ending).outcome).toBe(outcome);
  });

  test('is exactly one of four, served by a 200 alone, lost only where something was sent, and explained unless served', () => {
    const kinds = fc.constantFrom(null, ...failureKinds);
    const endings = fc.record({
      left: fc.boolean(),
      status: fc.option(fc.integer({min: 200, max: 599})),
      retryAfter: fc.option(fc.string()),
      done: fc.boolean(),
    });
    fc.assert(
      fc.property(kinds, endings, (kind, ending) => {
        // An answer was sent for.
        const {outcome, reason} = outcomeOf(sampleWith(kind), kind === null ? {...ending, left: true} : ending);
        expect(requestOutcomes).toContain(outcome);
        expect(outcome === 'served').toBe(reason === null);
        if (outcome === 'served') expect([kind, ending.status, ending.done]).toEqual([null, 200, true]);
        if (outcome === 'lost') expect(kind === null || ending.left).toBe(true);
        if (outcome === 'refused') expect(ending.retryAfter).toBeTruthy();
      }),
    );
  });
});
