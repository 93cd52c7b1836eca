import type {RehearsalCheck, RehearsalVerdict} from '../../schema/rehearsal-verdict.ts';
import type {VerdictName} from '../../schema/verdict.ts';
import {schemaVersion} from '../../schema/version.ts';
import {toSixDigits} from '../six-digits.ts';
import {checksOf} from './check.ts';
import {ClientLag} from './client-lag.ts';
import {Downtimes} from './downtime.ts';
import {downtimesOf} from './downtimes-of-rehearsal.ts';
import {equivalenceOf} from './equivalence.ts';
import type {Evidence} from './evidence.ts';
import {identityOf} from './identity.ts';
import {podChecks} from './load-pods.ts';
import {migrationChecks} from './migration-checks.ts';
import {accountsAgree, cutOffCheck, simulatedOf} from './request-checks.ts';
import {rollbackChecks} from './rollback-checks.ts';
import {stageRows} from './stage-rows.ts';
import {unservedOf} from './unserved.ts';

/** The verdict on the migration plan and on the rollback plan, from what lies on disk alone (`evidenceOf`): the same bytes each time. */
export const judgeRehearsal = (evidence: Evidence): RehearsalVerdict => {
  const {rehearsal, accounting, accounts, times} = evidence;
  const downtimes = new Downtimes(evidence);
  const downtimeOf = downtimesOf(evidence, downtimes);
  const lag = new ClientLag(evidence);
  const checks = [
    evidenceCheck(simulatedOf(rehearsal)),
    ...podChecks(rehearsal),
    accountsAgree(evidence),
    cutOffCheck(evidence),
    ...migrationChecks(evidence, downtimeOf, lag),
    ...rollbackChecks(evidence, downtimeOf, lag),
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
      recoverSeconds: times.recoverSeconds(rehearsal, evidence.lastAskedCandidateMs),
      ...downtimeOf,
    },
    unserved: unservedOf(evidence),
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
