/** A client as simple as can be, to see the simulated engine from outside. */

export const post = (url: string, body: unknown, {headers = {}, ...init}: RequestInit = {}): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: {'content-type': 'application/json', ...headers},
    ...init,
  });

interface ChatChunk {
  readonly id: string;
  readonly model: string;
  readonly choices: readonly {readonly delta: {readonly content?: string}; readonly finish_reason: string | null}[];
  readonly usage?: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly prompt_tokens_details?: {readonly cached_tokens: number} | null;
  };
  readonly error?: {readonly message: string; readonly code: number};
}

export interface ReadStream {
  readonly status: number;
  /** What stood behind `data:`, in order. */
  readonly data: readonly string[];
  /** Those that are JSON. */
  readonly chunks: readonly ChatChunk[];
  readonly texts: readonly string[];
  readonly usage: ChatChunk['usage'];
  /** The connection broke before the reply was whole. */
  readonly broken: boolean;
}

const parsed = (data: string): ChatChunk[] => {
  try {
    return [JSON.parse(data)];
  } catch {
    return [];
  }
};

export const readStream = async (response: Response): Promise<ReadStream> => {
  let text = '';
  let broken = false;
  try {
    for await (const part of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) text += part;
  } catch {
    broken = true;
  }
  const data = text
    .split('\n\n')
    .filter(event => event !== '')
    .map(event => event.replace(/^data: /, ''));
  const chunks = data.flatMap(parsed);
  const texts = chunks.flatMap(({choices = []}) => choices.map(({delta}) => delta.content ?? '')).filter(Boolean);
  const usage = chunks.findLast(chunk => chunk.usage !== undefined)?.usage;
  return {status: response.status, data, chunks, texts, usage, broken};
};

/** A whole reply, trusted to be of the shape that the test says. */
export const json = async <Shape>(response: Response | Promise<Response>): Promise<Shape> =>
  (await (await response).json()) as Shape;

export const chatPath = '/v1/chat/completions';
export const user = (content: string) => ({role: 'user', content});

/** A streamed chat request with usage, read to its end. */
export const chat = async (
  url: string,
  messages: readonly object[],
  maxTokens: number,
  more: object = {},
): Promise<ReadStream> =>
  readStream(
    await post(`${url}${chatPath}`, {
      messages,
      max_tokens: maxTokens,
      stream: true,
      stream_options: {include_usage: true},
      ...more,
    }),
  );

/** Asks until it is so. */
export const until = async <Value>(ask: () => Promise<Value>, isSo: (value: Value) => boolean): Promise<Value> => {
  for (;;) {
    const value = await ask();
    if (isSo(value)) return value;
  }
};
