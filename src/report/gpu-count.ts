import type {RunRecord} from '../schema/record.ts';

/** vLLM's and SGLang's flag for the GPUs that one server is spread over. */
const spread = /^--(?:tp|tp-size|tensor-parallel-size)(?:=(\d+))?$/;

const spreadOf = (command: readonly string[]): number => {
  const at = command.findIndex(word => spread.test(word));
  const told = spread.exec(command[at] ?? '')?.[1] ?? command[at + 1];
  return at < 0 ? 1 : Number(told);
};

/**
 * How many GPUs a run's servers were on: those of the members where there are some, else as many as the widest server is spread over, since
 * plain servers start on the first ones. Null where somebody else started them, and where they are simulated.
 */
export const gpusOf = ({engine: {servers}}: Pick<RunRecord, 'engine'>): number | null => {
  const members = servers.flatMap(server => server.members ?? []);
  if (members.length > 0) return new Set(members.flatMap(({cards}) => cards)).size || null;
  const commands = servers.flatMap(({command}) => (command === null ? [] : [command]));
  return commands.length < servers.length || commands.length === 0 ? null : Math.max(...commands.map(spreadOf));
};
