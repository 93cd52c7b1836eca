/** Each one token after a space, in WordPiece, SentencePiece and byte-pair vocabularies alike: whether it is so is measured. */
const shortWords = ['word', 'time', 'line', 'code', 'file', 'test', 'name', 'list'];

/** What texts of a set length are made of, best first: different words, or one that every vocabulary has. */
export const vocabularies: readonly (readonly string[])[] = [shortWords, ['word']];

/** A shorter text is the beginning of a longer one, so that a server that cuts the longer one embeds the shorter. */
export const textOfWords = (vocabulary: readonly string[], words: number): string =>
  Array.from({length: words}, (_, place) => vocabulary[place % vocabulary.length]).join(' ');

const subjects = [
  'a binary search in a sorted list',
  'a queue between two threads',
  'the header of an HTTP request',
  'a cache that forgets what was used least',
  'a parser for dates',
  'the tokens of a source file',
  'a lock around a counter',
  'a tree that keeps itself balanced',
];

/** Short texts, no two alike. */
export const sentence = (index: number): string =>
  `Function ${index} is about ${subjects[index % subjects.length]}, called ${index} times.`;

export const question = 'Which function is about a binary search in a sorted list?';
