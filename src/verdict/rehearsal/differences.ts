import {type Arm, arms} from '../../schema/block.ts';
import {countText} from '../metric-sentence.ts';
import type {EngineAccounts} from './engine-accounts.ts';
import type {Outcomes} from './outcomes.ts';
import {askedBy, type End, ends, executedBy, type RequestTable} from './request-table.ts';

/** Ids that a sentence names before it stops. */
const named = 3;

/** Sentences, each with how many requests it is about and the first of them, in the order in which they first came up. */
class Sentences {
  readonly #rows = new Map<string, {count: number; first: number[]}>();

  add(what: string, row: number): void {
    const found = this.#rows.get(what) ?? {count: 0, first: []};
    this.#rows.set(what, found);
    found.count += 1;
    if (found.first.length < named) found.first.push(row);
  }

  list(ids: readonly string[]): readonly string[] {
    return [...this.#rows].map(([what, {count, first}]) => {
      const more = count > first.length ? ', …' : '';
      return `${countText(count, 'request')} ${what}: ${first.map(row => ids[row]).join(', ')}${more}.`;
    });
  }
}

/** Where client, gateway and engines say different things of a request; empty where they agree. */
export const differencesOf = (table: RequestTable, outcomes: Outcomes, engines: EngineAccounts): readonly string[] => {
  const sentences = new Sentences();
  for (let row = 0; row < table.length; row += 1) {
    clientAgainstItself(table, row, sentences);
    clientAgainstGateway(table, outcomes, {row, sentences});
    for (const arm of arms) gatewayAgainstEngine(table, {row, arm, engines, sentences});
  }
  return sentences.list(table.ids());
};

const clientAgainstItself = ({columns}: RequestTable, row: number, sentences: Sentences): void => {
  const [sent, ended] = [columns.sent[row] as number, columns.ended[row] as number];
  if (sent > 1) sentences.add('the client sent more than once', row);
  if (ended > 1) sentences.add('ended more than once by the client', row);
  if (ended > 0 && sent === 0) sentences.add('ended by the client, which never sent them', row);
};

const saidByGateway: Record<End, string> = {0: 'no end', 1: 'served', 2: 'refused', 3: 'failed', 4: 'gone'};

interface Compared {
  readonly row: number;
  readonly sentences: Sentences;
}

const clientAgainstGateway = ({columns}: RequestTable, outcomes: Outcomes, {row, sentences}: Compared): void => {
  const own = outcomes.byClient(row);
  const taken = columns.taken[row] as number;
  const end = columns.gatewayEnd[row] as End;
  if (taken > 1) sentences.add('the gateway took more than once', row);
  if (own === 'cut-off') return;
  if (own === 'not-sent') {
    if (taken > 0 && !outcomes.isUnwritten(row)) sentences.add('the gateway took, and the client never sent', row);
    // A copy of a request that nobody made.
    if (taken === 0) sentences.add('the gateway copied, and never took', row);
    return;
  }
  if (columns.neverLeft[row] !== 0) {
    if (taken > 0) sentences.add('the gateway took, and the client had no connection for', row);
    return;
  }
  if (taken === 0) {
    // To the client, too, nothing came of it: it is lost, and nobody says otherwise.
    if (own !== 'lost') sentences.add(`the client calls ${own}, and the gateway never took`, row);
    else if (columns.ended[row] === 0) sentences.add('the client sent, and neither side knows an end of', row);
    return;
  }
  if (columns.ended[row] === 0)
    sentences.add(`the gateway calls ${saidByGateway[end]}, and the client has no end of`, row);
  else if (end !== ends[own] && !outcomes.isTooLate(row))
    sentences.add(`the client calls ${own} and the gateway ${saidByGateway[end]}`, row);
};

interface Executed {
  readonly row: number;
  readonly arm: Arm;
  readonly engines: EngineAccounts;
  readonly sentences: Sentences;
}

const gatewayAgainstEngine = ({columns}: RequestTable, {row, arm, engines, sentences}: Executed): void => {
  const executed = columns[executedBy[arm]][row] as number;
  const asked = columns[askedBy[arm]][row] as number;
  if (executed > asked) sentences.add(`the ${arm} executed more often than the gateway asked it`, row);
  const served = columns.gatewayEnd[row] === ends.served && columns.target[row] === 1 + arms.indexOf(arm);
  if (served && executed === 0 && engines.tellsIds(arm, columns.askedMs[row] as number))
    sentences.add(`the gateway calls served by the ${arm}, which never executed them`, row);
};
