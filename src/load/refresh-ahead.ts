/**
 * So long before an agreed start the connections that have rested too long are opened anew, in ms: 10,000 of 8 pods on one machine of two
 * cores took 2 s, and what is begun late is void.
 */
export const refreshMs = (connections: number): number => Math.max(1000, 2 * connections);
