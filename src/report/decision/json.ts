import {schemaVersion} from '../../schema/version.ts';
import type {ExportFile} from '../format.ts';
import type {DecidedRun} from './decided-run.ts';
import {metricRowKeys, metricRowsOf} from './metric-rows.ts';
import {touchedClaims} from './touched-claims.ts';

const keyed = (row: readonly unknown[]) => Object.fromEntries(metricRowKeys.map((key, place) => [key, row[place]]));

/**
 * What a script asks first, without knowing the shape of verdict.json: the verdict, its reason, the rows of metrics.csv with
 * their keys; and the claims touched, which are not part of the verdict. verdict.json has everything that was computed.
 */
export const renderJson = async (run: DecidedRun): Promise<readonly ExportFile[]> => {
  const {decision, verdict} = run;
  const summary = {
    schemaVersion,
    decisionId: decision.decisionId,
    evidence: decision.evidence,
    verdict: verdict.verdict,
    statistics: verdict.statistics,
    reason: verdict.reasons[0] ?? null,
    morePairs: verdict.morePairs,
    metrics: metricRowsOf(run).map(keyed),
    claims: touchedClaims(run).map(({claim, verdict: {outcome, reason}}) => ({id: claim.id, outcome, reason})),
  };
  return [{name: 'summary.json', content: `${JSON.stringify(summary, null, 2)}\n`}];
};
