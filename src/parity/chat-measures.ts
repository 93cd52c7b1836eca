import {type Apart, counted, differs, each, equal, type Measure, sameIfTold} from './measure.ts';
import type {ChatReply, ReadStream} from './reply.ts';
import {firstDivergence} from './stream.ts';

const streamPair = (apart: (a: ReadStream, b: ReadStream) => Apart | null) =>
  each('chat', (a: ChatReply, b: ChatReply) =>
    a.stream === null || b.stream === null ? null : apart(a.stream, b.stream),
  );

export const chatMeasures: readonly Measure[] = [
  counted(
    'chat.text',
    'Greedy texts are the same',
    streamPair((a, b) => {
      const parting = firstDivergence(a, b);
      if (parting === null) return equal('the same');
      const tail = ({pieces}: ReadStream) => JSON.stringify(pieces.join('').slice(parting.character).slice(0, 24));
      return differs(`part at event ${parting.event}, character ${parting.character}: ${tail(a)} against ${tail(b)}`);
    }),
  ),
  counted(
    'chat.finish',
    'finish_reason is the same',
    streamPair((a, b) => sameIfTold(a.finishReason, b.finishReason)),
  ),
  counted(
    'chat.promptTokens',
    'Prompts have as many tokens',
    streamPair((a, b) => sameIfTold(a.promptTokens, b.promptTokens)),
  ),
  counted(
    'chat.outputTokens',
    'Replies have as many tokens',
    streamPair((a, b) => sameIfTold(a.outputTokens, b.outputTokens)),
  ),
  counted(
    'chat.shape',
    'Replies are streamed in the same form',
    streamPair((a, b) => {
      const only = (left: ReadStream, right: ReadStream) =>
        left.shape.filter(one => !right.shape.includes(one)).join(', ') || '-';
      if (a.shape.join() === b.shape.join()) return equal('the same');
      return differs(`${only(a, b)} against ${only(b, a)}`);
    }),
  ),
];
