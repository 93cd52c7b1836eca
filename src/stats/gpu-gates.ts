import type {Gate} from './gate.ts';
import {percentText} from './gate.ts';
import {limits} from './limits.ts';

/** Gates that ask whether the GPU was the one it is on other days, and the stack's alone. */

/** Slowdowns that heat or the power supply forces on a card; how long they last differs from trial to trial. */
const slowdowns = ['hw-slowdown', 'sw-thermal-slowdown', 'hw-thermal-slowdown', 'hw-power-brake-slowdown'];

export const throttled: Gate = ({trial: {gpu}}) => {
  const held = (gpu?.cards ?? []).flatMap(({uuid, clockLimits, readings}) =>
    clockLimits
      .filter(({reason}) => slowdowns.includes(reason))
      .map(({reason, share}) => `${reason} in ${percentText(share)} of ${readings} readings of ${uuid}`),
  );
  if (held.length === 0) return null;
  return {
    code: 'throttled',
    severity: 'void',
    message: `The GPU was slowed down by heat or its power supply: ${held.join(', ')}`,
    hint: 'Let it cool, or see to its cooling and power (nvidia-smi -q -d PERFORMANCE,TEMPERATURE,POWER), and measure again.',
  };
};

/** A card at full load runs into its power limit: normal, and the clock that comes of it is part of the result. */
export const clocksCapped: Gate = ({trial: {gpu}}) => {
  const capped = (gpu?.cards ?? []).flatMap(({uuid, clockLimits, smClockMHz, readings}) =>
    clockLimits
      .filter(({reason}) => reason === 'sw-power-cap')
      .map(({share}) => {
        const clock = smClockMHz === null ? '' : ` (SM clock p50 ${smClockMHz.p50} MHz, min ${smClockMHz.min} MHz)`;
        return `in ${percentText(share)} of ${readings} readings of ${uuid}${clock}`;
      }),
  );
  if (capped.length === 0) return null;
  return {
    code: 'power-capped',
    severity: 'note',
    message: `The power limit held the clocks down ${capped.join(', ')}, as it does at full load`,
    hint: 'Compare runs at equal power limits and much the same clocks.',
  };
};

export const gpuShared: Gate = ({trial: {gpu}}) => {
  const othersMiB = gpu?.othersMaxMiB ?? 0;
  if (othersMiB <= limits.othersMemoryMiB) return null;
  return {
    code: 'gpu-shared',
    severity: 'warning',
    message: `Processes that are not of this stack held up to ${othersMiB} MiB of its GPU: they may have taken time of it as well`,
    hint: 'Stop what else uses the GPU (nvidia-smi lists it), and measure again.',
  };
};
