/** The part of jStat that src/stats/students-t.ts uses; the package has no types of its own. */
declare module 'jstat' {
  interface Distribution {
    pdf(x: number, dof: number): number;
    cdf(x: number, dof: number): number;
    inv(p: number, dof: number): number;
  }
  const jstat: {readonly studentt: Distribution};
  export default jstat;
}
