/**
 * `npm run bench:client`: how exact and how cheap the load client is, against servers of ours that know when they wrote
 * what. Exits with 1 when requests or events are lost, or an event costs too much next to a client that only reads; never
 * because of a duration or a missed goal. `--short` is for CI.
 */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {projectRoot} from '../../root.ts';
import {untilQuiet} from './disturbance.ts';
import {machineLine} from './machine-line.ts';
import {type Measured, measure} from './measure.ts';
import {renderPage} from './page.ts';
import {type ProgramRun, programNames, runProgram} from './program-run.ts';
import type {Results} from './rows.ts';
import {fullScenarios, shortScenarios} from './scenarios.ts';
import {renderTable} from './table.ts';
import {complaints, losses, ratioOverDrain} from './verdict.ts';

const {values: options} = parseArgs({
  options: {
    short: {type: 'boolean', default: false},
    json: {type: 'boolean', default: false},
    /** Puts the page under reports/. */
    write: {type: 'boolean', default: false},
    repetitions: {type: 'string'},
    /** Only scenarios whose name contains this. */
    only: {type: 'string', default: ''},
  },
});

const page = join(projectRoot, 'reports', 'client-benchmark.md');
const most = 20;
const repetitions = Math.min(most, Math.max(1, Number(options.repetitions ?? (options.short ? 1 : 3)) || 1));
const scenarios = (options.short ? shortScenarios : fullScenarios).filter(({name}) => name.includes(options.only));
const wholePrograms = options.short ? [] : programNames.filter(name => `program, ${name}`.includes(options.only));
/** Time to wait for a quiet machine, over the whole run. */
let patienceMs = options.short ? 0 : 300_000;
const note = (line: string) => void process.stderr.write(`${line}\n`);

/** Repetitions are interleaved: what disturbs the machine for a minute disturbs all of them alike. */
const run = async (): Promise<Results> => {
  const measured: Measured[] = [];
  const programs: ProgramRun[] = [];
  for (let repetition = 1; repetition <= repetitions; repetition += 1) {
    for (const scenario of scenarios)
      for (const client of scenario.drained ? (['ours', 'drain'] as const) : (['ours'] as const)) {
        note(`${repetition}/${repetitions} ${scenario.name}, ${client}`);
        patienceMs -= await untilQuiet(patienceMs);
        measured.push(await measure(scenario, client));
      }
    for (const name of wholePrograms) {
      note(`${repetition}/${repetitions} npm run bench, ${name}`);
      patienceMs -= await untilQuiet(patienceMs);
      programs.push(await runProgram(name));
    }
  }
  return {measured, programs};
};

const machine = machineLine();
const results = await run();
// A part of the scenarios may lack what the ratio is judged by.
const wrong = options.only === '' ? complaints(results) : losses(results);
if (options.json) process.stdout.write(`${JSON.stringify({machine, repetitions, ...results, wrong}, null, 2)}\n`);
else process.stdout.write(`${machine}\n\n${renderTable(results)}\n`);
if (options.write) writeFileSync(page, renderPage({machine, repetitions, results, wrong}));
const ratio = ratioOverDrain(results.measured);
if (ratio !== null) note(`an event costs ${ratio.toFixed(2)} times what draining it costs`);
for (const line of wrong) note(`WRONG ${line}`);
if (wrong.length > 0) process.exitCode = 1;
