import {expect, test} from 'vitest';
import {simulatorConfig} from '../config.ts';
import {startSimulator} from '../server.ts';
import {chat, json, post, readStream, until, user} from '../test-client.ts';
import {startPair} from './test-pair.ts';

const long = Array.from({length: 300}, (_, index) => `word${index}`).join(' ');
const request = {messages: [user(long)], max_tokens: 6, stream: true, stream_options: {include_usage: true}};
const metric = (page: string, name: string) => Number(new RegExp(`^sglang:${name}\\{.*\\} (.*)$`, 'm').exec(page)?.[1]);
const metricsOf = async (url: string) => (await fetch(`${url}/metrics`)).text();

test('one computes the prompt, the other answers as a server alone would, and both tell the same of it', async () => {
  await using pair = await startPair({link: {latencyMs: 20, gbPerSecond: 1}});
  const {prefill, decode} = pair;
  await using alone = await startSimulator(simulatorConfig.parse({dialect: 'sglang', speed: 20}));
  const expected = await chat(alone.url, request.messages, 6);

  const {prefilled, decoded} = await pair.ask(request);
  const [first, reply] = [await readStream(prefilled), await readStream(decoded)];
  expect(reply.texts).toEqual(expected.texts);
  expect(first.texts).toEqual(expected.texts.slice(0, 1));
  expect(reply.usage).toMatchObject({completion_tokens: 6, prompt_tokens_details: null});

  const again = await pair.ask({...request, stream: false});
  const whole = await json<typeof reply & {choices: {message: {content: string}}[]}>(again.decoded);
  await again.prefilled.text();
  expect(whole.choices[0]?.message.content).toBe(expected.texts.join(''));
  const promptTokens = reply.usage?.prompt_tokens ?? 0;
  // The decode server has no cache of its own: what it tells is the prefill server's.
  expect(whole.usage).toMatchObject({prompt_tokens_details: {cached_tokens: promptTokens - 1}});

  const [ofPrefill, ofDecode] = [prefill.truth(), decode.truth()];
  expect(ofPrefill).toMatchObject([
    {outcome: 'ok', outputTokens: 1},
    {outcome: 'ok', outputTokens: 1},
  ]);
  expect(ofDecode).toMatchObject([
    {outcome: 'ok', outputTokens: 6},
    {outcome: 'ok', outputTokens: 6},
  ]);
  expect(ofPrefill.map(({phases}) => phases)).toEqual(ofDecode.map(({phases}) => phases));
  expect(ofDecode.map(({phases}) => phases?.room)).toEqual([1, 2]);

  const bytes = promptTokens * 28_672;
  const transferMs = (bytes / 1e6 + 20) / 20;
  const took = ofDecode.map(({phases}) => (phases?.transferredMs ?? 0) - (phases?.prefilledMs ?? 0));
  for (const ms of took) expect(ms).toBeGreaterThanOrEqual(transferMs);
  const {receivedMs = 0, firstTokenMs = 0, phases} = ofDecode[0] ?? {};
  const stamps = [receivedMs, phases?.startedMs, phases?.prefilledMs, phases?.transferredMs, firstTokenMs];
  expect(stamps).toEqual(stamps.toSorted((a, b) => Number(a) - Number(b)));

  const [prefillPage, decodePage] = [await metricsOf(prefill.url), await metricsOf(decode.url)];
  expect(metric(prefillPage, 'kv_transfer_latency_ms_count')).toBe(2);
  expect(metric(prefillPage, 'kv_transfer_latency_ms_sum')).toBeCloseTo((took[0] ?? 0) + (took[1] ?? 0), 6);
  expect(metric(prefillPage, 'kv_transfer_total_mb_sum')).toBeCloseTo((2 * bytes) / 2 ** 20, 6);
  expect(metric(prefillPage, 'kv_used_tokens')).toBe(0);
  expect(metric(prefillPage, 'num_prefill_inflight_queue_reqs')).toBe(0);
  expect(prefillPage).toMatch(/kv_transfer_latency_ms_bucket\{engine_type="prefill",le="\+Inf",.*\} 2\.0/);
  expect(decodePage).not.toContain('kv_transfer_latency_ms');
  expect(decodePage).toContain('engine_type="decode"');
  expect([metric(decodePage, 'kv_used_tokens'), metric(decodePage, 'kv_evictable_tokens')]).toEqual([0, 0]);
  for (const [{url}, mode] of [
    [prefill, 'prefill'],
    [decode, 'decode'],
    [alone, 'null'],
  ] as const)
    expect(await json(fetch(`${url}/server_info`))).toMatchObject({disaggregation_mode: mode});
});

test('the prefill server tells of itself on its bootstrap port as the real one does', async () => {
  await using pair = await startPair({pageTokens: 16});
  const origin = `http://127.0.0.1:${pair.prefill.bootstrapPort}`;
  expect(await (await fetch(`${origin}/health`)).text()).toBe('OK');
  expect(await json(fetch(`${origin}/route?prefill_dp_rank=-1`))).toMatchObject({page_size: 16, dp_size: 1});
  expect((await fetch(`${origin}/nowhere`)).status).toBe(404);
  const {bootstrapPort = 0} = pair.prefill;
  const second = simulatorConfig.parse({dialect: 'sglang', part: 'prefill', bootstrapPort});
  await expect(startSimulator(second)).rejects.toThrow('cannot listen on its bootstrap port');
});

test('a request without a room is refused, in a stream within it', async () => {
  await using pair = await startPair();
  for (const {url} of [pair.prefill, pair.decode]) {
    const whole = await post(`${url}/v1/chat/completions`, {...request, stream: false});
    expect(whole.status).toBe(400);
    expect(await whole.json()).toMatchObject({
      type: 'BadRequest',
      message: expect.stringContaining('Disaggregated request received without bootstrap room id.'),
    });
    const {status, data} = await readStream(await post(`${url}/v1/chat/completions`, request));
    expect(status).toBe(200);
    expect(JSON.parse(data[0] ?? '')).toMatchObject({error: {type: 'BAD_REQUEST', code: 400}});
    expect(data[1]).toBe('[DONE]');
  }
  expect(pair.decode.truth().map(({outcome}) => outcome)).toEqual(['rejected', 'rejected']);
});

const many = (count: number) => Array.from({length: count}, (_, index) => index);

test('a pool that is too small for all at once serves all the same, one after the other', async () => {
  await using pair = await startPair({}, {kvTokens: 1500});
  const replies = await Promise.all(
    many(8).map(async index => {
      const {prefilled, decoded} = await pair.ask({...request, messages: [user(`${index} ${long}`)]});
      await prefilled.text();
      return (await readStream(decoded)).texts.length;
    }),
  );
  expect(replies).toEqual(many(8).map(() => 6));
  expect(metric(await metricsOf(pair.decode.url), 'kv_used_tokens')).toBe(0);
});

test('a prefill server that dies is missed after its heartbeats, and one that never was after some attempts', async () => {
  await using pair = await startPair({speed: 200, link: {latencyMs: 60_000, gbPerSecond: 1}});
  const fields = pair.roomOf();
  const body = {...request, stream: false, ...fields};
  const waiting = [
    post(`${pair.prefill.url}/v1/chat/completions`, body).catch(() => null),
    post(`${pair.decode.url}/v1/chat/completions`, body),
  ] as const;
  const page = () => metricsOf(pair.prefill.url);
  await until(page, text => metric(text, 'num_prefill_inflight_queue_reqs') === 1);
  await pair.prefill[Symbol.asyncDispose]();
  expect(await waiting[0]).toBeNull();
  const failed = await waiting[1];
  expect(failed.status).toBe(500);
  const {bootstrap_port: port} = fields;
  expect(await failed.json()).toMatchObject({
    type: '500',
    message: expect.stringContaining(`Lost connection with prefill instance (bootstrap_addr: 127.0.0.1:${port})`),
  });
  const next = await post(`${pair.decode.url}/v1/chat/completions`, {...body, bootstrap_room: 9});
  expect(next.status).toBe(500);
  expect(await next.json()).toMatchObject({message: expect.stringMatching(/^Decode handshake failed for request/)});
  const text = await metricsOf(pair.decode.url);
  expect(metric(text, 'num_transfer_failed_reqs_total')).toBe(1);
  expect(metric(text, 'num_bootstrap_failed_reqs_total')).toBe(1);
  expect(metric(text, 'kv_used_tokens')).toBe(0);
  expect(pair.decode.truth().map(({outcome}) => outcome)).toEqual(['failed', 'failed']);
});

test('a decode server that dies fails what was on its way, and who waits for the other in vain gives up', async () => {
  await using pair = await startPair({speed: 1000, link: {latencyMs: 600_000, gbPerSecond: 1}});
  const body = {...request, stream: false, ...pair.roomOf()};
  const deserted = await post(`${pair.decode.url}/v1/chat/completions`, {...body, bootstrap_room: 8});
  expect(await deserted.json()).toMatchObject({
    message: expect.stringContaining('Request 8 timed out after 300.0s in KVPoll.WaitingForInput'),
  });
  const asked = post(`${pair.prefill.url}/v1/chat/completions`, body);
  const lost = post(`${pair.decode.url}/v1/chat/completions`, body).catch(() => null);
  const page = () => metricsOf(pair.prefill.url);
  await until(page, text => metric(text, 'num_prefill_inflight_queue_reqs') === 1);
  await pair.decode[Symbol.asyncDispose]();
  expect(await lost).toBeNull();
  expect((await asked).status).toBe(500);
  const alone = await post(`${pair.prefill.url}/v1/chat/completions`, {...body, bootstrap_room: 7});
  expect(await alone.json()).toMatchObject({
    message: expect.stringContaining('Request 7 timed out after 300.0s in KVPoll.Bootstrapping'),
  });
  const text = await page();
  expect(metric(text, 'num_transfer_failed_reqs_total')).toBe(1);
  expect(metric(text, 'num_bootstrap_failed_reqs_total')).toBe(1);
  expect(metric(text, 'kv_used_tokens')).toBe(0);
});

test('a pair of any speed moves its KV, also where no wait is a whole number of milliseconds', async () => {
  await using pair = await startPair({speed: 7});
  const {decoded} = await pair.ask(request);
  expect((await readStream(decoded)).texts).toHaveLength(6);
});
