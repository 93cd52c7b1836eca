import type {BlockJob} from './block.ts';
import {documents} from './null-engine.ts';

/** The same question, as the engine takes it and as the gateway does. */
interface Question {
  readonly straight: {readonly path: string; readonly body: string};
  readonly through: {readonly path: string; readonly body: string};
}

/** One line of the table. */
export interface Cell extends Question {
  readonly name: string;
  /** Which of the null engine's addresses answers it. */
  readonly engine: 'whole' | 'streamed';
  readonly load: BlockJob['load'];
}

const model = 'null';
const text = 'def find(items, wanted): return next(item for item in items if item.name == wanted)';
const messages = [{role: 'user', content: `What does this do? ${text}`}];
const ranked = {
  query: 'where is an item found by its name?',
  documents: Array.from({length: documents}, (_, index) => `${text} # ${index}`),
};
const chat = {model, messages, max_tokens: 32, temperature: 0};
const json = (value: object) => JSON.stringify(value);

const questions = {
  embed: {
    straight: {path: '/v1/embeddings', body: json({model, input: [text], encoding_format: 'float'})},
    through: {path: '/embed', body: json({texts: [text]})},
  },
  rerank: {
    straight: {path: '/v1/rerank', body: json({model, ...ranked})},
    through: {path: '/rerank', body: json(ranked)},
  },
  chat: {
    straight: {path: '/v1/chat/completions', body: json({...chat, stream: false})},
    through: {path: '/chat', body: json({messages, max_tokens: 32, temperature: 0})},
  },
  stream: {
    straight: {path: '/v1/chat/completions', body: json({...chat, stream: true})},
    through: {path: '/chat', body: json({messages, max_tokens: 32, temperature: 0, stream: true})},
  },
} satisfies Record<string, Question>;

/** The gateway's target: what its questions are asked as must be what is asked straight. */
export const nullModel = model;

const rates = [50, 200, 500, 1000];
const wholes = (['embed', 'rerank', 'chat'] as const).flatMap(kind =>
  rates.map(
    (ratePerSecond): Cell => ({
      name: `${kind}, ${ratePerSecond}/s`,
      ...questions[kind],
      engine: 'whole',
      load: {ratePerSecond},
    }),
  ),
);

export const cells: readonly Cell[] = [
  ...wholes,
  {name: 'chat streamed, 10/s', ...questions.stream, engine: 'streamed', load: {ratePerSecond: 10}},
  {name: 'chat streamed, 64 at once', ...questions.stream, engine: 'streamed', load: {parallel: 64}},
];
