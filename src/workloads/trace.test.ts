import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {ChatRequest} from '../schema/request.ts';
import type {TraceRow} from '../schema/trace.ts';
import {DataHash} from './data-hash.ts';
import {estimatedTokenLength} from './token-estimate.ts';
import {traceSession} from './trace.ts';

const tokenLength = {...estimatedTokenLength, generative: {charactersPerToken: 3.7, fixedTokens: 0}};
const blockTokens = 64;
/** Of one block: 64 tokens of 3.7 characters, rounded. */
const blockCharacters = 237;

const sessionOf = traceSession({blockTokens}, 7, tokenLength);
const requestOf = (index: number, row: TraceRow) => sessionOf(index, row).requests[0] as ChatRequest;
const promptOf = (index: number, row: TraceRow): string =>
  requestOf(index, row)
    .messages.map(({content}) => content)
    .join('');

const blocksRow = (hashIds: TraceRow['hashIds'], promptTokens = hashIds.length * blockTokens): TraceRow => ({
  promptTokens,
  outputTokens: 9,
  hashIds,
  session: null,
});
const turn = (promptTokens: number, session: string | null): TraceRow => ({...blocksRow([], promptTokens), session});

const commonLength = (one: string, other: string): number => {
  let length = 0;
  while (length < one.length && length < other.length && one[length] === other[length]) length += 1;
  return length;
};

/** Two blocks' names are twelve digits: by chance they begin alike, and hardly ever for as many as eight. */
const byChance = 8;

test('a prompt is one message of the length that the trace says, and its output too', () => {
  const {messages, outputTokens} = requestOf(3, blocksRow([1, 2, 3], 150));
  expect(messages.map(({role}) => role)).toEqual(['user']);
  expect(messages[0]?.content).toHaveLength(Math.round((150 / 64) * blockCharacters));
  expect(outputTokens).toBe(9);
  expect(sessionOf(3, blocksRow([1])).id).toBe('trace-3');
});

test('two prompts have in common as many blocks as their lists of hash ids begin alike, and no more', () => {
  const ids = fc.array(fc.oneof(fc.nat(4), fc.constantFrom('a', 'b')), {minLength: 1, maxLength: 6});
  fc.assert(
    fc.property(ids, ids, fc.nat(1000), fc.nat(1000), (one, other, oneIndex, otherIndex) => {
      let alike = 0;
      while (alike < Math.min(one.length, other.length) && one[alike] === other[alike]) alike += 1;
      const common = commonLength(promptOf(oneIndex, blocksRow(one)), promptOf(otherIndex, blocksRow(other)));
      expect(common).toBeGreaterThanOrEqual(alike * blockCharacters);
      expect(common).toBeLessThan(alike * blockCharacters + byChance);
    }),
  );
});

test('a block is the same text at every place and in every request, and ends with a line, so that no token spans two', () => {
  const first = promptOf(0, blocksRow([5]));
  expect(first).toHaveLength(blockCharacters);
  expect(first).toMatch(/^[0-9a-f]{12}\n[\s\S]*\n$/);
  expect(promptOf(9, blocksRow([1, 5])).slice(blockCharacters)).toBe(first);
});

test('the number 1 and the word 1 are two blocks', () => {
  expect(commonLength(promptOf(0, blocksRow([1])), promptOf(0, blocksRow(['1'])))).toBeLessThan(byChance);
});

test('what lies beyond the hash ids of a row is its own', () => {
  const [one, other] = [promptOf(1, blocksRow([5], 120)), promptOf(2, blocksRow([5], 120))];
  expect(commonLength(one, other)).toBeLessThan(blockCharacters + byChance);
});

test('a turn of a session begins with the whole prompt of the turn before; other sessions share nothing with it', () => {
  fc.assert(
    fc.property(fc.integer({min: 1, max: 400}), fc.nat(300), (tokens, more) => {
      const [first, second] = [promptOf(0, turn(tokens, 'a')), promptOf(8, turn(tokens + more, 'a'))];
      expect(second.startsWith(first)).toBe(true);
    }),
  );
  expect(commonLength(promptOf(0, turn(200, 'a')), promptOf(1, turn(200, 'b')))).toBeLessThan(byChance);
});

test('rows without session and hash ids share nothing', () => {
  expect(commonLength(promptOf(0, turn(200, null)), promptOf(1, turn(200, null)))).toBeLessThan(byChance);
});

test('the same seed gives the same bytes on every machine, another one other blocks', () => {
  const hash = new DataHash();
  for (const [index, row] of [blocksRow([0, 1], 100), turn(100, 'a'), turn(30, null)].entries())
    hash.add(index, sessionOf(index, row));
  expect(hash.digest()).toBe('55264d33529686e662c282b8c2cfa68107e7cfc5872737c3c78807bc5ca8328c');
  const other = traceSession({blockTokens}, 8, tokenLength)(0, blocksRow([1])).requests[0] as ChatRequest;
  expect(commonLength(other.messages[0]?.content ?? '', promptOf(0, blocksRow([1])))).toBeLessThan(byChance);
});
