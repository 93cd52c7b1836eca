import type {RunRecord} from '../schema/record.ts';
import {runsOf, sides} from './evidence.ts';
import {listed} from './figures.ts';
import {confirmed, inconclusive, type Judged, notRun, type Rule, refuted} from './outcome.ts';

const prefix = 'embed.dimensions.';

interface Asked {
  readonly runId: string;
  readonly model: string;
  readonly checks: readonly {readonly dimensions: string; readonly outcome: string; readonly detail: string}[];
}

const askedOf = ({runId, engine, examinations}: RunRecord): readonly Asked[] => {
  const model = engine.servers.find(({role}) => role === 'embed')?.model;
  const checks = examinations
    .filter(({spec}) => spec.kind === 'limits')
    .flatMap(({checks: all}) => all.filter(({id}) => id.startsWith(prefix)))
    .map(({id, outcome, detail}) => ({dimensions: id.slice(prefix.length), outcome, detail}));
  return model === undefined || checks.length === 0 ? [] : [{runId, model, checks}];
};

const askedText = ({model, checks}: Asked): string => {
  const name = model.split('/').at(-1);
  const parts = [...Map.groupBy(checks, ({outcome}) => outcome)].map(([outcome, own]) => {
    const what = outcome === 'pass' ? 'right' : outcome === 'note' ? 'refused' : outcome;
    return `${listed(own.map(({dimensions}) => dimensions))} ${what} (${own[0]?.detail.split(':', 1)[0]})`;
  });
  return `${name}: ${parts.join('; ')}`;
};

const ofTheModel = (all: readonly Asked[]): Judged => {
  const ids = all.map(({runId}) => runId);
  const said = `${all.map(askedText).join('; ')}.`;
  const outcomes = all.flatMap(({checks}) => checks.map(({outcome}) => outcome));
  if (outcomes.every(outcome => outcome === 'pass')) return confirmed(said, ids);
  return outcomes.some(outcome => outcome === 'fail' || outcome === 'note')
    ? refuted(said, ids)
    : inconclusive(said, null, ids);
};

/** Only of the model that the plan proposes: whether vectors can be shortened is the model's, and not the engine's. */
export const shorterVectors: Rule = (_claim, evidence) => {
  const all = runsOf(evidence, sides.to).flatMap(askedOf);
  const proposed = all.filter(({model}) => /gte-qwen2/i.test(model));
  if (proposed.length > 0) return ofTheModel(proposed);
  return notRun('No evidence on gte-Qwen2-1.5B-instruct.', {
    statement: 'Shorter vectors of the models that were served',
    found: all.length === 0 ? null : `${all.map(askedText).join('; ')}.`,
    evidence: all.map(({runId}) => runId),
  });
};
