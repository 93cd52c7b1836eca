import type {Answer} from '../schema/answer.ts';
import type {Check} from '../schema/examination.ts';
import {properties} from './properties.ts';
import type {Property} from './property.ts';
import {relations} from './relations.ts';
import {fieldsOf, isCount, jsonOf, vectorsOf} from './reply.ts';

const bySize = (a: Answer, b: Answer) => a.request.bytes - b.request.bytes || (a.id < b.id ? -1 : 1);

const told = ({request: {method, path, contentType, body}}: Answer): string =>
  `${method} ${path}${body === null ? '' : ` (${contentType ?? 'no content type'}) ${body}`}`;

const judgeEach = ({id, title, about, problem}: Property, answers: readonly Answer[]): Check => {
  const asked = answers.filter(about).sort(bySize);
  const wrong = asked.flatMap(answer => {
    const seen = problem(answer);
    return seen === null ? [] : [{answer, seen}];
  });
  const [smallest] = wrong;
  if (smallest !== undefined) {
    const detail = `${wrong.length} of ${asked.length}; the smallest, ${smallest.answer.id}: ${smallest.seen}`;
    return {id, title, outcome: 'fail', detail, example: told(smallest.answer)};
  }
  const outcome = asked.length === 0 ? 'unknown' : 'pass';
  return {
    id,
    title,
    outcome,
    detail: asked.length === 0 ? 'nothing came to judge it by' : `${asked.length} of ${asked.length}`,
    example: null,
  };
};

/** Properties of single answers that do not hold for this one. */
export const brokenBy = (answer: Answer): readonly string[] =>
  properties.filter(({about, problem}) => about(answer) && problem(answer) !== null).map(({id}) => id);

/** Every check of the contract, from the answers alone; a failed one comes with the smallest input that shows it. */
export const judgeContract = (
  answers: readonly Answer[],
): {checks: Check[]; measures: Record<string, number | null>} => {
  const byId = new Map(answers.map(answer => [answer.id, answer]));
  const embedding = byId.get('embed/answered/one-text');
  const longest = byId.get('chat/answered/default-length');
  const tokens = longest && fieldsOf(fieldsOf(jsonOf(longest))?.usage)?.completion_tokens;
  return {
    checks: [
      ...properties.map(property => judgeEach(property, answers)),
      ...relations.map(({id, title, judge}) => ({id, title, ...judge(byId)})),
    ],
    measures: {
      questions: byId.size,
      withoutReply: answers.filter(({status}) => status === null).length,
      embeddingDimensions: (embedding && vectorsOf(jsonOf(embedding))?.[0]?.length) ?? null,
      defaultMaxTokensSeen: isCount(tokens) ? tokens : null,
    },
  };
};
