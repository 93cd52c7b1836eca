import type {RunRecord} from '../schema/record.ts';
import type {Records} from './conditions.ts';
import {tokensText} from './metric-sentence.ts';

type Server = RunRecord['engine']['servers'][number];
type ServerThreat = (baseline: Server, candidate: Server) => string | null;

/** What is not the same about the two servers of a role, or cannot be known of them. */
export const serverThreats = ({records: {baseline, candidate}}: {readonly records: Records}): readonly string[] => [
  ...baseline.engine.servers.flatMap(ours => {
    const theirs = candidate.engine.servers.find(({role}) => role === ours.role);
    return theirs === undefined ? [] : unequal.map(threat => threat(ours, theirs)).filter(said => said !== null);
  }),
  ...(['baseline', 'candidate'] as const).flatMap(arm => unknown(arm, arm === 'baseline' ? baseline : candidate)),
];

const models: ServerThreat = (ours, theirs) =>
  lastWord(ours.model) === lastWord(theirs.model)
    ? null
    : `${ours.role}: the sides served different models, ${ours.model} and ${theirs.model}; the ratio is of models as much as of engines.`;

/** The same model may lie in different folders. */
const lastWord = (model: string) => model.split('/').at(-1)?.toLowerCase();

const kvTokens: ServerThreat = (ours, theirs) => {
  const [a, b] = [poolOf(ours), poolOf(theirs)];
  if (a === null || b === null) return null;
  return Math.abs(a - b) <= 0.01 * Math.max(a, b)
    ? null
    : `${ours.role}: the KV pools are not equal, ${tokensText(a)} and ${tokensText(b)} tokens: the larger one keeps more prefixes and runs more requests at once.`;
};

const poolOf = ({facts, memory}: Server): number | null => facts.kvTokens ?? memory?.kvTokens ?? null;

const contexts: ServerThreat = (ours, theirs) =>
  ours.facts.contextTokens === null ||
  theirs.facts.contextTokens === null ||
  ours.facts.contextTokens === theirs.facts.contextTokens
    ? null
    : `${ours.role}: the sides allow contexts of ${ours.facts.contextTokens} and ${theirs.facts.contextTokens} tokens.`;

const unequal: readonly ServerThreat[] = [models, kvTokens, contexts];

const unknown = (arm: string, {engine, evidence}: RunRecord): readonly string[] => {
  const random = engine.servers.filter(({command}) => command?.some(isRandomWeights));
  const hidden = evidence === 'simulated' ? [] : engine.servers.filter(({command}) => command === null);
  return [
    ...random.map(
      ({role}) => `${arm} ${role}: the weights are random (load format dummy): speed only, its answers mean nothing.`,
    ),
    ...(hidden.length === 0
      ? []
      : [
          `${arm}: cutover did not start ${hidden.map(({role}) => role).join(', ')}; with which arguments it runs, and whether its weights are real, cannot be known.`,
        ]),
  ];
};

const isRandomWeights = (word: string, at: number, words: readonly string[]): boolean =>
  /^--load[-_]format=dummy$/.test(word) || (word === 'dummy' && /^--load[-_]format$/.test(words[at - 1] ?? ''));
