import {FloatColumn} from '../schema/float-column.ts';
import type {Trial} from '../schema/record.ts';
import type {OkSample} from '../schema/sample.ts';
import {type LatencyFrom, pushKnown, ttftMs} from './latency.ts';
import {summarise} from './percentile.ts';
import {TokenSum} from './token-sum.ts';

const newTurn = () => ({
  answers: 0,
  ttftMs: new FloatColumn(),
  promptTokens: new TokenSum(),
  cachedPromptTokens: new TokenSum(),
});

/** The turns of conversations, told apart: later ones find their context in the server's cache, or should. */
export class Turns {
  readonly #from: LatencyFrom;
  readonly #turns = new Map<number, ReturnType<typeof newTurn>>();

  constructor(from: LatencyFrom) {
    this.#from = from;
  }

  add(sample: OkSample): void {
    const turn = this.#turns.get(sample.turn) ?? newTurn();
    this.#turns.set(sample.turn, turn);
    turn.answers += 1;
    pushKnown(turn.ttftMs, ttftMs(sample, this.#from));
    turn.promptTokens.add(sample.promptTokens);
    turn.cachedPromptTokens.add(sample.cachedPromptTokens);
  }

  summarise(): Trial['turns'] {
    return [...this.#turns]
      .sort(([a], [b]) => a - b)
      .map(([turn, {answers, ttftMs, promptTokens, cachedPromptTokens}]) => ({
        turn,
        n: answers,
        ttftP50Ms: summarise(ttftMs.view)?.p50 ?? null,
        promptTokens: promptTokens.total,
        cachedPromptTokens: cachedPromptTokens.total,
      }));
  }
}
