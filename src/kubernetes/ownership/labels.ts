/** Whatever cutover makes in a cluster bears this one; nothing without it is ever removed. */
export const runLabel = 'cutover.dev/run';
const roleLabel = 'cutover.dev/role';
// Paths and owners are no values of labels, which are short and of few characters: these are annotations.
const runAnnotation = 'cutover.dev/run-id';
const ownerAnnotation = 'cutover.dev/owner';
const folderAnnotation = 'cutover.dev/folder';

/** As `RunLabels` of what runs on a Docker engine. */
export interface RunMarks {
  readonly runId: string;
  /** What it is to the run: `load`. */
  readonly role: string;
  /** The run's folder on the machine of the harness. */
  readonly folder: string;
  /** `thisOwner()` of the harness. */
  readonly owner: string;
}

export interface Marks {
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
}

/** What Kubernetes takes as a label's value: up to 63 of a few characters, a letter or digit at both ends. */
export const labelValue = (text: string): string =>
  text
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, 63)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');

export const marksOf = ({runId, role, folder, owner}: RunMarks): Marks => ({
  labels: {
    'app.kubernetes.io/managed-by': 'cutover',
    [runLabel]: labelValue(runId),
    [roleLabel]: labelValue(role),
  },
  annotations: {[runAnnotation]: runId, [folderAnnotation]: folder, [ownerAnnotation]: owner},
});

/** The way back; empty where a mark is missing. Null for what is not cutover's. */
export const readMarks = ({labels = {}, annotations = {}}: Partial<Marks>): RunMarks | null => {
  const label = labels[runLabel];
  if (label === undefined) return null;
  return {
    runId: annotations[runAnnotation] ?? label,
    role: labels[roleLabel] ?? '',
    folder: annotations[folderAnnotation] ?? '',
    owner: annotations[ownerAnnotation] ?? '',
  };
};
