/** What a server's counter grew by between two readings. Null where one did not tell, and where it fell: its server began anew. */
export const counterGrowth = (from: number | null | undefined, to: number | null | undefined): number | null =>
  from == null || to == null || to < from ? null : to - from;
