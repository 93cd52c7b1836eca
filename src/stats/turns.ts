import type {OkSample} from '../schema/sample.ts';
import type {Trial} from '../schema/trial.ts';
import type {WorkloadKind} from '../schema/workload.ts';
import {Latencies, type LatencyFrom} from './latency.ts';
import {TokenSum} from './token-sum.ts';

const newTurn = (from: LatencyFrom) => ({
  answers: 0,
  latencies: new Latencies(from),
  promptTokens: new TokenSum(),
  cachedPromptTokens: new TokenSum(),
});

/** The turns of a workload, told apart: later ones find their context in the server's cache, or should. */
export class Turns {
  readonly #from: LatencyFrom;
  readonly #turns = new Map<number, ReturnType<typeof newTurn>>();

  constructor(from: LatencyFrom) {
    this.#from = from;
  }

  add(sample: OkSample): void {
    const turn = this.#turns.get(sample.turn) ?? newTurn(this.#from);
    this.#turns.set(sample.turn, turn);
    turn.answers += 1;
    turn.latencies.add(sample);
    turn.promptTokens.add(sample.promptTokens);
    turn.cachedPromptTokens.add(sample.cachedPromptTokens);
  }

  summarise(): Trial['turns'] {
    return [...this.#turns]
      .sort(([a], [b]) => a - b)
      .map(([turn, {answers, latencies, promptTokens, cachedPromptTokens}]) => {
        const {ttftMs, e2eMs} = latencies.summarise();
        return {
          turn,
          n: answers,
          ttftP50Ms: ttftMs?.p50 ?? null,
          ttftP90Ms: ttftMs?.p90 ?? null,
          e2eP50Ms: e2eMs?.p50 ?? null,
          promptTokens: promptTokens.total,
          cachedPromptTokens: cachedPromptTokens.total,
        };
      });
  }
}

/** Whose samples have turns that mean something: the n-th request of a conversation, of one prompt, about one context. */
export const hasTurns = (kind: WorkloadKind): boolean => multiTurn.has(kind);
const multiTurn: ReadonlySet<WorkloadKind> = new Set(['prefix', 'repeat', 'warmed', 'revisit']);
