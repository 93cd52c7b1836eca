import type {Machine, RunRecord} from '../schema/record.ts';
import {clusterTexts} from './cluster-facts.ts';
import {shownNumber} from './number.ts';
import {tokenLengthsText} from './token-lengths-text.ts';

/** Stands wherever numbers of the simulated engine do. */
export const simulatedNotice = 'Simulated evidence: says nothing about a real engine.';

export interface Fact {
  readonly name: string;
  /** As the engine or the user wrote it: whoever shows it escapes it. */
  readonly text: string;
}

/** `2 × NVIDIA H100 80GB HBM3 (driver 580.65)` for each kind of GPU. */
export const gpuText = (gpus: Machine['gpus']): string[] => {
  const kinds = Map.groupBy(gpus, ({name, driver}) => `${name} (driver ${driver})`);
  return [...kinds].map(([kind, {length}]) => `${length} × ${kind}`);
};

/** In one line, without the host's name: a record travels. */
const machineText = ({cpu, cores, memoryGiB, os, node, loadAverage, gpus}: Machine): string =>
  [
    ...gpuText(gpus),
    cpu,
    `${cores} cores`,
    `${shownNumber(memoryGiB, 'GiB')} GiB`,
    os,
    `Node ${node}`,
    `load ${shownNumber(loadAverage, 'load')}`,
  ].join(', ');

export const engineText = ({title, version}: RunRecord['engine']): string =>
  `${title} ${version ?? '(version unknown)'}`;

export const modelsText = ({servers}: RunRecord['engine']): string =>
  servers.map(({role, model}) => `${role} ${model}`).join(', ');

const statusText = ({status, failure}: RunRecord): string => {
  if (failure !== null) return `${status}: ${failure.message}`;
  return status === 'running' ? 'running, or its harness died: the trials here are whole' : status;
};

/** The fullest that each watched card was, and what is left of it then; empty where none was watched. */
const headroomTexts = ({machine, trials}: RunRecord): string[] =>
  machine.gpus.flatMap(({uuid, memoryMiB}) => {
    const usedMiB = trials.flatMap(({gpu}) => gpu?.cards ?? []).filter(card => card.uuid === uuid);
    if (usedMiB.length === 0 || memoryMiB === null) return [];
    const most = Math.max(...usedMiB.map(card => card.memoryUsedMiB.max));
    return [`at most ${most} of ${memoryMiB} MiB in use on ${uuid}, ${memoryMiB - most} free`];
  });

const aroundTexts = ({gpu}: RunRecord): string[] => {
  if (gpu === null) return [];
  const after = gpu.afterStopMiB === null ? '' : `, ${gpu.afterStopMiB} after the stop`;
  return [`${gpu.beforeMiB} MiB in use before the start${after}`];
};

/** What everyone must know of a run before its numbers, in the order in which it is asked. */
export const runFacts = (record: RunRecord): readonly Fact[] => {
  const {engine, machine, clientOverhead} = record;
  const facts: Fact[] = [
    {name: 'run', text: `${record.runId} (${statusText(record)})`},
    {name: 'engine', text: engineText(engine)},
    {name: 'evidence', text: record.evidence === 'simulated' ? simulatedNotice : record.evidence},
    {
      name: 'stack',
      text: [`runtime ${engine.runtime}`, ...(engine.stack === null ? [] : [`plan ${engine.stack}`])].join(', '),
    },
    {name: 'models', text: modelsText(engine)},
    {name: 'machine', text: machineText(machine)},
    {name: 'data', text: `seed ${record.seed}, sha256 ${record.dataHash.slice(0, 12)}`},
  ];
  for (const text of clusterTexts(record)) facts.push({name: 'cluster', text});
  const lengths = tokenLengthsText(record.tokenLengths);
  if (lengths !== null) facts.push({name: 'lengths', text: lengths});
  const vram = [...headroomTexts(record), ...aroundTexts(record)];
  if (vram.length > 0) facts.push({name: 'VRAM', text: vram.join('; ')});
  if (clientOverhead !== null) {
    const {latencyP50Ms, cpuMsPerRequest} = clientOverhead;
    facts.push({
      name: 'client',
      text: `adds ${shownNumber(latencyP50Ms, 'ms')} ms (p50) and ${shownNumber(cpuMsPerRequest, 'ms')} ms of CPU to a request that costs the server nothing`,
    });
  }
  return facts;
};
