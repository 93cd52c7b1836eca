import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {execa} from 'execa';
import {beforeAll, expect, test} from 'vitest';
import {projectRoot} from '../../root.ts';
import {freePort} from '../../runtimes/free-port.ts';
import {chatPath, json, post, readStream, user} from '../test-client.ts';
import {startPair} from './test-pair.ts';

let python = '';
// Made once and kept (.ci/run has done so).
beforeAll(async () => {
  python = (await execa(join(projectRoot, '.ci/topology-environment'))).stdout;
}, 180_000);

const startProgram = (words: readonly string[]) => {
  const program = execa(python, words, {reject: false, all: true});
  const ended = program.then(({all}) => {
    throw new Error(`the router ended: ${all}`);
  });
  ended.catch(() => {});
  return {
    ended,
    async [Symbol.asyncDispose]() {
      program.kill('SIGTERM');
      await program;
    },
  };
};

test('behind the real router a pair answers, whole and streamed, and the truth of both is what the client was told', async () => {
  await using pair = await startPair();
  const {prefill, decode} = pair;
  const [port, metricsPort] = [await freePort(), await freePort()];
  const workers = ['--prefill', prefill.url, String(prefill.bootstrapPort), '--decode', decode.url];
  const ports = ['--port', String(port), '--prometheus-port', String(metricsPort), '--prometheus-host', '127.0.0.1'];
  const words = [
    '-m',
    'sglang_router.launch_router',
    '--pd-disaggregation',
    ...workers,
    '--host',
    '127.0.0.1',
    ...ports,
  ];
  await using router = startProgram(words);
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(`${url}/readiness`).catch(() => null))?.ok) await Promise.race([delay(50), router.ended]);

  const body = {model: 'simulated-model', messages: [user('Which way to the station?')], max_tokens: 7};
  const headers = {'x-request-id': 'one'};
  const whole = await json<{usage: object}>(post(url + chatPath, body, {headers}));
  const streamed = await readStream(
    await post(
      url + chatPath,
      {...body, stream: true, stream_options: {include_usage: true}},
      {headers: {'x-request-id': 'two'}},
    ),
  );
  expect(streamed.texts).toHaveLength(7);
  const rows = decode.truth();
  expect(rows).toMatchObject([
    {id: 'one', outputTokens: 7, outcome: 'ok'},
    {id: 'two', outputTokens: 7, outcome: 'ok'},
  ]);
  const cached = (rows[1]?.promptTokens ?? 0) - 1;
  expect(whole).toMatchObject({usage: {prompt_tokens: rows[0]?.promptTokens, completion_tokens: 7}});
  expect(streamed.usage).toMatchObject({prompt_tokens_details: {cached_tokens: cached}});
  expect(rows[1]?.cachedPromptTokens).toBe(cached);
  expect(prefill.truth().map(({id, phases}) => ({id, phases}))).toEqual(rows.map(({id, phases}) => ({id, phases})));
}, 60_000);
