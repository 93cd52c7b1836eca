import type {Decision} from '../schema/decision.ts';
import type {RunRecord} from '../schema/record.ts';

/** What must be equal for the decision as a whole; what differs between the blocks of one pair stands in pair-gates.ts. */

export interface Records {
  readonly baseline: RunRecord;
  readonly candidate: RunRecord;
}

interface VoidCondition {
  readonly code: string;
  readonly message: string;
}

/** Unequal ones of the whole decision: none of its numbers can be used. */
export const voidConditions = ({findings}: Decision, records: Records | null): readonly VoidCondition[] => [
  ...findings.filter(({severity}) => severity === 'void').map(({code, message}) => ({code, message})),
  ...(records === null ? [] : [unequalGpu(records), unequalEvidence(records)].filter(found => found !== null)),
];

const unequalGpu = ({baseline, candidate}: Records): VoidCondition | null => {
  const [ours, theirs] = [cardsOf(baseline), cardsOf(candidate)];
  if (ours === theirs) return null;
  return {code: 'unequal-gpu', message: `The baseline was measured on ${ours} and the candidate on ${theirs}`};
};

const cardsOf = ({machine: {gpus}}: RunRecord): string =>
  gpus.length === 0
    ? 'no GPU'
    : gpus
        .map(({name}) => name)
        .toSorted()
        .join(' + ');

const unequalEvidence = ({baseline, candidate}: Records): VoidCondition | null =>
  baseline.evidence === candidate.evidence
    ? null
    : {
        code: 'unequal-evidence',
        message: `The baseline is ${baseline.evidence} and the candidate ${candidate.evidence}`,
      };

export const isSimulated = ({evidence}: Decision, records: Records | null): boolean =>
  [evidence, records?.baseline.evidence, records?.candidate.evidence].includes('simulated');
