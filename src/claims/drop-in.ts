import type {Role} from '../schema/request.ts';
import {type AnswersCompared, type Evidence, sides, unlikeModels} from './evidence.ts';
import {figure, listed, sentence} from './figures.ts';
import {confirmed, inconclusive, notRun, type Rule, refuted} from './outcome.ts';

/** What an index or a cache of the old service would hold. */
const kept: readonly Role[] = ['embed', 'rerank'];

const textOf = ({kind, compared, differences, outcome}: AnswersCompared): string => {
  const what = kind === 'contract' ? `${figure(compared)} fields of replies` : 'vectors and scores';
  if (outcome === 'same') return `all ${what} are the same`;
  if (outcome === 'unknown') return `not all ${what} could be told`;
  const [first] = differences;
  const more = differences.length > 1 ? `, and ${differences.length - 1} more` : '';
  return `${kind === 'contract' ? `${differences.length} of ${what}` : what} differ: ${first}${more}`;
};

/** By a decision's examination of both sides, of the roles that matter, as far as both served the same model. */
const decidedAnswers = ({decisions}: Evidence) =>
  decisions
    .filter(({decision: {plan}}) => plan.baseline.engine === sides.from && plan.candidate.engine === sides.to)
    .flatMap(({decision, verdict, records}) =>
      verdict.answers
        .filter(({role}) => kept.includes(role) && unlikeModels({records}, role) === null)
        .map(({role, outcome, detail}) => ({id: decision.decisionId, role, outcome, detail})),
    );

/** What a decision found of roles that do not differ. */
const decidedTexts = (decided: ReturnType<typeof decidedAnswers>): readonly string[] =>
  (['same', 'unknown'] as const).flatMap(outcome => {
    const names = new Set(decided.filter(one => one.outcome === outcome).map(({role}) => role));
    if (names.size === 0) return [];
    const as = outcome === 'same' ? 'as near as its plan asks' : 'not known to be the same';
    return [`in a decision the answers of ${listed([...names])} are ${as}`];
  });

/** One difference that a caller can rely on is enough; that there is none needs the contract, vectors and scores. */
export const takesItsPlace: Rule = (_claim, evidence) => {
  const [compared, decided] = [evidence.answers, decidedAnswers(evidence)];
  const ids = [...compared.flatMap(({from, to}) => [from, to]), ...decided.map(({id}) => id)];
  if (ids.length === 0) return notRun('No real contract or parity examination of both engines with the same models.');
  const differing = decided.filter(({outcome}) => outcome === 'differs');
  const texts = [
    ...compared.map(textOf),
    ...differing.map(({role, detail}) => `${role}: ${detail}`),
    ...(differing.length === 0 ? decidedTexts(decided) : []),
  ];
  const said = sentence([...new Set(texts)].join('; '));
  if (compared.some(({outcome}) => outcome === 'differs') || differing.length > 0) return refuted(said, ids);
  const contract = compared.some(({kind, outcome}) => kind === 'contract' && outcome === 'same');
  const parity =
    compared.some(({kind, outcome}) => kind === 'parity' && outcome === 'same') ||
    kept.every(role => decided.some(one => one.role === role && one.outcome === 'same'));
  if (contract && parity) return confirmed(said, ids);
  return inconclusive(
    `${said} ${contract ? 'Vectors and scores were' : 'The contract was'} not compared to the end.`,
    null,
    ids,
  );
};
