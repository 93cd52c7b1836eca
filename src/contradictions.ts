import {suites} from '../suites/index.ts';
import type {CommandName, Options} from './options.ts';
import {roleOf} from './schema/request.ts';

type Clash = (when: boolean, sentence: string) => void;

/** Among the options that make an open loop. */
const openLoopClashes = (options: Options, clash: Clash) => {
  const {rate, arrivals, burstiness, trace, traceSpeed, concurrency, maxInFlight} = options;
  const open = rate !== null || trace !== null;
  const needsOpen = (name: string) => `${name} needs an open loop. Add --rate <per second>`;
  clash(arrivals === 'trace' && trace === null, '--arrivals trace has no trace. Add --trace <file>');
  clash(traceSpeed !== null && trace === null, '--trace-speed has no trace. Add --trace <file>');
  clash(!open && arrivals !== null && arrivals !== 'trace', needsOpen('--arrivals'));
  clash(!open && burstiness !== null, needsOpen('--burstiness'));
  clash(!open && maxInFlight !== null, `${needsOpen('--max-in-flight')}, or write --concurrency`);
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

/** Options that are each right and cannot go together; one sentence with its fix for every clash. */
export const contradictions = (command: CommandName, options: Options): readonly string[] => {
  const found: string[] = [];
  const clash: Clash = (when, sentence) => {
    if (when) found.push(sentence);
  };
  if (command === 'simulate') {
    clash(options.engine === null, '--engine is missing. Write --engine vllm or --engine sglang to choose the dialect');
    return found;
  }
  if (command === 'doctor') {
    const about = options.stack !== null || options.model.length > 0 || options.kvTokens !== null;
    clash(
      options.engine === null && about,
      '--stack, --model and --kv-tokens are about one engine. Add --engine vllm or --engine sglang',
    );
    clash(
      options.engine === 'openai' || options.engine === 'simulated',
      `--engine ${options.engine} is nothing to bring up. Write --engine vllm or --engine sglang`,
    );
  }
  if (command !== 'bench') return found;

  const attached = options.attach.length > 0;
  const starts = options.command !== null || options.stack !== null || options.dockerSettings !== null;
  clash(options.engine === null, '--engine is missing. Write for example --engine sglang');
  const twice = options.suite.find((name, index) => options.suite.indexOf(name) < index);
  clash(twice !== undefined, `--suite names ${twice} twice. To run it more often write --repetitions`);
  clash(options.json && options.as.length > 0, '--as prints text, and --json keeps stdout for JSON. Leave one out');
  clash(
    options.requests !== null && options.duration !== null,
    '--requests and --duration both end a trial. Leave one out',
  );
  openLoopClashes(options, clash);
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
    options.runtime === 'embedded' && starts,
    '--runtime embedded starts no command. Leave --command, --stack and --docker-settings out',
  );
  clash(
    options.command !== null && (options.runtime === 'docker' || options.dockerSettings !== null),
    '--command starts a process, not a container. Leave it out, or put `command` into the file of --docker-settings',
  );
  clash(
    options.dockerSettings !== null && options.runtime === 'process',
    '--docker-settings is for containers. Write --runtime docker, or leave it out',
  );
  clash(
    options.kvTokens !== null && (attached || options.runtime === 'embedded'),
    '--kv-tokens sets a flag of a server that cutover starts. Leave it out, or add --runtime docker or --runtime process',
  );
  clash(
    options.fault.length > 0 && (attached || options.runtime === 'process' || options.runtime === 'docker' || starts),
    '--fault is for the embedded simulated engine only. Add --runtime embedded, without --attach, --command and --stack',
  );
  clash(
    options.engine === 'openai' && !attached,
    '--engine openai has nothing to start. Add --attach <URL of the server>',
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
  if (attached && !roles.includes(null)) {
    const needed = new Set(
      options.suite.flatMap(name => suites[name].stages.map(stage => roleOf(stage.workload.kind))),
    );
    for (const role of needed)
      clash(
        !roles.includes(role),
        `--attach names no server for ${role}, which ${options.suite.join(', ')} needs. Add --attach ${role}=<URL>`,
      );
  }
  const saturates = options.suite.some(name => suites[name].stages.some(stage => stage.load.mode === 'saturate'));
  clash(
    saturates && (options.rate !== null || options.trace !== null),
    `${options.trace === null ? '--rate' : '--trace'} does not go with a saturation suite, which is a closed loop. Leave it out, or run embed or rerank`,
  );
  return found;
};
