import type {Arm} from '../schema/block.ts';
import {countText} from './metric-sentence.ts';
import type {Pair} from './pairs.ts';

/** Gates of a block that a server falls by, and neither the client nor the machine (stats/findings.ts). */
const serversOwn = ['errors', 'output-length', 'unsent'];
/** The same where a shard was lost and the others were ended at once: answers that these cut off are no errors (stats/reply-gates.ts). */
const serversOwnOfFewer = ['errors'];

const failedIn = (pairs: readonly Pair[], arm: Arm): readonly string[] =>
  pairs.flatMap(({blocks}) => {
    const reasons = blocks[arm].block.void;
    const own = reasons.includes('shard-missing') ? serversOwnOfFewer : serversOwn;
    const codes = reasons.filter(code => own.includes(code));
    return codes.length === 0 ? [] : [codes.join(', ')];
  });

/**
 * Workloads in which more blocks of the candidate than of the baseline are void because it did not do its work: a sentence each.
 * They were made again, so the valid ones are picked by how well it went, and say nothing of how often it does.
 */
export const failedMore = (pairs: readonly Pair[]): readonly string[] =>
  [...Map.groupBy(pairs, ({workload}) => workload)].flatMap(([workload, own]) => {
    const made = own.filter(({phase}) => phase === 'ab');
    const [ours, theirs] = [failedIn(made, 'baseline'), failedIn(made, 'candidate')];
    const codes = [...new Set(theirs)].sort().join(', ');
    return theirs.length <= ours.length
      ? []
      : [
          `${workload}: ${countText(theirs.length, 'block')} of the candidate and ${ours.length} of the baseline were void for what the server did (${codes}): the valid ones do not stand for these.`,
        ];
  });
