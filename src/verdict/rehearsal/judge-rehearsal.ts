import type {RehearsalCheck, RehearsalVerdict} from '../../schema/rehearsal-verdict.ts';
import type {VerdictName} from '../../schema/verdict.ts';
import {schemaVersion} from '../../schema/version.ts';
import {toSixDigits} from '../six-digits.ts';
import {checksOf} from './check.ts';
import {Downtimes} from './downtime.ts';
import {equivalenceOf} from './equivalence.ts';
import type {Evidence} from './evidence.ts';
import {identityOf} from './identity.ts';
import {cutoverDowntimeMs, migrationChecks} from './migration-checks.ts';
import {accountsAgree, cutOffCheck, simulatedOf} from './request-checks.ts';
import {faultDowntimeMs, rollbackChecks, rollbackDowntimeMs} from './rollback-checks.ts';
import {stageRows} from './stage-rows.ts';

/** The verdict on the migration plan and on the rollback plan, from what lies on disk alone (`evidenceOf`): the same bytes each time. */
export const judgeRehearsal = (evidence: Evidence): RehearsalVerdict => {
  const {rehearsal, accounting, accounts, times} = evidence;
  const downtimes = new Downtimes(evidence.table, evidence.outcomes);
  const checks = [
    evidenceCheck(simulatedOf(rehearsal)),
    accountsAgree(evidence),
    cutOffCheck(evidence),
    ...migrationChecks(evidence, downtimes),
    ...rollbackChecks(evidence, downtimes),
  ];
  return toSixDigits({
    schemaVersion,
    rehearsalId: rehearsal.rehearsalId,
    migration: partVerdict(checks, 'migration', simulatedOf(rehearsal)),
    rollback: partVerdict(checks, 'rollback', simulatedOf(rehearsal)),
    checks,
    accounting,
    accounts,
    stages: stageRows(evidence, downtimes),
    times: {
      detectSeconds: times.detectSeconds,
      rollbackSeconds: times.rollbackSeconds(evidence.lastAskedCandidateMs),
      recoverSeconds: times.recoverSeconds(rehearsal),
      cutoverDowntimeMs: cutoverDowntimeMs(evidence, downtimes),
      faultDowntimeMs: faultDowntimeMs(evidence, downtimes),
      rollbackDowntimeMs: rollbackDowntimeMs(evidence, downtimes),
    },
    equivalence: equivalenceOf(evidence).rows,
    identity: identityOf(rehearsal).rows,
  });
};

const evidenceCheck = (simulated: boolean): RehearsalCheck =>
  checksOf('both')(
    'evidence',
    simulated ? 'inconclusive' : 'pass',
    simulated ? 'Simulated engines say nothing of real ones: no GO.' : 'Measured on real engines.',
  );

/** What voids comes first; then what was shown to be beyond its limit, which no more evidence would heal; what is missing never passes. */
const order = [
  ['void', 'VOID'],
  ['fail', 'NO-GO'],
  ['inconclusive', 'INCONCLUSIVE'],
] as const satisfies readonly (readonly [RehearsalCheck['outcome'], VerdictName])[];

const partVerdict = (
  checks: readonly RehearsalCheck[],
  part: 'migration' | 'rollback',
  simulated: boolean,
): RehearsalVerdict['migration'] => {
  const own = checks.filter(({of, code}) => (of === part || of === 'both') && code !== 'evidence');
  for (const [outcome, verdict] of order) {
    const reasons = own.filter(check => check.outcome === outcome).map(({detail}) => detail);
    if (reasons.length > 0) return {statistics: verdict, verdict, reasons};
  }
  const passed = own.filter(({outcome}) => outcome === 'pass').length;
  const reason = {
    migration: `The candidate took over within every limit of the plan (${passed} checks).`,
    rollback: `The service is again what it was, and came back within every limit of the plan (${passed} checks).`,
  }[part];
  return simulated
    ? {
        statistics: 'GO',
        verdict: 'INCONCLUSIVE',
        reasons: ['The numbers say GO, but simulated evidence says nothing of a real engine.', reason],
      }
    : {statistics: 'GO', verdict: 'GO', reasons: [reason]};
};
