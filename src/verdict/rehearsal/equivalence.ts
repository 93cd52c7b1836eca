import type {RehearsalVerdict} from '../../schema/rehearsal-verdict.ts';
import {roles} from '../../schema/request.ts';
import {isEquivalent} from '../../stats/tost.ts';
import {type MeanBounds, welchDifference} from '../../stats/welch.ts';
import {shareText} from '../metric-sentence.ts';
import {checksOf} from './check.ts';
import type {Evidence} from './evidence.ts';
import {isWithin} from './spans.ts';

type Row = RehearsalVerdict['equivalence'][number];
const check = checksOf('rollback');

interface Sums {
  count: number;
  sum: number;
}

/** Mean logarithms of latency from the plan to the last byte (E2E) and to the first text (TTFT), by metric and block. */
const blockMeans = ({
  rehearsal: {blocks},
  table,
  outcomes,
}: Evidence): Map<string, {before: number[]; after: number[]}> => {
  const {scheduledMs, sentMs, endMs, firstTokenMs} = table.columns;
  const sums = blocks.map(() => new Map<string, Sums>());
  const add = (block: number, metric: string, ms: number) => {
    const found = sums[block]?.get(metric) ?? {count: 0, sum: 0};
    sums[block]?.set(metric, found);
    found.count += 1;
    found.sum += Math.log(Math.max(ms, 0.001));
  };
  for (let row = 0; row < table.length; row += 1) {
    if (outcomes.of(row) !== 'served') continue;
    const block = blocks.findIndex(span => isWithin(sentMs[row] as number, span));
    if (block < 0) continue;
    const [from, firstToken] = [scheduledMs[row] as number, firstTokenMs[row] as number];
    add(block, `${table.kindOf(row)} E2E`, (endMs[row] as number) - from);
    if (!Number.isNaN(firstToken)) add(block, `${table.kindOf(row)} TTFT`, firstToken - from);
  }
  const means = new Map<string, {before: number[]; after: number[]}>();
  for (const metric of roles.flatMap(role => [`${role} E2E`, `${role} TTFT`]))
    for (const [block, {when}] of blocks.entries()) {
      const found = sums[block]?.get(metric);
      if (found === undefined) continue;
      const all = means.get(metric) ?? {before: [], after: []};
      means.set(metric, all);
      all[when].push(found.sum / found.count);
    }
  return means;
};

/**
 * Whether latency is what it was: blocks of time before the cutover against those after the rollback, by TOST on Welch's bounds of the
 * logarithms. All must be equivalent, so that none of them needs a sharper level (an intersection of tests).
 */
export const equivalenceOf = (evidence: Evidence) => {
  const {alpha, limits} = evidence.rehearsal.plan;
  const margin = Math.log1p(limits.rollbackMarginShare);
  const [rows, open, outside]: [Row[], string[], string[]] = [[], [], []];
  for (const [metric, {before, after}] of blockMeans(evidence)) {
    const change: MeanBounds | null = welchDifference(before, after);
    if (change === null) {
      open.push(`${metric} has ${before.length} blocks before and ${after.length} after; it takes two of each`);
      continue;
    }
    const [low, high] = [change.lower(alpha), change.upper(alpha)];
    const equivalent = isEquivalent(change, {margin, alpha});
    rows.push({
      ...{metric, ratio: Math.exp(change.estimate), low: Math.exp(low), high: Math.exp(high)},
      ...{marginShare: limits.rollbackMarginShare, equivalent},
    });
    const text = `${metric} is ${ratioText(change.estimate)} [${ratioText(low)}, ${ratioText(high)}] of before`;
    if (low > margin || high < -margin) outside.push(text);
    else if (!equivalent) open.push(text);
  }
  return {rows, check: equivalenceCheck(rows, open, outside, limits.rollbackMarginShare)};
};

const ratioText = (logarithm: number) => Math.exp(logarithm).toFixed(3);

const equivalenceCheck = (rows: readonly Row[], open: readonly string[], outside: readonly string[], share: number) => {
  const limit = `(margin ${shareText(share)})`;
  if (outside.length > 0) return check('equivalence', 'fail', `${outside.join('; ')} ${limit}.`);
  if (open.length > 0)
    return check('equivalence', 'inconclusive', `Not shown to be as before: ${open.join('; ')} ${limit}.`);
  if (rows.length === 0) return check('equivalence', 'inconclusive', 'No block of latency has an answer in it.');
  return check('equivalence', 'pass', `${rows.map(({metric}) => metric).join(', ')}: as before the cutover ${limit}.`);
};
