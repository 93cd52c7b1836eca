import type {IncomingMessage, ServerResponse} from 'node:http';
import {StringDecoder} from 'node:string_decoder';
import type {Blackhole} from './blackhole.ts';

/** Letters and digits that are others: as long as before, and no word of it. */
const spoilText = (text: string): string =>
  text.replace(/[a-z]/gi, letter => {
    const base = letter <= 'Z' ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
  });

/** As long a vector, and as many of its numbers, that points elsewhere. */
const spoilVector = ([first, ...rest]: readonly unknown[]) => [...rest, first];

/** Floats of 4 bytes in base64, as OpenAI's API has them. */
const spoilEncoded = (text: string): string => {
  const bytes = Buffer.from(text, 'base64');
  return Buffer.concat([bytes.subarray(4), bytes.subarray(0, 4)]).toString('base64');
};

/** The best becomes the worst. */
const spoilScore = (score: number): number => 1 - score;

/** As the engines have it, and the list of them as the service on :3001 has it. */
const spoilEmbedding = (value: unknown): unknown => {
  if (!Array.isArray(value)) return spoilEncoded(String(value));
  return value.every(one => Array.isArray(one)) ? value.map(spoilVector) : spoilVector(value);
};

const isScore = (key: string) => key === 'score' || key === 'relevance_score';

/** A reply of the engines' APIs with other vectors, scores and words; all the rest as it was. */
export const spoil = (value: unknown, key = ''): unknown => {
  if (key === 'embedding' || key === 'embeddings') return spoilEmbedding(value);
  if (typeof value === 'number') return isScore(key) ? spoilScore(value) : value;
  if (typeof value === 'string') return key === 'content' || key === 'text' ? spoilText(value) : value;
  if (Array.isArray(value)) return value.map(one => spoil(one, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, spoil(one, name)]));
};

const spoilJson = (text: string): string => {
  try {
    return JSON.stringify(spoil(JSON.parse(text)));
  } catch {
    return text; // [DONE]
  }
};

const spoilLine = (line: string): string => (line.startsWith('data: ') ? `data: ${spoilJson(line.slice(6))}` : line);

/** Passes a reply on, spoiled: a stream line by line as it comes, another one when it is whole. The head is written already. */
export const spoiled = (reply: IncomingMessage, response: ServerResponse, hole: Blackhole): void => {
  const streamed = reply.headers['content-type']?.startsWith('text/event-stream') === true;
  const decoder = new StringDecoder('utf8');
  let rest = '';
  reply.on('data', (chunk: Buffer) => {
    rest += decoder.write(chunk);
    if (!streamed) return;
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    const text = lines.map(line => `${spoilLine(line)}\n`).join('');
    if (text !== '') hole.hold(() => response.write(text));
  });
  reply.once('end', () => {
    const last = rest + decoder.end();
    hole.hold(() => response.end(streamed ? spoilLine(last) : spoilJson(last)));
  });
};
