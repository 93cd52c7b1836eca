import type {Claim} from '../schema/claim.ts';
import {type DecidedRatio, decidedRatio, type Wanted} from './decided-ratio.ts';
import type {DecidedEvidence, Evidence} from './evidence.ts';
import {figure, metricText, sentence} from './figures.ts';
import {confirmed, fewestPairs, inconclusive, type Judged, notRun, type Rule, refuted} from './outcome.ts';
import {against, limitOf, morePairsFor} from './ratio.ts';
import {type SeenApart, seenApart} from './seen-apart.ts';

interface SizedRatio extends Wanted {
  /** Half a unit of the last digit that the source gives. */
  readonly rounding: number;
  /** What the claim was made on; absent where it names nothing. */
  readonly on?: {readonly what: string; holds(of: DecidedEvidence): boolean};
}

const ratioText = ({of, workload, metric, ratio}: DecidedRatio): string => {
  const [candidate, baseline] = [of.records.candidate.engine.title, of.records.baseline.engine.title];
  const {estimate, low, high} = ratio;
  return `${candidate} has ${figure(estimate)} [${figure(low)}, ${figure(high)}] times ${baseline}'s ${metricText(metric.metric)} (${workload}, ${metric.pairs} pairs)`;
};

/** `apart`: what runs one after the other show. */
const byDecision = (
  claim: Claim,
  found: DecidedRatio,
  {rounding, apart}: {rounding: number; apart: SeenApart | null},
): Judged => {
  const {metric, ratio, of} = found;
  const evidence = [of.decision.decisionId];
  const claimed = claim.size === null ? '' : `; claimed are ${figure(claim.size)}`;
  const said = `${ratioText(found)}${claimed}.`;
  if (found.unlike !== null)
    return inconclusive(
      [
        `${said} The sides served different models, ${found.unlike}: that settles no ratio of engines.`,
        ...(apart === null ? [] : [sentence(`on one model, ${apart.text}`)]),
      ].join(' '),
      null,
      [...evidence, ...(apart?.evidence ?? [])],
    );
  const limit = limitOf(claim, rounding);
  const side = against(ratio, claim, limit);
  if (metric.pairs < fewestPairs || side === 'both')
    return inconclusive(said, morePairsFor(metric.pairs, ratio, limit), evidence);
  return side === 'beyond' ? confirmed(said, evidence) : refuted(said, evidence);
};

/** What was found on other hardware or another model: worth knowing, and no word about the claim. */
const elsewhere = (evidence: Evidence, wanted: Wanted, on: string): Judged => {
  const reason = `No evidence on ${on}.`;
  const statement = 'The same on what there is';
  const found = decidedRatio(evidence, wanted);
  const seen = seenApart(evidence, wanted);
  // Runs apart on one model are nearer to it than pairs of two models.
  if (found === null || (found.unlike !== null && seen !== null))
    return notRun(reason, seen && {statement, found: seen.text, evidence: seen.evidence});
  const models = found.unlike === null ? '' : `, of different models, ${found.unlike}`;
  return notRun(reason, {
    statement,
    found: `${ratioText(found)}${models}`,
    evidence: [found.of.decision.decisionId],
  });
};

/**
 * For a claim that one engine has so many times the other's figure: settled by the interval of a decision between the two,
 * whose blocks alternate. Runs one after the other are told and settle nothing.
 */
export const sizedRatio = ({rounding, on, ...wanted}: SizedRatio): Rule => {
  return (claim, evidence) => {
    const decisions = on === undefined ? evidence.decisions : evidence.decisions.filter(of => on.holds(of));
    const found = decidedRatio({decisions}, wanted);
    if (found === null && on !== undefined) return elsewhere(evidence, wanted, on.what);
    const seen = seenApart(evidence, wanted);
    if (found !== null) return byDecision(claim, found, {rounding, apart: seen});
    if (seen === null) return notRun(`No real evidence of ${wanted.metric} on a workload like this.`);
    return inconclusive(
      `${sentence(seen.text)} That settles no ratio, alternating blocks do.`,
      fewestPairs,
      seen.evidence,
    );
  };
};
