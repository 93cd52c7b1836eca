import type {RunRecord} from '../schema/record.ts';
import type {Evidence} from './evidence.ts';
import {listed, range} from './figures.ts';
import {confirmed, inconclusive, notRun, type Rule, refuted} from './outcome.ts';
import {billionsOf, type MeasuredServer, withoutKvMiB} from './stack-memory.ts';

/** Billions of parameters and the GiB that are said to suffice. */
const claimed = [
  {billions: 7, gib: 16},
  {billions: 13, gib: 32},
  {billions: 70, gib: 80},
];

interface Sized {
  readonly run: RunRecord;
  readonly billions: number;
  readonly gib: number;
}

/** The source speaks of parameters, and a parameter of 4 or 8 bits is another size. */
const isQuantized = (model: string): boolean => /awq|gptq|gguf|int[48]|fp8|[48]-?bit/i.test(model);

const sizedOf = ({runs}: Evidence): readonly Sized[] =>
  runs.flatMap(run =>
    run.engine.servers.flatMap(server => {
      const billions = billionsOf(server.model);
      const processMiB = server.memory?.processMiB ?? null;
      if (server.role !== 'chat' || server.memory === null || billions === null || processMiB === null) return [];
      if (isQuantized(server.model)) return [];
      const measured: MeasuredServer = {server, memory: {...server.memory, processMiB}};
      return [{run, billions, gib: withoutKvMiB(measured) / 1024}];
    }),
  );

const gibText = (gib: number) => `${gib.toFixed(1)} GiB`;
const sizeText = (billions: number, own: readonly Sized[]) =>
  `${billions}B: ${range(
    own.map(({gib}) => gib),
    gibText,
  )}`;

/** Memory by model size, without the KV pool: what more a card has is room for tokens. */
export const memoryBySize: Rule = (_claim, evidence) => {
  const all = sizedOf(evidence);
  const sizes = claimed.map(size => ({
    ...size,
    own: all.filter(({billions}) => Math.abs(billions - size.billions) <= size.billions * 0.1),
  }));
  const measured = sizes.filter(({own}) => own.length > 0);
  const ids = measured.flatMap(({own}) => own.map(({run}) => run.runId));
  if (measured.length === 0) {
    const others = [...Map.groupBy(all, ({billions}) => billions)].map(([billions, own]) => sizeText(billions, own));
    return notRun('No evidence of a model of 7B, 13B or 70B parameters.', {
      statement: 'Weights, graphs and the rest of the chat server, without KV pool',
      found: others.length === 0 ? null : others.join('; '),
      evidence: all.map(({run}) => run.runId),
    });
  }
  const said = `Without KV pool ${listed(measured.map(({billions, own}) => sizeText(billions, own)))}`;
  const over = measured.filter(({own, gib}) => Math.min(...own.map(one => one.gib)) > gib);
  if (over.length > 0)
    return refuted(`${said}; more than claimed for ${listed(over.map(({billions}) => `${billions}B`))}.`, ids);
  const missing = sizes.filter(({own}) => own.length === 0).map(({billions}) => `${billions}B`);
  return missing.length === 0
    ? confirmed(`${said}, within what was claimed.`, ids)
    : inconclusive(`${said}; no run of ${listed(missing)}.`, null, ids);
};
