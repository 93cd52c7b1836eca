import {once} from 'node:events';
import {text} from 'node:stream/consumers';
import {Worker} from 'node:worker_threads';
import {expect, test} from 'vitest';

const startWorker = (workerData: object) =>
  new Worker(new URL('./worker.ts', import.meta.url), {workerData, stderr: true});

test('a worker serves at the URL that it posts and ends when told to stop, with streams open', async () => {
  const worker = startWorker({dialect: 'vllm'});
  const exited = once(worker, 'exit');
  const [{url}] = await once(worker, 'message');
  expect((await fetch(`${url}/health`)).status).toBe(200);
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: {'content-type': 'application/json'},
    body: '{"messages":[{"role":"user","content":"hello"}],"max_tokens":20000,"stream":true}',
  });
  const reading = response.text();
  worker.postMessage('stop');
  await expect(reading).rejects.toThrow();
  expect(await exited).toEqual([0]);
});

test('a worker that dies ends with code 1 and says so last', async () => {
  const worker = startWorker({dialect: 'sglang', faults: [{kind: 'dies', atMs: 1}]});
  const [log, exited] = [text(worker.stderr), once(worker, 'exit')];
  expect(await exited).toEqual([1]);
  expect((await log).trimEnd().split('\n').at(-1)).toBe(
    'the simulated engine died 1 ms after its start, as its fault "dies" asked for',
  );
});
