type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: unknown) => typeof value === 'string' && value !== '';

/** Where engines put what a token says. Role deltas, finish chunks and `reasoning_content: null` carry no token. */
const carriesToken = ({delta, text}: Fields) =>
  isText(text) ||
  (isFields(delta) && (isText(delta.content) || isText(delta.reasoning) || isText(delta.reasoning_content)));

/** What one event of a streamed answer says, in the form that all engines share. */
export interface AnswerChunk {
  /** Errors come as {"error": …} or as an error object itself. */
  readonly isError: boolean;
  /** The `usage` object; null where it has none. */
  readonly usage: unknown;
  readonly carriesToken: boolean;
  readonly finishReason: string | null;
}

/** From the parsed data of an event. */
export const readChunk = (chunk: Fields): AnswerChunk => {
  const choices: unknown = chunk.choices;
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined; // none in a usage chunk
  return {
    isError: (chunk.error ?? null) !== null || chunk.object === 'error',
    usage: chunk.usage ?? null,
    carriesToken: isFields(choice) && carriesToken(choice),
    finishReason: isFields(choice) && isText(choice.finish_reason) ? String(choice.finish_reason) : null,
  };
};
