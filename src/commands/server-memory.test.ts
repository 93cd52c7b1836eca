import {expect, test} from 'vitest';
import {engines} from '../engines/index.ts';
import {untoldFacts} from '../engines/untold-facts.ts';
import type {NvidiaSmi} from '../gpu/nvidia-smi.ts';
import type {Stack} from '../runtimes/stack.ts';
import type {Role} from '../schema/request.ts';
import type {ServerMemory} from '../schema/server.ts';
import {completeMemory} from './server-memory.ts';

const facts = {...untoldFacts, kvTokens: 1000};
const parts: ServerMemory = {
  weightsMiB: 3000,
  kvPoolMiB: 60_000,
  graphsMiB: 400,
  otherMiB: null,
  processMiB: null,
  kvTokens: null,
};

const printing = (page: string | null): NvidiaSmi => ({
  read: async () => page,
  follow: async () => {
    throw new Error('nothing is followed here');
  },
});

/** A stack of which only the servers' memory and processes matter. */
const stackOf = (
  nvidiaSmi: NvidiaSmi | null,
  servers: Partial<Record<Role, {memory: ServerMemory | null; pids: readonly number[]}>>,
): Stack => {
  const entries = Object.entries(servers) as [Role, {memory: ServerMemory | null; pids: readonly number[]}][];
  const running = entries.map(([role, {memory}]) => ({
    ...{role, url: '', model: '', facts, command: null, readySeconds: 1, container: null, startup: null},
    memory,
  }));
  return {
    ...{engine: engines.simulated, runtime: 'process', evidence: 'real', died: new AbortController().signal, nvidiaSmi},
    servers: running,
    control: null,
    endpoint: role => running.find(server => server.role === role) ?? (undefined as never),
    processesOf: async role => servers[role]?.pids ?? [],
    stop: async () => ({gpu: null, findings: []}),
    [Symbol.asyncDispose]: async () => {},
  };
};

test('the whole is the sum over the processes and both cards; other is what the parts leave of it', async () => {
  const smi = printing('10, 33000\n10, 33000\n11, 500\n12, 1200\n');
  const stack = stackOf(smi, {chat: {memory: parts, pids: [10, 11, 99]}, embed: {memory: parts, pids: []}});
  const {servers, findings} = await completeMemory(stack);
  // 33000 + 33000 + 500 - 3000 - 60000 - 400
  expect(servers[0]).toEqual({...parts, processMiB: 66_500, otherMiB: 3100, kvTokens: 1000});
  expect(servers[1]).toEqual({...parts, kvTokens: 1000});
  expect(findings).toEqual([]);
});

test('a part that the log does not tell is in the other', async () => {
  const memory = {...parts, graphsMiB: null, kvPoolMiB: null};
  const {servers} = await completeMemory(stackOf(printing('10, 66500\n'), {chat: {memory, pids: [10]}}));
  expect(servers).toEqual([{...memory, processMiB: 66_500, otherMiB: 63_500, kvTokens: 1000}]);
});

test('without the weights there is no other', async () => {
  const memory = {...parts, weightsMiB: null};
  const {servers} = await completeMemory(stackOf(printing('10, 66500\n'), {chat: {memory, pids: [10]}}));
  expect(servers).toEqual([{...memory, processMiB: 66_500, kvTokens: 1000}]);
});

test('parts that exceed the whole leave none either, and that is said', async () => {
  const {servers, findings} = await completeMemory(
    stackOf(printing('10, 63000\n'), {chat: {memory: parts, pids: [10]}}),
  );
  expect(servers[0]).toMatchObject({processMiB: 63_000, otherMiB: null});
  expect(findings).toMatchObject([
    {code: 'memory-parts-exceed-whole', message: expect.stringContaining('come to 63400 MiB')},
  ]);
});

test.each([
  ['does not tell of a process', printing('10, [N/A]\n')],
  ['cannot be asked', printing(null)],
  ['is not there', null],
])('the whole is null where nvidia-smi %s', async (_, nvidiaSmi) => {
  const {servers} = await completeMemory(stackOf(nvidiaSmi, {chat: {memory: parts, pids: [10]}}));
  expect(servers).toEqual([{...parts, kvTokens: 1000}]);
});

test('a server that already served has no memory of its own', async () => {
  expect(await completeMemory(stackOf(null, {chat: {memory: null, pids: []}}))).toEqual({
    servers: [null],
    findings: [],
  });
});
