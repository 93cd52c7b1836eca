import type {RunRecord} from './record.ts';

/** How the chat servers' router chooses one of them, by the name that it was started with; null where none is named. */
export const routerPolicyOf = ({engine}: Pick<RunRecord, 'engine'>): string | null => {
  const members = engine.servers.find(({role}) => role === 'chat')?.members ?? [];
  const command = members.find(({part}) => part === 'router')?.command ?? [];
  const at = command.findIndex(word => word === '--policy' || word === '--router-mode');
  return at < 0 ? null : (command[at + 1] ?? null);
};
