import {runsAlone, sides} from './evidence.ts';
import {figure, listed} from './figures.ts';
import {notRun, type Rule} from './outcome.ts';

/** For what no kind of record can hold yet. */
export const unrecorded = (needed: string): Rule => {
  return () => notRun(`No record holds ${needed}.`);
};

/** Restarting is at least starting: the seconds of the candidate's warm starts stand beside the claim. */
export const restarted: Rule = (_claim, evidence) => {
  const starts = runsAlone(evidence, sides.to).flatMap(({runId, engine}) =>
    engine.servers.flatMap(({role, readySeconds, startup}) =>
      role === 'chat' && readySeconds !== null && startup?.compileCache === 'used'
        ? [{runId, seconds: readySeconds}]
        : [],
    ),
  );
  return notRun('No record holds a change of weights under load.', {
    statement: 'Warm start of the chat server, without its stop',
    found: starts.length === 0 ? null : `${listed(starts.map(({seconds}) => figure(Math.round(seconds))))} s.`,
    evidence: starts.map(({runId}) => runId),
  });
};
