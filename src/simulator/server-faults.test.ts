import {once} from 'node:events';
import {describe, expect, test} from 'vitest';
import {dialectNames} from './calibration.ts';
import {simulatorConfig} from './config.ts';
import {parseFault} from './faults.ts';
import {startSimulator} from './server.ts';
import {chat, chatPath, post, readStream, user} from './test-client.ts';

const start = (dialect: string, ...faults: string[]) =>
  startSimulator(simulatorConfig.parse({dialect, speed: 20, faults: faults.map(parseFault)}));
const hello = [user('hello')];
const gaps = (stamps: readonly number[]) => stamps.slice(1).map((stamp, index) => stamp - (stamps[index] ?? 0));

describe.each(dialectNames)('%s', dialect => {
  test('cuts the connection within a stream, and only of every second request', async () => {
    await using simulator = await start(dialect, 'disconnect:every=2,after-tokens=3');
    const whole = await chat(simulator.url, hello, 8);
    const cut = await chat(simulator.url, hello, 8);
    const short = await chat(simulator.url, hello, 8);
    const endsBefore = await chat(simulator.url, hello, 3);
    expect([whole.broken, cut.broken, short.broken, endsBefore.broken]).toEqual([false, true, false, false]);
    expect(cut.texts).toEqual(whole.texts.slice(0, 3));
    expect(simulator.truth().map(({outcome, outputTokens}) => [outcome, outputTokens])).toEqual([
      ['ok', 8],
      ['fault:disconnect', 3],
      ['ok', 8],
      ['ok', 3],
    ]);
  });

  test('fails with an error event after a head that said 200', async () => {
    await using simulator = await start(dialect, 'error-event:every=1,after-tokens=2');
    const {status, texts, chunks, data, broken} = await chat(simulator.url, hello, 8);
    expect([status, texts.length, broken]).toEqual([200, 2, false]);
    expect(chunks.at(-1)?.error).toMatchObject({code: 500, message: expect.any(String)});
    expect(data.at(-1)).toBe('[DONE]');
    expect(simulator.truth()).toMatchObject([{outcome: 'fault:error-event', outputTokens: 2}]);
  });

  test('sends an event that is no JSON, and goes on', async () => {
    await using simulator = await start(dialect, 'malformed-json:every=1,after-tokens=2');
    const {data, chunks, texts} = await chat(simulator.url, hello, 5);
    expect(data.length - chunks.length).toBe(2); // the broken one and [DONE]
    expect(data[3]).toMatch(/"content":$/); // after the role and two tokens
    expect(texts).toHaveLength(5);
    expect(simulator.truth()).toMatchObject([{outcome: 'fault:malformed-json', outputTokens: 5}]);
  });

  test('refuses with 503 in its own shape', async () => {
    await using simulator = await start(dialect, 'unavailable:every=2');
    const statuses: number[] = [];
    for (const stream of [true, true, false, false]) {
      const response = await post(`${simulator.url}${chatPath}`, {messages: hello, max_tokens: 1, stream});
      statuses.push(response.status);
      const body = await response.text();
      if (response.status === 200) continue;
      const error = JSON.parse(body);
      expect(dialect === 'vllm' ? error.error : error).toMatchObject({code: 503, message: expect.any(String)});
    }
    expect(statuses).toEqual([200, 503, 200, 503]);
    expect(simulator.truth().map(({outcome}) => outcome)).toEqual([
      'ok',
      'fault:unavailable',
      'ok',
      'fault:unavailable',
    ]);
  });

  test('is late with one token, and all are there in the end', async () => {
    await using simulator = await start(dialect, 'slow-token:every=1,after-tokens=2,delay-ms=60');
    const {texts} = await chat(simulator.url, hello, 6);
    expect(texts).toHaveLength(6);
    const [row] = simulator.truth();
    expect(row).toMatchObject({outcome: 'fault:slow-token', outputTokens: 6});
    expect(gaps(row?.tokenMs ?? [])[1]).toBeGreaterThanOrEqual(60);
  });

  test('is silent for a while, then sends all at once', async () => {
    await using simulator = await start(dialect, 'stall:every=1,after-tokens=1,for-ms=80');
    const {texts} = await chat(simulator.url, hello, 6);
    expect(texts).toHaveLength(6);
    const [row] = simulator.truth();
    expect(row).toMatchObject({outcome: 'fault:stall', outputTokens: 6});
    expect(gaps(row?.tokenMs ?? [])[0]).toBeGreaterThanOrEqual(80);
  });

  test('dies and takes its connections along', async () => {
    await using simulator = await start(dialect, 'dies:at-ms=100', 'stall:every=1,after-tokens=1,for-ms=60000');
    const request = {messages: hello, max_tokens: 5, stream: true};
    const broken = post(`${simulator.url}${chatPath}`, request).then(
      async response => (await readStream(response)).broken,
      () => true, // on a slow machine it died before it was asked
    );
    await once(simulator.died, 'abort');
    expect(await broken).toBe(true);
    expect(String(simulator.died.reason)).toMatch(/died 100 ms after its start/);
    await expect(fetch(`${simulator.url}/health`)).rejects.toThrow();
  });
});
