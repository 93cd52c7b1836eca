import {once} from 'node:events';
import {realpathSync} from 'node:fs';
import {dirname} from 'node:path';
import {expect, test} from 'vitest';
import {engines} from '../../engines/index.ts';
import {stackPlan} from '../../schema/stack.ts';
import {chat, topologyPython} from '../process/test-programs/test-topology.ts';
import {startDocker} from './start.ts';
import {testRun} from './test-stack.ts';

/** What this machine's own Python needs in a container that has only Node: libraries, its installation, its environment. */
const bindsFor = (python: string): readonly string[] => {
  const folders = new Set([
    '/usr',
    '/lib',
    '/lib64',
    ...[realpathSync(python), python].map(file => dirname(dirname(file))),
  ]);
  return [...folders].map(folder => `${folder}:${folder}:ro`);
};

test('replicas in containers behind the real router in one, which reaches them by their names; one killed and started again; one that dies', async () => {
  const python = await topologyPython();
  await using run = await testRun();
  const shared = {role: 'chat', model: 'test/model', arguments: {}};
  const router = {
    ...{part: 'router', program: 'sglang-router', port: 9000, arguments: {policy: 'round_robin'}},
    docker: {command: [python, '-m', 'sglang_router.launch_router'], binds: bindsFor(python)},
  };
  const plan = stackPlan.parse({
    ...{name: 'two', engine: 'sglang', description: 'two replicas in turn', replicas: 2},
    servers: [
      {...shared, part: 'replica', port: 8000},
      {...shared, ...router},
    ],
  });
  const stack = await startDocker({...run.options([{role: 'chat'}]), engine: engines.sglang, plan});
  const {url, members, behind, container} = stack.endpoint('chat') as (typeof stack.servers)[number];
  expect(members?.map(({name, cards}) => [name, cards])).toEqual([
    ['replica-1', []], // the settings give them no GPU
    ['replica-2', []],
    ['router', []],
  ]);
  expect(members?.[2]?.command?.join(' ')).toContain('--worker-urls http://replica-1:8000 http://replica-2:8001');
  expect(container?.imageId).toBe(members?.[0]?.container?.imageId);
  expect((await run.left()).containers.sort()).toEqual(
    ['replica-1', 'replica-2', 'router'].map(name => `/cutover-${run.runId}-${name}`),
  );
  expect((await stack.processesOf('chat')).length).toBeGreaterThanOrEqual(3);
  for (let number = 0; number < 2; number++) expect((await chat(url, `n ${number}`)).status).toBe(200);
  expect(behind).toHaveLength(2);

  await stack.control?.kill('replica-1');
  expect((await run.left()).containers).toHaveLength(2);
  await stack.control?.start('replica-1', {model: 'test/next'});
  expect(stack.servers[0]?.members?.[0]).toMatchObject({model: 'test/next', url: members?.[0]?.url});
  expect(stack.died.aborted).toBe(false);

  const death = once(stack.died, 'abort');
  await run.docker.getContainer(`cutover-${run.runId}-replica-2`).kill();
  await death;
  expect(stack.died.reason).toMatchObject({
    code: 'ENGINE_DIED',
    message: expect.stringMatching(/^The replica-2 server \(SGLang, test\/model\) was /),
  });
  await stack.stop();
  expect(await run.left()).toEqual({containers: [], networks: []});
  expect(run.lines).toContain('replica-1: killed on purpose');
});
