import type {RunRecord} from '../../schema/record.ts';
import type {Sample} from '../../schema/sample.ts';
import {voidCodes} from '../columns.ts';
import {plainText} from '../plain-text.ts';
import {simulatedNotice} from '../run-facts.ts';
import {loadText, trialName, workloadText} from '../trial-text.ts';
import {untold} from './figure.ts';
import type {MeasuredTrial, Printout, Rival} from './rival.ts';

const notes = ({sections, remarks}: Printout): string[] => {
  const unknown = sections.some(({figures}) => figures.some(({printed}) => printed.includes(untold)));
  return [...(unknown ? [`${untold} cannot be told from what was measured.`] : []), ...remarks].map(
    text => `- ${text}`,
  );
};

/** What a rival would have printed of one trial, with its differences from what cutover says. Ends in a line feed. */
export const rivalText = (rival: Rival, measured: MeasuredTrial): string => {
  const {trial} = measured;
  const printout = trial.counts.ok === 0 ? null : rival.print(measured);
  const none =
    trial.counts.ok === 0
      ? 'No request succeeded: there is nothing to compare.'
      : `It has no mode for ${trial.workload.kind}.`;
  const what = `${plainText(trialName(trial))} (${workloadText(trial.workload)}, ${plainText(loadText(trial.load))})`;
  const who = [rival.title, rival.version, ...(printout === null ? [] : [printout.mode])].join(' ');
  const unusable = voidCodes(trial);
  return [
    `${what} as ${who} would have printed it:`,
    ...(trial.evidence === 'simulated' ? [simulatedNotice] : []),
    ...(unusable === null ? [] : [`VOID (${plainText(unusable)}): its numbers must not be used.`]),
    ...(printout === null ? [none] : [...rival.draw(printout), ...notes(printout)]),
    '',
  ].join('\n');
};

/** Each trial of the record with its samples, which follow one another in the order of the trials. */
export async function* measuredTrials(
  {trials}: Pick<RunRecord, 'trials'>,
  samples: AsyncIterable<Sample>,
): AsyncGenerator<MeasuredTrial> {
  const byIndex = new Map(trials.map(trial => [trial.index, trial]));
  let held: Sample[] = [];
  const measured = function* (): Generator<MeasuredTrial> {
    const trial = held[0] && byIndex.get(held[0].trial);
    if (trial !== undefined) yield {trial, samples: held};
  };
  for await (const sample of samples) {
    if (held[0] !== undefined && held[0].trial !== sample.trial) {
      yield* measured();
      held = [];
    }
    held.push(sample);
  }
  yield* measured();
}
