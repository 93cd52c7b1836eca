import type {Rehearsal, StageName} from '../../schema/rehearsal.ts';
import type {Accounting, RehearsalCheck} from '../../schema/rehearsal-verdict.ts';
import {countText} from '../metric-sentence.ts';
import {checksOf} from './check.ts';
import type {Evidence} from './evidence.ts';
import {countedBy} from './outcomes.ts';
import {interruption, isWithin, spanOf} from './spans.ts';

/** Whose a request is: what was sent and had ended before the fault (or the way back) is the migration's. */
export const isMigrations = ({table, times}: Evidence, row: number): boolean => {
  const {ended, sentMs, endMs} = table.columns;
  const lastMs = (ended[row] === 0 ? sentMs[row] : endMs[row]) as number;
  return (sentMs[row] as number) < times.migrationEndMs && lastMs < times.migrationEndMs;
};

/** Requests of one part, sent in one of the stages; without stages all of the part. */
export const requestsOf = (
  evidence: Evidence,
  part: 'migration' | 'rollback',
  ...stages: readonly StageName[]
): Accounting => {
  const {table, outcomes, rehearsal} = evidence;
  const span = stages.length === 0 ? null : spanOf(rehearsal, ...stages);
  const within = (row: number) =>
    stages.length === 0 || (span !== null && isWithin(table.columns.sentMs[row] as number, span));
  return countedBy(table, row => outcomes.of(row), {
    isDuplicated: row => outcomes.isDuplicated(row),
    take: row => within(row) && isMigrations(evidence, row) === (part === 'migration'),
  });
};

/** Lost and duplicated are never allowed, whatever the plan says. */
export const nothingLost = (evidence: Evidence, part: 'migration' | 'rollback'): RehearsalCheck => {
  const {sent, lost, duplicated} = requestsOf(evidence, part);
  const check = checksOf(part);
  if (sent === 0) return check('nothing-lost', 'inconclusive', 'No request was sent.');
  const detail = `${lost} of ${countText(sent, 'request')} lost, and ${duplicated} duplicated.`;
  return check('nothing-lost', lost + duplicated === 0 ? 'pass' : 'fail', detail);
};

export const accountsAgree = ({
  accounts: {agree, differences, engines},
  table,
  ofOthers,
  tooLate,
  rehearsal,
}: Evidence): RehearsalCheck => {
  const check = checksOf('both');
  if (table.length === 0) {
    const reason = interruption(rehearsal);
    return reason === null
      ? check('accounts-agree', 'void', 'There is no account of any request.')
      : check('accounts-agree', 'inconclusive', `No request was sent before the rehearsal was ended: ${reason}.`);
  }
  if (!agree) return check('accounts-agree', 'void', `The accounts differ. ${differences.join(' ')}`);
  const others =
    ofOthers === 0 ? '' : ` ${countText(ofOthers, 'request')} of other callers came through the gateway: not counted.`;
  const late =
    tooLate === 0
      ? ''
      : ` ${countText(tooLate, 'answer')} of the gateway came when the client had given up, by the stamps of both: lost.`;
  return check(
    'accounts-agree',
    'pass',
    `Client and gateway agree on every one of ${countText(table.length, 'request')}${enginesText(engines)}.${late}${others}`,
  );
};

const enginesText = (engines: Evidence['accounts']['engines']): string => {
  const told = engines.filter(({by}) => by !== 'none').length;
  if (told === 0) return '; no engine tells';
  return told === engines.length
    ? `, and so does every engine (${told})`
    : `, and so ${told === 1 ? 'does' : 'do'} ${told} of ${engines.length} engines; the others do not tell`;
};

/** Told apart, and no part of the sums. */
export const cutOffCheck = ({cutOff, rehearsal}: Evidence): RehearsalCheck => {
  const check = checksOf('both');
  if (!rehearsal.sittings.some(({endMs}, at) => endMs === null && at < rehearsal.sittings.length - 1))
    return check('cut-off', 'not-asked', 'The harness was not killed.');
  const {requests, gone, answered, untaken} = cutOff;
  return check(
    'cut-off',
    'pass',
    `${countText(requests, 'request')} on the way when the harness was killed: ${gone} gone by the gateway's account, ${answered} answered to nobody, ${untaken} never taken. The sums are without them.`,
  );
};

export const simulatedOf = ({evidence, sides}: Rehearsal): boolean =>
  evidence === 'simulated' || sides.some(side => side.evidence === 'simulated');
