import {FloatColumn} from '../schema/float-column.ts';
import {roleOf} from '../schema/request.ts';
import type {Failure, OkSample, Sample} from '../schema/sample.ts';
import type {LoadSpec} from '../schema/suite.ts';
import type {Trial} from '../schema/trial.ts';
import type {WorkloadSpec} from '../schema/workload.ts';
import {GapCounts} from './gap-counts.ts';
import {eachTokenGap, Latencies, pushKnown, tpotMs} from './latency.ts';
import {percentile, summarise} from './percentile.ts';
import {PhaseSums} from './phases.ts';
import {type Span, Throughput, windowOf} from './throughput.ts';
import {TokenSum} from './token-sum.ts';
import {TrialFacts} from './trial-facts.ts';
import {hasTurns, Turns} from './turns.ts';

/** What a trial's samples say, as the record keeps it. */
export type TrialNumbers = Pick<
  Trial,
  | 'durationMs'
  | 'latencyFrom'
  | 'counts'
  | 'failures'
  | 'window'
  | 'ttftMs'
  | 'itlMs'
  | 'tpotMs'
  | 'e2eMs'
  | 'fromScheduleMs'
  | 'fromSendMs'
  | 'requestsPerSecond'
  | 'itemsPerSecond'
  | 'outputTokensPerSecond'
  | 'promptTokens'
  | 'outputTokens'
  | 'cachedPromptTokens'
  | 'turns'
>;

interface TrialOutline {
  readonly load: LoadSpec;
  readonly workload: WorkloadSpec;
  /** Between the start-up burst and the drain; null where the trial was too short to have such a part. */
  readonly steady: Span | null;
  /** From the first request sent to the last one ended, failed ones included; null where nothing was sent. */
  readonly whole: Span | null;
}

/** By kind, with the first message of each. */
class Failures {
  readonly #kinds = new Map<Failure['kind'], Trial['failures'][number]>();

  add({kind, message}: Failure): void {
    const seen = this.#kinds.get(kind);
    if (seen === undefined) this.#kinds.set(kind, {kind, count: 1, firstMessage: message});
    else seen.count += 1;
  }

  list(): Trial['failures'] {
    return [...this.#kinds.values()];
  }
}

/**
 * Every number of one trial, from its raw samples, seen once each. Failed requests are counted and enter nothing else; what
 * nobody told is null. Latencies count from the plan in open loop, so that waiting for a slow server is part of them, and
 * from the send in closed loop, where nothing is planned. It holds some numbers for each request and none for a token.
 */
export class TrialSummary {
  readonly facts: TrialFacts;
  readonly phases = new PhaseSums();
  readonly #outline: TrialOutline;
  readonly #window: Trial['window'];
  readonly #counts = {ok: 0, failed: 0};
  readonly #failures = new Failures();
  readonly #scheduleLagsMs = new FloatColumn();
  readonly #fromSchedule = new Latencies('scheduled');
  readonly #fromSend = new Latencies('sent');
  readonly #gaps = new GapCounts();
  readonly #tpotMs = new FloatColumn();
  readonly #throughput: Throughput;
  readonly #tokens = {promptTokens: new TokenSum(), outputTokens: new TokenSum(), cachedPromptTokens: new TokenSum()};
  readonly #turns: Turns;

  constructor(outline: TrialOutline) {
    const {load, workload, steady, whole} = outline;
    this.#outline = outline;
    this.#window = windowOf(steady, whole);
    this.facts = new TrialFacts(this.#window);
    this.#throughput = new Throughput(this.#window, roleOf(workload.kind) === 'chat');
    this.#turns = new Turns(load.mode === 'open' ? 'scheduled' : 'sent');
  }

  add(sample: Sample): void {
    this.facts.add(sample);
    if (sample.scheduledMs !== null) this.#scheduleLagsMs.push(sample.sentMs - sample.scheduledMs);
    if (sample.outcome === 'ok') this.#addAnswer(sample);
    else {
      this.#counts.failed += 1;
      this.#failures.add(sample.failure);
    }
  }

  #addAnswer(sample: OkSample): void {
    this.#counts.ok += 1;
    this.#fromSchedule.add(sample);
    this.#fromSend.add(sample);
    this.phases.add(sample);
    eachTokenGap(sample, (gapMs, tokens) => this.#gaps.add(gapMs, tokens));
    pushKnown(this.#tpotMs, tpotMs(sample));
    this.#throughput.add(sample);
    this.#tokens.promptTokens.add(sample.promptTokens);
    this.#tokens.outputTokens.add(sample.outputTokens);
    this.#tokens.cachedPromptTokens.add(sample.cachedPromptTokens);
    if (hasTurns(this.#outline.workload.kind)) this.#turns.add(sample);
  }

  /** 99th percentile of sent - scheduled over all requests, failed ones too; null where nothing was scheduled. */
  get scheduleLagP99Ms(): number | null {
    const lags = this.#scheduleLagsMs;
    return lags.length === 0 ? null : percentile(lags.view.sort(), 0.99);
  }

  numbers(): TrialNumbers {
    const {load, whole} = this.#outline;
    const open = load.mode === 'open';
    const [fromSchedule, fromSend] = [this.#fromSchedule.summarise(), this.#fromSend.summarise()];
    return {
      durationMs: whole === null ? 0 : whole.endMs - whole.startMs,
      latencyFrom: open ? 'scheduled' : 'sent',
      counts: {...this.#counts},
      failures: this.#failures.list(),
      window: this.#counts.ok === 0 ? null : this.#window,
      ...(open ? fromSchedule : fromSend),
      itlMs: this.#gaps.summarise(),
      tpotMs: summarise(this.#tpotMs.view),
      fromScheduleMs: open ? fromSchedule : null,
      fromSendMs: open ? fromSend : null,
      ...this.#throughput.numbers(),
      promptTokens: this.#tokens.promptTokens.total,
      outputTokens: this.#tokens.outputTokens.total,
      cachedPromptTokens: this.#tokens.cachedPromptTokens.total,
      turns: this.#turns.summarise(),
    };
  }
}
