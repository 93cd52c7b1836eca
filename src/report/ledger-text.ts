import {type Claim, type ClaimVerdict, claimOutcomes} from '../schema/claim.ts';
import {plainText} from './plain-text.ts';

/** A claim with what the evidence comes to. */
export interface LedgerEntry {
  readonly claim: Claim;
  readonly verdict: ClaimVerdict;
}

const width = 100;
const margin = ' '.repeat(4);

/** Lines of whole words within the width; a longer word has a line of its own. */
const wrapped = (text: string): readonly string[] => {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).map(plainText)) {
    const last = lines.at(-1);
    if (last !== undefined && margin.length + last.length + 1 + word.length <= width)
      lines[lines.length - 1] += ` ${word}`;
    else lines.push(word);
  }
  return lines.map(line => `${margin}${line}`);
};

/** Of many runs the first ones; --json has all. */
const mostIds = 4;

export const idsText = (ids: readonly string[]): string => {
  const more = ids.length > mostIds ? `, and ${ids.length - mostIds} more` : '';
  return ids.slice(0, mostIds).join(', ') + more;
};

/** What an entry says beyond its claim, a paragraph each. */
export const paragraphsOf = ({verdict: {reason, nearest, morePairs}}: LedgerEntry): readonly string[] => [
  reason,
  ...(nearest === null ? [] : [`Nearest: ${nearest}`]),
  ...(morePairs === null ? [] : [`To settle it: ${morePairs} more pairs.`]),
];

const entryLines = (entry: LedgerEntry): readonly string[] => {
  const {claim, verdict} = entry;
  const seeds = `${claim.seeds.length === 1 ? 'seed' : 'seeds'} ${claim.seeds.join(', ')}`;
  return [
    `  ${claim.id} (${seeds})`,
    ...wrapped(claim.claim),
    ...paragraphsOf(entry).flatMap(text => wrapped(`→ ${text}`)),
    ...(verdict.evidence.length === 0 ? [] : wrapped(`Evidence: ${idsText(verdict.evidence)}`)),
    '',
  ];
};

const counted = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`;

const title = (outcome: string, count: number) => `${outcome.toUpperCase()} (${count})`;

/** The ledger for a terminal of 100 columns, a group for each outcome. Ends in a line feed. */
export const ledgerText = (
  entries: readonly LedgerEntry[],
  {runs, decisions, simulated}: {readonly runs: number; readonly decisions: number; readonly simulated: number},
): string => {
  const groups = Map.groupBy(entries, ({verdict}) => verdict.outcome);
  return [
    `${counted(entries.length, 'claim')}, by ${counted(runs, 'run')} and ${counted(decisions, 'decision')} of real engines`,
    ...(simulated === 0
      ? []
      : [`${counted(simulated, 'simulated run')} left out: simulated is no evidence about an engine`]),
    '',
    ...claimOutcomes.flatMap(outcome => {
      const own = groups.get(outcome) ?? [];
      return own.length === 0 ? [] : [title(outcome, own.length), '', ...own.flatMap(entryLines)];
    }),
  ].join('\n');
};
