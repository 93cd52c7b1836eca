import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type EngineThread, startEngineThread} from '../engine-thread.ts';
import {type GatewayProcess, simulatedTarget, startGatewayProcess} from '../gateway-process.ts';
import {type FuzzCase, requestBytes} from './case.ts';
import {Lane} from './lane.ts';

let engine: EngineThread;
let gateway: GatewayProcess;
beforeAll(async () => {
  engine = await startEngineThread(1000);
  gateway = await startGatewayProcess(simulatedTarget(engine.url), ['--quiet']);
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
});

const play = async (changes: Partial<FuzzCase>) => {
  const played: FuzzCase = {
    ...{name: 'found', method: 'POST', path: null, id: null, pieces: [], pauseMs: 0, replies: 1},
    ...{ending: 'half-close', expected: 'whole', ...changes},
  };
  const lane = new Lane(gateway.port);
  const {replies, problem} = await lane.play(played);
  lane.close();
  return {
    problem,
    replies: replies.map(({status, headers, body}) => ({status, id: headers['x-request-id'], body: body.toString()})),
  };
};
const json = 'content-type: application/json';
const body = Buffer.from('{"texts":["a"]}');
const sized = [json, `content-length: ${body.length}`];

describe('what fuzzing has found once', () => {
  test('neither a body nor a type is 415, as another type is, and no mistake of the service', async () => {
    const {replies} = await play({pieces: [requestBytes('POST', '/embed', ['host: a', 'x-request-id: b'])]});
    expect(replies).toMatchObject([{status: 415, id: 'b', body: expect.stringContaining('"wrong_content_type"')}]);
  });

  test('a request without a host, and bytes that are no HTTP, are refused in the shape of all refusals, with an id', async () => {
    const noHost = await play({pieces: [requestBytes('POST', '/embed', [...sized, 'x-request-id: b'], body)]});
    expect(noHost.replies).toMatchObject([{status: 400, id: 'b', body: expect.stringContaining('"code":"invalid"')}]);
    const noHttp = await play({pieces: [Buffer.from('hello\r\n\r\n')]});
    expect(noHttp.replies).toMatchObject([
      {status: 400, id: expect.stringMatching(/^[\w-]{36}$/), body: expect.stringContaining('"code":"invalid"')},
    ]);
  });

  test('an expectation that nobody knows is ignored', async () => {
    const {replies} = await play({
      pieces: [requestBytes('POST', '/embed', ['host: a', ...sized, 'expect: tea'], body)],
    });
    expect(replies).toMatchObject([{status: 200}]);
  });

  test('noise on the connection of a stream does not end up in the stream', async () => {
    const chat = Buffer.from(
      JSON.stringify({messages: [{role: 'user', content: 'a'}], max_tokens: 20_000, stream: true}),
    );
    const pieces = [
      requestBytes('POST', '/chat', ['host: a', json, `content-length: ${chat.length}`], chat),
      Buffer.from('hello\r\n\r\n'),
    ];
    // A refusal in a body of chunks would be no chunk. Before the stream has begun it is a reply of its own.
    expect((await play({pieces, pauseMs: 50, replies: null, ending: 'reset'})).problem).toBeNull();
  });
});
