/** Each sitting of the harness numbers its requests anew: `s2-17` is of the second one. */
export const loadPrefix = (sitting: number): string => `s${sitting}`;

/** Whether an id may be the load's: others come to the gateway with ids of their own, or are given one. */
export const isOfLoad = (id: string, sittings: number): boolean => {
  const [, sitting] = /^s([1-9]\d*)-\d+$/.exec(id) ?? [];
  return sitting !== undefined && Number(sitting) <= sittings;
};
