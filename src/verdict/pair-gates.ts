import type {Finding} from '../schema/finding.ts';
import type {Trial} from '../schema/trial.ts';

/** Gates between the two blocks of a pair, beside those of each block (stats/findings.ts). */

type PairGate = (baseline: Trial, candidate: Trial) => Finding | null;

const unequalRequests: PairGate = (baseline, candidate) =>
  baseline.dataHash === candidate.dataHash
    ? null
    : {
        code: 'unequal-requests',
        severity: 'void',
        message: `The two blocks sent different requests: ${baseline.dataHash.slice(0, 12)} and ${candidate.dataHash.slice(0, 12)}`,
        hint: 'Both must be cut by the same measured token lengths and drawn from the same seed.',
      };

const unequalLoad: PairGate = (baseline, candidate) =>
  JSON.stringify([baseline.workload, baseline.load, baseline.latencyFrom]) ===
  JSON.stringify([candidate.workload, candidate.load, candidate.latencyFrom])
    ? null
    : {
        code: 'unequal-load',
        severity: 'void',
        message: 'The two blocks were not put under the same load',
        hint: 'Blocks of a pair come from one plan; compare with runs made by it.',
      };

/** How far mean output tokens of the two may be apart. Throughput counts tokens, so that is how far it may be off. */
const outputShare = 0.01;

const unequalOutput: PairGate = (baseline, candidate) => {
  const [ours, theirs] = [baseline, candidate].map(tokensPerRequest);
  if (ours == null || theirs == null || Math.abs(theirs - ours) <= outputShare * ours) return null;
  return {
    code: 'unequal-output',
    severity: 'void',
    message: `Replies had ${ours.toFixed(1)} tokens on average in one block and ${theirs.toFixed(1)} in the other`,
    hint: 'Output lengths must be forced (ignore_eos), or the two do different work.',
  };
};

const tokensPerRequest = ({outputTokens, counts}: Trial): number | null =>
  outputTokens === null || counts.ok === 0 ? null : outputTokens / counts.ok;

const pairGates: readonly PairGate[] = [unequalRequests, unequalLoad, unequalOutput];

/**
 * What makes a pair void though each of its blocks is valid: asked by the run when the second block of a pair has ended; the
 * codes go into `void` of both blocks.
 */
export const pairFindings = (pair: {readonly baseline: Trial; readonly candidate: Trial}): readonly Finding[] =>
  pairGates.map(gate => gate(pair.baseline, pair.candidate)).filter(found => found !== null);
