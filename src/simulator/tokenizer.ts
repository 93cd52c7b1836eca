import {hashText} from './random.ts';

/** Qwen2.5's vocabulary below its special tokens, so that ids look like those of the model that is simulated. */
const vocabularySize = 151_643;
const messageStart = 151_644;
const messageEnd = 151_645;

// A word or a part of one, a number, punctuation: each with the space before it, as byte-pair encoders have it; or white space alone.
const piece = / ?\p{L}{1,6}| ?\p{N}{1,3}| ?[^\s\p{L}\p{N}]{1,3}|\s{1,8}/gu;

/** The pieces that `encode` makes one token each of; joined they are the text. */
export const splitText = (text: string): readonly string[] => text.match(piece) ?? [];

/** Text to token ids: about four characters a token on English and code, deterministic, not reversible. */
export const encode = (text: string): number[] => splitText(text).map(part => hashText(part) % vocabularySize);

const newline = encode('\n');

export interface TemplateMessage {
  readonly role: string;
  readonly content: string;
}

/**
 * ChatML, ending where the assistant is to speak. A conversation that goes on with the reply and a further message
 * therefore begins with exactly the tokens of the earlier prompt and reply.
 */
export const encodeChat = (messages: readonly TemplateMessage[], addGenerationPrompt = true): number[] => {
  const tokens = messages.flatMap(({role, content}) => [
    messageStart,
    ...encode(role),
    ...newline,
    ...encode(content),
    messageEnd,
    ...newline,
  ]);
  return addGenerationPrompt ? [...tokens, messageStart, ...encode('assistant'), ...newline] : tokens;
};

// A BERT-like encoder puts these around a text, and XLM-RoBERTa `<s> a </s></s> b </s>` around a pair.
const [textStart, textEnd] = [151_646, 151_647];
export const encodeForEmbedding = (tokens: readonly number[]): number[] => [textStart, ...tokens, textEnd];
export const encodePair = (query: string, document: string): number[] => [
  textStart,
  ...encode(query),
  textEnd,
  textEnd,
  ...encode(document),
  textEnd,
];
