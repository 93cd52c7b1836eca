import {reasonOf} from '../errors.ts';

/** Node raises its limit to the highest that the system allows when it starts: what is left is for the user to raise. */
const openFilesLimit = (): string => {
  Object.assign(process.report, {excludeNetwork: true}); // it would ask DNS for the name of every peer
  const {userLimits} = process.report.getReport() as {readonly userLimits?: {open_files?: {soft?: unknown}}};
  return String(userLimits?.open_files?.soft ?? 'unknown');
};

/** Asking takes ms, and thousands of connections may fail alike. */
let noFileLeft: string | null = null;

/** Why a connection could not be opened; where the client's own machine is the reason, with its limit and the fix. */
export const connectReason = (error: Error & {readonly code?: unknown}): string => {
  switch (error.code) {
    case 'EMFILE':
      noFileLeft ??= `this process may not open another connection (EMFILE): its limit is ${openFilesLimit()} open files. Raise it, for example with ulimit -n 65536 or docker run --ulimit nofile=65536, or lower the concurrency`;
      return noFileLeft;
    case 'ENFILE':
      return 'this machine may not open another file (ENFILE). Raise its limit with sysctl -w fs.file-max=<more>, or lower the concurrency';
    case 'EADDRNOTAVAIL':
      return 'this machine has no local port left for another connection to that server (EADDRNOTAVAIL). Widen the range with sysctl -w net.ipv4.ip_local_port_range="1024 65535", or lower the concurrency; each connection also needs a file (ulimit -n)';
    default:
      return reasonOf(error);
  }
};
