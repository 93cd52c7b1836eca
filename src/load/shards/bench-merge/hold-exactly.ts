import {TrialSummary} from '../../../stats/trial.ts';
import {outline, shardSamples} from './shard-samples.ts';

/** So many different samples, over and over again: their numbers are kept as if each were another one. */
const different = 500;

export interface HoldJob {
  readonly seed: number;
  readonly samples: number;
}

/** What the exact numbers of an open loop's chat trial take, without anything of its samples but what the numbers are made from. */
export const holdExactly = ({seed, samples}: HoldJob): {readonly n: number} => {
  const some = shardSamples({seed, place: {index: 0, of: 1}, count: different, tokens: 64}).filter(
    ({outcome}) => outcome === 'ok',
  );
  const summary = new TrialSummary(outline);
  for (let added = 0; added < samples; added += some.length) for (const sample of some) summary.add(sample);
  return {n: summary.numbers().counts.ok};
};
