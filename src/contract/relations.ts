import {cosine} from '../examinations/vectors.ts';
import type {Answer} from '../schema/answer.ts';
import type {Check} from '../schema/examination.ts';
import {subjectOf} from './question.ts';
import {fieldsOf, isCount, jsonOf, rankingOf, vectorsOf} from './reply.ts';
import {leastCosine, scoreTolerance} from './tolerance.ts';

/** What must hold between answers, or can only be told from several. */
export interface Relation {
  readonly id: string;
  readonly title: string;
  judge(answers: ReadonlyMap<string, Answer>): Pick<Check, 'outcome' | 'detail' | 'example'>;
}

type Verdict = ReturnType<Relation['judge']>;

const tell = (outcome: Check['outcome'], detail: string, answer?: Answer): Verdict => ({
  outcome,
  detail,
  example: outcome === 'fail' ? (answer?.request.body ?? null) : null,
});
/** Of a relation whose questions did not get the answers to tell it by. */
export const unanswered = tell('unknown', 'the questions were not all answered with 200');

const good = (answers: ReadonlyMap<string, Answer>, id: string): Answer | null => {
  const answer = answers.get(id);
  return answer?.status === 200 ? answer : null;
};

/** The default that the contract gives max_tokens. */
const defaultTokens = 1024;

const outputTokensOf = (answer: Answer | null): number | null => {
  const tokens = answer && fieldsOf(fieldsOf(jsonOf(answer))?.usage)?.completion_tokens;
  return isCount(tokens) ? tokens : null;
};

const defaultLength: Relation = {
  id: 'chat-default-length',
  title: '/chat takes max_tokens for 1024 where it is absent',
  judge(answers) {
    const ids = ['default-length', 'length-1024', 'length-1100'];
    const [absent, same, longer] = ids.map(id => outputTokensOf(good(answers, `chat/answered/${id}`)));
    if (absent == null || same == null) return unanswered;
    const seen = `${absent} tokens without max_tokens, ${same} with 1024${longer == null ? '' : `, ${longer} with 1100`}`;
    if (absent !== same) return tell('fail', seen, answers.get('chat/answered/default-length'));
    if (absent === defaultTokens && longer != null && longer > defaultTokens) return tell('pass', seen);
    return tell('unknown', `${seen}: the model stopped by itself, so that the default is ${absent} or more`);
  },
};

const contentOf = (answer: Answer | null): unknown => answer && fieldsOf(jsonOf(answer))?.content;

const coldAnswers: Relation = {
  id: 'chat-temperature-0',
  title: '/chat says the same twice at temperature 0',
  judge(answers) {
    const contents = ['temperature-0', 'temperature-0-again'].map(id =>
      contentOf(good(answers, `chat/answered/${id}`)),
    );
    if (contents.includes(null)) return unanswered;
    // No engine promises it: what else is in the batch changes the last digits of a logit.
    return contents[0] === contents[1] ? tell('pass', 'the same text') : tell('note', 'two different texts');
  },
};

const warmAnswers: Relation = {
  id: 'chat-default-temperature',
  title: '/chat samples where temperature is absent (its default is 0.7)',
  judge(answers) {
    const ids = ['no-temperature', 'no-temperature-again', 'no-temperature-once-more'];
    const contents = ids.map(id => contentOf(good(answers, `chat/answered/${id}`)));
    if (contents.includes(null)) return unanswered;
    const different = new Set(contents).size;
    return different > 1
      ? tell('note', `${different} of 3 answers differ: it samples; at which temperature cannot be seen from outside`)
      : tell('note', '3 equal answers: temperature 0, or a model that is sure; it cannot be told from outside');
  },
};

const textOrder: Relation = {
  id: 'embed-order',
  title: '/embed has its vectors in the order of the texts',
  judge(answers) {
    const ids = ['one-text', 'third-of-three', 'three-texts'];
    const [first, third, three] = ids.map(id => good(answers, `embed/answered/${id}`));
    const [one, other] = [first, third].map(alone => alone && vectorsOf(jsonOf(alone))?.[0]);
    const batch = three && vectorsOf(jsonOf(three));
    if (one == null || other == null || batch?.length !== 3) return unanswered;
    const nearness = [cosine(one, batch[0] ?? []), cosine(other, batch[2] ?? [])];
    const shown = nearness.map(near => near.toFixed(4)).join(' and ');
    const detail = `cosines of the first and the third of three texts with the same texts alone: ${shown}`;
    return tell(nearness.every(near => near >= leastCosine) ? 'pass' : 'fail', detail, three ?? undefined);
  },
};

const dimension: Relation = {
  id: 'embed-dimension',
  title: '/embed has vectors of one length in all replies',
  judge(answers) {
    const embeds = [...answers.values()].filter(({id, status}) => subjectOf(id) === 'embed' && status === 200);
    const lengths = new Set(embeds.flatMap(answer => vectorsOf(jsonOf(answer))?.map(({length}) => length) ?? []));
    if (lengths.size === 0) return unanswered;
    return tell(lengths.size === 1 ? 'pass' : 'fail', `${[...lengths].join(' and ')} numbers`, embeds[0]);
  },
};

const topIsFirst: Relation = {
  id: 'rerank-top-is-first',
  title: '/rerank with top_n answers with the first ones of the whole ranking',
  judge(answers) {
    const [whole, top] = ['three-documents', 'top-2'].map(id => good(answers, `rerank/answered/${id}`));
    const [all, best] = [whole && rankingOf(jsonOf(whole)), top && rankingOf(jsonOf(top))];
    if (all == null || best == null) return unanswered;
    const scores = new Map(all.map(({index, score}) => [index, score]));
    const wrong = best.some(
      ({index, score}, at) =>
        Math.abs(score - (scores.get(index) ?? Number.NaN)) > scoreTolerance ||
        Math.abs(score - (all[at]?.score ?? Number.NaN)) > scoreTolerance,
    );
    const detail = `documents ${best.map(({index}) => index).join(', ')} of the order ${all.map(({index}) => index).join(', ')}`;
    return tell(wrong ? 'fail' : 'pass', detail, top ?? undefined);
  },
};

const oneModel: Relation = {
  id: 'model-names',
  title: 'Replies and /health name the same model for a path, always the same one',
  judge(answers) {
    const page = good(answers, 'health/answered/first');
    const models = fieldsOf(fieldsOf(page && jsonOf(page))?.models) ?? {};
    const healthNames: Readonly<Record<string, unknown>> = {
      embed: models.embedding,
      rerank: models.rerank,
      chat: models.llm,
    };
    const seen = Object.keys(healthNames).map(subject => {
      const replies = [...answers.values()].filter(({id, status}) => subjectOf(id) === subject && status === 200);
      const names = new Set(replies.map(answer => fieldsOf(jsonOf(answer))?.model));
      return {subject, names: [...names], health: healthNames[subject] ?? null};
    });
    const told = seen.filter(({names}) => names.length > 0);
    if (told.length === 0) return unanswered;
    const right = told.every(({names, health}) => names.length === 1 && (page === null || names[0] === health));
    const detail = told
      .map(({subject, names, health}) => `${subject}: ${names.join(' and ')} (health: ${health})`)
      .join('; ');
    return tell(right ? 'pass' : 'fail', detail);
  },
};

const envelope: Relation = {
  id: 'body-at-the-top',
  title: 'The fields stand at the top of the body, not under `request`',
  judge(answers) {
    const [top, wrapped] = ['embed/answered/one-text', 'embed/either/wrapped'].map(
      id => answers.get(id)?.status ?? null,
    );
    if (top === null || wrapped === null) return unanswered;
    const detail = `at the top ${top}, under \`request\` ${wrapped}`;
    return top === 200
      ? tell('pass', detail)
      : tell(wrapped === 200 ? 'fail' : 'unknown', detail, answers.get('embed/answered/one-text'));
  },
};

export const relations: readonly Relation[] = [
  envelope,
  dimension,
  textOrder,
  topIsFirst,
  defaultLength,
  coldAnswers,
  warmAnswers,
  oneModel,
];
