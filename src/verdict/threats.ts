import {arms} from '../schema/block.ts';
import type {Decision} from '../schema/decision.ts';
import type {Verdict} from '../schema/verdict.ts';
import {isSimulated, type Records} from './conditions.ts';
import {countText} from './metric-sentence.ts';
import {orderThreats} from './order-threats.ts';
import type {Pair} from './pairs.ts';
import {serverThreats} from './server-threats.ts';
import {trialThreats} from './trial-threats.ts';

/** What weakens a verdict without making it void: each a sentence for the reader who wants to doubt it. */

export interface Threatened {
  readonly decision: Decision;
  readonly records: Records;
  readonly pairs: readonly Pair[];
  /** As they were judged. */
  readonly workloads: Verdict['workloads'];
}

type Threat = (threatened: Threatened) => readonly string[];

export const threatsTo = (threatened: Threatened): readonly string[] => threats.flatMap(threat => threat(threatened));

const simulated: Threat = ({decision, records}) =>
  isSimulated(decision, records)
    ? ['The engines are simulated: this shows that the method works, and nothing of a real engine.']
    : [];

const storedBaseline: Threat = ({decision: {storedBaseline: stored}, pairs}) =>
  stored === null
    ? []
    : [
        `The baseline is the stored run ${stored.runId} of ${stored.startedAt}: whatever changed on the machine since then is in the ratios.`,
        ...(pairs.some(({phase}) => phase === 'aa')
          ? []
          : [
              'The stored baseline was not compared with itself: there is no noise floor, and no difference can be told from it.',
            ]),
      ];

/** The first sitting of a stored baseline stands for the run that it was measured in. */
const sittings: Threat = ({decision: {sittings: all, storedBaseline: stored}}) => {
  const own = stored === null ? all : all.slice(1);
  const differs = (
    [
      ['host', ({hostname}) => hostname],
      ['GPU', ({gpuUuids}) => gpuUuids.toSorted().join(' + ')],
      ['driver', ({driver}) => driver ?? 'not known'],
    ] as const satisfies readonly (readonly [string, (sitting: Decision['sittings'][number]) => string])[]
  ).flatMap(([what, of]) => {
    const values = [...new Set(all.map(of))];
    return values.length < 2
      ? []
      : [
          `${stored === null ? 'The sittings' : 'The stored baseline and what followed'} had not the same ${what}: ${values.join(', ')}.`,
        ];
  });
  return [
    ...(own.length < 2
      ? []
      : [`The measurement was interrupted: ${own.length} sittings, and servers were started anew between them.`]),
    ...differs,
  ];
};

const sharedCard: Threat = ({decision: {plan}, records}) =>
  plan.between === 'flush' && records.baseline.machine.gpus.length > 0
    ? [
        'Both sides were up at the same time on one machine: each had only a part of the GPU memory, so that neither shows what it does with all of it.',
      ]
    : [];

/** A start draws its kernels, its memory and its place on the machine once for all of its blocks. */
const fewStarts: Threat = ({decision: {plan}}) =>
  plan.between === 'flush'
    ? [
        'Servers were not started anew for each pair: what differs from one start to the next is in the ratios, and not in their intervals.',
      ]
    : [];

/** Below this the interval hangs on Student's t of a few values, and one odd block moves it far. */
const fewPairs = 6;

const tooFew: Threat = ({decision: {plan}, pairs}) =>
  plan.workloads.flatMap(({name}) => {
    const of = pairs.filter(pair => pair.workload === name);
    const valid = of.filter(pair => pair.phase === 'ab' && pair.void.length === 0).length;
    const bad = of.filter(pair => pair.void.length > 0);
    return [
      ...(valid > 0 && valid < fewPairs
        ? [`${name} rests on ${countText(valid, 'valid pair')}: one odd block moves its interval far.`]
        : []),
      ...(bad.length > 0
        ? [
            `${bad.length} of ${countText(of.length, 'pair')} of ${name} were void (${[...new Set(bad.flatMap(pair => pair.void))].join(', ')}) and left out.`,
          ]
        : []),
    ];
  });

const versions: Threat = ({records: {baseline, candidate}}) => {
  const [ours, theirs] = [baseline, candidate].map(({cutover}) =>
    `${cutover.version} ${cutover.gitCommit ?? ''}`.trim(),
  );
  return [
    ...(ours === theirs ? [] : [`The sides were measured by different versions of cutover: ${ours} and ${theirs}.`]),
    ...([baseline, candidate].some(({cutover}) => cutover.gitDirty === true)
      ? ['cutover had changes that are in no commit: the code that measured cannot be named exactly.']
      : []),
  ];
};

const noAnswers: Threat = ({decision: {plan, answers}}) =>
  plan.answers === null || answers.length === 0
    ? ['The answers of the two sides were not compared: a faster engine may be one that answers something else.']
    : [];

const warnings: Threat = ({records}) =>
  arms.flatMap(arm => {
    const messages = records[arm].findings.filter(({severity}) => severity === 'warning').map(({message}) => message);
    return messages.map(message => `${arm}: ${message}.`.replace(/\.\.$/, '.'));
  });

const threats: readonly Threat[] = [
  simulated,
  storedBaseline,
  sittings,
  sharedCard,
  fewStarts,
  tooFew,
  orderThreats,
  serverThreats,
  trialThreats,
  versions,
  noAnswers,
  warnings,
];
