import type {Finding} from '../schema/finding.ts';
import {roleOf} from '../schema/request.ts';
import type {Trial} from '../schema/trial.ts';
import {askedOutputTokens} from './asked-output.ts';
import type {Gate, Judged} from './gate.ts';
import {isOffBy, percentText} from './gate.ts';
import {limits} from './limits.ts';
import {missingShards} from './shard-gates.ts';

/** Gates that ask whether the server did the work that was planned. */
export const nothingMeasured: Gate = ({trial: {counts}}) =>
  counts.ok + counts.failed > 0
    ? null
    : {
        code: 'nothing-measured',
        severity: 'void',
        message: 'No request was sent: there is nothing to count',
        hint: 'Raise --requests or --duration.',
      };

/** Where a shard was lost the others were ended, and with them their requests: no server's doing, and told by the shard's absence. */
const failuresOf = ({shards, failures}: Judged['trial']): Trial['failures'] =>
  shards !== null && missingShards(shards.of, shards.parts).length > 0
    ? failures.filter(({kind}) => kind !== 'aborted')
    : failures;

export const errors: Gate = ({trial}) => {
  const failures = failuresOf(trial);
  const [first] = failures;
  if (first === undefined) return null;
  const failed = failures.reduce((sum, {count}) => sum + count, 0);
  const all = trial.counts.ok + failed;
  const share = failed / all;
  const kinds = failures.map(({kind, count}) => `${count} ${kind}`).join(', ');
  return {
    code: 'errors',
    severity: share > limits.failureShare ? 'void' : 'warning',
    message: `${failed} of ${all} requests failed (${percentText(share)}, limit ${percentText(limits.failureShare)}): ${kinds}; first: ${first.firstMessage}`,
    hint: "Read the server's log for the cause, or lower the load if it was overrun.",
  };
};

const outputLengthFound = (seen: string): Finding => ({
  code: 'output-length',
  severity: 'void',
  message: `${seen} (limit ±${percentText(limits.outputLengthShare)}): the server did other work than planned`,
  hint: 'Let the server ignore the end-of-text token, and leave room for prompt and answer in its context length.',
});

/**
 * Answers are asked for at an exact length and can only fall short of it, so the mean tells; where the length is another
 * one for every request, the reason that the server gives for the end.
 */
export const outputLength: Gate = ({trial: {workload}, facts: {counted, finished}}) => {
  if (roleOf(workload.kind) !== 'chat') return null;
  const asked = askedOutputTokens(workload);
  if (asked === null) {
    const {answers, early} = finished;
    if (early <= limits.outputLengthShare * answers) return null;
    return outputLengthFound(`${early} of ${answers} answers ended before the length that was asked for`);
  }
  if (counted.answers === 0) return null;
  const mean = counted.tokens / counted.answers;
  if (!isOffBy(limits.outputLengthShare, mean, asked)) return null;
  return outputLengthFound(`Answers had ${mean.toFixed(1)} tokens on average where ${asked} were asked for`);
};

export const outputTokensUnknown: Gate = ({trial: {workload, counts}, facts: {counted}}) => {
  if (roleOf(workload.kind) !== 'chat') return null;
  const silent = counts.ok - counted.answers;
  if (silent === 0) return null;
  return {
    code: 'output-tokens-unknown',
    severity: 'warning',
    message: `${silent} of ${counts.ok} answers came without a count of their tokens: their length is not checked and no token rate is given`,
    hint: 'Let the server send usage in streams (stream_options.include_usage).',
  };
};

export const tokensPerEvent: Gate = ({facts}) => {
  const {tokens, events} = facts.countedAsWhole;
  if (events === 0 || !isOffBy(limits.tokenAgreementShare, tokens, events)) return null;
  return {
    code: 'tokens-per-event',
    severity: 'note',
    message: `The server counted ${tokens} output tokens in ${events} events (${(tokens / events).toFixed(2)} a piece): ITL is the time between events, not between tokens`,
    hint: "Read TPOT, which counts by the server's tokens.",
  };
};
