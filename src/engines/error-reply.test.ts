import {describe, expect, test} from 'vitest';
import {readErrorMessage} from './error-reply.ts';

describe('readErrorMessage', () => {
  test.each([
    [
      'nested, vLLM and OpenAI',
      '{"error":{"message":"too long","type":"BadRequestError","param":null,"code":400}}',
      'too long',
    ],
    [
      'flat, SGLang',
      '{"object":"error","message":"The request queue is full.","type":"503","param":null,"code":503}',
      'The request queue is full.',
    ],
    [
      'a streamed SGLang error',
      '{"error":{"object":"error","message":"aborted","type":"abort","code":500}}',
      'aborted',
    ],
    ['the error as a text', '{"error":"overloaded"}', 'overloaded'],
    ['FastAPI, a text', '{"detail":"Not Found"}', 'Not Found'],
    [
      'FastAPI, field errors',
      '{"detail":[{"loc":["body","model"],"msg":"Field required","type":"missing"},{"loc":["body","n",0],"msg":"too big"}]}',
      'body.model: Field required; body.n.0: too big',
    ],
    ['plain text', ' Internal Server Error\n', 'Internal Server Error'],
    ['several lines', '{"error":{"message":"1 error:\\n  too long\\n\\n  File"}}', '1 error: too long File'],
  ])('%s', (_shape, body, message) => {
    expect(readErrorMessage(body)).toBe(message);
  });

  test.each([
    ['nothing', ''],
    ['blanks', ' \n'],
    ['an answer', '{"data":[],"usage":{}}'],
    ['a message that is no error', '{"message":"hello"}'],
    ['an empty error', '{"error":{"message":""}}'],
    ['null', 'null'],
  ])('%s tells of no error', (_what, body) => {
    expect(readErrorMessage(body)).toBeNull();
  });

  test('a page of text is cut to 300 characters', () => {
    expect(readErrorMessage('x'.repeat(5000))).toBe(`${'x'.repeat(299)}…`);
  });
});
