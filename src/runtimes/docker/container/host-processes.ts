import type Docker from 'dockerode';

/** The processes of a container by the Docker host's numbers; empty when it does not run or its host has no ps. */
export const hostProcesses = async (docker: Docker, id: string): Promise<readonly number[]> => {
  try {
    const {Titles, Processes}: {Titles: readonly string[]; Processes: readonly (readonly string[])[] | null} =
      await docker.getContainer(id).top();
    const column = Titles.indexOf('PID');
    return (Processes ?? []).map(row => Number(row[column])).filter(Number.isInteger);
  } catch {
    return [];
  }
};
