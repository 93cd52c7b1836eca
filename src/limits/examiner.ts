import {CutoverError} from '../errors.ts';
import type {ExaminationContext, Examiner} from '../examinations/examiner.ts';
import type {Answer} from '../schema/answer.ts';
import type {Check} from '../schema/examination.ts';
import {type Ask, asker} from './ask.ts';
import {askLengths} from './ask-lengths.ts';
import {judgeEmbeddings} from './judge-embeddings.ts';
import {judgeLengths} from './judge-lengths.ts';
import {judgeRankings} from './judge-rankings.ts';
import {judgeSurvival} from './judge-survival.ts';
import {questions} from './questions.ts';
import type {LimitsReply} from './reply.ts';

const roles = ['embed', 'rerank'] as const;
type LimitsRole = (typeof roles)[number];

const askTexts = (role: LimitsRole, ask: Ask, contextTokens: number | null): Promise<void> =>
  askLengths(contextTokens, (name, text, tokens) =>
    ask({
      name,
      pass: 1,
      request: role === 'embed' ? {kind: role, texts: [text]} : {kind: role, query: 'word', documents: [text]},
      asked: tokens === null ? {} : {tokens, contextTokens},
    }),
  );

/** Lengths come last, of each server too: past its limit one may die, and take with it what was not asked yet. */
const ask = async (context: ExaminationContext<'limits'>): Promise<readonly Answer[]> => {
  const {engine, servers} = context.stack;
  const answers: Answer[] = [];
  const hear = (answer: Answer) => {
    answers.push(answer);
    context.onAnswer(answer);
  };
  const served = roles.filter(role => servers.some(server => server.role === role));
  const endpoints = served.map(role => ({role, endpoint: context.stack.endpoint(role)}));
  const deaths = new Map<string, CutoverError>();
  const steps = endpoints.map(({role, endpoint}) => ({
    role,
    url: endpoint.url,
    askOne: asker(engine, endpoint, context, hear),
    contextTokens: endpoint.facts.contextTokens,
  }));
  const go = async (url: string, asking: () => Promise<void>) => {
    if (deaths.has(url)) return;
    await asking().catch((thrown: unknown) => {
      if (!(thrown instanceof CutoverError) || thrown.code !== 'ENGINE_DIED') throw thrown;
      deaths.set(url, thrown);
    });
  };
  for (const {role, url, askOne} of steps)
    await go(url, async () => {
      for (const question of questions[role]) await askOne(question);
    });
  for (const {role, url, askOne, contextTokens} of steps) await go(url, () => askTexts(role, askOne, contextTokens));
  for (const death of deaths.values()) throw death;
  return answers;
};

const notAsked = (role: string): Check => ({
  id: `${role}.asked`,
  title: `There is a server for ${role}`,
  outcome: 'unknown',
  detail: `the stack has none: nothing about ${role} was asked`,
  example: null,
});

/** What embedding and ranking servers do at the ends of what they take: long and empty texts, dimensions, batches, top_n. */
export const limits: Examiner<'limits'> = {
  // The texts follow from the id.
  questionOf: ({reply}) => (reply as LimitsReply).asked,
  ask,
  judge(answers) {
    const judgements = roles.map(role => {
      const own = answers.filter(({about}) => about === role);
      if (own.length === 0) return {checks: [notAsked(role)], measures: {}};
      const parts = [
        judgeSurvival(role, own),
        judgeLengths(role, own),
        role === 'embed' ? judgeEmbeddings(own) : judgeRankings(own),
      ];
      return {
        checks: parts.flatMap(({checks}) => checks),
        measures: Object.assign({}, ...parts.map(({measures}) => measures)),
      };
    });
    return {
      checks: judgements.flatMap(({checks}) => checks),
      measures: Object.assign({}, ...judgements.map(({measures}) => measures)),
    };
  },
};
