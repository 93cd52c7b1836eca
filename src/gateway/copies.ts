import type {Role} from '../schema/request.ts';
import {type Asked, answers} from './answers.ts';
import {streamChat} from './chat-stream.ts';
import type {Ledger} from './ledger.ts';
import {Refusal} from './refusal.ts';
import type {Target} from './target.ts';
import {Visit} from './visit.ts';

/** More copies than this are not made: a target that answers slowly must not fill the memory of the service. */
const mostInFlight = 256;

const nowhere = {write: () => true, end() {}};

/** Requests that are sent once more, to a target whose answers nobody gets. */
export interface Copies {
  send<Kind extends Role>(target: Target, asked: Asked<Kind>, of: Visit): void;
  /** Resolves when none is on the way. */
  settled(): Promise<void>;
}

export const openCopies = (ledger: Ledger): Copies => {
  const onTheWay = new Set<Promise<void>>();

  const answered = async (target: Target, asked: Asked<Role>, visit: Visit): Promise<void> => {
    let status = 200;
    try {
      const answer = answers[visit.kind] as (target: Target, asked: Asked<Role>, visit: Visit) => Promise<object>;
      if ('stream' in asked.body && asked.body.stream) await streamChat(target, asked as Asked<'chat'>, visit, nowhere);
      else await answer(target, asked, visit);
    } catch (thrown) {
      const {code, status: refused} = thrown instanceof Refusal ? thrown : new Refusal('internal', 'a mistake');
      visit.code = code;
      status = refused;
    } finally {
      target.load.end();
    }
    ledger.copied(visit, status);
  };

  return {
    send(target, asked, {id, kind, items}) {
      const visit = new Visit(id, kind, true);
      visit.items = items;
      if (onTheWay.size >= mostInFlight) {
        const refusal = new Refusal('too_many', `${mostInFlight} copies are on the way`);
        visit.code = refusal.code;
        ledger.copied(visit, refusal.status);
        return;
      }
      target.load.begin();
      const copy = answered(target, asked, visit).finally(() => onTheWay.delete(copy));
      onTheWay.add(copy);
    },
    async settled() {
      await Promise.all(onTheWay);
    },
  };
};
