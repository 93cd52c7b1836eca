import corpus from '../../fixtures/code-search.json' with {type: 'json'};

/**
 * What a code-search assistant is asked about, written for this project: short source files of seven languages, each
 * with a question that it answers, and the later turns of a conversation. ASCII only, so that characters are bytes.
 */
export const {followUps, replies} = corpus;

export const passages = corpus.passages.map(({path, question, lines}) => ({
  path,
  question,
  /** The file under its path, as it stands in a prompt. */
  text: `${path}\n${lines.join('\n')}\n\n`,
}));

export type Passage = (typeof passages)[number];

export const systemPrompt =
  'You answer questions about source code. Be exact, be brief, and name the file that you mean.';
