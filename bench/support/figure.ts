/** One measured figure; each `bench/<name>.bench.ts` exports `run(): Promise<Figure[]>`. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** What the project promises, in the same unit. */
  readonly target?: number;
}
