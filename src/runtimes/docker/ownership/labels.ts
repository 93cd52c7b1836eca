/** Whatever cutover makes on a Docker engine bears this one; nothing without it is ever removed. */
export const runLabel = 'cutover.run';
/** On volumes that are kept from one run to the next. */
export const cacheLabel = 'cutover.cache';
const roleLabel = 'cutover.role';
const ownerLabel = 'cutover.owner';
const folderLabel = 'cutover.folder';

export interface RunLabels {
  readonly runId: string;
  /** What it is to the run: a server's role, or a word such as gpu-lock. */
  readonly role: string;
  /** The run's folder on the machine of the harness, where logs go. */
  readonly folder: string;
  /** `thisOwner()` of the harness. */
  readonly owner: string;
}

export const labelsOf = ({runId, role, folder, owner}: RunLabels): Record<string, string> => ({
  [runLabel]: runId,
  [roleLabel]: role,
  [folderLabel]: folder,
  [ownerLabel]: owner,
});

/** The way back; empty where a label is missing. Null for what is not cutover's. */
export const readLabels = (labels: Readonly<Record<string, string>> | null | undefined): RunLabels | null => {
  const runId = labels?.[runLabel];
  if (labels === undefined || labels === null || runId === undefined) return null;
  return {
    runId,
    role: labels[roleLabel] ?? '',
    folder: labels[folderLabel] ?? '',
    owner: labels[ownerLabel] ?? '',
  };
};
