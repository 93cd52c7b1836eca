import type {Examiner} from '../examinations/examiner.ts';
import {startGateway} from '../gateway/server.ts';
import {askContract} from './ask.ts';
import {judgeContract} from './judge.ts';
import {subjectOf} from './question.ts';

/** Asks the stack itself where it is such a service, and else our gateway in front of it. */
export const contract: Examiner<'contract'> = {
  async ask({stack, spec: {generated}, seed, timeoutMs, signal, onAnswer}) {
    const {engine, servers} = stack;
    const served: ReadonlySet<string> = new Set(servers.map(({role}) => role));
    const serves = ({id}: {id: string}) => {
      const subject = subjectOf(id);
      return subject === 'health' || subject === 'http' || served.has(subject);
    };
    const asking = {seed, generated, timeoutMs, signal, serves, onAnswer};
    const [first] = servers;
    if (engine.serving === null && first !== undefined) return askContract({origin: first.url, ...asking});
    await using gateway = await startGateway({stack, port: 0, timeoutMs});
    return await askContract({origin: gateway.url, ...asking});
  },
  judge: judgeContract,
};
