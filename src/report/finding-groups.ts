import type {Finding} from '../schema/finding.ts';
import type {RunRecord} from '../schema/record.ts';
import type {Trial} from '../schema/trial.ts';
import {trialName} from './trial-text.ts';

/** One kind of finding of a run, said once. */
export interface FindingGroup {
  readonly severity: Finding['severity'];
  readonly code: string;
  readonly hint: string | null;
  /**
   * Each message with the trials that it is about; `trials` is 'all trials' where it is every one of several, and 'run'
   * where it is about none of them.
   */
  readonly messages: readonly {readonly message: string; readonly trials: string}[];
}

const gravest: readonly Finding['severity'][] = ['void', 'warning', 'note'];

const trialsText = (concerned: readonly (Trial | null)[], all: readonly Trial[]): string => {
  const trials = concerned.filter(one => one !== null);
  if (trials.length === all.length && all.length > 1) return 'all trials';
  return trials.length === 0 ? 'run' : trials.map(trialName).join(', ');
};

/** The findings of a run and of all its trials, the gravest first, each kind and each message once. */
export const findingGroups = ({trials, findings}: Pick<RunRecord, 'trials' | 'findings'>): readonly FindingGroup[] => {
  const found = [
    ...trials.flatMap(trial => trial.findings.map(finding => ({trial, finding}))),
    ...findings.map(finding => ({trial: null, finding})),
  ];
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
