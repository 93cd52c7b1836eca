import {expect, test} from 'vitest';
import {sglang} from '../engines/sglang.ts';
import {untoldFacts} from '../engines/untold-facts.ts';
import type {RunningServer, Stack} from '../runtimes/stack.ts';
import {changesOf} from './changes.ts';

const server = (url: string, command: readonly string[]): RunningServer => ({
  ...{role: 'chat', url, model: 'policy', facts: untoldFacts, command},
  ...{readySeconds: 1, container: null, startup: null, memory: null},
});

const memberOf = (name: string, part: 'replica' | 'router', command: string[]) => {
  const {role: _, ...running} = server(`http://${name}`, command);
  return {...running, name, part, command, cards: []};
};

const replica = (name: string) => memberOf(name, 'replica', ['sglang', '--model-path', '/models/old']);
const routed: RunningServer = {
  ...server('http://router', ['sglang_router', '--policy', 'random']),
  members: [replica('replica-1'), replica('replica-2'), memberOf('router', 'router', ['sglang_router'])],
  behind: ['replica-1', 'replica-2'].map(name => ({name, part: 'replica' as const, url: `http://${name}`})),
};

const stackOf = (served: RunningServer): Stack => ({
  ...{engine: sglang, runtime: 'process', evidence: 'real', servers: [served], control: null, nvidiaSmi: null},
  ...{died: new AbortController().signal, endpoint: () => served, processesOf: async () => []},
  stop: async () => ({gpu: null, findings: []}),
  async [Symbol.asyncDispose]() {},
});

const given = {folder: '/models/new', adapter: null};

test('the old weights that come back are those that the servers were started with, not their router', () => {
  const spec = {kind: 'weights', method: 'disk', flush: null, atShare: 0.5} as const;
  const undone = (served: RunningServer) =>
    changesOf(spec, stackOf(served), 'chat', given).undo.flatMap(({changes}) =>
      changes.map(({what, member}) => `${member}: ${what}`),
    );
  expect(undone(server('http://one', ['sglang', '--model-path', '/models/old']))).toEqual([
    'null: load the weights of /models/old',
  ]);
  expect(undone(routed)).toEqual([
    'replica-1: load the weights of /models/old',
    'replica-2: load the weights of /models/old',
  ]);
});

test('each server that sleeps wakes up whatever became of the others', () => {
  const spec = {kind: 'sleep', asleepSeconds: 3, atShare: 0.5} as const;
  const [begun, ...ended] = changesOf(spec, stackOf(routed), 'chat', given).groups;
  const members = ({changes}: (typeof ended)[number]) => changes.map(({member}) => member);
  expect(begun?.changes).toHaveLength(4);
  expect(ended.map(members)).toEqual([Array(2).fill('replica-2'), Array(2).fill('replica-1')]);
  expect(ended.map(({afterSeconds}) => afterSeconds)).toEqual([3, 0]);
  expect(ended[0]?.changes.map(({request}) => request)).toEqual([
    'POST /resume_memory_occupation',
    'POST /continue_generation',
  ]);
});
