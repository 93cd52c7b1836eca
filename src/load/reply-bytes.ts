const chunk = (body: string) => `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n`;
const event = (data: unknown) => chunk(`data: ${JSON.stringify(data)}\n\n`);

const fields = {
  id: 'chatcmpl-3f6c1f0e8a9d4b5c9e7a2d1b0c8f6e5a',
  object: 'chat.completion.chunk',
  created: 1_763_740_800,
  model: 'mock',
};
const choice = (delta: object, finishReason: string | null = null) =>
  event({...fields, choices: [{index: 0, delta, logprobs: null, finish_reason: finishReason}]});

const streamHead =
  'HTTP/1.1 200 OK\r\ndate: Fri, 21 Nov 2026 16:00:00 GMT\r\nserver: uvicorn\r\n' +
  'content-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n';

/** The last bytes of every stream. */
export const streamEnding = Buffer.from(`${chunk('data: [DONE]\n\n')}0\r\n\r\n`);

/**
 * A streamed answer as vLLM words it, one write a token: the head and the role go with the first, the finish, the usage
 * and `[DONE]` with the last.
 */
export const streamWrites = (tokens: number): Buffer[] => {
  const usage = {prompt_tokens: 128, total_tokens: 128 + tokens, completion_tokens: tokens};
  const opening = streamHead + choice({role: 'assistant', content: ''});
  const closing = choice({}, 'length') + event({...fields, choices: [], usage}) + streamEnding.toString();
  return Array.from({length: tokens}, (_, index) =>
    Buffer.from(
      (index === 0 ? opening : '') + choice({content: ` word${index}`}) + (index === tokens - 1 ? closing : ''),
    ),
  );
};

/** A whole JSON reply with its head. */
export const jsonReply = (body: unknown, status = '200 OK'): Buffer => {
  const text = JSON.stringify(body);
  return Buffer.from(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
};

/** Ten decimals a number, as engines print them: 32 texts of 768 dimensions are 331 kB. */
export const embeddingReply = (texts: number, dimensions: number): Buffer =>
  jsonReply({
    object: 'list',
    model: 'mock',
    data: Array.from({length: texts}, (_, index) => ({
      object: 'embedding',
      index,
      embedding: Array.from({length: dimensions}, (_, place) => Number(Math.sin(index * 769 + place + 1).toFixed(10))),
    })),
    usage: {prompt_tokens: texts * 16, total_tokens: texts * 16},
  });
