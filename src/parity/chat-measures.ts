import {type Apart, differs, each, equal, type Measure, sameIfTold} from './measure.ts';
import type {ChatReply, ReadStream} from './reply.ts';
import {firstDivergence} from './stream.ts';

const streamPair = (apart: (a: ReadStream, b: ReadStream) => Apart | null) =>
  each('chat', (a: ChatReply, b: ChatReply) =>
    a.stream === null || b.stream === null ? null : apart(a.stream, b.stream),
  );

export const chatMeasures: readonly Measure[] = [
  {
    id: 'chat.text',
    title: 'Greedy texts are the same',
    kind: 'counted',
    floor: 0,
    most: 1,
    between: streamPair((a, b) => {
      const parting = firstDivergence(a, b);
      if (parting === null) return equal('the same');
      const tail = ({pieces}: ReadStream) => JSON.stringify(pieces.join('').slice(parting.character).slice(0, 24));
      return differs(`part at event ${parting.event}, character ${parting.character}: ${tail(a)} against ${tail(b)}`);
    }),
  },
  {
    id: 'chat.finish',
    title: 'finish_reason is the same',
    kind: 'counted',
    floor: 0,
    most: 1,
    between: streamPair((a, b) => sameIfTold(a.finishReason, b.finishReason)),
  },
  {
    id: 'chat.promptTokens',
    title: 'Prompts have as many tokens',
    kind: 'counted',
    floor: 0,
    most: 1,
    between: streamPair((a, b) => sameIfTold(a.promptTokens, b.promptTokens)),
  },
  {
    id: 'chat.outputTokens',
    title: 'Replies have as many tokens',
    kind: 'counted',
    floor: 0,
    most: 1,
    between: streamPair((a, b) => sameIfTold(a.outputTokens, b.outputTokens)),
  },
  {
    id: 'chat.shape',
    title: 'Replies are streamed in the same form',
    kind: 'counted',
    floor: 0,
    most: 1,
    between: streamPair((a, b) => {
      const only = (left: ReadStream, right: ReadStream) =>
        left.shape.filter(one => !right.shape.includes(one)).join(', ') || '-';
      if (a.shape.join() === b.shape.join()) return equal('the same');
      return differs(`${only(a, b)} against ${only(b, a)}`);
    }),
  },
];
