import type {AnswersCompared} from '../claims/evidence.ts';
import {sides} from '../claims/evidence.ts';
import {compareAnswers} from '../contract/drop-in.ts';
import {answersByRole} from '../parity/answers-by-role.ts';
import {readAnswers} from '../records/read-answers.ts';
import type {Answer} from '../schema/answer.ts';
import type {Examination} from '../schema/examination.ts';
import type {RunRecord} from '../schema/record.ts';

export interface ReadRun {
  readonly record: RunRecord;
  readonly folder: string;
}

interface Examined extends ReadRun {
  readonly kind: AnswersCompared['kind'];
  readonly examination: Examination;
}

const examinedIn = (run: ReadRun): readonly Examined[] =>
  run.record.examinations.flatMap(examination => {
    const {kind} = examination.spec;
    return kind === 'contract' || kind === 'parity' ? [{...run, kind, examination}] : [];
  });

/** Equal questions to equal models. */
const askedOf = ({kind, examination, record}: Examined): string =>
  JSON.stringify([kind, examination.dataHash, record.engine.servers.map(({role, model}) => `${role} ${model}`).sort()]);

const outcomes = {'drop-in': 'same', different: 'differs', unknown: 'unknown'} as const;

const contracts = (a: readonly Answer[], b: readonly Answer[]): Omit<AnswersCompared, 'kind' | 'from' | 'to'> => {
  const {verdict, fields} = compareAnswers(a, b);
  const differing = fields.filter(one => one.verdict === 'different');
  return {
    outcome: outcomes[verdict],
    compared: fields.length,
    differences: differing.map(
      ({field, detail, example}) => `${field} (${detail}${example === null ? '' : `: ${example}`})`,
    ),
  };
};

/** Vectors and scores: what an index or a cache keeps. */
const parities = (a: readonly Answer[], b: readonly Answer[]): Omit<AnswersCompared, 'kind' | 'from' | 'to'> => {
  const kept = answersByRole(a, b, {required: []}).filter(({role}) => role !== 'chat');
  const differing = kept.filter(({outcome}) => outcome === 'differs');
  const untold = kept.length < 2 || kept.some(({outcome}) => outcome === 'unknown');
  return {
    outcome: differing.length > 0 ? 'differs' : untold ? 'unknown' : 'same',
    compared: kept.length,
    differences: differing.map(({detail}) => detail),
  };
};

const latest = (examined: readonly Examined[], engine: string): Examined | undefined =>
  examined
    .filter(({record}) => record.engine.name === engine)
    .toSorted((a, b) => a.examination.startedAt.localeCompare(b.examination.startedAt))
    .at(-1);

const modelsText = ({record}: ReadRun): string =>
  record.engine.servers
    .filter(({role}) => role !== 'chat')
    .map(({model}) => model.split('/').at(-1))
    .join(', ');

/** What both engines answered to the same questions, each group of questions by its latest examination. */
export const compareEvidence = async (runs: readonly ReadRun[]): Promise<readonly AnswersCompared[]> => {
  const groups = [...Map.groupBy(runs.flatMap(examinedIn), askedOf).values()];
  const compared: AnswersCompared[] = [];
  for (const group of groups) {
    const [from, to] = [latest(group, sides.from), latest(group, sides.to)];
    if (from === undefined || to === undefined) continue;
    const [a, b] = [
      await readAnswers(from.folder, from.examination.answersFile),
      await readAnswers(to.folder, to.examination.answersFile),
    ];
    const between = from.kind === 'contract' ? contracts(a, b) : parities(a, b);
    const differences = between.differences.map(text =>
      from.kind === 'contract' ? text : `${modelsText(to)}: ${text}`,
    );
    compared.push({kind: from.kind, from: from.record.runId, to: to.record.runId, ...between, differences});
  }
  return compared;
};
