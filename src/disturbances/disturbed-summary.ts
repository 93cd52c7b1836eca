import {toldSum} from '../engines/told-sum.ts';
import {toMicrosecond} from '../load/clock.ts';
import type {Disturbance, DisturbanceSpec, DisturbanceStep, OutageResult, ProbeResult} from '../schema/disturbance.ts';
import type {Finding} from '../schema/finding.ts';
import type {Sample} from '../schema/sample.ts';
import type {MemberShare} from '../schema/trial.ts';
import type {LatencyFrom} from '../stats/latency.ts';
import type {TransferGrowth} from '../stats/phases.ts';
import type {Disturbed} from './disturb.ts';
import {everyMs, probeTokens} from './probe.ts';
import {Stretches} from './stretches.ts';
import {tellApart} from './told-apart.ts';

interface Seen {
  readonly spec: DisturbanceSpec;
  readonly disturbed: Disturbed;
  /** The trial's 0 on the clock of what was seen. */
  readonly beganMs: number;
  readonly from: LatencyFrom;
}

/** What a disturbance came to, from what was seen of it and the samples of the load beside it, each shown once. */
export class DisturbedSummary {
  readonly #spec: DisturbanceSpec;
  readonly #disturbed: Disturbed;
  readonly #steps: readonly DisturbanceStep[];
  readonly #probe: ProbeResult;
  readonly #stretches: Stretches;
  readonly #settledMs: number;
  readonly #effectMs: number | null;
  readonly #servedAgainAtMs: number | null;
  readonly #loadOverMs: number;
  #lastFailedSentMs: number | null = null;

  constructor({spec, disturbed, beganMs, from}: Seen) {
    const here = (ms: number) => toMicrosecond(ms - beganMs);
    this.#spec = spec;
    this.#disturbed = disturbed;
    this.#steps = disturbed.steps.map(step => ({...step, startMs: here(step.startMs), endMs: here(step.endMs)}));
    this.#loadOverMs = here(disturbed.loadOverMs);
    const {answers} = disturbed.probe;
    const changedMs = disturbed.steps[0]?.startMs ?? disturbed.allDoneMs;
    const told = tellApart(answers, {changedMs, overMs: disturbed.allDoneMs});
    this.#effectMs =
      spec.kind === 'weights' && told.firstNewEndMs !== null ? toMicrosecond(told.firstNewEndMs - changedMs) : null;
    this.#probe = {
      everyMs,
      outputTokens: probeTokens,
      asked: answers.length,
      failed: answers.filter(({text}) => text === null).length,
      promptTokens: toldSum(answers.flatMap(({text, promptTokens}) => (text === null ? [] : [promptTokens]))),
      answersBefore: told.answersBefore,
      answersAfter: told.answersAfter,
      apart: told.apart,
      longestGapMs: longestGapMs(
        answers.flatMap(({text, sentMs, endMs}) => (text === null || sentMs < beganMs ? [] : [endMs])),
      ),
    };
    const servedAgain = disturbed.outage?.servedAgainAtMs ?? null;
    this.#servedAgainAtMs = servedAgain === null ? null : here(servedAgain);
    this.#settledMs = Math.max(this.#endMs, this.#startMs + (this.#effectMs ?? 0), this.#servedAgainAtMs ?? 0);
    this.#stretches = new Stretches({startMs: this.#startMs, settledMs: this.#settledMs}, from);
  }

  get #startMs(): number {
    return this.#steps[0]?.startMs ?? this.#loadOverMs;
  }

  get #endMs(): number {
    return this.#steps.at(-1)?.endMs ?? this.#loadOverMs;
  }

  add(sample: Sample): void {
    this.#stretches.add(sample);
    const whileAway = sample.endMs >= this.#startMs && sample.sentMs < this.#endMs;
    if (sample.outcome === 'failed' && whileAway)
      this.#lastFailedSentMs = Math.max(this.#lastFailedSentMs ?? 0, sample.sentMs);
  }

  result(): Disturbance {
    const {kept, memory} = this.#disturbed;
    return {
      spec: this.#spec,
      steps: [...this.#steps],
      startMs: this.#startMs,
      endMs: this.#endMs,
      effectMs: this.#effectMs,
      ...this.#stretches.result(),
      probe: this.#probe,
      kept: [...kept],
      memory: memory.result(givesBack(this.#spec) ? 'least' : 'most'),
      outage: this.#outage(),
    };
  }

  /** A server that was started anew counts from 0: what it did in the whole trial is not known. */
  members(shares: readonly MemberShare[]): MemberShare[] {
    const unknown = {requests: null, promptTokens: null, cachedPromptTokens: null, generationTokens: null};
    return shares.map(share => (this.#isAnew(share) ? {...share, ...unknown} : share));
  }

  /** As little is known of the KV that a prefill server sent, one of `shares`, that was started anew. */
  transfers(grown: TransferGrowth | null, shares: readonly MemberShare[]): TransferGrowth | null {
    return shares.some(share => share.part === 'prefill' && this.#isAnew(share)) ? null : grown;
  }

  #isAnew({name}: MemberShare): boolean {
    return this.#steps.some(({member, request}) => member === name && request === null);
  }

  #outage(): OutageResult | null {
    const {outage} = this.#disturbed;
    if (this.#spec.kind !== 'outage' || outage === null) return null;
    const started = this.#steps.at(1);
    return {
      member: this.#spec.member,
      routedAwayMs: this.#lastFailedSentMs === null ? null : Math.max(0, this.#lastFailedSentMs - this.#startMs),
      readyMs: started?.ok ? started.endMs - started.startMs : null,
      servedAgainMs: this.#servedAgainAtMs === null ? null : this.#servedAgainAtMs - this.#endMs,
      members: outage.members,
    };
  }

  /** The findings of the trial, with those of the disturbance itself. */
  judged(findings: readonly Finding[]): readonly Finding[] {
    return [...this.#findings(), ...findings.map(lowered)];
  }

  #findings(): readonly Finding[] {
    const found: Finding[] = [];
    for (const {ok, what, member, said} of this.#steps)
      if (!ok)
        found.push({
          code: 'disturbance-failed',
          severity: 'void',
          message: `It was not done: ${what}${member === null ? '' : ` (${member})`}: ${said ?? 'no reason given'}`,
          hint: this.#disturbed.hint || null,
        });
    if (found.length > 0) return found;
    if (this.#settledMs > this.#loadOverMs)
      found.push({
        code: 'disturbance-outlasts-load',
        severity: 'warning',
        message: `It was over ${((this.#settledMs - this.#loadOverMs) / 1000).toFixed(1)} s after the load: nothing is known of the requests after it`,
        hint: 'Raise --duration.',
      });
    if (this.#spec.kind === 'weights' && !this.#probe.apart)
      found.push({
        code: 'weights-not-told-apart',
        severity: 'warning',
        message: 'Old and new weights gave the same answers, so that nothing is told of when the new ones answered',
        hint: 'Name weights that differ more: docker/models/make-weights.py makes some.',
      });
    return found;
  }
}

/** Whether memory is given back while it goes on, for good or for a while. */
const givesBack = (spec: DisturbanceSpec): boolean => spec.kind !== 'weights' || spec.method === 'restart';

const longestGapMs = (endsMs: readonly number[]): number | null => {
  const gaps = endsMs.slice(1).map((ms, index) => ms - (endsMs[index] ?? ms));
  return gaps.length === 0 ? null : toMicrosecond(Math.max(...gaps));
};

/** Requests fail, and come late, because something was done: that is what is measured, and no mistake of the measurement. */
const expected = ['errors', 'littles-law', 'connections-refused', 'no-steady-window'];

const lowered = (finding: Finding): Finding =>
  expected.includes(finding.code) ? {...finding, severity: 'note'} : finding;
