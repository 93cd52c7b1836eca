import {expect, test} from 'vitest';
import {argumentsText} from './identity.ts';

test.each([
  [['vllm', 'serve', 'm', '--port', '8000', '--seed', '0'], 'vllm serve m --port <port> --seed 0'],
  [['--port=8000', '--nccl-port=5', '--max-ports', '7'], '--port=<port> --nccl-port=<port> --max-ports 7'],
  [['--url', 'http://127.0.0.1:4001/v1'], '--url http://127.0.0.1:<port>/v1'],
  [
    ['--config', '/home/u/reports/x-rehearsal/chat.yaml', '/tmp/cutover-1/a'],
    '--config <folder>/chat.yaml <temporary>/a',
  ],
])('%j is compared as %j: ports and folders of the run are others at each start', (command, text) => {
  expect(argumentsText(command)).toBe(text);
});
