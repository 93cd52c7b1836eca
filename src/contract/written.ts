import {type ContractQuestion, type Expectation, posted, type Subject} from './question.ts';

const hello = 'def hello(): return "world"';
const documents = ['def login():', 'def logout():', 'def hello():'];
const query = 'authentication function';
const ask = (content: string) => [{role: 'user', content}];
const counting = ask('Count from 1 to 5000 in words, one number a line, and leave none out.');
const unknownModel = 'cutover/no-such-model';
/** More tokens than any context that these models have. */
const tooLong = 'word '.repeat(300_000);
/** Beyond the 32 MiB that our gateway takes. */
const hugeBody = () => Buffer.concat([Buffer.from('{"texts":["'), Buffer.alloc(33 * 2 ** 20, 'a'), Buffer.from('"]}')]);

type Named = Readonly<Record<string, unknown>>;

const embed: Readonly<Record<Expectation, Named>> = {
  answered: {
    'one-text': {texts: [hello]},
    'three-texts': {texts: [hello, 'größer', 'SELECT name FROM users;']},
    'third-of-three': {texts: ['SELECT name FROM users;']},
    'model-null': {texts: [hello], model: null},
    'unknown-field': {texts: [hello], truncate: true},
    'more-than-ascii': {texts: ['# größer als 語 🦀\n\tπ = 3.14']},
  },
  refused: {
    'no-texts': {},
    'no-text-in-texts': {texts: []},
    'texts-null': {texts: null},
    'texts-a-text': {texts: hello},
    'texts-of-numbers': {texts: [1, 2]},
    'texts-of-lists': {texts: [[hello]]},
    'body-a-list': [hello],
    'body-null': null,
    'model-a-number': {texts: [hello], model: 7},
  },
  either: {
    'unknown-model': {texts: [hello], model: unknownModel},
    'empty-text': {texts: ['']},
    'blank-text': {texts: [' \n']},
    'too-long': {texts: [tooLong]},
    wrapped: {request: {texts: [hello]}},
  },
};

const rerank: Readonly<Record<Expectation, Named>> = {
  answered: {
    'three-documents': {query, documents},
    'top-2': {query, documents, top_n: 2},
    'top-0': {query, documents, top_n: 0},
    'top-null': {query, documents, top_n: null, model: null},
    'top-more-than-there-are': {query, documents, top_n: 10},
    'one-document': {query, documents: documents.slice(0, 1)},
    'equal-documents': {query, documents: [hello, hello]},
    'unknown-field': {query, documents, return_documents: false},
  },
  refused: {
    'no-query': {documents},
    'no-documents': {query},
    'no-document-in-documents': {query, documents: []},
    'documents-a-text': {query, documents: hello},
    'documents-of-numbers': {query, documents: [1, 2]},
    'query-a-number': {query: 7, documents},
    'query-null': {query: null, documents},
    'top-a-word': {query, documents, top_n: 'two'},
    'top-a-fraction': {query, documents, top_n: 1.5},
  },
  either: {
    'unknown-model': {query, documents, model: unknownModel},
    'top-negative': {query, documents, top_n: -1},
    'blank-query': {query: ' ', documents},
    'blank-document': {query, documents: [hello, '']},
  },
};

const chat: Readonly<Record<Expectation, Named>> = {
  answered: {
    'one-question': {messages: ask('Explain this code: def add(a, b): return a + b'), max_tokens: 100},
    'system-and-history': {
      messages: [
        {role: 'system', content: 'Answer in one word.'},
        ...ask('What is 1 + 1?'),
        {role: 'assistant', content: 'Two.'},
        ...ask('And 2 + 2?'),
      ],
      max_tokens: 8,
      temperature: 0,
    },
    'default-length': {messages: counting, temperature: 0},
    'length-1024': {messages: counting, temperature: 0, max_tokens: 1024},
    'length-1100': {messages: counting, temperature: 0, max_tokens: 1100},
    'length-1': {messages: counting, max_tokens: 1},
    'unknown-field': {messages: ask('Say yes.'), max_tokens: 4, top_p: 0.9},
    'temperature-0': {messages: ask('Name a colour.'), max_tokens: 16, temperature: 0},
    'temperature-0-again': {messages: ask('Name a colour.'), max_tokens: 16, temperature: 0},
    'no-temperature': {messages: ask('Write a random word.'), max_tokens: 16},
    'no-temperature-again': {messages: ask('Write a random word.'), max_tokens: 16},
    'no-temperature-once-more': {messages: ask('Write a random word.'), max_tokens: 16},
  },
  refused: {
    'no-messages': {max_tokens: 4},
    'no-message-in-messages': {messages: []},
    'messages-a-text': {messages: 'hello'},
    'message-without-content': {messages: [{role: 'user'}]},
    'message-without-role': {messages: [{content: 'hello'}]},
    'content-a-number': {messages: [{role: 'user', content: 7}]},
    'max-tokens-a-word': {messages: ask('hello'), max_tokens: 'many'},
    'max-tokens-null': {messages: ask('hello'), max_tokens: null},
    'max-tokens-negative': {messages: ask('hello'), max_tokens: -1},
    'temperature-a-word': {messages: ask('hello'), max_tokens: 4, temperature: 'hot'},
    'temperature-negative': {messages: ask('hello'), max_tokens: 4, temperature: -1},
    'too-long': {messages: ask(tooLong), max_tokens: 4},
  },
  either: {
    'unknown-model': {messages: ask('hello'), max_tokens: 4, model: unknownModel},
    'max-tokens-0': {messages: ask('hello'), max_tokens: 0},
    'content-empty': {messages: ask(''), max_tokens: 4},
    'no-text-in-utf8': {messages: ask('\ud800'), max_tokens: 4},
    'unknown-role': {messages: [{role: 'oracle', content: 'hello'}], max_tokens: 4},
  },
};

/** What is wrong before any field is looked at, the same for all three paths. */
const raw = (subject: Subject, valid: unknown): readonly ContractQuestion[] => {
  const text = JSON.stringify(valid);
  const like = posted(subject, 'refused', '', valid);
  const broken = Buffer.from(text.replace('hello', '\ufffe'));
  const bytes = broken.map(byte => (byte === 0xef ? 0xff : byte)); // 0xff stands in no UTF-8
  return [
    {...like, id: `${subject}/refused/empty-body`, body: ''},
    {...like, id: `${subject}/refused/half-a-body`, body: text.slice(0, -2)},
    {...like, id: `${subject}/refused/not-utf8`, body: new Uint8Array(bytes)},
    {...like, id: `${subject}/refused/text-plain`, contentType: 'text/plain'},
    {...like, id: `${subject}/either/no-content-type`, contentType: null},
    {...like, id: `http/refused/method-of-${subject}`, method: 'GET', contentType: null, body: null},
  ];
};

const all = (subject: Subject, cases: Readonly<Record<Expectation, Named>>): readonly ContractQuestion[] =>
  (['answered', 'refused', 'either'] as const).flatMap(expects =>
    Object.entries(cases[expects]).map(([name, body]) => posted(subject, expects, name, body)),
  );

const health: ContractQuestion = {
  id: 'health/answered/first',
  method: 'GET',
  path: '/health',
  contentType: null,
  body: null,
};

/** The questions that were thought of, in the order of the paths; the last one asks whether the service survived them. */
export const writtenQuestions = (): readonly ContractQuestion[] => [
  health,
  ...all('embed', embed),
  ...raw('embed', {texts: ['hello']}),
  ...all('rerank', rerank),
  ...raw('rerank', {query, documents: ['hello']}),
  ...all('chat', chat),
  ...raw('chat', {messages: ask('hello'), max_tokens: 4}),
  {...posted('embed', 'refused', 'huge-body', null), body: hugeBody()},
  {...posted('http', 'refused', 'unknown-path', {}), path: '/no-such-path'},
  {...health, id: 'health/answered/last'},
];
