import {globSync, readFileSync} from 'node:fs';
import {builtinModules} from 'node:module';
import {dirname, join, relative} from 'node:path';
import {describe, expect, test} from 'vitest';
import {projectRoot} from './root.ts';

/** What each part may import besides itself; src/README.md draws the same arrows. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  schema: [],
  engines: ['schema'],
  workloads: ['schema', 'fixtures'],
  stats: ['schema'],
  simulator: ['schema'],
  gpu: ['schema'],
  machine: ['schema'],
  http: [],
  gateway: ['engines', 'http', 'load', 'records', 'runtimes', 'schema'],
  'gateway-checks': ['engines', 'gateway', 'http', 'load', 'schema', 'stats', 'workloads'],
  'long-job': [],
  'two-step-router': [],
  contract: ['examinations', 'gateway', 'schema', 'workloads'],
  keeper: ['engines', 'gpu', 'runtimes', 'schema'],
  kubernetes: ['load', 'runtimes'],
  runtimes: ['engines', 'simulator', 'gpu', 'http', 'kubernetes', 'schema', 'stats'],
  gswarm: ['engines', 'http', 'schema', 'stats'],
  sessions: ['engines', 'http', 'schema'],
  'session-checks': ['engines', 'examinations', 'runtimes', 'schema', 'sessions'],
  load: ['engines', 'workloads', 'http', 'records', 'schema', 'sessions', 'stats', 'traces'],
  traces: ['schema', 'workloads'],
  examinations: ['engines', 'http', 'runtimes', 'schema'],
  limits: ['engines', 'examinations', 'schema'],
  parity: ['engines', 'examinations', 'http', 'load', 'schema', 'workloads'],
  disturbances: ['engines', 'gpu', 'http', 'load', 'runtimes', 'schema', 'stats'],
  records: ['schema'],
  claims: ['schema', 'stats', 'suites', 'fixtures'],
  report: ['contract', 'parity', 'stats', 'schema'],
  query: ['records', 'report', 'schema'],
  verdict: ['schema', 'stats'],
  calibrate: ['fixtures', 'schema', 'stats', 'verdict'],
  rehearsal: ['engines', 'gateway', 'keeper', 'load', 'parity', 'records', 'runtimes', 'schema', 'stats', 'verdict'],
  suites: ['schema'],
  commands: [
    'schema',
    'engines',
    'workloads',
    'stats',
    'simulator',
    'gpu',
    'machine',
    'http',
    'kubernetes',
    'runtimes',
    'keeper',
    'load',
    'traces',
    'examinations',
    'limits',
    'parity',
    'session-checks',
    'records',
    'claims',
    'report',
    'suites',
    'gateway',
    'contract',
    'gswarm',
    'query',
    'verdict',
    'calibrate',
    'rehearsal',
    'disturbances',
  ],
};
/** Files of src itself that every part may import. */
const everywhere = ['errors', 'issue-sentence', 'nearest', 'root'];
/** The front of the house: commands may import these two, the rest of src only them in turn. */
const front = ['options', 'terminal', 'readme'];

const pure = ['schema', 'engines', 'workloads', 'stats', 'verdict', 'report', 'claims'];
const ioModules = builtinModules.filter(name =>
  /^(fs|net|http|https|http2|child_process|worker_threads|dgram|tls|dns)(\/|$)/.test(name),
);

const sourceFiles = ['src', 'suites']
  .flatMap(root => globSync(`${root}/**/*.ts`, {cwd: projectRoot}))
  .filter(file => !/\.test\.ts$|test-/.test(file));

const importsOf = (file: string) =>
  [...readFileSync(join(projectRoot, file), 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(
    ([, target]) => target ?? '',
  );

/** `src/http/sse.ts` belongs to http, `suites/chat.ts` to suites, `src/options.ts` to options. */
const partOf = (file: string): string => {
  const [first = '', second = ''] = file.split('/');
  return first === 'src' ? second.replace(/\.ts$/, '') : first;
};

const localImports = (file: string) =>
  importsOf(file)
    .filter(target => target.startsWith('.'))
    .map(target => partOf(relative(projectRoot, join(projectRoot, dirname(file), target))));

describe('the arrows of src/README.md', () => {
  const parts = Object.keys(arrows);

  test.each(parts)('%s imports only what its arrows allow', part => {
    const allowed = new Set([part, ...(arrows[part] ?? []), ...everywhere, ...(part === 'commands' ? front : [])]);
    const broken = sourceFiles
      .filter(file => partOf(file) === part)
      .flatMap(file =>
        localImports(file)
          .filter(target => !allowed.has(target))
          .map(target => `${file} → ${target}`),
      );
    expect(broken).toEqual([]);
  });

  test('every folder of src is one of the parts', () => {
    const folders = new Set(sourceFiles.filter(file => file.split('/').length > 2).map(partOf));
    expect([...folders].filter(folder => !parts.includes(folder))).toEqual([]);
  });
});

describe('purity', () => {
  test.each(pure)('%s does no I/O and reads no clock', part => {
    const broken = sourceFiles
      .filter(file => partOf(file) === part)
      .filter(file => {
        const text = readFileSync(join(projectRoot, file), 'utf8');
        const io = importsOf(file).some(target => ioModules.includes(target.replace(/^node:/, '')));
        return io || /\bDate\.now\(|new Date\(\)|performance\.now\(|Math\.random\(|hrtime/.test(text);
      });
    expect(broken).toEqual([]);
  });
});

describe('walls', () => {
  test.each([
    ['dockerode', 'src/runtimes/docker/'],
    ['autocannon', 'src/load/'],
    ['tinybench', 'src/load/'],
    ['undici', 'src/(load|gateway)/'],
    ['chartjs-node-canvas', 'src/report/'],
    ['csv-stringify', 'src/report/'],
    ['commander', 'src/command-line.ts'],
    ['jstat', 'src/stats/students-t.ts'],
    ['yaml', 'src/(kubernetes|runtimes)/'],
    ['@kubernetes/client-node', 'src/(runtimes/)?kubernetes/'],
    ['@duckdb/node-api', 'src/query/'],
    ['@huggingface/tokenizers', 'src/load/'],
  ])('only %s is imported where it belongs', (name, place) => {
    const importers = sourceFiles.filter(file =>
      importsOf(file).some(target => target === name || target.startsWith(`${name}/`)),
    );
    expect(importers).not.toEqual([]);
    expect(importers.filter(file => !new RegExp(`^${place}`).test(file))).toEqual([]);
  });

  test('only cli.ts reads argv or exits', () => {
    const own = /process\.argv|process\.exit\(/;
    // Programs that run as processes of their own have an argv of their own.
    const programs = ['src/load/bench-client/child.ts', 'src/runtimes/process/guard.ts', 'src/simulator/worker.ts'];
    const broken = sourceFiles.filter(file => own.test(readFileSync(join(projectRoot, file), 'utf8')));
    expect(broken.filter(file => !programs.includes(file))).toEqual(['src/cli.ts']);
  });

  test("no engine is named outside engines, the simulator's dialects, docker and suites", () => {
    const named = /['"`](vllm|sglang)['"`]/;
    const broken = sourceFiles
      .filter(file => !/^src\/(engines|simulator)\/|^suites\//.test(file))
      .filter(file => named.test(readFileSync(join(projectRoot, file), 'utf8')));
    expect(broken).toEqual([]);
  });
});
