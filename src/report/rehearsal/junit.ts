import type {StageName} from '../../schema/rehearsal.ts';
import type {RehearsalCheck} from '../../schema/rehearsal-verdict.ts';
import type {ExportFile} from '../format.ts';
import {type Ending, junitText, type TestCase, verdictEndings} from '../junit.ts';
import {accountingText, verdictParts} from './rehearsal-words.ts';
import type {RehearsedRun} from './rehearsed-run.ts';

const checkEndings: Readonly<Record<RehearsalCheck['outcome'], Ending>> = {
  ...{pass: 'passed', fail: 'failure', inconclusive: 'error', void: 'error', 'not-asked': 'skipped'},
};

const stagesOf: Readonly<Record<'migration' | 'rollback', readonly StageName[]>> = {
  migration: ['candidate-up', 'check', 'cutover', 'watch'],
  rollback: ['fault', 'rollback', 'recover', 'after'],
};

/** A suite for each of the two plans: its verdict, then its checks; those of both stand in both. */
export const renderJunit = async ({rehearsal, verdict}: RehearsedRun): Promise<readonly ExportFile[]> => {
  const name = `cutover rehearsal ${rehearsal.plan.name} ${rehearsal.scenario}${rehearsal.evidence === 'simulated' ? ' (SIMULATED)' : ''}`;
  const suites = verdictParts(verdict).map(({part, ended}) => {
    const judged: TestCase = {
      ...{name: 'verdict', ending: verdictEndings[ended.verdict], type: ended.verdict},
      reason: [...ended.reasons, accountingText(verdict.accounting)].join('\n'),
    };
    const checks = verdict.checks
      .filter(({of}) => of === part || of === 'both')
      .map(({code, outcome, detail}) => ({
        ...{name: code, ending: checkEndings[outcome], type: outcome, reason: detail},
      }));
    const ms = verdict.stages
      .filter(({name: stage}) => stagesOf[part].includes(stage))
      .reduce((sum, {startMs, endMs}) => sum + (endMs ?? startMs) - startMs, 0);
    return {name: part, cases: [judged, ...checks], ms};
  });
  return [{name: 'junit.xml', content: junitText({name, startedAt: rehearsal.startedAt, suites})}];
};
