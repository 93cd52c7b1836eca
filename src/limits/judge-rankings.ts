import type {Answer} from '../schema/answer.ts';
import type {Check} from '../schema/examination.ts';
import {brokenCheck, brokenOff, check, type Findings, inputOf, short, type Told, toldOf} from './findings.ts';

/**
 * How far two scores of one document may lie apart through half precision and kernels that differ with the batch. A sigmoid
 * is nowhere steeper than 1/4, so that logits four times as far apart are no further apart as probabilities.
 */
const sameProbability = 0.05;
const sameScore = (scores: readonly number[]): number =>
  isProbabilities(scores) ? sameProbability : 4 * sameProbability;
const isProbabilities = (scores: readonly number[]): boolean => scores.every(score => score >= 0 && score <= 1);

/** Half precision rounds a probability by up to this. */
const halfRounding = 2 ** -11;

const isSorted = (scores: readonly number[]) =>
  scores.every((score, place) => place === 0 || score <= (scores[place - 1] ?? 0));

const judgeDocuments = (told: Told): Check => {
  const {documents = 0} = told.reply.asked;
  const [id, title] = [
    `rerank.documents.${documents}`,
    `A ranking of ${documents} ${documents === 1 ? 'document' : 'documents'} has each once, the best first`,
  ];
  const broken = brokenOff(told);
  if (broken !== null) return brokenCheck(id, title, broken);
  const sorted = isSorted(told.reply.ranking.map(({score}) => score));
  return check(
    id,
    title,
    sorted ? 'pass' : 'fail',
    sorted ? 'each once, scores in falling order' : 'the scores are not in falling order',
  );
};

/** The largest difference between two scores of one document in rankings of the same ones; null where none is in two. */
const restlessness = (rankings: readonly Told[]): number | null => {
  const scores = new Map<number, number[]>();
  for (const {reply} of rankings)
    for (const {index, score} of reply.ranking) scores.set(index, [...(scores.get(index) ?? []), score]);
  const repeated = [...scores.values()].filter(({length}) => length > 1);
  return repeated.length === 0 ? null : Math.max(...repeated.map(own => Math.max(...own) - Math.min(...own)));
};

/** Beside the ranking of the same documents without top_n. Documents whose scores differ by no more than `tied` may change places. */
const judgeTop = (told: Told, all: Told | undefined, tied: number): Check => {
  const {topN = 0, documents = 0} = told.reply.asked;
  const id = `rerank.top.${topN}`;
  const title =
    topN === 0
      ? `What top_n 0 of ${documents} documents is taken for`
      : `With top_n ${topN} of ${documents} documents the best ${topN === 1 ? 'one comes' : `${Math.min(topN, documents)} come`}`;
  const {status, reply} = told;
  // Nobody says what 0 means, and the reader's own opinion of it is none of the server's faults.
  if (topN === 0 && status === 200) return check(id, title, 'note', `answered with ${reply.ranking.length} of them`);
  const broken = brokenOff(told);
  if (broken !== null) return brokenCheck(id, title, broken);
  if (all === undefined || brokenOff(all) !== null)
    return check(id, title, 'unknown', 'there is no whole ranking to compare with');
  const scoreOf = new Map(all.reply.ranking.map(({index, score}) => [index, score]));
  const best = all.reply.ranking.slice(0, topN);
  /** The document at a place of the whole ranking, or one that is tied with it there. */
  const fits = ({index, score}: (typeof best)[number], place: number) => {
    const given = reply.ranking[place]?.index;
    if (given === undefined) return false;
    return given === index || Math.abs((scoreOf.get(given) ?? Number.NaN) - score) <= tied;
  };
  const wrong = best.findIndex((document, place) => !fits(document, place));
  if (wrong !== -1 || reply.ranking.length !== best.length) {
    const given = reply.ranking.map(({index}) => index).join(', ');
    const wanted = best.map(({index}) => index).join(', ');
    return check(id, title, 'fail', `documents ${given} came, the whole ranking begins with ${wanted}`, inputOf(told));
  }
  const moved = best.some(({index}, place) => reply.ranking[place]?.index !== index);
  const detail = `the first ${best.length === 1 ? 'one' : best.length} of the whole ranking`;
  const note = `${detail}; documents whose scores there are no more than ${short(tied)} apart changed places`;
  return check(id, title, 'pass', moved ? note : detail);
};

const scoresOf = (told: Told | undefined): readonly number[] =>
  told === undefined || brokenOff(told) !== null ? [] : told.reply.ranking.map(({score}) => score);

const judgeScale = (told: Told | undefined): Findings => {
  const scores = scoresOf(told);
  if (scores.length === 0) return {checks: [], measures: {'rerank.score.min': null, 'rerank.score.max': null}};
  const [least, most] = [Math.min(...scores), Math.max(...scores)];
  const scale = isProbabilities(scores) ? 'within 0…1, as after a sigmoid' : "beyond 0…1: the model's own logits";
  return {
    checks: [
      check('rerank.scale', 'On which scale scores are', 'note', `${scale} (from ${short(least)} to ${short(most)})`),
    ],
    measures: {'rerank.score.min': least, 'rerank.score.max': most},
  };
};

/** The first document's score alone and in the largest ranking. */
const judgeBatch = (alone: Told | undefined, rankings: readonly Told[]): Findings => {
  const largest = rankings.findLast(told => brokenOff(told) === null);
  const score = (told: Told | undefined) => told?.reply.ranking.find(({index}) => index === 0)?.score;
  const [one, among] = [score(alone), score(largest)];
  if (one === undefined || among === undefined || largest === alone)
    return {checks: [], measures: {'rerank.batch.difference': null}};
  const difference = Math.abs(one - among);
  const most = sameScore(scoresOf(largest));
  const title = `A document has the same score alone and among ${largest?.reply.asked.documents}`;
  return {
    checks: [
      check(
        'rerank.batch',
        title,
        difference <= most ? 'pass' : 'fail',
        `they differ by ${short(difference)} (up to ${most} passes)`,
      ),
    ],
    measures: {'rerank.batch.difference': difference},
  };
};

const blankText = (told: Told | undefined, id: string, what: string): Check[] => {
  if (told === undefined) return [];
  const ranked = {outcome: 'note' as const, detail: 'ranked like any other', example: null};
  return [brokenCheck(id, `What is made of ${what}`, brokenOff(told) ?? ranked)];
};

/** Rankings: how many documents, in which order, the best ones only, on which scale, and texts that say nothing. */
export const judgeRankings = (answers: readonly Answer[]): Findings => {
  const all = toldOf(answers);
  const told = (name: string) => all.find(({id}) => id === `rerank/${name}`);
  const rankings = all.filter(({id, pass}) => id.startsWith('rerank/documents/') && pass === 1);
  const ten = told('documents/10');
  const tops = all.filter(({id}) => id.startsWith('rerank/top/'));
  // Every ranking of these ten documents counts as a repetition: two may agree by chance where a third does not.
  const own = restlessness([...all.filter(({id}) => id === ten?.id), ...tops]);
  const tied = Math.max(halfRounding, Math.min(own ?? 0, sameScore(scoresOf(ten))));
  const answered = rankings.filter(one => brokenOff(one) === null).map(({reply}) => reply.asked.documents ?? 0);
  const [scale, batch] = [judgeScale(ten), judgeBatch(told('documents/1'), rankings)];
  return {
    checks: [
      ...rankings.map(judgeDocuments),
      ...tops.map(one => judgeTop(one, ten, tied)),
      ...scale.checks,
      ...batch.checks,
      ...blankText(told('empty-document'), 'rerank.empty-document', 'an empty document'),
      ...blankText(told('blank-document'), 'rerank.blank-document', 'a document of white space'),
      ...blankText(told('empty-query'), 'rerank.empty-query', 'an empty question'),
    ],
    measures: {
      'rerank.documents': answered.length === 0 ? null : Math.max(...answered),
      'rerank.repeat.maxDifference': own,
      ...scale.measures,
      ...batch.measures,
    },
  };
};
