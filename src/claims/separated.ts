import type {RunRecord} from '../schema/record.ts';
import {phaseShares} from '../stats/phases.ts';
import {type Evidence, idsOf, sides, trialsOf} from './evidence.ts';
import {listed, percent, range} from './figures.ts';
import {confirmed, inconclusive, type Judged, notRun, type Rule} from './outcome.ts';

/** Those that the sources name, prefill servers to decode servers. */
const claimed = ['1:2', '2:3', '2:4', '4:8'];

/** Prefill to decode servers between which KV moves; null where the run had no such servers. */
const ratioOf = ({engine}: RunRecord): string | null => {
  const members = engine.servers.find(({role}) => role === 'chat')?.members ?? [];
  const ofPart = (part: 'prefill' | 'decode') => members.filter(member => member.part === part);
  // The two servers of seed 001 have these parts too, and each reads the whole prompt: their mode is 'null'.
  const moves = ofPart('prefill').some(({command}) =>
    command?.some((word, at) => word === 'prefill' && command[at - 1] === '--disaggregation-mode'),
  );
  return moves ? `${ofPart('prefill').length}:${ofPart('decode').length}` : null;
};

/** One request at a time on one server: until the first token is prefill, and what else a server does with a request. */
const onOneServer = (evidence: Evidence): Judged => {
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

/** That they serve is seen at the ratios that were run; which share prefill has goes by lengths, model and load, of which the claim names none. */
export const separated: Rule = ({size}, evidence) => {
  const trials = trialsOf(evidence, sides.to, ({phases}) => phases !== null).flatMap(one => {
    const ratio = ratioOf(one.run);
    const shares = one.trial.phases && phaseShares(one.trial.phases);
    return ratio === null || shares === null ? [] : [{...one, ratio, shares}];
  });
  if (trials.length === 0) return onOneServer(evidence);
  const ids = idsOf(trials);
  const sum = (key: 'ok' | 'failed') => trials.reduce((total, {trial}) => total + trial.counts[key], 0);
  const sharesOf = (key: 'prefill' | 'transfer' | 'decode') =>
    trials.flatMap(({shares}) => (shares[key] === null ? [] : [shares[key]]));
  const transfers = sharesOf('transfer');
  const phases = [
    `prefill ${range(sharesOf('prefill'), percent)}`,
    ...(transfers.length === 0 ? [] : [`the transfer ${range(transfers, percent)}`]),
    `decode ${range(sharesOf('decode'), percent)}`,
  ];
  const ratios = [...new Set(trials.map(({ratio}) => ratio))].sort();
  const said = `Separate servers answered ${sum('ok')} requests at ${listed(ratios)}, and ${sum('failed')} failed. Of a request's time ${listed(phases)}, by lengths and load.`;
  const missing = claimed.filter(ratio => !ratios.includes(ratio));
  const prefill = sharesOf('prefill');
  const within = size === null || (Math.min(...prefill) <= size && size <= Math.max(...prefill));
  if (missing.length === 0 && within && sum('failed') === 0) return confirmed(said, ids);
  const open = missing.length === 0 ? '' : ` Not run: ${listed(missing)}, which takes more GPUs.`;
  return inconclusive(`${said}${open}`, null, ids);
};
