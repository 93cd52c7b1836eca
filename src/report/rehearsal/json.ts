import type {ExportFile} from '../format.ts';
import type {RehearsedRun} from './rehearsed-run.ts';

/** What `rehearse --json` prints: what a script asks first, then the rest of verdict.json. */
export const rehearsalSummary = ({rehearsal, verdict}: Pick<RehearsedRun, 'rehearsal' | 'verdict'>) => {
  const {schemaVersion, rehearsalId, accounting, stages, migration, rollback, ...rest} = verdict;
  const {evidence, status, plan, scenario} = rehearsal;
  return {
    ...{schemaVersion, rehearsalId, evidence, status, strategy: plan.strategy.kind, scenario},
    ...{accounting, stages, migration, rollback, ...rest},
  };
};

export const renderJson = async (run: RehearsedRun): Promise<readonly ExportFile[]> => [
  {name: 'summary.json', content: `${JSON.stringify(rehearsalSummary(run), null, 2)}\n`},
];
