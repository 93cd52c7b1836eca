import type {Answer} from '../schema/answer.ts';
import type {AnswersOfRole} from '../schema/decision.ts';
import type {DecisionPlan} from '../schema/plan.ts';
import {type Role, roles} from '../schema/request.ts';
import {askedTwice, type ComparedAnswers, compareParity} from './compare.ts';
import {givenAnswers} from './given.ts';

type Asked = NonNullable<DecisionPlan['answers']>;

/** Whether the limit is that of the plan, in place of what the engines differ from themselves. */
type Held = ComparedAnswers & {readonly byPlan: boolean};

/** `0.2 apart in “…”, and the plan allows 0.3`, `50 % of the questions contradict “…”, and …`. */
const shown = ({measure: {kind, title}, between, limit, byPlan}: Held): string => {
  const counted = kind === 'counted';
  const text = (value: number) =>
    counted ? `${Number((value * 100).toFixed(1))} %` : String(Number(value.toPrecision(3)));
  const found = `${text(between ?? 0)} ${counted ? 'of the questions contradict' : 'apart in'} “${title}”`;
  return `${found}, and ${byPlan ? `the plan allows ${text(limit)}` : `the engines' own noise reaches ${text(limit)}`}`;
};

/** Two engines that differ by more than either from itself may still be as near as the plan asks for. */
const asPlanned = (compared: ComparedAnswers, allow: Asked['allow'] = {}): Held => {
  const {measure, between, limit, verdict} = compared;
  const allowed = allow[measure.id];
  if (allowed === undefined || allowed <= limit || verdict !== 'differs') return {...compared, byPlan: false};
  return {...compared, byPlan: true, limit: allowed, verdict: (between ?? 1) <= allowed ? 'same' : 'differs'};
};

const closeness = ({between, limit}: Held) => (between ?? 0) / (limit || 1);

const ofRole = (role: Role, all: readonly Held[]): AnswersOfRole | null => {
  const measures = all.filter(({measure: {id}}) => id.startsWith(`${role}.`));
  if (measures.length === 0) return null;
  const differing = measures.find(({verdict}) => verdict === 'differs');
  if (differing !== undefined) return {role, outcome: 'differs', detail: `Too far apart: ${shown(differing)}`};
  const untold = measures.find(({verdict}) => verdict === 'unknown');
  if (untold !== undefined)
    return {role, outcome: 'unknown', detail: `It cannot be told: “${untold.measure.title}”, of ${untold.n} questions`};
  const planned = measures.filter(({byPlan}) => byPlan).length;
  const within = `${measures.length - planned} of ${measures.length} measures are within the engines' own noise`;
  const [closest] = measures.toSorted((a, b) => closeness(b) - closeness(a));
  return {
    role,
    outcome: 'same',
    detail: [
      `${within}${planned === 0 ? '' : `, ${planned} only within what the plan allows`}`,
      ...(closest === undefined ? [] : [`closest to its limit: ${shown(closest)}`]),
    ].join('; '),
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
