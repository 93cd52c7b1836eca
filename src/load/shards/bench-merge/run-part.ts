import {fork} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {benchFlags} from '../../bench-client/processes.ts';
import type {Cost, PartName, Parts} from './part.ts';

/** What a part came to, and what that took. */
export interface Measured<Result> {
  readonly result: Result;
  readonly cost: Cost;
}

/** With the flags of `npm run bench`, whose process joins the shards of a run. Rejects when the part ends without an answer. */
export const runPart = async <Name extends PartName>(
  name: Name,
  job: Parameters<Parts[Name]>[0],
): Promise<Measured<Awaited<ReturnType<Parts[Name]>>>> => {
  const child = fork(join(import.meta.dirname, 'part.ts'), {execArgv: [...benchFlags]});
  const answer = once(child, 'message');
  const ended = once(child, 'exit');
  child.send({name, job});
  const measured = await Promise.race([
    answer.then(([message]) => message),
    ended.then(([code, killedBy]) => {
      throw new Error(`the benchmark's part '${name}' ended without an answer (${code ?? killedBy})`);
    }),
  ]);
  await ended;
  return measured;
};
