import {runsAlone, sides} from './evidence.ts';
import {figure, listed} from './figures.ts';
import {confirmed, inconclusive, notRun, type Rule, refuted} from './outcome.ts';

/** A few starts say little of the slowest one. */
const fewestStarts = 3;

/** Whether every start of the candidate's chat server ended within the claimed seconds. One that did not refutes it. */
export const readyInTime: Rule = ({size}, evidence) => {
  const limit = size ?? Number.POSITIVE_INFINITY;
  const starts = runsAlone(evidence, sides.to).flatMap(({runId, engine}) =>
    engine.servers.flatMap(({role, readySeconds, startup}) =>
      role === 'chat' && readySeconds !== null
        ? [{runId, seconds: readySeconds, cold: startup?.compileCache === 'empty'}]
        : [],
    ),
  );
  if (starts.length === 0) return notRun('No real start of the chat server was timed.');
  const ids = starts.map(({runId}) => runId);
  const texts = starts.map(({seconds, cold}) => `${figure(Math.round(seconds))}${cold ? ' (cold)' : ''}`);
  const said = `From start to ready: ${listed(texts)} s; the time-out is ${figure(limit)} s`;
  if (starts.some(({seconds}) => seconds > limit)) return refuted(`${said}.`, ids);
  return starts.length >= fewestStarts && starts.some(({cold}) => cold)
    ? confirmed(`${said}.`, ids)
    : inconclusive(`${said}. It takes ${fewestStarts} starts, a cold one among them.`, null, ids);
};
