import type {Finding, Trial} from '../schema/record.ts';
import {trialName} from './trial-text.ts';

/** One kind of finding of a run, said once. */
export interface FindingGroup {
  readonly severity: Finding['severity'];
  readonly code: string;
  readonly hint: string | null;
  /** Each message with the trials that it is about; `trials` is 'all trials' where it is every one of several. */
  readonly messages: readonly {readonly message: string; readonly trials: string}[];
}

const gravest: readonly Finding['severity'][] = ['void', 'warning', 'note'];

const trialsText = (concerned: readonly Trial[], all: readonly Trial[]): string =>
  concerned.length === all.length && all.length > 1 ? 'all trials' : concerned.map(trialName).join(', ');

/** The findings of all trials, the gravest first, each kind and each message once. */
export const findingGroups = (trials: readonly Trial[]): readonly FindingGroup[] => {
  const found = trials.flatMap(trial => trial.findings.map(finding => ({trial, finding})));
  const kinds = Map.groupBy(found, ({finding: {severity, code, hint}}) => JSON.stringify([severity, code, hint]));
  const groups = [...kinds.values()].flatMap(members => {
    const [first] = members;
    if (first === undefined) return [];
    const {severity, code, hint} = first.finding;
    const messages = [...Map.groupBy(members, ({finding}) => finding.message)].map(([message, concerned]) => ({
      message,
      trials: trialsText([...new Set(concerned.map(({trial}) => trial))], trials),
    }));
    return [{severity, code, hint, messages}];
  });
  return groups.sort((a, b) => gravest.indexOf(a.severity) - gravest.indexOf(b.severity));
};
