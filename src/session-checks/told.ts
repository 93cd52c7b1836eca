import type {Answer} from '../schema/answer.ts';
import type {Check} from '../schema/examination.ts';
import type {CallReply} from './call-reply.ts';

/** One call of the client, as an answers file has it. */
export interface Told extends Pick<Answer, 'id' | 'failure' | 'durationMs'> {
  readonly reply: CallReply;
}

export type Verdict = Pick<Check, 'outcome' | 'detail'>;

export const pass = (detail: string): Verdict => ({outcome: 'pass', detail});
export const fail = (detail: string): Verdict => ({outcome: 'fail', detail});
export const unknown = (detail: string): Verdict => ({outcome: 'unknown', detail});

export const check = (id: string, title: string, verdict: Verdict): Check => ({id, title, ...verdict, example: null});

export interface Calls {
  readonly all: readonly Told[];
  of(id: string): Told | undefined;
  /** Unknown where one of them was not made, as the examination was broken off. */
  judge<Parts extends Told[]>(
    verdictOf: (...told: Parts) => Verdict,
    ...ids: {readonly [Place in keyof Parts]: string}
  ): Verdict;
}

export const callsOf = (all: readonly Told[]): Calls => {
  const byId = new Map(all.map(told => [told.id, told]));
  return {
    all,
    of: id => byId.get(id),
    judge<Parts extends Told[]>(verdictOf: (...told: Parts) => Verdict, ...ids: readonly string[]) {
      const missing = ids.filter(id => !byId.has(id));
      if (missing.length > 0) return unknown(`not asked: ${missing.join(', ')}`);
      return verdictOf(...(ids.map(id => byId.get(id)) as Parts));
    },
  };
};
