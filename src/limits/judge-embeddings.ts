import {cosine, norm} from '../examinations/vectors.ts';
import type {Answer} from '../schema/answer.ts';
import type {Check} from '../schema/examination.ts';
import {brokenCheck, brokenOff, check, cosineText, type Findings, short, type Told, toldOf} from './findings.ts';

/** Rounding of single and half precision, and kernels that differ with the batch, stay within these. */
const unitNorm = 0.01;
const sameText = 0.999;
/** Half of the last place of a float32 number of a unit vector, rounded up. */
const float32Rounding = 2 ** -24;

/** The largest difference between two numbers at one place; infinite where one vector is longer. */
const maxDifference = (a: readonly number[], b: readonly number[]): number =>
  a.length === b.length
    ? a.reduce((most, value, place) => Math.max(most, Math.abs(value - (b[place] as number))), 0)
    : Number.POSITIVE_INFINITY;

type Answered = (name: string, pass?: number) => Told | undefined;

const vectorOf = (told: Told | undefined): readonly number[] | null =>
  told === undefined || brokenOff(told) !== null ? null : (told.reply.vectors[0] ?? null);

const judgeDimensions = (
  asked: number,
  told: Told,
  {full, earlier}: {full: readonly number[] | null; earlier: readonly Told[]},
): Findings => {
  const id = `embed.dimensions.${asked}`;
  const title = `Vectors of ${asked} dimensions can be asked for`;
  const broken = brokenOff(told, earlier);
  const vector = vectorOf(told);
  const none = {[`${id}.norm`]: null, [`${id}.cosine`]: null, [`${id}.kept`]: null};
  if (broken !== null) return {checks: [brokenCheck(id, title, broken)], measures: none};
  if (vector === null || full === null)
    return {checks: [check(id, title, 'unknown', 'there is no whole vector to compare with')], measures: none};
  const length = norm(vector);
  const beginning = full.slice(0, vector.length);
  const withBeginning = cosine(vector, beginning);
  const kept = norm(beginning) / norm(full);
  const wrong = [
    vector.length === asked ? null : `it has ${vector.length} numbers`,
    Math.abs(length - 1) <= unitNorm ? null : `its norm is ${short(length)}`,
    withBeginning >= sameText
      ? null
      : `it is not the beginning of the whole vector: cosine ${cosineText(withBeginning)}`,
  ].filter(reason => reason !== null);
  const seen = `norm ${short(length)}; cosine with the beginning of the whole vector ${cosineText(withBeginning)}, with all of it ${cosineText(kept)}`;
  return {
    checks: [check(id, title, wrong.length === 0 ? 'pass' : 'fail', wrong.length === 0 ? seen : wrong.join('; '))],
    measures: {[`${id}.norm`]: length, [`${id}.cosine`]: withBeginning, [`${id}.kept`]: kept},
  };
};

/** The same text asked for twice, and once in base64: base64 may differ by no more than the server differs from itself. */
const judgeBase64 = (told: Answered): Findings => {
  const [first, again, encoded] = [vectorOf(told('alone/first')), vectorOf(told('alone/first', 2)), told('base64')];
  const [id, title] = ['embed.base64', 'A vector asked for in base64 is the one asked for in numbers'];
  const repeated = first && again ? maxDifference(first, again) : null;
  const measures = {'embed.repeat.maxDifference': repeated};
  const broken = encoded === undefined ? null : brokenOff(encoded);
  if (broken !== null)
    return {
      checks: [brokenCheck(id, title, broken)],
      measures: {...measures, 'embed.base64.maxDifference': null},
    };
  const vector = vectorOf(encoded);
  if (first === null || vector === null) return {checks: [], measures};
  const difference = maxDifference(vector, first.map(Math.fround));
  const same = difference === 0;
  const within = difference <= Math.max(float32Rounding, repeated ?? 0);
  const detail = same
    ? 'bit by bit, as float32'
    : `they differ by up to ${short(difference)}; the same question asked twice by ${repeated === null ? 'how much is not known' : short(repeated)}`;
  return {
    checks: [check(id, title, within ? 'pass' : 'fail', detail)],
    measures: {...measures, 'embed.base64.maxDifference': difference},
  };
};

const judgeBatch = (told: Answered): Findings => {
  const batch = told('batch');
  if (batch === undefined) return {checks: [], measures: {}};
  const count = batch.reply.asked.texts;
  const [id, title] = ['embed.batch', `A text has the same vector alone and among ${count}`];
  const broken = brokenOff(batch);
  if (broken !== null) return {checks: [brokenCheck(id, title, broken)], measures: {'embed.batch.cosine': null}};
  const alone = [vectorOf(told('alone/first')), vectorOf(told('alone/last'))];
  const cosines = batch.reply.vectors.flatMap((vector, place) => {
    const other = alone[place];
    return other ? [cosine(vector, other)] : [];
  });
  if (cosines.length === 0) return {checks: [], measures: {'embed.batch.cosine': null}};
  const least = Math.min(...cosines);
  return {
    checks: [
      check(
        id,
        title,
        least >= sameText ? 'pass' : 'fail',
        `cosine ${cosineText(least)} between the two, the lower one of the first and the last text`,
      ),
    ],
    measures: {'embed.batch.cosine': least},
  };
};

const judgeNorm = (vector: readonly number[] | null): Findings => {
  if (vector === null) return {checks: [], measures: {'embed.dimensions': null, 'embed.norm': null}};
  const length = norm(vector);
  const outcome = Math.abs(length - 1) <= unitNorm ? 'pass' : 'fail';
  return {
    checks: [
      check('embed.norm', 'Vectors have a norm of 1', outcome, `norm ${short(length)}, ${vector.length} dimensions`),
    ],
    measures: {'embed.dimensions': vector.length, 'embed.norm': length},
  };
};

const blankText = (told: Told | undefined, id: string, what: string): Check[] => {
  if (told === undefined) return [];
  const broken = brokenOff(told);
  const tokens = told.reply.promptTokens;
  return [
    brokenCheck(
      id,
      `What is made of ${what}`,
      broken ?? {
        outcome: 'note',
        detail: `answered with a vector${tokens === null ? '' : `, counted as ${tokens} tokens`}`,
        example: null,
      },
    ),
  ];
};

/** Vectors: their length, dimensions, encoding, the batch that they were in, and texts that say nothing. */
export const judgeEmbeddings = (answers: readonly Answer[]): Findings => {
  const all = toldOf(answers);
  const told: Answered = (name, pass = 1) => all.find(one => one.id === `embed/${name}` && one.pass === pass);
  const whole = vectorOf(told('alone/first'));
  const shorter = all.filter(({reply}) => reply.asked.dimensions !== undefined);
  const cut = shorter.map((one, place) =>
    judgeDimensions(one.reply.asked.dimensions ?? 0, one, {full: whole, earlier: shorter.slice(0, place)}),
  );
  const parts = [judgeNorm(whole), ...cut, judgeBase64(told), judgeBatch(told)];
  return {
    checks: [
      ...parts.flatMap(({checks}) => checks),
      ...blankText(told('empty'), 'embed.empty', 'an empty text'),
      ...blankText(told('blank'), 'embed.blank', 'a text of white space'),
    ],
    measures: Object.assign({}, ...parts.map(({measures}) => measures)),
  };
};
