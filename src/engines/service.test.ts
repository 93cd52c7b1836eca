import {describe, expect, test} from 'vitest';
import {service} from './service.ts';

const facts = service.readFacts({
  '/health': '{"status":"healthy","framework":"x","models":{"llm":"a","embedding":"b","rerank":null}}',
});

describe('the service on :3001', () => {
  test('health names a model for each role that it has one for', () => {
    expect([facts.model, facts.models]).toEqual(['a', {chat: 'a', embed: 'b'}]);
  });

  test('is asked without a model, since each path has its own', () => {
    const messages = [{role: 'user' as const, content: 'q'}];
    expect(service.body({kind: 'embed', id: '', texts: ['t']}, 'a')).toEqual({texts: ['t']});
    expect(service.body({kind: 'rerank', id: '', query: 'q', documents: ['d'], topN: 1}, 'a')).toEqual({
      query: 'q',
      documents: ['d'],
      top_n: 1,
    });
    expect(service.body({kind: 'chat', id: '', messages, outputTokens: 5}, 'a')).toEqual({
      messages,
      max_tokens: 5,
      temperature: 0,
    });
  });

  test('its replies are whole, chat too', () => {
    const chat = {kind: 'chat', id: '', messages: [], outputTokens: 5} as const;
    const usage = {prompt_tokens: 3, completion_tokens: 2};
    expect(service.readWhole(chat, {content: '', model: 'a', usage}, facts)).toEqual({
      items: 1,
      problem: null,
      usage: {promptTokens: 3, outputTokens: 2, cachedPromptTokens: null},
    });
    expect(service.readWhole(chat, {error: 'x'}, facts).problem).toBe('the reply has no `content`');
    const embed = {kind: 'embed', id: '', texts: ['a', 'b']} as const;
    expect(service.readWhole(embed, {embeddings: [[1], [2]]}, facts)).toMatchObject({items: 2, problem: null});
    expect(service.readWhole(embed, {embeddings: [[1], [2, 3]]}, facts).problem).not.toBeNull();
    const rerank = {kind: 'rerank', id: '', query: 'q', documents: ['a', 'b']} as const;
    const results = [
      {index: 1, score: 0.5},
      {index: 0, score: 0.2},
    ];
    expect(service.readWhole(rerank, {results}, facts)).toMatchObject({items: 2, problem: null});
    expect(service.readWhole(rerank, {results: results.slice(1)}, facts).problem).not.toBeNull();
  });
});
