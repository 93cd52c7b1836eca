import type {Judgement} from '../examinations/examiner.ts';
import {type Calls, check, fail, pass, type Told, unknown, type Verdict} from './told.ts';

/**
 * Tokens of a prompt's end that need not be found: a page that was not full, and at least as many as chat templates put
 * around a question.
 */
const slackTokens = ({reply: {pageTokens}}: Told): number => Math.max(16, pageTokens ?? 0);
/** What stands behind a warmed prompt: a short question, and what a template puts around it. */
const questionTokens = 16;

/** Whether so much of a beginning was found that only its end is missing. */
const coverage = (beginning: number | null, cached: number | null, slack: number): Verdict => {
  if (beginning === null || cached === null) return unknown('the server does not tell cached tokens');
  const found = `${Math.min(cached, beginning)} of ${beginning} tokens`;
  if (beginning <= slack) return unknown(`${found}: no more than a page of the cache`);
  return cached >= beginning - slack ? pass(found) : fail(found);
};

/** What came to several, the worst of them. */
const worst = (verdicts: readonly Verdict[]): Verdict => {
  const ofAll = [...new Set(verdicts.map(({detail}) => detail))].join('; ');
  const outcome = (['fail', 'unknown', 'pass'] as const).find(each =>
    verdicts.some(verdict => verdict.outcome === each),
  );
  return outcome === undefined ? unknown('nothing was answered') : {outcome, detail: ofAll};
};

const usageOf = (told: Told | undefined) => told?.reply.said?.usage ?? null;

/** What of the turn before the server found, in words; nothing where it does not tell. */
export const foundBefore = (before: Told, after: Told): string => {
  const [prompt, cached] = [usageOf(before)?.promptTokens, usageOf(after)?.cachedPromptTokens];
  return prompt == null || cached == null
    ? ''
    : `, of whose ${prompt} tokens ${Math.min(prompt, cached)} were cached there`;
};

type Pair = readonly [Told | undefined, Told | undefined];

/** Its question is shorter than the one before: a prompt that lost something is shorter too. */
const growth = ([before, after]: Pair, turn: number): Verdict => {
  const [first, second] = [usageOf(before), usageOf(after)];
  if (first === null || second === null) return unknown(`turn ${turn} or the one before it was not answered`);
  const [{promptTokens: from, outputTokens: said}, {promptTokens: to}] = [first, second];
  if (from === null || to === null) return unknown('the server does not tell prompt tokens');
  const grown = `turn ${turn} has ${to} tokens after ${from}`;
  if (to <= from) return fail(`${grown}: something was left out`);
  if (said !== null && to - from < said)
    return unknown(`${grown}, less than the ${said} of the answer between them: so it is where a model thinks aloud`);
  return pass(grown);
};

const found = ([before, after]: Pair, turn: number): Verdict => {
  if (before === undefined || after?.reply.said == null) return unknown(`turn ${turn} was not answered`);
  const verdict = coverage(
    usageOf(before)?.promptTokens ?? null,
    usageOf(after)?.cachedPromptTokens ?? null,
    slackTokens(after),
  );
  return verdict.outcome === 'unknown'
    ? verdict
    : {...verdict, detail: `turn ${turn} found ${verdict.detail} of turn ${turn - 1}`};
};

/** By the server's own counts: that every turn has the one before it, and finds it in the cache. */
export const judgeTurns = (calls: Calls): Judgement => {
  const turns = [1, 2, 3].map(turn => calls.of(`session/turn-${turn}`));
  const pairs = [2, 3].map((turn): [Pair, number] => [[turns[turn - 2], turns[turn - 1]], turn]);
  const measures = turns.flatMap((told, index) => [
    [`turn.${index + 1}.promptTokens`, usageOf(told)?.promptTokens ?? null],
    [`turn.${index + 1}.cachedTokens`, usageOf(told)?.cachedPromptTokens ?? null],
  ]);
  return {
    checks: [
      check(
        'history.grows',
        'Every turn has all that was said before it, by its tokens',
        worst(pairs.map(pair => growth(...pair))),
      ),
      check(
        'history.cached',
        'Every turn finds the one before it in the cache',
        worst(pairs.map(pair => found(...pair))),
      ),
    ],
    measures: Object.fromEntries(measures),
  };
};

const warmed = (told: Told): Verdict => {
  if (told.failure !== null) return unknown(`no answer: ${told.failure}`);
  const {warmed: prefixes} = told.reply;
  return worst(
    prefixes.map(({promptTokens, cachedPromptTokens}) =>
      coverage(promptTokens, cachedPromptTokens, slackTokens(told) + questionTokens),
    ),
  );
};

const warmedOnce = (told: Told): Verdict => {
  const {outcome, detail} = warmed(told);
  const first = told.reply.requests[0]?.usage?.cachedPromptTokens ?? null;
  return outcome === 'unknown' || first === null ? {outcome, detail} : {outcome, detail: `${detail}, ${first} before`};
};

/** The beginning of a first turn that was warmed is all of it but its question. */
const used = (warm: Told, turn: Told): Verdict => {
  const [prefix] = warm.reply.warmed;
  if (prefix === undefined || turn.reply.said === null) return unknown('it was not warmed, or not asked');
  return coverage(prefix.promptTokens, usageOf(turn)?.cachedPromptTokens ?? null, slackTokens(turn) + questionTokens);
};

/** That a warmed prompt is in the cache, for the request that proves it and for the first question of a user. */
export const judgeWarming = (calls: Calls): Judgement => {
  const one = calls.of('warm/one');
  return {
    checks: [
      check('warm.one', 'A warmed prompt is in the cache', calls.judge(warmedOnce, 'warm/one')),
      check('warm.several', 'Each of several warmed prompts is in the cache', calls.judge(warmed, 'warm/several')),
      check('warm.used', "A user's first question finds what was warmed", calls.judge(used, 'warm/one', 'warm/used')),
    ],
    measures: {
      'warm.promptTokens': one?.reply.warmed[0]?.promptTokens ?? null,
      'warm.cachedTokens': one?.reply.warmed[0]?.cachedPromptTokens ?? null,
      'warm.cachedTokensBefore': one?.reply.requests[0]?.usage?.cachedPromptTokens ?? null,
      'warm.used.cachedTokens': usageOf(calls.of('warm/used'))?.cachedPromptTokens ?? null,
    },
  };
};
