import type {Session} from '../schema/request.ts';
import type {TraceRow} from '../schema/trace.ts';
import type {Workload} from '../schema/workload.ts';
import {codeContext} from './code-context.ts';
import {passages} from './corpus.ts';
import {pick, seededRandom} from './random.ts';
import type {TokenLengthByModel} from './token-estimate.ts';

/** Whose text a block is: another one for every name. */
type BlockName = readonly (string | number)[];

/** 48 bits: of a hundred million blocks hardly two begin alike. */
const hexDigits = (random: () => number): string =>
  [random(), random()]
    .map(draw =>
      Math.floor(draw * 2 ** 24)
        .toString(16)
        .padStart(6, '0'),
    )
    .join('');

/**
 * Requests as long as those of a trace, that share with each other what those shared. A prompt is one message, made of
 * blocks: a block with a hash id has the same text wherever the id stands, and begins and ends so that no token spans
 * two of them. Rows without hash ids share the text of their session from its beginning, as far as they go; those that
 * are in no session share nothing. The last block is cut where the prompt has its length.
 */
export const traceSession = (
  {blockTokens}: Pick<Workload<'trace'>, 'blockTokens'>,
  seed: number,
  {generative: {charactersPerToken}}: TokenLengthByModel,
): ((index: number, row: TraceRow) => Session) => {
  const blockCharacters = Math.round(blockTokens * charactersPerToken);

  const blockText = (...name: BlockName): string => {
    const random = seededRandom(seed, 'trace', ...name);
    const text = `${hexDigits(random)}\n${codeContext(random, pick(random, passages), blockCharacters)}`;
    return `${text.slice(0, blockCharacters - 1)}\n`;
  };

  return (index, {promptTokens, outputTokens, hashIds, session}) => {
    const nameOf = (place: number): BlockName => {
      const hashId = hashIds[place];
      if (hashId !== undefined) return ['block', hashId];
      return session !== null && hashIds.length === 0 ? ['session', session, place] : ['row', index, place];
    };
    const blocks = Array.from({length: Math.ceil(promptTokens / blockTokens)}, (_, place) =>
      blockText(...nameOf(place)),
    );
    // By what a block has in characters, so that whole blocks stay whole.
    const characters = Math.max(1, Math.round((promptTokens / blockTokens) * blockCharacters));
    const id = `trace-${index}`;
    const messages = [{role: 'user', content: blocks.join('').slice(0, characters)}] as const;
    return {id, requests: [{kind: 'chat', id, messages, outputTokens}]};
  };
};
