import type {LengthSpec} from '../schema/length.ts';
import {roleOf} from '../schema/request.ts';
import type {OkSample} from '../schema/sample.ts';
import type {Workload} from '../schema/workload.ts';
import type {Calibration, DialectName} from '../simulator/calibration.ts';
import {replay} from '../simulator/replay.ts';
import {chatSample} from '../stats/test-samples.ts';
import type {MeasuredStage} from './fit-stages.ts';

interface RecordingOptions {
  readonly trial?: number;
  /** With lengths that are numbers. */
  readonly workload: Workload<'chat' | 'prefix' | 'embed' | 'rerank'>;
  readonly concurrency: number;
  readonly requests: number;
}

/** A stage as an engine with these constants would have been recorded in it: for tests that know what must be found. */
export const recordedStage = (
  name: string,
  {trial = 0, workload, concurrency, requests}: RecordingOptions,
  calibration: Calibration,
  dialect: DialectName,
): MeasuredStage => {
  const items = workload.kind === 'embed' || workload.kind === 'rerank' ? workload.batch : 1;
  const tokens = (length: LengthSpec) => {
    if (typeof length !== 'number') throw new TypeError('a recording has one length');
    return length;
  };
  const asked = Array.from({length: requests}, (_, index): OkSample => {
    const session = `${name}-${index}`;
    return chatSample({
      trial,
      index,
      id: session,
      kind: roleOf(workload.kind),
      session,
      items,
      scheduledMs: null,
      // Not all of one length: what costs by the token and what costs by the request are to be told apart.
      promptTokens: items * (tokens(workload.promptTokens) + (index % 5) * 8),
      outputTokens: 'outputTokens' in workload ? tokens(workload.outputTokens) : null,
      cachedPromptTokens: 0,
    });
  });
  const sent = replay({concurrency, repetitions: [asked]}, calibration, dialect);
  return {name, workload, concurrency, repetitions: [sent]};
};
