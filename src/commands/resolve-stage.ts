import type {ServerFacts} from '../engines/engine.ts';
import {CutoverError} from '../errors.ts';
import type {LoadStage} from '../schema/suite.ts';
import type {Workload} from '../schema/workload.ts';
import {meanLength} from '../workloads/length.ts';

/** Contexts of a prompt's length that fill so much of the server's KV pool. */
const contextsOf = (name: string, {contexts, promptTokens}: Workload<'revisit'>, {kvTokens}: ServerFacts): number => {
  if (typeof contexts === 'number') return contexts;
  if (kvTokens === null)
    throw new CutoverError(
      'BAD_SUITE',
      `${name} asks about contexts of ${contexts.ofKvPool} times the KV pool, and this server does not tell its size`,
      {hint: 'Write how many: --contexts 64. Or leave this suite out.'},
    );
  return Math.ceil((contexts.ofKvPool * kvTokens) / meanLength(promptTokens));
};

/**
 * A stage with what it leaves to the server's size as numbers. Visits are whole: where requests end the trial, they are
 * as many as the contexts have visits. Throws BAD_SUITE where the server does not tell what is asked.
 */
export const resolveStage = <Kind extends LoadStage>(stage: Kind, facts: ServerFacts): Kind => {
  const {workload, load} = stage;
  if (workload.kind !== 'revisit') return stage;
  const contexts = contextsOf(stage.name, workload, facts);
  const requests = load.requests === null ? null : contexts * workload.visits;
  return {...stage, workload: {...workload, contexts}, load: {...load, requests}};
};
