import {once} from 'node:events';
import {describe, expect, test} from 'vitest';
import {engines} from '../engines/index.ts';
import {CutoverError} from '../errors.ts';
import {type EmbeddedOptions, startEmbedded} from './embedded.ts';

const options: EmbeddedOptions = {
  engine: engines.vllm,
  dialect: 'vllm',
  model: 'test/model',
  seed: 1,
  faults: [],
  signal: new AbortController().signal,
  onLine: () => {},
};

const healthOf = (url: string) => fetch(`${url}/health`).then(reply => reply.status);

describe('the embedded simulated engine', () => {
  test.each([
    {dialect: 'vllm', engine: engines.vllm},
    {dialect: 'sglang', engine: engines.sglang},
  ] as const)('serves all roles at one address in the $dialect dialect, as simulated evidence', async variant => {
    const lines: string[] = [];
    const stack = await startEmbedded({...options, ...variant, onLine: line => lines.push(line)});
    expect(stack.runtime).toBe('embedded');
    expect(stack.evidence).toBe('simulated');
    expect(stack.servers.map(({role, model}) => [role, model])).toEqual([
      ['chat', 'test/model'],
      ['embed', 'test/model'],
      ['rerank', 'test/model'],
    ]);
    expect(new Set(stack.servers.map(({url}) => url)).size).toBe(1);
    expect(stack.endpoint('chat').facts.kvTokens).toBeGreaterThan(0);
    expect(stack.endpoint('chat').facts.contextTokens).toBeGreaterThan(0);
    expect(await healthOf(stack.endpoint('rerank').url)).toBe(200);
    expect(lines.at(-1)).toMatch(/^ready after \d+\.\d s$/);
    await stack[Symbol.asyncDispose]();
    expect(stack.died.aborted).toBe(false);
    await expect(healthOf(stack.endpoint('chat').url)).rejects.toThrow();
  });

  test('that is never ready is given up with the reason', async () => {
    const starting = startEmbedded({...options, faults: [{kind: 'never-ready'}], readyWithinSeconds: 0.1});
    await expect(starting).rejects.toMatchObject({
      code: 'ENGINE_DID_NOT_START',
      message: 'The simulated engine did not start: not ready within 0.1 s (/health answered 503)',
    });
  });

  test('that dies aborts the stack', async () => {
    const stack = await startEmbedded({...options, faults: [{kind: 'dies', atMs: 2500}]});
    if (!stack.died.aborted) await once(stack.died, 'abort');
    expect(stack.died.reason).toBeInstanceOf(CutoverError);
    expect(stack.died.reason).toMatchObject({code: 'ENGINE_DIED'});
    await stack[Symbol.asyncDispose]();
  });

  test('is stopped when the user interrupts its start', async () => {
    const interruption = new AbortController();
    const starting = startEmbedded({
      ...options,
      faults: [{kind: 'never-ready'}],
      signal: interruption.signal,
      onLine: () => setImmediate(() => interruption.abort()),
    });
    await expect(starting).rejects.toMatchObject({code: 'INTERRUPTED'});
  });
});
