import type {RunRecord} from '../schema/record.ts';
import {median} from '../stats/percentile.ts';
import {type DecidedEvidence, type Evidence, idsOf, sides, trialsOf} from './evidence.ts';
import {figure, listed, metricText, percent} from './figures.ts';
import {confirmed, fewestPairs, inconclusive, type Judged, notRun, type Rule, refuted} from './outcome.ts';

const pageTokensOf = ({engine}: RunRecord): number | null =>
  engine.servers.find(({role}) => role === 'chat')?.facts.pageTokens ?? null;

/** The claim's pages over smaller ones, in conversations, by the primary metric. */
const decidedIn = ({decisions}: Evidence) =>
  decisions.flatMap((of: DecidedEvidence) => {
    const {decision, verdict, records} = of;
    const [from, to] = [pageTokensOf(records.baseline), pageTokensOf(records.candidate)];
    const same = [records.baseline, records.candidate].every(({engine}) => engine.name === sides.to);
    const sound = decision.storedBaseline === null && verdict.verdict !== 'VOID';
    if (!same || !sound || from === null || (to !== 16 && to !== 32) || from >= to) return [];
    return decision.plan.workloads.flatMap(({name, workload}) => {
      const metric = verdict.workloads.find(one => one.name === name)?.metrics.find(({rank}) => rank === 'primary');
      return workload.kind === 'prefix' && metric?.ratio ? [{of, name, metric, ratio: metric.ratio, from, to}] : [];
    });
  });

/** Hit ratios at several page sizes describe; which size is the better one is for alternating blocks. */
const described = (evidence: Evidence): Judged => {
  const seen = trialsOf(evidence, sides.to, ({workload}) => workload.kind === 'prefix').flatMap(({run, trial}) => {
    const tokens = pageTokensOf(run);
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
  return inconclusive(`${listed(texts)}; which is faster takes alternating blocks.`, fewestPairs, ids);
};

export const pageSizes: Rule = (_claim, evidence) => {
  const decided = decidedIn(evidence);
  if (decided.length === 0) return described(evidence);
  const texts = decided.map(({name, metric, ratio: {estimate, low, high}, from, to}) => {
    const interval = low === null || high === null ? '' : ` [${figure(low)}, ${figure(high)}]`;
    return `pages of ${to} tokens have ${figure(estimate)}${interval} times the ${metricText(metric.metric)} of pages of ${from} (${name}, ${metric.pairs} pairs)`;
  });
  const said = `With ${sides.to} ${listed(texts)}.`;
  const ids = decided.map(({of}) => of.decision.decisionId);
  const enough = decided.every(({metric}) => metric.pairs >= fewestPairs);
  if (enough && decided.every(({metric}) => metric.difference === 'better')) return confirmed(said, ids);
  if (enough && decided.some(({metric}) => metric.difference === 'worse')) return refuted(said, ids);
  return inconclusive(said, Math.max(0, ...decided.map(({metric}) => metric.morePairs ?? 0)) || null, ids);
};
