import type {Arm} from '../../schema/block.ts';
import type {GatewayLine} from '../../schema/journal.ts';
import type {Rehearsal} from '../../schema/rehearsal.ts';
import type {RehearsalVerdict} from '../../schema/rehearsal-verdict.ts';
import {type Role, roles} from '../../schema/request.ts';
import type {RequestTable} from './request-table.ts';

interface Incarnation {
  readonly name: string;
  readonly arm: Arm;
  /** Of the first facts about it: nothing is sent to it before. */
  readonly fromMs: number;
  readonly account: Rehearsal['engines'][number]['account'];
  /** Requests that were sent to it, and the sequences of those that were served. */
  asked: number;
  readonly servedItems: Partial<Record<Role, number>>;
  /** Executions of the load's own ids. */
  executed: number;
}

/** What the servers themselves say that they executed, beside what the gateway asked each incarnation of them for. */
export class EngineAccounts {
  readonly #incarnations: readonly Incarnation[];

  constructor({engines, sides}: Pick<Rehearsal, 'engines' | 'sides'>) {
    this.#incarnations = engines.map(({arm, incarnation, account}) => {
      const facts = sides.filter(side => side.arm === arm && side.incarnation === incarnation);
      return {
        name: `${arm} ${incarnation}`,
        arm,
        fromMs: incarnation === 1 ? Number.NEGATIVE_INFINITY : Math.min(...facts.map(({atMs}) => atMs)),
        account,
        asked: 0,
        servedItems: {},
        executed: 0,
      };
    });
  }

  addGateway({target, asked, askedMs, outcome, kind, items}: GatewayLine): void {
    if (target === null || asked === 0 || askedMs === null) return;
    const incarnation = this.#at(target, askedMs);
    if (incarnation === null) return;
    incarnation.asked += 1;
    if (outcome === 'served') incarnation.servedItems[kind] = (incarnation.servedItems[kind] ?? 0) + items;
  }

  /** After the last line: executions are counted in the table, known questions, warm-ups and other callers' left out. */
  close(table: RequestTable): void {
    for (const incarnation of this.#incarnations) {
      if (incarnation.account?.by !== 'ids') continue;
      for (const {id, outcome} of incarnation.account.requests)
        if (!isRejected(outcome) && table.addExecution(id, incarnation.arm)) incarnation.executed += 1;
    }
  }

  /** Whether a request that was sent at `askedMs` must be found among the ids of its server. */
  tellsIds(arm: Arm, askedMs: number): boolean {
    return this.#at(arm, askedMs)?.account?.by === 'ids';
  }

  rows(): RehearsalVerdict['accounts']['engines'] {
    return this.#incarnations.map(({name, account, asked, executed, servedItems}) => {
      const by = account?.by ?? 'none';
      if (by === 'ids') return {name, by, finished: executed, expected: asked};
      if (account === null || by === 'none') return {name, by, finished: null, expected: null};
      const told = roles.map(role => account.finished[role]).filter(count => typeof count === 'number');
      return {
        name,
        by,
        finished: told.length === 0 ? null : told.reduce((sum, count) => sum + count, 0),
        expected: roles.reduce((sum, role) => sum + (servedItems[role] ?? 0), 0),
      };
    });
  }

  /** Counters know no ids: they have more than the load's requests in them (known questions, warm-ups, other callers'), and may not have less. */
  differences(): readonly string[] {
    return this.#incarnations.flatMap(({name, account, servedItems}) =>
      roles.flatMap(role => {
        const finished = account?.by === 'counters' ? (account.finished[role] ?? null) : null;
        const served = servedItems[role] ?? 0;
        return finished === null || finished >= served
          ? []
          : [`${name} has finished ${finished} sequences of ${role}, and the gateway got ${served} from it.`];
      }),
    );
  }

  /** Which of a side's incarnations was there at that time. */
  #at(arm: Arm, atMs: number): Incarnation | null {
    const before = this.#incarnations.filter(other => other.arm === arm && other.fromMs <= atMs);
    return before.reduce<Incarnation | null>(
      (latest, other) => (latest === null || other.fromMs >= latest.fromMs ? other : latest),
      null,
    );
  }
}

/** Turned away before anything was done, as the simulated engine says it. */
const isRejected = (outcome: string): boolean => outcome === 'rejected';
