import type {OkSample} from '../schema/sample.ts';
import type {Calibration, DialectName} from './calibration.ts';
import {sglang} from './dialects/sglang.ts';
import {vllm} from './dialects/vllm.ts';
import {createEngine, type Engine} from './engine.ts';
import {virtualTime} from './virtual-time.ts';

const dialects = {vllm, sglang};

const upTo = (count: number, from: number) => Array.from({length: count}, (_, index) => from + index);

/**
 * Prompts of the recorded lengths that have in common what the real engine found in its cache: with any other prompt of
 * the trial for the first turn of a session, with the turn before it for the others. Every other token is new.
 */
const promptMaker = () => {
  const common = upTo(8192, 0);
  let nextToken = common.length;
  const fresh = (count: number) => {
    const tokens = upTo(count, nextToken);
    nextToken += count;
    return tokens;
  };
  const before = new Map<string, readonly number[]>();
  return ({session, promptTokens, outputTokens, cachedPromptTokens}: OkSample) => {
    const length = promptTokens ?? 0;
    const known = (before.get(session) ?? common).slice(0, Math.min(cachedPromptTokens ?? 0, length));
    const prompt = [...known, ...fresh(length - known.length)];
    const output = fresh(outputTokens ?? 0);
    before.set(session, [...prompt, ...output]);
    return {prompt, output};
  };
};

/** Sends one request, at the virtual time `sentMs`, and calls back with what a client would have measured. */
const sender = (engine: Engine, nowMs: () => number) => {
  const promptOf = promptMaker();
  return (recorded: OkSample, done: (replayed: OkSample) => void) => {
    const sentMs = nowMs();
    const tokenEventsMs: number[] = [];
    const finish = () =>
      done({
        ...recorded,
        sentMs,
        firstTokenMs: tokenEventsMs[0] ?? null,
        lastTokenMs: tokenEventsMs.at(-1) ?? null,
        endMs: nowMs(),
        tokenEventsMs,
        tokensPerEvent: null,
      });
    if (recorded.kind === 'chat') {
      const {prompt, output} = promptOf(recorded);
      const work = {receivedMs: sentMs, promptTokens: prompt, outputTokens: output, streamed: true};
      engine.chat(work, ({last}) => {
        tokenEventsMs.push(nowMs());
        if (last) finish();
      });
    } else {
      const tokensPerItem = Math.round((recorded.promptTokens ?? 0) / recorded.items);
      const itemTokens = Array.from({length: recorded.items}, () => tokensPerItem);
      engine.pool(recorded.kind, {receivedMs: sentMs, itemTokens}, finish);
    }
  };
};

/** A closed-loop trial to play again. */
export interface Recording {
  readonly concurrency: number;
  /** Of each repetition; the first one is played. */
  readonly repetitions: readonly (readonly OkSample[])[];
}

/**
 * Plays the requests of a closed-loop trial to a simulated engine, in virtual time: as many sessions at once as were, each
 * request as long as it was. The first ones are sent when the real client sent them, for it takes its time to send many at
 * once; from then on the client costs nothing. Returns the samples that it would have written, in the order in which the
 * requests ended.
 */
export const replay = (
  {concurrency, repetitions: [recorded = []]}: Recording,
  calibration: Calibration,
  dialect: DialectName,
): OkSample[] => {
  const {nowMs, clockwork, runToEnd} = virtualTime();
  const {traits} = dialects[dialect];
  const {kvTokens} = calibration.memory;
  const engine = createEngine({calibration, traits, kvTokens, speed: 1, seed: 0, clockwork});
  const send = sender(engine, nowMs);
  const inOrder = recorded.toSorted((a, b) => a.index - b.index);
  const sessions = Map.groupBy(inOrder, ({session}) => session).values();
  const replayed: OkSample[] = [];

  const startSlot = (startMs: number) => {
    const slot = clockwork();
    let turns: Iterator<OkSample> = [].values();
    const sendNext = () => {
      let turn = turns.next();
      while (turn.done) {
        const session = sessions.next();
        if (session.done) return;
        turns = session.value.values();
        turn = turns.next();
      }
      send(turn.value, sample => {
        replayed.push(sample);
        slot.setAlarm(nowMs(), sendNext); // not from inside the engine's step
      });
    };
    slot.setAlarm(startMs, sendNext);
  };
  const starts = recorded.map(({sentMs}) => sentMs).sort((a, b) => a - b);
  for (const startMs of starts.slice(0, concurrency)) startSlot(startMs);
  runToEnd();
  return replayed;
};
