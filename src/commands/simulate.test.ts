import {expect, test} from 'vitest';
import {readCommandLine} from '../command-line.ts';
import {simulate} from './simulate.ts';
import {openaiServer} from './test-openai-server.ts';

/** `simulate` in this process, and its answer to a request; interrupted by that, or never. */
const simulated = async (line: string, {interrupt = true} = {}) => {
  const invocation = readCommandLine(['simulate', ...line.split(' ')], '1.2.3');
  if (invocation.command === 'print') throw new TypeError(line);
  const interruption = new AbortController();
  let answered: Response | null = null;
  const terminal = {
    out(url: string) {
      const answer = async () => {
        answered = await fetch(`${url.trim()}/v1/models`);
        if (interrupt) interruption.abort();
      };
      answer().catch(() => {}); // it died before: then that ends it
    },
    note() {},
    warn() {},
    progress: {show() {}, finish() {}},
  };
  await simulate(invocation.options, terminal, interruption.signal);
  return answered as Response | null;
};

test('serves under the model that was asked for until it is interrupted', async () => {
  const response = await simulated('--engine vllm --model my-model');
  expect(await response?.json()).toMatchObject({data: [{id: 'my-model'}]});
});

test('an engine without a dialect is refused', async () => {
  await expect(simulated('--engine openai')).rejects.toMatchObject({
    code: 'BAD_OPTIONS',
    hint: 'Write --engine vllm or --engine sglang.',
  });
});

test('a port that is taken is refused with the fix', async () => {
  await using server = await openaiServer();
  await expect(simulated(`--engine vllm --port ${new URL(server.url).port}`)).rejects.toMatchObject({
    code: 'ENGINE_DID_NOT_START',
    hint: 'Choose another port, or 0 for a free one.',
  });
});

test('it ends when a fault ends the engine', async () => {
  await expect(simulated('--engine sglang --fault dies:at-ms=1', {interrupt: false})).rejects.toMatchObject({
    code: 'ENGINE_DIED',
    message: expect.stringContaining('died 1 ms after its start'),
  });
});
