import type {TraceRow} from '../schema/trace.ts';
import {lineFieldsOf} from './line-fields.ts';

/** How the lines of a trace tell what was asked for. */
export interface RowFormat {
  /** The names that were recognised, for messages: `input_length, output_length, hash_ids`. */
  readonly what: string;
  /** A reason where the line does not tell: `no "output_length" of 1 or more`. */
  read(line: string): TraceRow | string;
}

/** Without case, spaces and underscores: Mooncake, Azure's ContextTokens, BurstGPT's "Request tokens", and the plain ones. */
const spellings = {
  promptTokens: ['prompttokens', 'inputlength', 'inputtokens', 'contexttokens', 'requesttokens', 'promptlength'],
  outputTokens: ['outputtokens', 'outputlength', 'generatedtokens', 'responsetokens', 'completiontokens'],
  hashIds: ['hashids'],
  session: ['session', 'sessionid', 'conversation', 'conversationid', 'chatid'],
  /** Qwen-Bailian's: then a chat_id is another one for every request, and what they share is told by hash_ids. */
  parent: ['parentchatid'],
} as const;

/** More in one prompt is a column of something else. */
const mostTokens = 10_000_000;

const tokensIn = (value: unknown): number | null => {
  const tokens = typeof value === 'string' && value !== '' ? Number(value) : value;
  return Number.isInteger(tokens) && (tokens as number) >= 1 && (tokens as number) <= mostTokens
    ? (tokens as number)
    : null;
};

const isId = (id: unknown): id is number | string => typeof id === 'number' || typeof id === 'string';

/** Null where it is no list of ids; where there is none it is empty. */
const hashIdsIn = (value: unknown): TraceRow['hashIds'] | null =>
  value === undefined ? [] : Array.isArray(value) && value.every(isId) ? value : null;

/** How a trace tells of its requests, seen from its first line; null where that names no lengths of prompts and outputs. */
export const rowFormatOf = (first: string): RowFormat | null => {
  const fields = lineFieldsOf(first);
  const named = (field: keyof typeof spellings): string | undefined =>
    fields.names.find(name =>
      (spellings[field] as readonly string[]).includes(name.toLowerCase().replace(/[\s_-]/g, '')),
    );
  const promptName = named('promptTokens');
  const outputName = named('outputTokens');
  if (promptName === undefined || outputName === undefined) return null;
  const hashName = named('hashIds');
  const sessionName = named('parent') === undefined ? named('session') : undefined;
  return {
    what: [promptName, outputName, hashName, sessionName].filter(name => name !== undefined).join(', '),
    read(line) {
      const field = fields.read(line);
      if (field === null) return 'no JSON object';
      const promptTokens = tokensIn(field(promptName));
      if (promptTokens === null) return `no "${promptName}" of 1 or more`;
      const outputTokens = tokensIn(field(outputName));
      if (outputTokens === null) return `no "${outputName}" of 1 or more`;
      const hashIds = hashName === undefined ? [] : hashIdsIn(field(hashName));
      if (hashIds === null) return `no list of numbers or words as "${hashName}"`;
      const session = sessionName === undefined ? null : (field(sessionName) ?? null);
      return {
        promptTokens,
        outputTokens,
        hashIds,
        session: session === null || session === '' ? null : String(session),
      };
    },
  };
};
