import {suites} from '../suites/index.ts';
import type {CommandName} from './command-names.ts';
import {decisionClashes} from './decision-contradictions.ts';
import {engines} from './engines/index.ts';
import {kubernetesClashes} from './kubernetes-contradictions.ts';
import {type FlagName, flagText, type Options} from './options.ts';
import {rehearsalClashes} from './rehearsal-contradictions.ts';
import {decisionFormats} from './report/decision/formats.ts';
import {formats} from './report/formats.ts';
import {rehearsalFormats} from './report/rehearsal/formats.ts';
import {loadsOf, rolesOf} from './schema/stage.ts';
import type {Stage, SweepSpec} from './schema/suite.ts';
import type {WorkloadKind} from './schema/workload.ts';
import {shardClashes} from './shard-contradictions.ts';

type Clash = (when: boolean, sentence: string) => void;

/** Among the options that make an open loop. */
const openLoopClashes = (options: Options, clash: Clash) => {
  const {rate, arrivals, burstiness, trace, traceSpeed, concurrency, maxInFlight} = options;
  const open = rate !== null || trace !== null;
  /** That suite has a trace of its own, and replays it at its times. */
  const ownTrace = options.suite.includes('trace') && rate === null && concurrency === null;
  const opened = open || (ownTrace && options.suite.every(name => name === 'trace'));
  const needsOpen = (name: string) => `${name} needs an open loop. Add --rate <per second>`;
  clash(arrivals === 'trace' && trace === null && !ownTrace, '--arrivals trace has no trace. Add --trace <file>');
  clash(traceSpeed !== null && trace === null && !ownTrace, '--trace-speed has no trace. Add --trace <file>');
  clash(!opened && arrivals !== null && arrivals !== 'trace', needsOpen('--arrivals'));
  clash(!opened && burstiness !== null, needsOpen('--burstiness'));
  clash(!opened && maxInFlight !== null, `${needsOpen('--max-in-flight')}, or write --concurrency`);
  clash(
    arrivals === 'gamma' && burstiness === null,
    '--arrivals gamma has no shape. Add --burstiness <shape>; 1 would be poisson',
  );
  clash(
    burstiness !== null && (arrivals ?? 'gamma') !== 'gamma',
    `--burstiness is the shape of gamma arrivals and does not go with --arrivals ${arrivals}. Leave one out`,
  );
  clash(
    trace !== null && ((arrivals ?? 'trace') !== 'trace' || burstiness !== null),
    `--trace brings its own spacing. Leave ${arrivals === null ? '--burstiness' : `--arrivals ${arrivals}`} out`,
  );
  clash(
    trace !== null && rate !== null,
    '--trace brings its own rate. Leave --rate out; to replay it faster write --trace-speed 2',
  );
  clash(
    concurrency !== null && open,
    `${trace === null ? '--rate' : '--trace'} (open loop) and --concurrency (closed loop) exclude each other. To bound an open loop write --max-in-flight`,
  );
};

/** A sweep finds the load itself, and loads that run together have theirs in proportion. */
const fixedLoadClashes = (options: Options, clash: Clash) => {
  const given = (['concurrency', 'rate', 'trace'] as const).filter(name => options[name] !== null);
  for (const suite of options.suite) {
    const {stages} = suites[suite];
    const why = stages.some(stage => 'sweep' in stage)
      ? `finds the load itself. Leave it out, or run chat`
      : stages.some(stage => 'together' in stage)
        ? `has loads in proportion to one another. Leave it out, or run chat, embed or rerank`
        : null;
    for (const name of why === null ? [] : given) clash(true, `--${name} does not go with ${suite}, which ${why}`);
  }
};

/** Options of sweeps, and no suite of the run that has such a one. */
const sweepClashes = ({suite, slo, levels}: Options, clash: Clash) => {
  const sweeps = suite
    .flatMap((name): readonly Stage[] => suites[name].stages)
    .flatMap(stage => ('sweep' in stage ? [stage.sweep] : []));
  const hasKind = (kind: SweepSpec['over']) => sweeps.some(({over}) => over === kind);
  clash(slo !== null && !hasKind('rate'), '--slo has no rate to find. Add --suite goodput');
  clash(levels !== null && sweeps.length === 0, '--levels has no sweep. Add --suite capacity or goodput');
  clash(
    levels !== null && hasKind('concurrency') && !(Number.isInteger(levels.from) && Number.isInteger(levels.to)),
    '--levels are requests in flight, and whole, in capacity. Write --levels 8-256',
  );
};

/** Options that change what is asked, and no suite of the run that asks such a thing. */
const workloadClashes = (options: Options, clash: Clash) => {
  const {suite, sharedPrefix, contexts, turns, thinkSeconds, branches} = options;
  const workloads = suite.flatMap(name => suites[name].stages.flatMap(loadsOf)).map(({workload}) => workload);
  const asks = (...kinds: WorkloadKind[]) => workloads.some(({kind}) => kinds.includes(kind));
  const only = (kind: WorkloadKind) => workloads.length > 0 && workloads.every(one => one.kind === kind);
  const shares = workloads.some(one => one.kind === 'chat' && (sharedPrefix ?? one.sharedPrefix ?? 0) > 0);
  clash(sharedPrefix !== null && !asks('chat'), '--shared-prefix is for single questions. Add --suite chat');
  clash(
    contexts !== null && !shares && !asks('revisit'),
    '--contexts has nobody to share them. Add --shared-prefix 0.8 to --suite chat, or run chat-shared or eviction',
  );
  clash(turns !== null && !asks('prefix', 'repeat', 'revisit'), '--turns has no conversation. Add --suite prefix');
  clash(thinkSeconds !== null && !asks('prefix'), '--think-seconds has no conversation. Add --suite prefix');
  for (const name of ['promptTokens', 'outputTokens'] as const)
    clash(
      options[name] !== null && only('trace'),
      `${flagText(name)} does not go with trace, whose lengths are those of its file. Leave it out, or run chat with --trace <file>`,
    );
  clash(
    options.requests !== null && only('revisit'),
    '--requests does not go with eviction, which asks about every context --turns times. Write --contexts and --turns',
  );
  clash(branches !== null && !asks('prefix'), '--branches has no conversation. Add --suite prefix');
};

/** Where nothing gets new weights they would be passed over in silence. */
const newWeightsClashes = ({suite, lora, newWeights}: Options, clash: Clash) => {
  const synced = suite.some(name =>
    suites[name].stages.some(stage => 'disturb' in stage && stage.disturb.kind === 'weights'),
  );
  clash(lora !== null && !synced, '--lora has no load in which it could be loaded. Add --suite weight-sync');
  clash(
    newWeights !== null && !synced,
    '--new-weights has no load in which they could be loaded. Add --suite weight-sync',
  );
};

/** Options that would make stages alike which a suite tells apart, under names that say so (embed-batch-128). */
const alikeClashes = (options: Options, clash: Clash) => {
  for (const suite of options.suite) {
    const workloads = suites[suite].stages.flatMap(loadsOf).map(({workload}) => workload);
    const byKind = [...Map.groupBy(workloads, ({kind}) => kind).values()];
    for (const name of ['promptTokens', 'outputTokens', 'batch', 'sharedPrefix'] as const) {
      const valueIn = (workload: object) => new Map<string, unknown>(Object.entries(workload)).get(name);
      const differ = byKind.some(alike => new Set(alike.map(valueIn)).size > 1);
      clash(
        options[name] !== null && differ,
        `${flagText(name)} does not go with ${suite}, whose stages differ in it. Leave it out, or run chat, embed or rerank`,
      );
    }
  }
};

/** Each engine takes its own page sizes; the simulated one in its place takes the same. */
const pageClash = ({engine, pageSize}: Options, clash: Clash) => {
  const pages = engine === null ? undefined : engines[engine].launch?.pageSize;
  if (engine === null || pages === undefined || pageSize === null) return;
  const {multipleOf} = pages;
  clash(
    pageSize % multipleOf !== 0,
    `--page-size ${pageSize} is not a multiple of ${multipleOf}, and ${engines[engine].title} takes no other pages. Write --page-size ${multipleOf * Math.ceil(pageSize / multipleOf)}`,
  );
};

/** A run has some formats, a decision and a rehearsal others. */
const formatClash = (command: CommandName, {format}: Options, clash: Clash) => {
  const named = {decide: decisionFormats, rehearse: rehearsalFormats};
  const own = Object.keys(command === 'decide' || command === 'rehearse' ? named[command] : formats);
  for (const name of format)
    clash(!own.includes(name), `--format ${name} is not one of ${command}. It has ${own.join(', ')}`);
};

/** Options that are each right and cannot go together; one sentence with its fix for every clash. `given`: those that were written. */
export const contradictions = (
  command: CommandName,
  options: Options,
  given: readonly FlagName[],
): readonly string[] => {
  const found: string[] = [];
  const clash: Clash = (when, sentence) => {
    if (when) found.push(sentence);
  };
  pageClash(options, clash);
  formatClash(command, options, clash);
  if (['bench', 'decide', 'rehearse', 'up'].includes(command)) kubernetesClashes(command, options, given, clash);
  if (command === 'decide') {
    decisionClashes(options, given, clash);
    return found;
  }
  if (command === 'rehearse') {
    rehearsalClashes(options, given, clash);
    return found;
  }
  if (command === 'simulate') {
    clash(options.engine === null, '--engine is missing. Write --engine vllm or --engine sglang to choose the dialect');
    return found;
  }
  if (command === 'gateway') {
    clash(
      options.engine === null && (options.adminPort === null || options.attach.length > 0),
      '--engine is missing. Write --engine vllm or --engine sglang, for what stands behind; or --admin-port alone, to be told later',
    );
    clash(
      options.engine === 'service',
      '--engine service is such a service itself. Name the engine behind it: --engine vllm, sglang or openai',
    );
    clash(
      options.engine === 'openai' && options.attach.length === 0,
      '--engine openai has nothing to start. Add --attach <URL of the server>',
    );
    return found;
  }
  if (command === 'query') clash(options.json && options.csv, '--json and --csv both fill stdout. Leave one out');
  if (command === 'doctor') {
    const {stack, model, kvTokens, pageSize} = options;
    clash(
      options.engine === null && (stack !== null || model.length > 0 || kvTokens !== null || pageSize !== null),
      '--stack, --model, --kv-tokens and --page-size are about one engine. Add --engine vllm or --engine sglang',
    );
    clash(
      options.engine === 'openai' || options.engine === 'service' || options.engine === 'simulated',
      `--engine ${options.engine} is nothing to bring up. Write --engine vllm or --engine sglang`,
    );
  }
  clash(options.json && options.as.length > 0, '--as prints text, and --json keeps stdout for JSON. Leave one out');
  if (command !== 'bench' && command !== 'up') return found;

  const attached = options.attach.length > 0;
  const starts = options.command !== null || options.stack !== null || options.dockerSettings !== null;
  clash(options.engine === null && options.stack === null, '--engine is missing. Write for example --engine sglang');
  const twice = options.suite.find((name, index) => options.suite.indexOf(name) < index);
  clash(twice !== undefined, `--suite names ${twice} twice. To run it more often write --repetitions`);
  clash(
    options.requests !== null && options.duration !== null,
    '--requests and --duration both end a trial. Leave one out',
  );
  openLoopClashes(options, clash);
  shardClashes(options, clash);
  clash(
    attached && options.runtime !== null && options.runtime !== 'attach',
    `--attach and --runtime ${options.runtime} exclude each other. Leave one out`,
  );
  clash(
    !attached && options.runtime === 'attach',
    '--runtime attach needs a server. Add --attach http://127.0.0.1:8000',
  );
  clash(
    attached && starts,
    '--attach measures what already serves, so --command, --stack and --docker-settings have no use. Leave them out',
  );
  clash(
    options.runtime === 'embedded' && (options.command !== null || options.dockerSettings !== null),
    '--runtime embedded starts no engine. Leave --command and --docker-settings out',
  );
  clash(
    options.command !== null && (options.runtime === 'docker' || options.dockerSettings !== null),
    '--command starts a process, not a container. Leave it out, or put `command` into the file of --docker-settings',
  );
  clash(
    options.dockerSettings !== null && options.runtime === 'process',
    '--docker-settings is for containers. Write --runtime docker, or leave it out',
  );
  for (const [name, value] of [
    ['--kv-tokens', options.kvTokens],
    ['--page-size', options.pageSize],
  ])
    clash(
      attached && value !== null,
      `${name} is for a server that cutover starts, and --attach measures one that serves. Leave one out`,
    );
  clash(
    options.fault.length > 0 &&
      (attached ||
        options.runtime === 'process' ||
        options.runtime === 'docker' ||
        (starts && options.runtime !== 'embedded')),
    '--fault is for the embedded simulated engine only. Add --runtime embedded, without --attach, --command and --stack',
  );
  clash(
    (options.engine === 'openai' || options.engine === 'service') && !attached,
    `--engine ${options.engine} has nothing to start. Add --attach <URL of the server>`,
  );
  clash(
    options.engine === 'simulated' && (options.runtime === 'process' || options.runtime === 'docker'),
    '--engine simulated runs embedded. Leave --runtime out',
  );

  const roles = options.attach.map(({role}) => role);
  clash(
    new Set(roles).size < roles.length,
    '--attach names the same role twice. Give one URL for each of chat, embed and rerank, or one for all',
  );
  if (command !== 'up' && attached && !roles.includes(null)) {
    /** An examination asks whatever is there. */
    const examines = (stage: Stage) => 'examine' in stage && rolesOf(stage).some(role => roles.includes(role));
    const stages = options.suite.flatMap((name): readonly Stage[] => suites[name].stages);
    const needed = new Set(stages.flatMap(stage => (examines(stage) ? [] : rolesOf(stage))));
    for (const role of needed)
      clash(
        !roles.includes(role),
        `--attach names no server for ${role}, which ${options.suite.join(', ')} needs. Add --attach ${role}=<URL>`,
      );
  }
  const saturates = options.suite.some(name =>
    suites[name].stages.flatMap(loadsOf).some(({load}) => load.mode === 'saturate'),
  );
  clash(
    saturates && (options.rate !== null || options.trace !== null),
    `${options.trace === null ? '--rate' : '--trace'} does not go with a saturation suite, which is a closed loop. Leave it out, or run embed or rerank`,
  );
  fixedLoadClashes(options, clash);
  sweepClashes(options, clash);
  workloadClashes(options, clash);
  newWeightsClashes(options, clash);
  alikeClashes(options, clash);
  return found;
};
