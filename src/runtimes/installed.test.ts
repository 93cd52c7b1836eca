import {describe, expect, test} from 'vitest';
import type {Engine} from '../engines/engine.ts';
import {engines} from '../engines/index.ts';
import {engineInstalled} from './installed.ts';

/** An engine that is started with other words. */
const startedBy = (...words: readonly string[]): Engine => {
  const {launch} = engines.vllm;
  if (launch === null) throw new Error('this test needs an engine that cutover can start');
  const launcher = (python: string) => words.map(word => (word === 'PYTHON' ? python : word));
  return {...engines.vllm, launch: {...launch, launcher}};
};

describe('whether an engine is installed', () => {
  test('cannot be said of one that cutover cannot start', async () => {
    expect(await engineInstalled(engines.openai, 'python3')).toBeNull();
  });

  test('is whether its command is on the PATH or is a path to a program', async () => {
    expect(await engineInstalled(startedBy('sh', 'serve'), 'python3')).toBe(true);
    expect(await engineInstalled(startedBy('no-such-engine', 'serve'), 'python3')).toBe(false);
    expect(await engineInstalled(startedBy(process.execPath), 'python3')).toBe(true);
  });

  test('is whether the interpreter finds its package, which is not imported', async () => {
    expect(await engineInstalled(startedBy('PYTHON', '-m', 'json.tool'), 'python3')).toBe(true);
    expect(await engineInstalled(startedBy('PYTHON', '-m', 'no_such_engine.server'), 'python3')).toBe(false);
    expect(await engineInstalled(startedBy('PYTHON', '-m', 'json.tool'), '/no/such/python')).toBe(false);
  });
});
