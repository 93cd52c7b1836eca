import type {ClientLine, GatewayLine} from '../../schema/journal.ts';
import type {Rehearsal} from '../../schema/rehearsal.ts';
import type {Accounting, RehearsalVerdict} from '../../schema/rehearsal-verdict.ts';
import {differencesOf} from './differences.ts';
import {EngineAccounts} from './engine-accounts.ts';
import {isOfLoad} from './load-ids.ts';
import {countedBy, Outcomes} from './outcomes.ts';
import {type End, ends, RequestTable} from './request-table.ts';

interface Journals {
  /** As it ended: `status` and the sittings tell a request that was lost from one whose harness was killed. */
  readonly rehearsal: Rehearsal;
  /** Lines in the order of the file; each is looked at once, and none is kept. */
  readonly client: Iterable<ClientLine> | AsyncIterable<ClientLine>;
  readonly gateway: Iterable<GatewayLine> | AsyncIterable<GatewayLine>;
}

/** All requests, their ends, and what the three sides say of them. */
export interface Account {
  readonly table: RequestTable;
  readonly outcomes: Outcomes;
  readonly accounting: Accounting;
  readonly accounts: RehearsalVerdict['accounts'];
  /** Requests that came through the gateway and are not the load's: no part of any sum, and no difference. */
  readonly ofOthers: number;
  /** Answered by the gateway when the client had given up: lost, and no difference. */
  readonly tooLate: number;
  /** On the way when a harness was killed; what the gateway says of them. */
  readonly cutOff: {
    readonly requests: number;
    readonly gone: number;
    readonly answered: number;
    readonly untaken: number;
  };
}

/**
 * Every request of the rehearsal, from all three sides: the client's journal, the gateway's, and the engines' own accounts. `eachGateway`
 * sees the gateway's lines of them as they go by, so that nobody has to read them twice.
 */
export const accountsOf = async (
  {rehearsal, client, gateway}: Journals,
  eachGateway: (line: GatewayLine) => void = () => {},
): Promise<Account> => {
  const table = new RequestTable();
  const engines = new EngineAccounts(rehearsal);
  let [mirrored, ofOthers] = [0, 0];
  for await (const line of client) table.addClient(line);
  for await (const line of gateway) {
    if (!table.has(line.id) && !isOfLoad(line.id, rehearsal.sittings.length)) {
      if (!line.mirror) ofOthers += 1;
      continue;
    }
    table.addGateway(line);
    engines.addGateway(line);
    if (line.mirror) mirrored += 1;
    eachGateway(line);
  }
  engines.close(table);
  const outcomes = new Outcomes(table, rehearsal);
  const all = {take: () => true};
  const accounting = countedBy(table, row => outcomes.of(row), {
    ...all,
    isDuplicated: row => outcomes.isDuplicated(row),
  });
  const {sent, ended} = table.columns;
  const clientsOwn = countedBy(table, row => outcomes.byClient(row), {
    ...all,
    isDuplicated: row => (sent[row] as number) > 1 || (ended[row] as number) > 1,
  });
  const differences = [...differencesOf(table, outcomes, engines), ...engines.differences()];
  return {
    table,
    outcomes,
    accounting,
    accounts: {
      client: clientsOwn,
      gateway: {...gatewayCounts(table), mirrored},
      engines: [...engines.rows()],
      agree: differences.length === 0,
      differences,
    },
    ofOthers,
    tooLate: tooLateCount(table, outcomes),
    cutOff: cutOffCounts(table, outcomes),
  };
};

/** Requests by how they ended at the gateway; `taken` and `asked` count what it did, however often that was. */
const gatewayCounts = ({columns, length}: RequestTable) => {
  const counts = {taken: 0, served: 0, refused: 0, failed: 0, gone: 0, asked: 0};
  for (let row = 0; row < length; row += 1) {
    counts.taken += columns.taken[row] as number;
    counts.asked += columns.asked[row] as number;
    const end = columns.gatewayEnd[row] as End;
    if (end === ends.served) counts.served += 1;
    else if (end === ends.refused) counts.refused += 1;
    else if (end === ends.failed) counts.failed += 1;
    else if (end === ends.gone) counts.gone += 1;
  }
  return counts;
};

const tooLateCount = ({length}: RequestTable, outcomes: Outcomes): number => {
  let count = 0;
  for (let row = 0; row < length; row += 1) if (outcomes.isTooLate(row)) count += 1;
  return count;
};

const cutOffCounts = (table: RequestTable, outcomes: Outcomes): Account['cutOff'] => {
  const counts = {requests: 0, gone: 0, answered: 0, untaken: 0};
  const {gatewayEnd, taken} = table.columns;
  for (let row = 0; row < table.length; row += 1) {
    const unwritten = outcomes.byClient(row) === 'not-sent' && outcomes.isUnwritten(row);
    if (outcomes.byClient(row) !== 'cut-off' && !unwritten) continue;
    counts.requests += 1;
    if (taken[row] === 0) counts.untaken += 1;
    else if (gatewayEnd[row] === ends.gone) counts.gone += 1;
    else counts.answered += 1;
  }
  return counts;
};
