import {claimOutcomes} from '../schema/claim.ts';
import {idsText, type LedgerEntry, paragraphsOf} from './ledger-text.ts';
import {markdownText} from './plain-text.ts';

/** Word by word, so that no paragraph is cut at the length of a server's message. */
const cell = (text: string): string => text.split(/\s+/).map(markdownText).join(' ');

const row = (entry: LedgerEntry): string => {
  const {claim, verdict} = entry;
  const found = [...paragraphsOf(entry), ...(verdict.evidence.length === 0 ? [] : [`(${idsText(verdict.evidence)})`])];
  return `| \`${claim.id}\` | ${claim.seeds.join(', ')} | ${cell(claim.claim)} | ${cell(found.join(' '))} |`;
};

const head = ['| claim | seed | says | found |', '| --- | --- | --- | --- |'];

/** The ledger for docs/claims.md, a table for each outcome. Without a line feed at its end. */
export const ledgerTables = (entries: readonly LedgerEntry[]): string =>
  claimOutcomes
    .flatMap(outcome => {
      const own = entries.filter(({verdict}) => verdict.outcome === outcome);
      const title = `### ${outcome.replace(/^./, first => first.toUpperCase())} (${own.length})`;
      return own.length === 0 ? [] : [[title, '', ...head, ...own.map(row)].join('\n')];
    })
    .join('\n\n');
