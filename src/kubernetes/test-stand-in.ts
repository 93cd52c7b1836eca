import {programVersion} from '../load/shards/program-version.ts';
import {emptyOutcome} from '../load/shards/test-outcome.ts';

/** Of the node of .ci/kubebox, which has it without a registry. */
export const busybox = 'docker.io/local/busybox:1';

const own = await programVersion();

/**
 * A shard's program in busybox's shell, for tests of the way to it: it answers to `tell` and `send`, says `here`, `ready`
 * and `done` with a file of so many bytes, each byte the last digit of its line's number. A load 13 makes it fail with exit code 7; a load 14 eats memory.
 */
export const standIn = (fileBytes: number, program = own): readonly string[] => [
  'sh',
  '-c',
  `
case "$1" in
tell) test -p orders || { echo "no shard's program listens" >&2; exit 11; }; cat > orders; exit 0 ;;
send) exec tail -c +$(($3 + 1)) "$2" ;;
esac
trap 'exit 0' TERM
n=0
say() { echo "{\\"number\\":$n,$1}"; n=$((n + 1)); }
mkfifo orders.new && mv orders.new orders
say '"kind":"here","program":${JSON.stringify(program)},"host":"'$(hostname)'"'
echo 'a line that is no word'
while :; do
	while read -r order; do
		load=$(echo "$order" | sed -n 's/.*"load":\\([0-9]*\\).*/\\1/p')
		case "$order" in
		*'"prepare"'*) say '"kind":"ready","load":'$load ;;
		*'"load":13'*) echo 'it fails' >&2; exit 7 ;;
		*'"load":14'*) exec tail /dev/zero ;;
		*'"start"'*)
			seq 1000000000 | head -c ${fileBytes} > samples
			say '"kind":"done","load":'$load',"outcome":${JSON.stringify(emptyOutcome)},"file":{"name":"samples","bytes":${fileBytes},"sha256":"'$(sha256sum samples | cut -d" " -f1)'"}'
			;;
		esac
	done < orders
done
`,
  'shard',
];
