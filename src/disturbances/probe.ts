import {reasonOf} from '../errors.ts';
import {machineClock, machineNow} from '../load/clock.ts';
import {waitUntil} from '../load/wait-until.ts';
import {type Asked, ask} from './ask.ts';
import type {ProbeAnswer} from './told-apart.ts';

/** Often enough to tell half a second from a whole one, and one request beside the load at a time. */
export const everyMs = 100;
/** The first tokens are the most stable ones of an answer; more of them tell two models apart more surely. */
export const probeTokens = 12;

const content = 'Write a function that merges two sorted lists, and say in one sentence how it works.';

/** A server that hangs is asked again before long. */
const patienceMs = 20_000;

/** Asks one short prompt again and again, one request at a time, and keeps what was answered when. Times are of `machineNow`. */
export class Probe {
  /** Whom it asks: an adapter once there is to be one. */
  model: string;
  readonly answers: ProbeAnswer[] = [];
  readonly #asked: Omit<Asked, 'model' | 'content' | 'outputTokens'>;

  constructor(asked: Pick<Asked, 'engine' | 'endpoint' | 'signal'>) {
    this.#asked = {...asked, timeoutMs: patienceMs};
    this.model = asked.endpoint.model;
  }

  async #ask(): Promise<void> {
    const sentMs = machineNow();
    const {model} = this;
    const told = await ask({...this.#asked, model, content, outputTokens: probeTokens}).then(
      ({text, promptTokens}) => ({text, promptTokens, problem: null}),
      (thrown: unknown) => ({text: null, promptTokens: null, problem: reasonOf(thrown)}),
    );
    this.#asked.signal.throwIfAborted();
    this.answers.push({sentMs, endMs: machineNow(), ...told});
  }

  async askTimes(times: number): Promise<void> {
    for (let time = 0; time < times; time += 1) await this.#ask();
  }

  /** Until it is told to stop, and the answer that is on its way has come. */
  async askUntil(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const nextMs = machineNow() + everyMs;
      await this.#ask();
      await waitUntil(machineClock, nextMs, stop, 0);
    }
  }
}
