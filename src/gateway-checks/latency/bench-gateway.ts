/**
 * `npm run bench:gateway`: what the gateway adds to a request, against an engine that has its answers ready. Each question is asked
 * straight and through the gateway in neighbouring blocks; engine, gateway and client are processes of their own. Exits with 1 when
 * a request is not answered, never because of a duration. `--short` is for a look; `--write` writes the page.
 */
import {writeFileSync} from 'node:fs';
import {availableParallelism, cpus, loadavg, release} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {engines} from '../../engines/index.ts';
import {projectRoot} from '../../root.ts';
import {type GatewayProcess, routeTo, startGatewayProcess, targetAt} from '../gateway-process.ts';
import type {BlockJob, BlockTimes} from './block.ts';
import {type Cell, cells, nullModel} from './cells.ts';
import {type ForkedPart, forkPart} from './fork-part.ts';
import {type BlockPair, renderTable} from './table.ts';

const {values: options} = parseArgs({
  options: {
    short: {type: 'boolean', default: false},
    write: {type: 'boolean', default: false},
    pairs: {type: 'string'},
    /** Of one block. */
    seconds: {type: 'string'},
    /** Only cells whose name contains this. */
    only: {type: 'string', default: ''},
    /** Writes a CPU profile of the gateway into this folder. */
    profile: {type: 'string'},
  },
});

const page = join(projectRoot, 'reports', 'evidence', 'gateway-latency.md');
const pairs = Number(options.pairs ?? (options.short ? 2 : 8));
const seconds = Number(options.seconds ?? (options.short ? 0.5 : 2));
const asked = cells.filter(({name}) => name.includes(options.only));
const armOf = {whole: 'baseline', streamed: 'candidate'} as const;

type Addresses = Readonly<Record<Cell['engine'], string>>;

const measure = async (
  client: ForkedPart,
  gateway: GatewayProcess,
  engine: Addresses,
  round: number,
): Promise<BlockPair[]> => {
  const measured: BlockPair[] = [];
  for (const [index, cell] of asked.entries()) {
    await gateway.admin.putRoute(routeTo(armOf[cell.engine]));
    const block = async (way: 'straight' | 'through') => {
      const url = way === 'straight' ? engine[cell.engine] : gateway.url;
      const job: BlockJob = {url, ...cell[way], load: cell.load, seconds, seed: round};
      const beforeMs = (await gateway.program.held('held')).cpuMs;
      const times = (await client.ask({part: 'client', job})) as BlockTimes;
      return {times, cpuMs: (await gateway.program.held('held')).cpuMs - beforeMs};
    };
    // Whoever is first has the colder caches: each is first as often as the other.
    const straightFirst = (round + index) % 2 === 0;
    const first = await block(straightFirst ? 'straight' : 'through');
    const second = await block(straightFirst ? 'through' : 'straight');
    const [straight, through] = straightFirst ? [first, second] : [second, first];
    measured.push({cell, straight: straight.times, through: through.times, cpuMs: through.cpuMs});
  }
  return measured;
};

const loadBefore = (loadavg()[0] ?? 0).toFixed(2);
const measured: BlockPair[] = [];
{
  await using enginePart = forkPart();
  const engine = (await enginePart.ask({part: 'engine'})) as Addresses;
  await using client = forkPart();
  const prof = options.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profile}`];
  await using gateway = await startGatewayProcess(targetAt(engines.openai, engine.whole, nullModel), ['--quiet'], prof);
  await gateway.admin.putTarget('candidate', targetAt(engines.openai, engine.streamed, nullModel));
  for (let round = 0; round < pairs; round += 1) {
    measured.push(...(await measure(client, gateway, engine, round)));
    process.stderr.write(`${round + 1} of ${pairs} pairs\n`);
  }
}

const table = renderTable(measured);
const failed = measured.reduce((sum, {straight, through}) => sum + straight.failed + through.failed, 0);
const machine =
  `${cpus()[0]?.model.trim() ?? 'CPU unknown'}, ${availableParallelism()} cores, Linux ${release()}, Node ${process.versions.node}; ` +
  `load average before the run ${loadBefore}`;
const complaint = failed === 0 ? 'Every request was answered.' : `**${failed} requests were not answered.**`;
process.stdout.write(`${table}\n\n${machine}. ${complaint}\n`);

if (options.write)
  writeFileSync(
    page,
    `# What the gateway adds to a request

Made by \`npm run bench:gateway -- --write\`; do not edit. ${new Date().toISOString()}. ${machine}.
${pairs} pairs of blocks of ${seconds} s for each line. ${complaint}

${table}

- Straight: a client asks an engine that has its answers ready (\`src/gateway-checks/latency/null-engine.ts\`) in the engine's own words.
  Through: the same question by the contract, through \`npm run gateway\`. Engine, gateway and client are processes of their own on the
  cores named above: where there are two, the three of them share these, and what they wait for one another is in the figures.
- Straight and through are neighbouring blocks, each as often the first; the added time is the difference of their percentiles, and its bounds are
  Student's over the pairs. "met": the upper bound is below the goal; "missed": the lower one is above it.
- Times run from sending to the last byte. A later token's runs from its writing by the engine, which is stamped in the token, to its arrival; 32
  tokens are 10 ms apart.
- An embedding has 768 numbers, a ranking ${8} documents. Arrivals are Poisson's; "64 at once" is a closed loop.
`,
  );
process.exitCode = failed === 0 ? 0 : 1;
