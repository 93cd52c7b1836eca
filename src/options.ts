import {type SuiteName, suites} from '../suites/index.ts';
import {decisionFlags} from './decision-flags.ts';
import {type EngineName, engines} from './engines/index.ts';
import {type Flag, many, once, toggle, withDefault} from './flag.ts';
import {gatewayFlags} from './gateway-flags.ts';
import {keeperFlags} from './keeper-flags.ts';
import {kubernetesFlags} from './kubernetes-flags.ts';
import {length} from './length-value.ts';
import {autoOr, named, numeric, oneOf, perRole, stackOrigin, text, whole, words} from './option-values.ts';
import {probeFlags} from './probe-flags.ts';
import {rehearsalFlags} from './rehearsal-flags.ts';
import {type DecisionFormatName, decisionFormats} from './report/decision/formats.ts';
import {type FormatName, formats} from './report/formats.ts';
import {type RivalName, rivals} from './report/rivals/index.ts';
import {runtimeNames} from './runtimes/stack.ts';
import {shardFlags} from './shard-flags.ts';
import {parseFault} from './simulator/faults.ts';
import {levels, slo} from './sweep-values.ts';

const engineNames = Object.keys(engines) as EngineName[];
const suiteNames = Object.keys(suites) as SuiteName[];
const formatNames = Object.keys(formats) as FormatName[];
const decisionFormatNames = Object.keys(decisionFormats) as DecisionFormatName[];
const rivalNames = Object.keys(rivals) as RivalName[];

/** The one list of flags: the parser, --help and the README's table are made from it, in this order. */
export const flags = {
  engine: once('name', oneOf(engineNames), {
    on: ['bench', 'doctor', 'simulate', 'gateway', 'up'],
    help: `Whose API and metrics to speak: ${engineNames.join(', ')}. bench, simulate and gateway need it`,
  }),
  suite: many('name', oneOf(suiteNames), {help: `What to run: ${suiteNames.join(', ')}`, default: 'smoke'}),
  runtime: once('name', oneOf(runtimeNames), {
    on: ['bench', 'decide', 'rehearse', 'doctor', 'up'],
    help: `Where the engine runs: ${runtimeNames.join(', ')}. Chosen by what the machine has when left out, and said in one line`,
  }),
  attach: many('[role=]URL', perRole(stackOrigin), {
    on: ['bench', 'gateway', 'up'],
    help: 'Measure what already serves there; for all roles, or one of chat, embed, rerank. k8s://namespace/service:port is a service of a Kubernetes cluster',
  }),
  stack: once('name|file', text('--stack vllm-tuned'), {
    on: ['bench', 'doctor', 'up'],
    help: "Launch plan, from docker/stacks/ or a file; sglang-pd-1-2 is sglang-pd with 1 prefill and 2 decode servers. It names the engine too. The engine's default plan when left out; none when simulated",
  }),
  dockerSettings: once('name|file', text('--docker-settings fake-engine'), {
    on: ['bench', 'decide', 'rehearse', 'doctor', 'up'],
    help: 'What containers need on this Docker host (image, GPU access, mounts …), from docker/hosts/ or a file; over what the plan says',
  }),
  kvTokens: once('n', whole({min: 1024, max: 1_000_000_000, example: '--kv-tokens 200000'}), {
    on: ['bench', 'decide', 'rehearse', 'doctor', 'simulate', 'up'],
    help: "Size of the chat server's KV pool in tokens, whatever the plan says: memory compares only between pools of equal size",
  }),
  pageSize: once('n', whole({min: 1, max: 1024, example: '--page-size 16'}), {
    on: ['bench', 'doctor', 'simulate', 'up'],
    help: "Tokens of one page of the chat server's KV pool, whatever the plan says: a prefix cache shares whole pages. SGLang's default is 1, vLLM's (block size) is 16 and must be a multiple of it",
  }),
  ...decisionFlags,
  ...rehearsalFlags,
  ...keeperFlags,
  ...shardFlags,
  ...kubernetesFlags,
  ...probeFlags,
  command: once('"words"', words, {
    on: ['bench', 'up'],
    help: 'Start the engine with these words before its arguments, for example "python3 -m vllm.entrypoints.openai.api_server"',
  }),
  python: once('path', text('--python .venv/bin/python'), {
    on: ['bench', 'doctor', 'up'],
    help: 'Start the engine from the virtual environment with this interpreter. python3 when left out',
  }),
  model: many('[role=]name', perRole(text('--model chat=Qwen/Qwen2.5-Coder-1.5B-Instruct')), {
    on: ['bench', 'doctor', 'simulate', 'gateway', 'up'],
    help: "Model to ask for, or to serve; the plan's or the server's first one when left out",
  }),
  tokenizer: many('[role=]path', perRole(text('--tokenizer models/qwen2.5-coder/tokenizer.json')), {
    help: "The model's tokenizer.json, or the folder it is in: prompts are cut by it. By what the server's /tokenize says when left out, and by an estimate where it has none",
  }),
  concurrency: once('n', whole({min: 1, max: 100_000, example: '--concurrency 32'}), {
    help: 'Closed loop: this many requests in flight at all times',
  }),
  rate: once('per second', numeric({min: 0, above: true, max: 1_000_000, example: '--rate 20'}), {
    help: 'Open loop: requests are sent at this rate whatever the server does, and latency counts from the planned time',
  }),
  arrivals: once('kind', oneOf(['poisson', 'uniform', 'gamma', 'trace']), {
    help: 'Spacing of an open loop: poisson (the default with --rate), uniform, gamma (with --burstiness) or trace (with --trace)',
  }),
  burstiness: once('shape', numeric({min: 0.01, max: 10_000, example: '--burstiness 0.25'}), {
    help: 'Open loop: gaps from a gamma distribution of this shape, as in vllm bench serve; 1 is poisson, less is burstier, more is more even',
  }),
  trace: once('file', text('--trace conversation_trace.jsonl'), {
    help: 'Open loop: replay the arrival times of this file, and with --suite trace its lengths and prefixes too: JSONL with "timestamp" in ms (Mooncake), or a first column of dates (Azure) or of numbers, in seconds (BurstGPT) or in the unit that its name ends in (time_ms). All of it, unless --requests or --duration ends it',
  }),
  traceSpeed: once('factor', numeric({min: 0, above: true, max: 1_000_000, example: '--trace-speed 2'}), {
    help: 'Replay the trace so many times as fast; 1 when left out',
  }),
  maxInFlight: once('n', whole({min: 1, max: 100_000, example: '--max-in-flight 256'}), {
    on: ['bench', 'gateway'],
    help: 'Open loop: never more than this in flight; what is due waits in a queue, and the wait counts. Of gateway: requests that are served at a time, 1024 when left out',
  }),
  requests: once('n', whole({min: 1, max: 100_000_000, example: '--requests 700'}), {
    on: ['bench', 'decide'],
    help: 'Measured requests of each stage. 662 or more certify a P99',
  }),
  duration: once('seconds', numeric({min: 0, above: true, max: 86_400, example: '--duration 30'}), {
    help: 'Send for this long instead of a number of requests',
  }),
  promptTokens: once('length', length({min: 16, max: 1_000_000, flag: '--prompt-tokens'}), {
    help: "Tokens of a prompt, text or document (what the server counts is in the record): 512, or drawn for each from uniform:128-1024, lognormal:512,0.6 (median, sigma and perhaps a maximum) or @file, which has one length a line or a CSV's column prompt_tokens",
  }),
  outputTokens: once('length', length({min: 1, max: 100_000, flag: '--output-tokens'}), {
    help: 'Tokens that each chat answer has, as --prompt-tokens',
  }),
  sharedPrefix: once('share', numeric({min: 0, max: 0.95, example: '--shared-prefix 0.8'}), {
    help: 'Chat: the share of each prompt that is code which others ask about as well',
  }),
  contexts: once('n', whole({min: 1, max: 1_000_000, example: '--contexts 64'}), {
    help: 'Chat with --shared-prefix, and eviction: so many different code contexts are asked about',
  }),
  turns: once('n', whole({min: 2, max: 100, example: '--turns 8'}), {
    help: 'Turns of a conversation; in cache-repeat and eviction, how often the same thing is asked about',
  }),
  thinkSeconds: once('seconds', numeric({min: 0, max: 3600, example: '--think-seconds 5'}), {
    help: 'Conversations: mean of the exponential pause before each later turn, cut at five times as long',
  }),
  branches: once('n', whole({min: 1, max: 100, example: '--branches 4'}), {
    help: 'Conversations: ask the last turn so often, each time with another question after the same history',
  }),
  slo: once('limits', slo, {
    help: 'Sweeps over rate: what a good request keeps, in ms, in place of what the suite asks for: ttft-p99=500,tpot-p99=50,e2e-p99=5000 or some of them',
  }),
  levels: once('from-to', levels, {
    help: 'Sweeps: the first level, requests in flight or a second, and the highest to try: 8-256',
  }),
  batch: once('n', whole({min: 1, max: 2048, example: '--batch 32'}), {
    help: 'Texts or documents in an embed or rerank request',
  }),
  warmup: once('n', whole({min: 0, max: 1_000_000, example: '--warmup 32'}), {
    help: 'Requests sent before each measurement and left out of it',
  }),
  repetitions: once('n', whole({min: 1, max: 1000, example: '--repetitions 3'}), {
    help: 'How often the whole suite is run, each time with new prompts',
  }),
  workers: withDefault('n|auto', autoOr(whole({min: 1, max: 256, example: '--workers 2'})), {
    on: ['bench', 'calibrate'],
    help: 'Threads of the load client, auto being one for each 1,000 streams as far as there are cores; of calibrate one for each core',
    default: 'auto',
  }),
  seed: withDefault('n', whole({min: 0, max: 2 ** 31 - 1, example: '--seed 7'}), {
    on: ['bench', 'decide', 'rehearse', 'calibrate', 'simulate', 'contract', 'up', 'probe'],
    help: 'The same seed gives the same requests, byte for byte',
    default: '1',
  }),
  timeout: withDefault('seconds', numeric({min: 0, above: true, max: 86_400, example: '--timeout 120'}), {
    on: ['bench', 'decide', 'rehearse', 'gateway', 'contract', 'probe'],
    help: 'A request that takes longer has failed',
    default: '300',
  }),
  fault: many('kind[:key=n,…]', parseFault, {
    on: ['bench', 'simulate', 'up'],
    help: 'Make the simulated engine misbehave, for example disconnect:every=10,after-tokens=5',
  }),
  newWeights: once('path', text('--new-weights /models/step-2'), {
    help: 'Suite weight-sync: the folder of the weights that the server is to get, as the server sees it; a simulated one takes any',
  }),
  lora: once('name=path', named('--lora step-2=/models/adapter-step-2'), {
    help: 'Suite weight-sync: the adapter that the server is to load, and its folder as the server sees it',
  }),
  keepRaw: withDefault('n', whole({min: 0, max: 10_000, example: '--keep-raw 2'}), {
    help: 'Keep the raw bytes of the first n replies of each trial, and the /metrics pages',
    default: '0',
  }),
  out: once('DIR', text('--out /tmp/run'), {
    on: ['bench', 'decide', 'rehearse', 'merge'],
    help: "The run's folder, absent or empty. reports/<run-id> when left out",
  }),
  format: many('name', oneOf([...formatNames, ...decisionFormatNames.filter(name => !Object.hasOwn(formats, name))]), {
    on: ['bench', 'decide', 'rehearse', 'merge', 'report'],
    help: `Exports to write beside record.json: ${formatNames.join(', ')}; of a decision or a rehearsal: ${decisionFormatNames.join(', ')}. All but parquet when left out`,
  }),
  as: many('client', oneOf(rivalNames), {
    on: ['bench', 'merge', 'report'],
    help: `Print what this load client would have printed from the same events, and why it differs: ${rivalNames.join(', ')}. With it report writes only the exports that --format names`,
  }),
  port: once('n', whole({min: 0, max: 65_535, example: '--port 8000'}), {
    on: ['simulate', 'gateway', 'rehearse'],
    help: 'Port to serve on; 0 takes a free one. When left out, simulate takes a free one, gateway 3001, rehearse that of --gateway-address or 3001',
  }),
  ...gatewayFlags,
  all: toggle({
    on: ['clean'],
    help: 'Also remove what belongs to a run that is alive, or that another machine started',
  }),
  caches: toggle({
    on: ['clean'],
    help: 'Also remove the cache volumes (models, compiled kernels): the next start is a cold one',
  }),
  dryRun: toggle({on: ['clean'], help: 'Show what is there and remove nothing'}),
  reports: many('DIR', text('--reports /mnt/benchmarks'), {
    on: ['query'],
    help: 'Ask what lies below this folder. reports/ when left out',
  }),
  trend: once('suite.metric', text('--trend chat.outputTokensPerSecond'), {
    on: ['query'],
    help: 'How a metric of a suite went from commit to commit, one line a run: chat.outputTokensPerSecond',
  }),
  csv: toggle({on: ['query'], help: 'Print CSV on stdout instead of a table'}),
  decisions: withDefault('n', whole({min: 1, max: 1_000_000, example: '--decisions 2000'}), {
    on: ['calibrate'],
    help: 'Simulated decisions at each effect; other noise and other metrics have an eighth of them, the whole plan a fortieth',
    default: '2000',
  }),
  json: toggle({
    on: [
      'bench',
      'compare',
      'merge',
      'query',
      'decide',
      'rehearse',
      'calibrate',
      'claims',
      'doctor',
      'contract',
      'probe',
    ],
    help: 'Print JSON on stdout instead of text',
  }),
  quiet: toggle({
    on: ['bench', 'merge', 'decide', 'rehearse', 'calibrate', 'simulate', 'gateway', 'contract', 'up', 'probe'],
    help: 'No progress on stderr; errors are still said',
  }),
} as const;

export type FlagName = keyof typeof flags;
export type Options = {readonly [K in FlagName]: (typeof flags)[K] extends Flag<infer V> ? V : never};

/** `maxInFlight` on the command line is `--max-in-flight`. */
export const flagText = (name: string) => `--${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`;
