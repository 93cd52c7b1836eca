/** `npm run bundle`: the program without its sources and packages in dist/, and a shard's program as the one file dist/shard.mjs. */
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {type BuildOptions, build} from 'esbuild';
import {hashOfSources} from './load/shards/program-version.ts';
import {projectRoot} from './root.ts';

const source = (name: string): string => join(projectRoot, 'src', name);
const dist = join(projectRoot, 'dist');

const each: BuildOptions = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  // Loaded where they are needed, and said to be missing where they are.
  external: ['chartjs-node-canvas', 'canvas', '@duckdb/node-api', 'cpu-features', '*.node'],
  // Names stay: they stand in what a bug shows.
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
  // By which a harness knows whether a pod's image is of the same cutover.
  define: {'process.env.CUTOVER_PROGRAM_SOURCES': JSON.stringify(await hashOfSources())},
  // For packages that are no modules.
  banner: {
    js: "import {createRequire as requireFor} from 'node:module'; const require = requireFor(import.meta.url), __dirname = import.meta.dirname;",
  },
};
/** root.ts finds them by these names. */
const threads = [
  'simulator/worker.ts',
  'load/workers/worker.ts',
  'load/continuous/load-worker.ts',
  'calibrate/worker.ts',
  'rehearsal/ask-worker.ts',
  'runtimes/kubernetes/forward-worker.ts',
];

await rm(dist, {recursive: true, force: true});
await build({
  ...each,
  entryPoints: ['cli.ts', 'two-step-router/program.ts', ...threads].map(source),
  outbase: source(''),
  outdir: dist,
  outExtension: {'.js': '.mjs'},
  splitting: true,
});
await build({...each, entryPoints: [source('load/shards/program.ts')], outfile: join(dist, 'shard.mjs')});
