import type {Gate} from './gate.ts';
import {isOffBy, percentText} from './gate.ts';
import {limits} from './limits.ts';

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

export const errors: Gate = ({trial: {counts, failures}}) => {
  const [first] = failures;
  if (first === undefined) return null;
  const all = counts.ok + counts.failed;
  const share = counts.failed / all;
  const kinds = failures.map(({kind, count}) => `${count} ${kind}`).join(', ');
  return {
    code: 'errors',
    severity: share > limits.failureShare ? 'void' : 'warning',
    message: `${counts.failed} of ${all} requests failed (${percentText(share)}, limit ${percentText(limits.failureShare)}): ${kinds}; first: ${first.firstMessage}`,
    hint: "Read the server's log for the cause, or lower the load if it was overrun.",
  };
};

/** Answers are asked for at an exact length and can only fall short of it, so the mean tells. */
export const outputLength: Gate = ({trial: {workload}, facts: {counted}}) => {
  if (workload.kind !== 'chat' && workload.kind !== 'prefix') return null;
  if (counted.answers === 0) return null;
  const mean = counted.tokens / counted.answers;
  if (!isOffBy(limits.outputLengthShare, mean, workload.outputTokens)) return null;
  return {
    code: 'output-length',
    severity: 'void',
    message: `Answers had ${mean.toFixed(1)} tokens on average where ${workload.outputTokens} were asked for (limit ±${percentText(limits.outputLengthShare)}): the server did other work than planned`,
    hint: 'Let the server ignore the end-of-text token, and leave room for prompt and answer in its context length.',
  };
};

export const outputTokensUnknown: Gate = ({trial: {workload, counts}, facts: {counted}}) => {
  if (workload.kind !== 'chat' && workload.kind !== 'prefix') return null;
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
