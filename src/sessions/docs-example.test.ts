import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {execa} from 'execa';
import {expect, test} from 'vitest';
import {projectRoot} from '../root.ts';
import {simulatorConfig} from '../simulator/config.ts';
import {startSimulator} from '../simulator/server.ts';

const page = readFileSync(join(projectRoot, 'docs', 'session-client.md'), 'utf8');
const example = /```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? '';

/** Runs the page's example as it stands there, but for the addresses. */
const runExample = async (first: string, second: string) => {
  const input = example.replace('http://127.0.0.1:30000', first).replace('http://127.0.0.1:8000', second);
  const {stdout} = await execa(process.execPath, ['--input-type=module-typescript', '-'], {input, cwd: projectRoot});
  return stdout.split('\n');
};

const start = (dialect: string) => startSimulator(simulatorConfig.parse({dialect, speed: 20}));
const numbers = (line = '') => (line.match(/\d+/g) ?? []).map(Number).slice(-2);

test('the example of the page runs, and what it prints is what the server knows', async () => {
  await using first = await start('sglang');
  await using second = await start('vllm');
  const [warmed, one, two, last] = await runExample(first.url, second.url);
  const [, warm, ...turns] = first.truth();
  expect(numbers(warmed)).toEqual([warm?.cachedPromptTokens, warm?.promptTokens]);
  expect([one, two].map(line => numbers(line))).toEqual(
    turns.map(({cachedPromptTokens, promptTokens}) => [cachedPromptTokens, promptTokens]),
  );
  expect(turns).toHaveLength(2);
  expect(turns.every(({cachedPromptTokens}) => cachedPromptTokens > 0)).toBe(true);
  expect(second.truth()).toEqual([]);
  expect(last).toBe('cleaned up: 0, deleted: true');
});

test('it runs without its first server too, and says who answered', async () => {
  const gone = await start('sglang');
  await gone[Symbol.asyncDispose]();
  await using second = await start('vllm');
  const [, one, two] = await runExample(gone.url, second.url);
  expect(one).toContain(`turn 1 by ${second.url}`);
  expect(two).toContain(`turn 2 by ${second.url}`);
});
