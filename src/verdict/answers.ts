import type {Decision} from '../schema/decision.ts';
import type {Verdict} from '../schema/verdict.ts';

interface JudgedAnswers {
  readonly rows: Verdict['answers'];
  /** Sentences on required roles. */
  readonly differing: readonly string[];
  readonly unknown: readonly string[];
  /** Required roles that are the same. */
  readonly same: readonly string[];
}

/** Whether both sides answer the same where the plan requires it. A required role that was not asked is unknown. */
export const judgeAnswers = ({plan, answers}: Pick<Decision, 'plan' | 'answers'>): JudgedAnswers => {
  const required = plan.answers?.required ?? [];
  const unasked = required
    .filter(role => answers.every(answer => answer.role !== role))
    .map(role => ({role, outcome: 'unknown' as const, detail: 'Its answers were not compared.'}));
  const rows = [...answers, ...unasked].map(({role, outcome, detail}) => ({
    role,
    required: required.includes(role),
    outcome,
    detail,
  }));
  const of = (outcome: Verdict['answers'][number]['outcome']) =>
    rows.filter(row => row.required && row.outcome === outcome);
  return {
    rows,
    differing: of('differs').map(({role, detail}) => `${role} answers differently: ${detail}`),
    unknown: of('unknown').map(
      ({role, detail}) => `${role}: it is not known whether the answers are the same. ${detail}`,
    ),
    same: of('same').map(({role}) => role),
  };
};
