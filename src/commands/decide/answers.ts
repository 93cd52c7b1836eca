import {askedTwice, type ComparedAnswers, compareParity} from '../../parity/compare.ts';
import {givenAnswers} from '../../parity/given.ts';
import type {Answer} from '../../schema/answer.ts';
import type {AnswersOfRole} from '../../schema/decision.ts';
import type {DecisionPlan} from '../../schema/plan.ts';
import {type Role, roles} from '../../schema/request.ts';

type Asked = NonNullable<DecisionPlan['answers']>;

const shown = ({measure: {kind}, between, limit}: ComparedAnswers): string => {
  const text = (value: number | null) =>
    value === null
      ? 'nothing'
      : kind === 'counted'
        ? `${Number((value * 100).toFixed(1))} % of the questions`
        : String(Number(value.toPrecision(3)));
  return `${text(between)} against a limit of ${text(limit)}`;
};

/** Two engines that differ by more than either from itself may still be as near as the plan asks for. */
const asPlanned = (compared: ComparedAnswers, allow: Asked['allow'] = {}): ComparedAnswers => {
  const {measure, between, limit, verdict} = compared;
  const allowed = allow[measure.id];
  if (allowed === undefined || allowed <= limit) return compared;
  return {...compared, limit: allowed, verdict: verdict === 'differs' && (between ?? 1) <= allowed ? 'same' : verdict};
};

const ofRole = (role: Role, all: readonly ComparedAnswers[]): AnswersOfRole | null => {
  const measures = all.filter(({measure: {id}}) => id.startsWith(`${role}.`));
  if (measures.length === 0) return null;
  const differing = measures.find(({verdict}) => verdict === 'differs');
  if (differing !== undefined)
    return {role, outcome: 'differs', detail: `Not so: ${differing.measure.title}: ${shown(differing)}`};
  const untold = measures.find(({verdict}) => verdict === 'unknown');
  if (untold !== undefined)
    return {role, outcome: 'unknown', detail: `It cannot be told: ${untold.measure.title}, of ${untold.n} questions`};
  const closest = measures.toSorted((a, b) => (b.between ?? 0) / (b.limit || 1) - (a.between ?? 0) / (a.limit || 1))[0];
  const detail = closest === undefined ? '' : `; closest to it: ${closest.measure.title}: ${shown(closest)}`;
  return {
    role,
    outcome: 'same',
    detail: `${measures.length} measures are within what each side differs from itself, or the plan allows${detail}`,
  };
};

/**
 * Whether both sides gave the same answers, role by role; a role that neither was asked about is left out, and one that is
 * required is unknown then.
 */
export const answersByRole = (
  baseline: readonly Answer[],
  candidate: readonly Answer[],
  {required, allow}: Pick<Asked, 'required' | 'allow'>,
): AnswersOfRole[] => {
  const [a, b] = [baseline, candidate].map(answers => askedTwice(givenAnswers(answers)));
  const measures =
    a === undefined || b === undefined ? [] : compareParity(a, b).map(compared => asPlanned(compared, allow));
  return roles.flatMap(role => {
    const told = ofRole(role, measures);
    if (told !== null) return [told];
    const detail = 'No question of this kind was asked of both sides';
    return required.includes(role) ? [{role, outcome: 'unknown' as const, detail}] : [];
  });
};
