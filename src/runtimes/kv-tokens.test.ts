import {join} from 'node:path';
import {expect, test} from 'vitest';
import {engines} from '../engines/index.ts';
import {projectRoot} from '../root.ts';
import {withKvTokens} from './kv-tokens.ts';
import {readStackFile} from './stack-file.ts';

const planOf = (name: string) => readStackFile(name, join(projectRoot, 'docker/stacks'));

test("the chat server's pool gets the size, and nothing else of the plan changes", async () => {
  const plan = await planOf('vllm-default');
  const [chat, ...encoders] = withKvTokens(plan, engines.vllm, 200_000).servers;
  expect(chat?.arguments).toEqual({...plan.servers[0]?.arguments, 'num-gpu-blocks-override': 12_500});
  expect(encoders).toEqual(plan.servers.slice(1));
  const [other] = withKvTokens(await planOf('sglang'), engines.sglang, 200_000).servers;
  expect(other?.arguments['max-total-tokens']).toBe(200_000);
});

test("vLLM's blocks are of the plan's own size, and the last one is whole", async () => {
  const plan = await planOf('vllm-default');
  const [chat] = plan.servers;
  if (chat === undefined) throw new Error('no server');
  const wide = {...plan, servers: [{...chat, arguments: {...chat.arguments, 'block-size': 64}}]};
  expect(withKvTokens(wide, engines.vllm, 1025).servers[0]?.arguments['num-gpu-blocks-override']).toBe(17);
});

test('a plan without a chat server is refused', async () => {
  const plan = await planOf('sglang');
  const encoders = {...plan, servers: plan.servers.filter(({role}) => role !== 'chat')};
  expect(() => withKvTokens(encoders, engines.sglang, 200_000)).toThrow(
    '--kv-tokens has no KV pool to size: sglang has no chat server of SGLang',
  );
});
