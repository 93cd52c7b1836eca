import {once} from 'node:events';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {startDocker} from './start.ts';
import {quickEngine, type TestRun, testRun} from './test-stack.ts';

let run: TestRun;
beforeEach(async () => {
  run = await testRun();
});
afterEach(() => run[Symbol.asyncDispose]());

describe('a stack in containers', () => {
  test('is brought up in the order of its plan, serves on loopback, and leaves nothing but its caches and logs', async () => {
    const stack = await startDocker(run.options([{role: 'chat'}, {role: 'embed'}], {models: {chat: 'other/model'}}));
    const [chat, embed] = stack.servers;
    expect(stack).toMatchObject({runtime: 'docker', evidence: 'simulated', nvidiaSmi: null});
    expect(stack.servers.map(({role}) => role)).toEqual(['chat', 'embed']);
    expect(chat?.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(chat?.url).not.toBe(embed?.url);
    expect(chat?.model).toBe('other/model');
    expect((await fetch(`${chat?.url}/health`)).status).toBe(200);
    expect(chat?.command?.slice(0, 4)).toEqual(['vllm', 'serve', '--model', 'other/model']);
    expect(chat?.container?.imageId).toMatch(/^sha256:/);
    expect(chat?.startup).toMatchObject({pullSeconds: 0, compileCache: 'empty'});
    expect(embed?.startup?.compileCache).toBe('empty'); // made by this start, whichever server came first
    expect(chat?.startup?.createSeconds).toBeGreaterThan(0);
    expect(chat?.readySeconds).toBeGreaterThan(0);
    expect(chat?.memory?.kvPoolMiB).toBeGreaterThan(0);
    expect((await stack.processesOf('chat')).length).toBeGreaterThan(0);
    expect(run.lines.filter(line => line.startsWith('chat: '))).toEqual([
      expect.stringMatching(/^chat: starting cutover-fake-engine:\w+: vllm serve .*other\/model/),
      expect.stringMatching(/^chat: loading weights \(after \d+\.\d s\)$/),
      expect.stringMatching(/^chat: compiling/),
      expect.stringMatching(/^chat: reserving the KV pool/),
      expect.stringMatching(/^chat: recording CUDA graphs/),
      expect.stringMatching(/^chat: warming up/),
      expect.stringMatching(/^chat: ready after \d+\.\d s$/),
    ]);
    const told = run.lines.flatMap(line => /^chat: .*after (\d+\.\d) s/.exec(line)?.[1] ?? []).map(Number);
    expect(told).toEqual(told.toSorted((a, b) => a - b)); // stages and the end by one clock
    expect(await run.left()).toEqual({
      containers: expect.arrayContaining([`/cutover-${run.runId}-chat`, `/cutover-${run.runId}-embed`]),
      networks: [`cutover-${run.runId}`],
    });

    await stack[Symbol.asyncDispose]();
    expect(stack.died.aborted).toBe(false); // it was stopped, which is no death
    expect(await run.left()).toEqual({containers: [], networks: []});
    await expect(fetch(`${chat?.url}/health`)).rejects.toThrow();
    const written = (await run.log('chat')).split('\n');
    expect(written[0]).toContain('other/model'); // the banner
    expect(written.join('\n')).toContain('[shutdown]');
    expect(new Set(written).size).toBe(written.length); // no line twice

    await using again = await startDocker(run.options([{role: 'chat'}]));
    expect(again.endpoint('chat')).toMatchObject({startup: {compileCache: 'used'}});
  });
});

test('limits that the Docker engine refuses are said once, and servers start without them', async () => {
  const options = run.options([{role: 'chat'}, {role: 'embed'}]);
  const {ulimits: _, ...hostSettings} = options.hostSettings;
  await using stack = await startDocker({...options, hostSettings});
  const limits = await Promise.all(
    stack.servers.map(async ({role}) => {
      const {HostConfig} = await run.docker.getContainer(`cutover-${run.runId}-${role}`).inspect();
      return HostConfig.Ulimits?.length ?? 0;
    }),
  );
  const said = run.lines.filter(line => line.startsWith('this Docker engine refuses ulimits'));
  // Whether it does depends on its rights, which CI's lacks.
  expect([limits, said.length]).toEqual(said.length === 0 ? [[2, 2], 0] : [[0, 0], 1]);
});

describe('a server that is stopped', () => {
  test('and does not end within its grace is killed, and that is said', async () => {
    const options = run.options([{role: 'chat', fake: 'ignore-sigterm'}], {engine: quickEngine});
    const stack = await startDocker(options);
    await stack[Symbol.asyncDispose]();
    expect(run.lines.at(-1)).toBe('chat: did not stop within 1 s, and was killed');
    expect((await run.left()).containers).toEqual([]);
  });
});

describe('a server that dies while it should serve', () => {
  test('aborts the stack with its exit code, what it means and its last words', async () => {
    await using stack = await startDocker(run.options([{role: 'chat'}]));
    const death = once(stack.died, 'abort');
    await fetch(`${stack.endpoint('chat').url}/die`, {method: 'POST'}).catch(() => null);
    await death;
    expect(stack.died.reason).toMatchObject({
      code: 'ENGINE_DIED',
      message: 'The chat server (vLLM, test/model) exited with code 1 while it should serve: the GPU ran out of memory',
      hint: expect.stringContaining('gpu-memory-utilization'),
    });
    expect(stack.died.reason.logTail.at(-1)).toContain('CUDA out of memory');
    expect(await run.log('chat')).toContain('CUDA out of memory');
  });

  test('of its memory limit is told apart, with the limit', async () => {
    await using stack = await startDocker(run.options([{role: 'chat', docker: {memoryGiB: 0.25}}]));
    const death = once(stack.died, 'abort');
    await fetch(`${stack.endpoint('chat').url}/eat-memory`, {method: 'POST'}).catch(() => null);
    await death;
    expect(stack.died.reason).toMatchObject({
      code: 'ENGINE_DIED',
      message: expect.stringMatching(
        /was killed by the kernel: its memory limit of 0\.25 GiB is used up .*while it should serve$/,
      ),
      hint: expect.stringContaining('Raise memoryGiB'),
    });
  });

  test.each(['stop', 'kill'] as const)('because of docker %s is named so', async by => {
    await using stack = await startDocker(run.options([{role: 'chat'}]));
    const death = once(stack.died, 'abort');
    await run.docker.getContainer(`cutover-${run.runId}-chat`)[by]();
    await death;
    expect(stack.died.reason.message).toMatch(
      /was stopped from outside, by docker stop, docker kill .*while it should serve$/,
    );
  });

  test('by the hand of somebody else, who removed it, is named so', async () => {
    await using stack = await startDocker(run.options([{role: 'chat'}]));
    const death = once(stack.died, 'abort');
    await run.docker.getContainer(`cutover-${run.runId}-chat`).remove({force: true});
    await death;
    expect(stack.died.reason.message).toMatch(/was removed from its Docker engine|was stopped from outside/);
  });

  test('while another one starts ends the start of both', async () => {
    const starting = startDocker(
      run.options([
        {role: 'chat', fake: 'exit-after=1500'},
        {role: 'embed', fake: 'never-ready'},
      ]),
    );
    await expect(starting).rejects.toMatchObject({
      code: 'ENGINE_DIED',
      message: expect.stringMatching(/^The chat server /),
    });
    expect(await run.left()).toEqual({containers: [], networks: []});
  });
});
