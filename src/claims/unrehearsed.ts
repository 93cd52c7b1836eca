import {median} from '../stats/percentile.ts';
import {idsOf, runsAlone, sides, trialsOf} from './evidence.ts';
import {figure, listed, percent, range} from './figures.ts';
import {inconclusive, notRun, type Rule} from './outcome.ts';

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

/** One request at a time on one server: until the first token is prefill, and what else a server does with a request. */
export const separated: Rule = (_claim, evidence) => {
  const trials = trialsOf(
    evidence,
    sides.to,
    ({workload, load, ttftMs, e2eMs}) =>
      workload.kind === 'chat' && load.mode === 'closed' && load.concurrency === 1 && ttftMs !== null && e2eMs !== null,
  );
  const shares = trials.flatMap(({trial: {ttftMs, e2eMs}}) => (ttftMs && e2eMs ? [ttftMs.p50 / e2eMs.p50] : []));
  return notRun('No run of separated prefill and decode servers, which takes two GPUs.', {
    statement: 'Time until the first token over the whole, on one server and one request at a time',
    found: shares.length === 0 ? null : `${range(shares, percent)}, by the lengths of prompt and answer.`,
    evidence: idsOf(trials),
  });
};

/** Hit ratios at several page sizes describe; which size is the better one is for alternating blocks. */
export const pageSizes: Rule = (_claim, evidence) => {
  const seen = trialsOf(evidence, sides.to, ({workload}) => workload.kind === 'prefix').flatMap(({run, trial}) => {
    const tokens = run.engine.servers.find(({role}) => role === 'chat')?.facts.pageTokens ?? null;
    const {promptTokens, cachedPromptTokens} = trial;
    if (tokens === null || !promptTokens || cachedPromptTokens === null) return [];
    return [{run, tokens, hits: cachedPromptTokens / promptTokens}];
  });
  const bySize = Map.groupBy(seen, ({tokens}) => tokens);
  const texts = [...bySize].map(
    ([tokens, own]) => `${percent(median(own.map(({hits}) => hits)))} of the prompt tokens cached at ${tokens}`,
  );
  const ids = idsOf(seen);
  if (bySize.size < 2)
    return notRun('No conversations at two page sizes.', {
      statement: 'At the one page size that was run',
      found: texts.length === 0 ? null : `${texts[0]}.`,
      evidence: ids,
    });
  return inconclusive(`${listed(texts)}; which is faster takes alternating blocks.`, 6, ids);
};
