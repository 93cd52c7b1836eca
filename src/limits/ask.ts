import type {Endpoint, Engine} from '../engines/engine.ts';
import {CutoverError, reasonOf} from '../errors.ts';
import type {ExaminationContext} from '../examinations/examiner.ts';
import {pose} from '../examinations/pose.ts';
import {serverGone, whyGone} from '../examinations/still-serves.ts';
import type {Answer} from '../schema/answer.ts';
import type {LimitsQuestion} from './questions.ts';
import {type LimitsReply, replyOf} from './reply.ts';

export interface Heard {
  readonly status: number | null;
  readonly reply: LimitsReply;
}

/** Asks one question of a server. Throws ENGINE_DIED when it does not serve any more after it. */
export type Ask = (question: LimitsQuestion) => Promise<Heard>;

/** `hear` is given every answer as it comes, also the one after which the server was gone. */
export const asker = (
  engine: Engine,
  endpoint: Endpoint,
  {timeoutMs, signal}: Pick<ExaminationContext<'limits'>, 'timeoutMs' | 'signal'>,
  hear: (answer: Answer) => void,
): Ask => {
  const {url, model, facts} = endpoint;
  return async ({name, pass, request, asked}) => {
    const id = `${request.kind}/${name}`;
    const whole = {...request, id};
    const answer = await pose(
      {
        id,
        pass,
        about: request.kind,
        method: 'POST',
        origin: url,
        path: engine.path(request.kind),
        contentType: 'application/json',
        body: JSON.stringify(engine.body(whole, model)),
      },
      {timeoutMs, signal},
      reply => replyOf(engine, facts, whole, asked, reply),
    );
    const served = answer.status !== null && answer.status < 500;
    const gone = served ? null : await whyGone(engine, endpoint, signal).catch(deathOf);
    const reply = {...(answer.reply as LimitsReply), gone};
    hear({...answer, reply});
    if (gone !== null) throw serverGone(endpoint, gone);
    return {status: answer.status, reply};
  };
};

/** The runtime that watches the server may tell of its end first. */
const deathOf = (thrown: unknown): string => {
  if (thrown instanceof CutoverError && thrown.code === 'ENGINE_DIED') return reasonOf(thrown);
  throw thrown;
};
