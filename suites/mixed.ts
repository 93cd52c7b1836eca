import type {LoadSpec, LoadStage, Suite} from '../src/schema/suite.ts';

const arriving = (ratePerSecond: number, warmup: number): LoadSpec => ({
  mode: 'open',
  arrivals: 'poisson',
  ratePerSecond,
  maxInFlight: null,
  requests: null,
  // A P99 is certified from 662 requests on, which the rarest kind reaches.
  durationSeconds: 90,
  warmup,
});

/** A search: many short texts to embed, half as many candidate lists to put in order, and an answer for some of them. */
const parts: readonly LoadStage[] = [
  {name: 'chat', workload: {kind: 'chat', promptTokens: 512, outputTokens: 64}, load: arriving(8, 16)},
  {name: 'embed', workload: {kind: 'embed', batch: 2, promptTokens: 128}, load: arriving(20, 32)},
  {name: 'rerank', workload: {kind: 'rerank', batch: 8, promptTokens: 128}, load: arriving(10, 16)},
];

/** Needs chat, embed and rerank servers. Six minutes and a half. */
export const mixed: Suite = {
  name: 'mixed',
  question:
    'How much do chat, embed and rerank slow each other down when a search service asks for all of them at once?',
  repetitions: 1,
  stages: [
    ...parts.map(part => ({...part, name: `${part.name}-alone`, arrivesAs: part.name})),
    {name: 'together', together: parts},
  ],
};
