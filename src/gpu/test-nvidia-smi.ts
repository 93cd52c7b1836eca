import {chmod, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {projectRoot} from '../root.ts';

/** The card of the recording under fixtures/nvidia-smi, and the two processes that came and went on it. */
export const recordedCard = 'GPU-e230f114-42fd-24c4-42f2-0c9e2af4d3e1';
export const recordedPids = [433, 434] as const;

const recording = (name: string) => join(projectRoot, 'fixtures', 'nvidia-smi', `${name}.txt`);

/** Answers a single query with what a real one printed, a repeated one with the whole recording and then its last row, as of that time. */
const program = (maskName: string) => `#!/bin/sh
query=$1 every=
while [ $# -gt 0 ]; do
  if [ "$1" = -lms ]; then every=$2; fi
  shift
done
case $query in
  --query-gpu=timestamp,uuid,memory.used) rows=${recording('memory')} ;;
  --query-compute-apps=timestamp,gpu_uuid,pid,used_memory) rows=${recording('processes')} ;;
  *,${maskName}) rows=${recording('state')} ;;
  --query-compute-apps=pid,used_memory) printf '433, 2116\\n434, 3140\\n'; exit ;;
  --query-gpu=memory.used) echo 5271; exit ;;
  --query-gpu=name,*) echo 'NVIDIA H200, ${recordedCard}, 143771, 580.159.04'; exit ;;
  *) echo 'Field "unknown" is not a valid field to query.'; exit 2 ;;
esac
if [ -z "$every" ]; then exec head -n 1 "$rows"; fi
echo $$ >> "$0.pids"
cat "$rows"
last=$(tail -n 1 "$rows")
while sleep "$((every / 1000)).$(printf %03d $((every % 1000)))"; do
  echo "$(date '+%Y/%m/%d %H:%M:%S.%3N'), \${last#*, }"
done
`;

/**
 * Puts a program called nvidia-smi into the folder, for the front of a PATH. It appends the number of each of its
 * processes that repeats to `nvidia-smi.pids`.
 */
export const installNvidiaSmi = async (
  folder: string,
  {maskName = 'clocks_event_reasons.active'}: {maskName?: string} = {},
): Promise<string> => {
  const file = join(folder, 'nvidia-smi');
  await writeFile(file, program(maskName));
  await chmod(file, 0o755);
  return file;
};
