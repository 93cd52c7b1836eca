/**
 * What can hold a card's clocks down, by its bit in `clocks_event_reasons.active`: nvmlClocksEventReason* of NVIDIA's
 * nvml.h, where the second is called ApplicationsClocksSetting and, since clocks can be locked, UserDefinedClocks too.
 */
const byBit: readonly string[] = [
  'gpu-idle',
  'applications-clocks-setting',
  'sw-power-cap',
  'hw-slowdown',
  'sync-boost',
  'sw-thermal-slowdown',
  'hw-thermal-slowdown',
  'hw-power-brake-slowdown',
  'display-clocks-setting',
];

/** The names in a mask such as 0x0000000000000004. A bit without a name is called by its number, such as bit-9. */
export const clockLimitsIn = (mask: string): readonly string[] =>
  [...BigInt(mask).toString(2)].reverse().flatMap((digit, bit) => (digit === '1' ? [byBit[bit] ?? `bit-${bit}`] : []));
