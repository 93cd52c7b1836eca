import {suites} from '../suites/index.ts';
import {type PlanName, plans} from '../suites/plans.ts';
import type {CommandName} from './command-names.ts';
import {leadsToItself} from './http/loopback.ts';
import {defaultShards} from './load/shards/share-of-load.ts';
import {type FlagName, flagText, type Options} from './options.ts';
import {partsOfTrial} from './records/spool.ts';
import {isServiceAddress} from './runtimes/kubernetes/service-address.ts';
import {loadsOf} from './schema/stage.ts';
import type {Stage} from './schema/suite.ts';
import {tooManyShards} from './shard-contradictions.ts';

type Clash = (when: boolean, sentence: string) => void;

/** Of load pods alone. */
const ofPods = [
  ...(['shards', 'loadImage', 'pullSecret', 'shardCpu', 'shardMemory', 'gatewayAddress'] as const),
  ...(['shardNodeSelector', 'shardUser', 'shardStartLimit'] as const),
];
const ofCluster = ['kubeconfig', 'kubeContext', 'kubeNamespace'] as const;

const said = (names: readonly FlagName[]) => `${names.map(flagText).join(', ')} ${names.length === 1 ? 'says' : 'say'}`;
const them = (names: readonly FlagName[]) => (names.length === 1 ? 'it' : 'them');

/** The sides that are measured, each with its flag and its addresses. */
const attached = (command: CommandName, options: Options): readonly {flag: string; urls: readonly string[]}[] => {
  const urls = (attach: Options['attach']) => attach.map(({value}) => value);
  const {attach, baselineAttach, candidateAttach, baseline} = options;
  if (command !== 'decide' && command !== 'rehearse') return [{flag: '--attach', urls: urls(attach)}];
  const candidate = {flag: '--candidate-attach', urls: urls(candidateAttach)};
  return baseline === null ? [{flag: '--baseline-attach', urls: urls(baselineAttach)}, candidate] : [candidate];
};

/** What a load from pods cannot be: each with why. */
const whyNot = (stage: Stage): string | null => {
  if ('together' in stage) return 'has loads that begin at the same moment, and pods put on one after the other';
  if ('disturb' in stage) return 'does something to the server at a moment of the load that only this machine knows';
  return loadsOf(stage).some(({workload}) => workload.kind === 'trace')
    ? 'replays prompts of a file that the pods do not have'
    : null;
};

/** The first of the stages that cannot be put on from pods, by its name where there are several, and why. */
const notFromPods = (stages: readonly Stage[]): string | null => {
  for (const stage of stages) {
    const why = whyNot(stage);
    if (why !== null) return stages.length === 1 ? `which ${why}` : `whose stage ${stage.name} ${why}`;
  }
  return null;
};

const stagesOf = (
  command: CommandName,
  {suite, plan}: Options,
): readonly {name: string; stages: readonly Stage[]}[] => {
  if (command === 'bench') return suite.map(name => ({name, stages: suites[name].stages}));
  const {workloads, describe}: (typeof plans)[PlanName] = plans[plan];
  return [{name: `--plan ${plan}`, stages: [...workloads, ...describe]}];
};

/** A load from pods: on servers that they reach, and of a kind that they can put on. */
const podClashes = (command: CommandName, options: Options, clash: Clash) => {
  for (const {flag, urls} of attached(command, options)) {
    clash(
      urls.length === 0,
      `--load-on k8s needs servers that pods can reach, and those that cutover starts listen on this machine alone. Add ${flag} k8s://namespace/service:port`,
    );
    for (const url of urls)
      clash(
        leadsToItself(url),
        `--load-on k8s: ${url} of ${flag} is this machine's own, and pods cannot reach it. Write k8s://namespace/service:port, or its address in a network that they are in`,
      );
  }
  clash(
    options.keepRaw > 0,
    '--keep-raw keeps replies that this machine reads, and with --load-on k8s pods read them. Leave one out',
  );
  const shards = options.shards ?? defaultShards;
  for (const {name, stages} of stagesOf(command, options)) {
    const why = notFromPods(stages);
    clash(
      why !== null,
      `--load-on k8s does not go with ${name}, ${why}. Run it from this machine: leave out --load-on k8s`,
    );
    const few = why === null ? tooManyShards(shards, stages, options) : null;
    clash(few !== null, `--shards: ${name} ${few}`);
  }
  clash(
    options.workers !== 'auto' && shards * options.workers > partsOfTrial,
    `--shards ${shards} of --workers ${options.workers} are more threads than the ${partsOfTrial} that a record tells apart. Write fewer of either`,
  );
};

/** A node has one value of a label, and a pod asks for one. */
const selectorClashes = ({shardNodeSelector}: Options, clash: Clash) => {
  for (const [key, labels] of Map.groupBy(shardNodeSelector, ([name]) => name))
    clash(
      labels.length > 1,
      `--shard-node-selector has ${labels.map(([, value]) => `${key}=${value}`).join(' and ')}, and a node has one value of ${key}. Write one of them`,
    );
};

/** The load of a rehearsal goes to the gateway of this machine, and to nothing else. */
const gatewayClashes = ({gatewayAddress: address, port}: Options, clash: Clash) => {
  clash(
    address === null,
    "--load-on k8s has no address by which pods reach this machine's gateway. Add --gateway-address http://<address of this machine>:3001",
  );
  clash(
    port === 0,
    '--port 0 takes a free port, which no --gateway-address can name beforehand. Write the port, or leave it out',
  );
};

/** Where the load comes from, and which cluster is meant. `given`: the options that were written. */
export const kubernetesClashes = (
  command: CommandName,
  options: Options,
  given: readonly FlagName[],
  clash: Clash,
): void => {
  if (options.resume !== null || options.from !== null || options.abort !== null) return; // all is as it was begun
  const onPods = options.loadOn === 'k8s';
  const written = <Name extends FlagName>(names: readonly Name[]) => names.filter(name => given.includes(name));
  const lone = written(ofPods);
  clash(
    !onPods && lone.length > 0,
    `${said(lone)} how pods put on the load. Add --load-on k8s, or leave ${them(lone)} out`,
  );
  const service = attached(command, options).some(({urls}) => urls.some(isServiceAddress));
  const cluster = written(ofCluster);
  clash(
    !onPods && !service && cluster.length > 0,
    `${said(cluster)} which cluster is meant, and nothing of this is in one. Add ${attached(command, options).at(-1)?.flag} k8s://namespace/service:port, or leave ${them(cluster)} out`,
  );
  if (!onPods) return;
  clash(
    options.loadImage === null,
    '--load-on k8s has no image for its pods. Run npm run load-image, push the second name that it prints to where the cluster pulls from, and add --load-image <that name>',
  );
  selectorClashes(options, clash);
  if (command === 'rehearse') gatewayClashes(options, clash);
  else podClashes(command, options, clash);
};
