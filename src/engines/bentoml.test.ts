import {describe, expect, test} from 'vitest';
import {modelsOf, servedRoles, serversFor, withModels} from '../schema/served-roles.ts';
import {stackPlan, stackServer} from '../schema/stack.ts';
import {bentoml} from './bentoml.ts';

const server = stackServer.parse({
  role: 'chat',
  model: 'org/chat',
  also: {embed: 'org/embed', rerank: 'org/rank'},
  port: 3001,
  arguments: {'max-num-seqs': 4, 'enable-chunked-prefill': true},
});

describe('the BentoML service', () => {
  test('is started with all its models and the flags of vLLM', () => {
    expect(bentoml.launch?.launcher('/env/bin/python')).toEqual([
      '/env/bin/python',
      expect.stringMatching(/\/docker\/bentoml\/serve\.py$/),
    ]);
    expect(bentoml.launch?.arguments(server, '127.0.0.1').join(' ')).toBe(
      '--host 127.0.0.1 --port 3001 --llm-model org/chat --embedding-model org/embed --rerank-model org/rank --max-num-seqs 4 --enable-chunked-prefill --seed 0',
    );
  });

  test('counts what it has answered, each role by itself', () => {
    const page = 'finished_sequences_total{role="embed"} 2.0\nfinished_sequences_total{role="chat"} 1.0\n';
    expect(bentoml.metrics?.readFinished(page, 'embed')).toBe(2);
    expect(bentoml.metrics?.readFinished(page, 'chat')).toBe(1);
    expect(bentoml.metrics?.readFinished(page)).toBe(3);
    expect(bentoml.metrics?.readFinished('', 'chat')).toBeNull();
  });
});

describe('a server with several roles', () => {
  test('has a model for each, and other models take their places', () => {
    expect(modelsOf(server)).toEqual({chat: 'org/chat', embed: 'org/embed', rerank: 'org/rank'});
    expect(modelsOf(withModels(server, {embed: '/own'}))).toEqual({
      chat: 'org/chat',
      embed: '/own',
      rerank: 'org/rank',
    });
    const alone = stackServer.parse({role: 'embed', model: 'm', port: 1, arguments: {}});
    expect(withModels(alone, {chat: 'x', embed: 'y'})).toEqual({...alone, model: 'y'});
    expect(servedRoles(alone)).toEqual(['embed']);
  });

  test('is started for any of them, once', () => {
    expect(serversFor([server], ['rerank', 'embed'])).toEqual([server]);
    expect(serversFor([server], [])).toEqual([]);
  });

  test('cannot have the role of another one', () => {
    const other = {role: 'rerank', model: 'm', port: 2, arguments: {}};
    const plan = {name: 'n', engine: 'bentoml', description: 'd', servers: [server, other]};
    expect(stackPlan.safeParse(plan).error?.issues.map(({message}) => message)).toEqual([
      'repeats role rerank: each server needs its own',
    ]);
  });
});
