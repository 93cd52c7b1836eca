import type {Reason} from './figure.ts';
import type {MeasuredTrial} from './rival.ts';

/** Whether streams begin with a chunk that has no text. One that shares its read with the first token shows in others. */
export const beginsWithRole = ({samples}: Pick<MeasuredTrial, 'samples'>): boolean =>
  samples.some(
    ({firstChunkMs, firstTokenMs}) => firstChunkMs !== null && firstTokenMs !== null && firstChunkMs < firstTokenMs,
  );

/** What makes a rival's figures differ from ours in this trial; false where the trial has nothing of the kind. */
export const differencesIn = ({trial, samples}: MeasuredTrial) => {
  const applies = (when: boolean, reason: string): Reason => when && reason;
  return {
    fromSend: applies(trial.latencyFrom === 'scheduled', 'from the send, not the schedule: hides the wait for a place'),
    roleChunk: applies(beginsWithRole({samples}), 'to the role chunk, not to the first text'),
    perChunk: applies(
      samples.some(({tokensPerEvent}) => tokensPerEvent?.some(tokens => tokens !== 1) ?? false),
      'one gap a chunk, not a token',
    ),
    wholeRun: applies(trial.window?.kind === 'steady', 'over the whole run, with its ramp-up and drain'),
    brokenStreams: applies(
      samples.some(sample => sample.outcome === 'failed' && sample.failure.kind === 'error-event'),
      'error events in streams count as successes',
    ),
  };
};
