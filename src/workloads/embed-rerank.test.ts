import {describe, expect, test} from 'vitest';
import type {EmbedRequest, RerankRequest} from '../schema/request.ts';
import type {Workload} from '../schema/workload.ts';
import {DataHash} from './data-hash.ts';
import {embed} from './embed.ts';
import {rerank} from './rerank.ts';
import {estimatedTokenLength} from './token-estimate.ts';

const embeds = (spec: Omit<Workload<'embed'>, 'kind'>, seed = 1) =>
  embed({kind: 'embed', ...spec}, seed, estimatedTokenLength);
const reranks = (spec: Omit<Workload<'rerank'>, 'kind'>, seed = 1) =>
  rerank({kind: 'rerank', ...spec}, seed, estimatedTokenLength);
const requestAt = <Request>(source: ReturnType<typeof embed>, index: number) => source(index).requests[0] as Request;

const digestOf = (source: ReturnType<typeof embed>) => {
  const hash = new DataHash();
  for (let index = 0; index < 100; index += 1) hash.add(index, source(index));
  return hash.digest();
};

const uniform = {draw: 'uniform', min: 16, max: 300} as const;
const lognormal = {draw: 'lognormal', median: 60, sigma: 0.8, max: 340} as const;

test('every new kind of request is the same bytes on every machine: 100 of seed 1 hash to this', () => {
  expect({
    drawnTexts: digestOf(embeds({batch: 8, promptTokens: uniform})),
    shortVectors: digestOf(embeds({batch: 8, promptTokens: 128, dimensions: 256, encoding: 'base64'})),
    drawnDocuments: digestOf(reranks({batch: 8, promptTokens: lognormal})),
    bestDocuments: digestOf(reranks({batch: 8, promptTokens: 128, topN: 3})),
  }).toMatchInlineSnapshot(`
    {
      "bestDocuments": "c0a9555f3c8a68f5acc72f34da747d534b9fade004cc973e086a421322f55218",
      "drawnDocuments": "dd4af3999704d64e67147b04bbb717fd9ad22d7b6cdcb1274f48ef5949453669",
      "drawnTexts": "4d5c32210cd9b38f36bcd152097b82b8e11ca5194cc69285182da7eca752c3f0",
      "shortVectors": "73dfea6e95242ad060a9de7bbcee4485339449b38116e1b58d7f734598484cd4",
    }
  `);
});

describe('drawn lengths', () => {
  test('differ from text to text, within their bounds, and no two texts begin alike', () => {
    const {texts} = requestAt<EmbedRequest>(embeds({batch: 64, promptTokens: uniform}), 3);
    const tokens = texts.map(({length}) => length / estimatedTokenLength.encoder.charactersPerToken);
    expect(Math.min(...tokens)).toBeGreaterThanOrEqual(15.5);
    expect(Math.max(...tokens)).toBeLessThanOrEqual(300.5);
    expect(new Set(texts.map(({length}) => length)).size).toBeGreaterThan(48);
    expect(new Set(texts.map(text => text.slice(0, 8))).size).toBe(64);
  });

  test('are the same whichever requests were made before', () => {
    const source = embeds({batch: 8, promptTokens: lognormal});
    source(1);
    expect(source(70)).toEqual(embeds({batch: 8, promptTokens: lognormal})(70));
  });

  test('share no beginning with those that are drawn in another way', () => {
    const beginnings = [uniform, lognormal, 128].map(promptTokens =>
      requestAt<EmbedRequest>(embeds({batch: 1, promptTokens}), 0).texts[0]?.slice(0, 8),
    );
    expect(new Set(beginnings).size).toBe(3);
  });

  test('of documents leave exactly one that answers the question', () => {
    const {documents, query} = requestAt<RerankRequest>(reranks({batch: 16, promptTokens: uniform}), 5);
    expect(documents).toHaveLength(16);
    expect(query).toMatch(/\?$/);
  });
});

describe('what is asked for', () => {
  test('is not in the request where it is left to the model', () => {
    expect(Object.keys(requestAt(embeds({batch: 1, promptTokens: 16}), 0) as object)).toEqual(['kind', 'id', 'texts']);
    expect(requestAt(reranks({batch: 1, promptTokens: 16}), 0)).not.toHaveProperty('topN');
  });

  test('changes the hash of the data and not the texts', () => {
    const [plain, short, best] = [
      embeds({batch: 2, promptTokens: 64}),
      embeds({batch: 2, promptTokens: 64, dimensions: 256}),
      embeds({batch: 2, promptTokens: 64, encoding: 'base64'}),
    ];
    const texts = [plain, short, best].map(source => requestAt<EmbedRequest>(source, 0).texts);
    expect(texts[1]).toEqual(texts[0]);
    expect(texts[2]).toEqual(texts[0]);
    expect(new Set([plain, short, best].map(digestOf)).size).toBe(3);
  });
});
