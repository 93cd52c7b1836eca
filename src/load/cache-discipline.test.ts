import {describe, expect, test} from 'vitest';
import type {Endpoint} from '../engines/engine.ts';
import {engines} from '../engines/index.ts';
import {dialectNames} from '../simulator/calibration.ts';
import {simulatorConfig} from '../simulator/config.ts';
import {parseFault} from '../simulator/faults.ts';
import {startSimulator} from '../simulator/server.ts';
import {emptyPrefixCache} from './cache-canary.ts';

const never = new AbortController().signal;

type Dialect = (typeof dialectNames)[number];

const start = (dialect: Dialect, speed: number, ...faults: readonly string[]) =>
  startSimulator(simulatorConfig.parse({dialect, speed, faults: faults.map(parseFault)}));

const empty = (dialect: Dialect, url: string, busyForMs: number) => {
  const engine = engines[dialect];
  const facts = {...engine.readFacts({}), reportsCachedTokens: true};
  const endpoint: Endpoint = {role: 'chat', url, model: 'simulated-model', facts};
  return emptyPrefixCache({engine, endpoint, seed: 3, signal: never, busyForMs});
};

/** What becomes of a simulated engine's cache, and what of each canary was in it. */
const emptied = async (dialect: Dialect, ...faults: readonly string[]) => {
  await using simulator = await start(dialect, 20, ...faults);
  const result = await empty(dialect, simulator.url, 400);
  return {
    ...result.state,
    findings: result.findings.map(({code, severity}) => [code, severity]),
    cached: simulator.truth().map(({cachedPromptTokens}) => (cachedPromptTokens ?? 0) > 0),
  };
};

describe.each(dialectNames)('%s', dialect => {
  test('the canary was in the cache, and is not after the reset', async () => {
    expect(await emptied(dialect)).toEqual({
      reset: 'done',
      canary: 'cold',
      findings: [],
      cached: [false, true, false],
    });
  });

  test('a server that says to be busy is asked again until it is not', async () => {
    expect(await emptied(dialect, 'reset-busy:times=2')).toMatchObject({reset: 'done', canary: 'cold', findings: []});
  });

  test('a request that another client still runs is waited for', async () => {
    await using simulator = await start(dialect, 1);
    const body = {messages: [{role: 'user', content: 'hello'}], max_tokens: 150, stream: true, ignore_eos: true};
    const other = await fetch(`${simulator.url}/v1/chat/completions`, {
      method: 'POST',
      headers: {'content-type': 'application/json'},
      body: JSON.stringify({model: 'simulated-model', ...body}),
    });
    const reader = other.body?.getReader();
    await reader?.read(); // its prompt is in the pool
    const {state, findings} = await empty(dialect, simulator.url, 10_000);
    expect(state).toEqual({reset: 'done', canary: 'cold'});
    expect(findings).toEqual([]);
    const [first] = simulator.truth();
    expect(first).toMatchObject({outcome: 'ok', outputTokens: 150});
    await reader?.cancel();
  });

  test('a server that stays busy keeps its cache, which voids the trial', async () => {
    expect(await emptied(dialect, 'reset-busy:times=1000')).toEqual({
      reset: 'busy',
      canary: 'warm',
      findings: [
        ['cache-reset-busy', 'warning'],
        ['cache-not-empty', 'void'],
      ],
      cached: [false, true, true],
    });
  });

  test('a reset that is said to be done and was not is found out by the canary', async () => {
    expect(await emptied(dialect, 'reset-ignored')).toEqual({
      reset: 'done',
      canary: 'warm',
      findings: [['cache-not-empty', 'void']],
      cached: [false, true, true],
    });
  });
});
