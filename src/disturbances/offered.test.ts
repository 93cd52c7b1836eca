import {expect, test} from 'vitest';
import {openai} from '../engines/openai.ts';
import {sglang} from '../engines/sglang.ts';
import {untoldFacts} from '../engines/untold-facts.ts';
import {vllm} from '../engines/vllm.ts';
import type {Stack} from '../runtimes/stack.ts';
import type {DisturbanceSpec, WeightsSpec} from '../schema/disturbance.ts';
import {type GivenWeights, weightsFor} from './given-weights.ts';
import {notOffered} from './offered.ts';

const none = {command: null, readySeconds: null, container: null, startup: null, memory: null};
const server = {role: 'chat', url: 'http://127.0.0.1:1', model: 'policy', facts: untoldFacts, ...none} as const;

/** What `notOffered` looks at of a stack. */
const stackOf = (changes: Partial<Stack>) =>
  ({engine: sglang, evidence: 'real', servers: [server], control: null, ...changes}) as Stack;
const started = {control: {kill: async () => {}, start: async () => {}}};
const weights = (method: WeightsSpec['method']): DisturbanceSpec => ({
  kind: 'weights',
  method,
  flush: null,
  atShare: 0.5,
});
const outage = {kind: 'outage', member: 'replica-1', downSeconds: 5, atShare: 0.5} as const;
const nothing = {folder: null, adapter: null};
const all: GivenWeights = {folder: '/next', adapter: {name: 'a', path: '/a'}};

test('what an engine, a runtime and a command line must have for each', () => {
  const why = (spec: DisturbanceSpec, stack: Stack, given = all) =>
    notOffered('stage', spec, stack, given)?.message ?? null;
  expect(why(weights('lora'), stackOf({}))).toBeNull();
  expect(why(weights('lora'), stackOf({}), nothing)).toBe('stage was not run: no adapter was named');
  expect(why(weights('disk'), stackOf({}), nothing)).toBe('stage was not run: no new weights were named');
  expect(why(weights('disk'), stackOf({engine: openai}))).toBe(
    `stage was not run: ${openai.title} offers no call for it`,
  );
  expect(why({kind: 'sleep', asleepSeconds: 1, atShare: 0.5}, stackOf({}), nothing)).toBeNull();
  expect(why(weights('restart'), stackOf({}))).toBe('stage was not run: what serves was not started by cutover');
  // A restart asks nothing of the engine.
  expect(why(weights('restart'), stackOf({...started, engine: openai}))).toBeNull();
  expect(why(outage, stackOf(started))).toBe('stage was not run: this stack has no replica-1, only chat');
});

test('a vLLM that may take adapters is not asked to load a folder: it would die of it', () => {
  const vllmWith = (...flags: string[]) =>
    stackOf({engine: vllm, servers: [{...server, command: ['vllm', 'serve', '--model', '/m', ...flags]}]});
  expect(notOffered('stage', weights('disk'), vllmWith(), all)).toBeNull();
  expect(notOffered('stage', weights('disk'), vllmWith('--enable-lora'), all)).toMatchObject({
    message: 'stage was not run: a vLLM that was started with --enable-lora dies of it',
    hint: 'Start it without adapters: --stack vllm-sync-disk.',
  });
  expect(notOffered('stage', weights('lora'), vllmWith('--enable-lora'), all)).toBeNull();
});

test('simulated engines take any weights, real ones those that were named', () => {
  expect(weightsFor({evidence: 'real'}, nothing)).toEqual(nothing);
  expect(weightsFor({evidence: 'simulated'}, nothing)).toMatchObject({adapter: {name: 'step-2'}});
  expect(weightsFor({evidence: 'simulated'}, all)).toEqual(all);
});
