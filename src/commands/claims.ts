import {ledger} from '../claims/ledger.ts';
import {ledgerText} from '../report/ledger-text.ts';
import {readEvidence} from './read-evidence.ts';

interface ClaimsOptions {
  /** Runs and decisions beside those of reports/evidence. */
  readonly named: readonly string[];
  readonly reportsDir: string;
  readonly json: boolean;
  out(text: string): void;
}

/** Prints what all evidence says to every claim. */
export const printClaims = async ({named, reportsDir, json, out}: ClaimsOptions): Promise<void> => {
  const evidence = await readEvidence({reportsDir, named});
  const entries = ledger(evidence);
  if (json) {
    out(`${JSON.stringify(entries, null, 2)}\n`);
    return;
  }
  const isReal = ({evidence: kind}: {evidence: string}) => kind === 'real';
  const real = evidence.runs.filter(isReal).length;
  const decisions = evidence.decisions.filter(({decision}) => isReal(decision)).length;
  out(ledgerText(entries, {runs: real, decisions, simulated: evidence.runs.length - real}));
};
