import {setTimeout as delay} from 'node:timers/promises';
import {askKnown, fewQuestions} from './known-answers.ts';
import type {RehearsalRun} from './rehearsal-run.ts';

/**
 * Asks the candidate a few known questions as often as the plan says, beside the load, until it is disposed of; the readings have the
 * latest comparison. What cannot be asked is found by the other signals.
 */
export const askNowAndThen = (run: RehearsalRun): AsyncDisposable => {
  const {watch, answers: asked} = run.rehearsal.plan;
  const {parityEverySeconds, hangSeconds} = watch;
  const {required} = asked;
  const stopping = new AbortController();
  const signal = AbortSignal.any([stopping.signal, run.over]);
  const {readings} = run;
  if (readings !== null) readings.answers = null;
  const loop = async (everySeconds: number): Promise<void> => {
    while (!signal.aborted) {
      await delay(everySeconds * 1000, undefined, {signal});
      const compared = await askKnown(run, 'candidate', fewQuestions(run), {
        timeoutMs: hangSeconds * 2000,
        signal,
      });
      if (readings !== null) readings.answers = compared.filter(({role}) => required.includes(role));
      const {answers: kept} = run.rehearsal;
      const before = kept.find(({when}) => when === 'watch');
      if (before === undefined) kept.push({when: 'watch', roles: compared});
      else before.roles = compared;
    }
  };
  const asking = parityEverySeconds === null ? Promise.resolve() : loop(parityEverySeconds).catch(() => {});
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await asking;
    },
  };
};
